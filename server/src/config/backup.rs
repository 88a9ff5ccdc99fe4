//! The section on backups.

use std::path::PathBuf;
use std::time::Duration;

use base::SecretString;
use portal::{BackupLock, BackupSettings};
use serde::Deserialize;
use web::config::{Check, Validate};

/// `[backup]`: where archives go and who opens them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupSection {
    /// The folder of the archives.
    pub folder: PathBuf,
    /// An age recipient, `age1…`.
    pub recipient: Option<String>,
    /// A passphrase, in place of a recipient.
    pub passphrase: Option<SecretString>,
    /// How long an archive of the key provider lives, in days.
    #[serde(default = "provider_archive_days")]
    pub provider_archive_days: u32,
    /// The program `pg_dump`.
    #[serde(default = "pg_dump")]
    pub pg_dump: PathBuf,
}

const fn provider_archive_days() -> u32 {
    7
}

fn pg_dump() -> PathBuf {
    "pg_dump".into()
}

impl BackupSection {
    /// What the portal needs of it; nobody opens the archives when neither way is given, which validation refuses.
    pub(crate) fn settings(&self) -> BackupSettings {
        BackupSettings {
            folder: self.folder.clone(),
            lock: match &self.passphrase {
                Some(passphrase) => BackupLock::Passphrase(passphrase.clone()),
                None => BackupLock::Recipient(self.recipient.clone().unwrap_or_default()),
            },
            provider_life: Duration::from_secs(u64::from(self.provider_archive_days) * 86_400),
            pg_dump: self.pg_dump.clone(),
        }
    }
}

impl Validate for BackupSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            self.recipient.is_some() != self.passphrase.is_some(),
            "recipient",
            "give it or passphrase, one of them",
        );
        check.that(
            self.recipient.as_deref().is_none_or(BackupLock::is_recipient),
            "recipient",
            "must be a recipient of age (age1…), as age-keygen prints it",
        );
        check.that(
            self.passphrase
                .as_ref()
                .is_none_or(|passphrase| passphrase.expose().len() >= 12),
            "passphrase",
            "must have at least 12 characters",
        );
        check.that(
            (1..=365).contains(&self.provider_archive_days),
            "provider_archive_days",
            "must be from 1 to 365",
        );
    }
}
