//! Sections on where things are stored, for how long, and how much.

use std::path::PathBuf;
use std::time::Duration;

use base::SecretString;
use jiff::tz::TimeZone;
use serde::Deserialize;
use web::config::{Check, Validate};

use super::S3Section;

/// `[database]` and `[vault]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `sqlite:/path/to/file` or `postgres://user:password@host/name`.
    pub url: SecretString,
}

impl Validate for DatabaseSection {
    fn validate(&self, check: &mut Check) {
        let known = ["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| self.url.expose().starts_with(scheme));
        check.that(known, "url", "must begin with sqlite: or postgres://");
    }
}

/// `[keys]`: the key provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSection {
    /// A folder that only the portal's user may read.
    pub folder: PathBuf,
}

/// `[ledger]`: what was purged, revoked and forgotten.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSection {
    /// A folder to which files are only added; `ledger` beside the key provider's unless given.
    pub folder: Option<PathBuf>,
}

impl LedgerSection {
    pub(super) fn settings(&self, keys: &KeysSection) -> portal::LedgerSettings {
        let beside = || keys.folder.with_file_name("ledger");
        portal::LedgerSettings::Folder(self.folder.clone().unwrap_or_else(beside))
    }
}

/// `[blobs]`: the encrypted documents, in a folder or in a bucket.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobsSection {
    /// A folder on a local or shared disk.
    pub folder: Option<PathBuf>,
    /// A bucket of an S3-compatible store.
    pub s3: Option<S3Section>,
}

impl BlobsSection {
    /// Where the documents are; a folder without a name when neither is given, which validation refuses.
    pub(super) fn settings(&self) -> portal::BlobSettings {
        match &self.s3 {
            Some(s3) => portal::BlobSettings::S3(s3.settings()),
            None => portal::BlobSettings::Folder(self.folder.clone().unwrap_or_default()),
        }
    }
}

impl Validate for BlobsSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            self.folder.is_some() || self.s3.is_some(),
            "folder",
            "is missing; give it or the section blobs.s3",
        );
        check.that(
            self.folder.is_none() || self.s3.is_none(),
            "folder",
            "give it or the section blobs.s3, not both",
        );
        if let Some(s3) = &self.s3 {
            check.section("s3", s3);
        }
    }
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSection {
    /// The longest retention that an organisation or a message may ask for, in days.
    pub ceiling_days: u32,
    /// How long the audit log is kept, in days.
    pub audit_days: u32,
    /// The time zone of organisations that did not name one, as in the IANA database.
    pub time_zone: String,
    /// How many days before its end a delivery that nobody has opened is warned of; 0 for not at all.
    pub warn_unread_days: u32,
    /// The same of one that was opened.
    pub warn_read_days: u32,
}

impl Default for RetentionSection {
    fn default() -> Self {
        Self {
            ceiling_days: portal::Settings::DEFAULT_RETENTION_CEILING_DAYS,
            audit_days: portal::Settings::DEFAULT_AUDIT_RETENTION_DAYS,
            time_zone: "Europe/Stockholm".to_owned(),
            warn_unread_days: 7,
            warn_read_days: 3,
        }
    }
}

impl RetentionSection {
    /// The time zone as a value; UTC when the name is none, which validation refuses.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    pub(super) fn warnings(&self) -> portal::WarningSettings {
        let days = |days: u32| Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        portal::WarningSettings {
            unread: days(self.warn_unread_days),
            read: days(self.warn_read_days),
        }
    }
}

impl Validate for RetentionSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            (1..=36_525).contains(&self.ceiling_days),
            "ceiling_days",
            "must be from 1 to 36525",
        );
        // Who read a document is known for at least as long as the document may be there.
        check.that(
            (self.ceiling_days..=36_525).contains(&self.audit_days),
            "audit_days",
            "must be from ceiling_days to 36525",
        );
        check.that(
            TimeZone::get(&self.time_zone).is_ok(),
            "time_zone",
            "must be a name such as Europe/Stockholm",
        );
        for (key, days) in [
            ("warn_unread_days", self.warn_unread_days),
            ("warn_read_days", self.warn_read_days),
        ] {
            check.that(days <= 90, key, "must be at most 90");
        }
    }
}

/// `[limits]`: how much one message may hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// The most files in a message.
    pub max_files: usize,
    /// The most recipients of a message.
    pub max_recipients: usize,
    /// The longest text of a message, in characters.
    pub max_text_chars: usize,
}

impl Default for LimitsSection {
    fn default() -> Self {
        let limits = portal::Limits::default();
        Self {
            max_file_bytes: limits.max_file_bytes,
            max_files: limits.max_files,
            max_recipients: limits.max_recipients,
            max_text_chars: limits.max_text_chars,
        }
    }
}

impl LimitsSection {
    pub(super) fn limits(&self) -> portal::Limits {
        portal::Limits {
            max_file_bytes: self.max_file_bytes,
            max_files: self.max_files,
            max_recipients: self.max_recipients,
            max_text_chars: self.max_text_chars,
        }
    }
}

impl Validate for LimitsSection {
    fn validate(&self, check: &mut Check) {
        check.that(self.max_file_bytes > 0, "max_file_bytes", "must be at least 1");
        check.that(
            (1..=1000).contains(&self.max_files),
            "max_files",
            "must be from 1 to 1000",
        );
        check.that(
            (1..=1000).contains(&self.max_recipients),
            "max_recipients",
            "must be from 1 to 1000",
        );
        check.that(
            (1..=1_000_000).contains(&self.max_text_chars),
            "max_text_chars",
            "must be from 1 to 1000000",
        );
    }
}

/// `[sessions]`: how long a recipient stays signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionsSection {
    /// Minutes without any request.
    pub idle_minutes: u32,
    /// Minutes since signing in, whatever happens.
    pub absolute_minutes: u32,
}

impl Default for SessionsSection {
    fn default() -> Self {
        Self {
            idle_minutes: 15,
            absolute_minutes: 60,
        }
    }
}

impl SessionsSection {
    pub(super) fn limits(&self) -> portal::SessionLimits {
        let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
        portal::SessionLimits {
            idle: minutes(self.idle_minutes),
            absolute: minutes(self.absolute_minutes),
        }
    }
}

impl Validate for SessionsSection {
    fn validate(&self, check: &mut Check) {
        // BankID's terms end an identification after two hours without activity.
        check.that(
            (1..=120).contains(&self.idle_minutes),
            "idle_minutes",
            "must be from 1 to 120",
        );
        check.that(
            self.absolute_minutes >= self.idle_minutes && self.absolute_minutes <= 24 * 60,
            "absolute_minutes",
            "must be from idle_minutes to 1440",
        );
    }
}

/// `[jobs]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobsSection {
    /// Seconds between rounds of the jobs (purging, sweeping, days).
    pub interval_seconds: u32,
}

impl Default for JobsSection {
    fn default() -> Self {
        Self { interval_seconds: 60 }
    }
}

impl Validate for JobsSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            (1..=3600).contains(&self.interval_seconds),
            "interval_seconds",
            "must be from 1 to 3600",
        );
    }
}
