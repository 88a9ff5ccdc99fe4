//! `forensics FOLDER PROVIDER`: prints, one JSON line each, everything that opens in a folder with copies
//! (`portal.sqlite` and `vault.sqlite` with their logs, `blobs/`) with the secrets in a provider's folder.
//!
//! Content is printed in hexadecimal, so that a test can look for its canaries. Give it
//! copies: opening a database brings its schema up to date.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use base::{Clock, SecretString};
use portal::forensics::Opened;
use portal::{BlobSettings, Limits, Portal, ProviderSettings, SessionLimits, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(provider), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: forensics FOLDER PROVIDER");
        return ExitCode::from(2);
    };
    match everything(folder, provider).await {
        Ok(opened) => {
            opened.iter().for_each(print);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn everything(folder: PathBuf, provider: PathBuf) -> Result<Vec<Opened>, Box<dyn std::error::Error>> {
    let database = |name: &str| SecretString::new(format!("sqlite:{}", folder.join(name).display()));
    let settings = Settings {
        database_url: database("portal.sqlite"),
        vault_url: database("vault.sqlite"),
        provider: ProviderSettings::Folder(provider),
        blobs: BlobSettings::Folder(folder.join("blobs")),
        retention_ceiling_days: Settings::DEFAULT_RETENTION_CEILING_DAYS,
        limits: Limits::default(),
        sessions: SessionLimits::default(),
        time_zone: jiff::tz::TimeZone::UTC,
    };
    let portal = Portal::open(settings, Clock::system()).await?;
    let opened = portal.open_everything().await?;
    portal.close().await;
    Ok(opened)
}

fn print(opened: &Opened) {
    let (kind, text) = match opened {
        Opened::Text(text) => ("text", text.clone()),
        Opened::FileName(name) => ("file_name", name.clone()),
        Opened::Content(content) => ("content", hex::encode(content)),
        Opened::Personal(text) => ("personal", text.clone()),
    };
    println!("{}", serde_json::json!({ "kind": kind, "opened": text }));
}
