//! `forensics FOLDER PROVIDER [PORTAL VAULT]`: prints, one JSON line each, everything that the rows of copied databases
//! and the copied blobs give with the secrets in a provider's folder. The databases are `portal.sqlite` and `vault.sqlite`
//! in the folder unless two addresses are given; the blobs are in its `blobs/`.
//!
//! Content is printed in hexadecimal, so that a test can look for its canaries. Give it
//! copies: opening a database brings its schema up to date.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]

use std::path::Path;
use std::process::ExitCode;

use base::{Clock, SecretString};
use portal::forensics::Opened;
use portal::{BlobSettings, LedgerSettings, Limits, Portal, ProviderSettings, SessionLimits, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = match arguments.as_slice() {
        [folder, provider] => {
            let database = |name: &str| format!("sqlite:{}", Path::new(folder).join(name).display());
            settings(folder, provider, database("portal.sqlite"), database("vault.sqlite"))
        }
        [folder, provider, portal, vault] => settings(folder, provider, portal.clone(), vault.clone()),
        _ => {
            eprintln!("usage: forensics FOLDER PROVIDER [PORTAL VAULT]");
            return ExitCode::from(2);
        }
    };
    match everything(settings).await {
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

fn settings(folder: &str, provider: &str, portal: String, vault: String) -> Settings {
    Settings {
        database_url: SecretString::new(portal),
        vault_url: SecretString::new(vault),
        provider: ProviderSettings::Folder(provider.into()),
        ledger: LedgerSettings::Folder(Path::new(folder).join("ledger")),
        blobs: BlobSettings::Folder(Path::new(folder).join("blobs")),
        retention_ceiling_days: Settings::DEFAULT_RETENTION_CEILING_DAYS,
        audit_retention_days: Settings::DEFAULT_AUDIT_RETENTION_DAYS,
        purge: portal::PurgeSettings {
            compares_clocks: false,
            ..portal::PurgeSettings::default()
        },
        warnings: portal::WarningSettings {
            unread: std::time::Duration::ZERO,
            read: std::time::Duration::ZERO,
        },
        limits: Limits::default(),
        sessions: SessionLimits::default(),
        ways_in: portal::WaysIn::default(),
        staff: portal::StaffSettings::default(),
        origin: "https://localhost".to_owned(),
        sends_mail: false,
        audit_receivers: Vec::new(),
        terms: None,
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

async fn everything(settings: Settings) -> Result<Vec<Opened>, Box<dyn std::error::Error>> {
    let portal = Portal::open_copies(settings, Clock::system()).await?;
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
