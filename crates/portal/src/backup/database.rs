//! A database as it is at one moment: SQLite's own copy, or what PostgreSQL's `pg_dump` gives.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use base::SecretString;
use percent_encoding::percent_decode_str;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::task::spawn_blocking;
use url::Url;

use super::archive::Archive;
use super::folder::BackupFolder;
use super::{BackupError, BackupSettings};
use crate::Fault;
use crate::database::Database;

/// Adds a database to an archive: `NAME.sqlite`, or `NAME.pgdump` for `pg_restore`.
pub(super) async fn write(
    database: &Database,
    url: &SecretString,
    settings: &BackupSettings,
    folder: &BackupFolder,
    archive: &mut Archive,
    name: &str,
) -> Result<(), BackupError> {
    let scratch = folder.scratch()?;
    let extension = match database.backend() {
        DbBackend::Postgres => {
            dump(url, settings, scratch.path()).await?;
            "pgdump"
        }
        _ => {
            copy(database, scratch.path()).await?;
            "sqlite"
        }
    };
    let file = File::open(scratch.path())?;
    archive.add(&format!("{name}.{extension}"), file.metadata()?.len(), file)
}

/// A copy without what was deleted, which SQLite makes into an empty file.
async fn copy(database: &Database, into: &Path) -> Result<(), BackupError> {
    let statement =
        Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [into.display().to_string().into()]);
    database.writer().execute_raw(statement).await?;
    Ok(())
}

async fn dump(url: &SecretString, settings: &BackupSettings, into: &Path) -> Result<(), BackupError> {
    let mut command = Command::new(&settings.pg_dump);
    let (address, password) = apart(url.expose()).ok_or_else(|| Fault::new("the database's address can't be read"))?;
    if let Some(password) = password {
        command.env("PGPASSWORD", password.expose());
    }
    command
        .args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"])
        .arg(format!("--dbname={address}"))
        .stdin(Stdio::null())
        .stdout(fs::OpenOptions::new().write(true).truncate(true).open(into)?);
    let done = spawn_blocking(move || command.status()).await;
    match done {
        Ok(Ok(status)) if status.success() => Ok(()),
        _ => Err(BackupError::Dump(settings.pg_dump.clone())),
    }
}

/// An address without its password, and that. Everybody on the host sees the arguments of a program, and nobody else its
/// environment.
pub(super) fn apart(url: &str) -> Option<(Url, Option<SecretString>)> {
    let mut address = Url::parse(url).ok()?;
    let Some(password) = address.password() else {
        return Some((address, None));
    };
    let password = SecretString::new(percent_decode_str(password).decode_utf8_lossy().into_owned());
    address.set_password(None).ok()?;
    Some((address, Some(password)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_address() {
        let (address, password) = apart("postgres://vault:a%26b+c@db.example.se/vault?sslmode=require").unwrap();
        assert_eq!(address.as_str(), "postgres://vault@db.example.se/vault?sslmode=require");
        assert_eq!(password.unwrap().expose(), "a&b+c");
        for without in [
            "postgres://vault@db.example.se/vault",
            "postgres:///vault?host=/run/postgresql",
        ] {
            let (address, password) = apart(without).unwrap();
            assert_eq!(address.as_str(), without);
            assert!(password.is_none());
        }
    }
}
