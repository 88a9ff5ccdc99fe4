//! The portal's configuration: one struct a section, read from a file, the environment and files of secrets.
//!
//! `docs/operations.md` describes every key; a test compares.

mod audit;
mod backup;
mod contact;
mod logo;
mod mail;
mod metrics;
mod places;
mod preset;
mod provider;
mod purge;
mod rates;
mod s3;
mod staff;
mod storage;
mod systems;
mod terms;

use std::collections::BTreeMap;
use std::path::Path;

use portal::IdentifierKind;
use serde::Deserialize;
use web::PublicOrigin;
use web::config::{Check, ConfigError, DevelopmentSection, ListenSection, LogSection, Mode, Presets, Source, Validate};

pub use audit::{AuditSection, CheckpointsSection, SyslogSection, WebhookSection};
pub(crate) use audit::{certificates, private_key};
pub use backup::BackupSection;
pub use contact::ContactSection;
pub(crate) use logo::Logo;
pub use mail::{Encryption, MailSection};
pub use metrics::MetricsSection;
pub use places::PlacesSection;
pub use preset::Preset;
pub(crate) use provider::is_endpoint;
pub use provider::{
    Algorithm, ClaimPlace, ClaimSource, ClientAuthentication, DeviceParameters, Logout, ProviderKind, ProviderSection,
    RequiredClaim, RequiredValue, StaffRole,
};
pub use purge::PurgeSection;
pub use rates::RatesSection;
pub use s3::S3Section;
pub use staff::StaffSection;
pub use storage::{
    BlobsSection, DatabaseSection, JobsSection, KeysSection, LedgerSection, LimitsSection, RetentionSection,
    SessionsSection,
};
pub use systems::SystemsSection;
pub use terms::TermsSection;

/// Keys that hold secrets or long texts, each also as `…_file`.
const SOURCE: Source<'static> = Source {
    prefix: "POSTVALV",
    secrets: &[
        "database.url",
        "vault.url",
        "blobs.s3.access_key_id",
        "blobs.s3.secret_access_key",
        "audit.syslog.*.authorities",
        "audit.syslog.*.client_certificate",
        "audit.syslog.*.client_key",
        "audit.checkpoints.*.s3.access_key_id",
        "audit.checkpoints.*.s3.secret_access_key",
        "audit.webhook.authorities",
        "backup.passphrase",
        "mail.password",
        "terms.swedish",
        "terms.english",
        "providers.*.client_secret",
        "providers.*.client_key",
    ],
    presets: Some(Presets {
        section: "providers.*",
        key: "preset",
        defaults: preset::defaults,
    }),
};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether real people are served.
    pub mode: Mode,
    /// Where people reach the portal.
    pub origin: PublicOrigin,
    /// The socket and its limits.
    #[serde(default)]
    pub listen: ListenSection,
    /// What is logged.
    #[serde(default)]
    pub log: LogSection,
    /// What only development mode may have.
    #[serde(default)]
    pub development: DevelopmentSection,
    /// Who runs the portal, for the pages' footer.
    pub contact: Option<ContactSection>,
    /// What recipients accept before they read; without it, nothing.
    pub terms: Option<TermsSection>,
    /// The portal's database.
    pub database: DatabaseSection,
    /// The vault's database.
    pub vault: DatabaseSection,
    /// The key provider.
    pub keys: KeysSection,
    /// What was purged, revoked and forgotten.
    #[serde(default)]
    pub ledger: LedgerSection,
    /// The encrypted documents.
    pub blobs: BlobsSection,
    /// Backups; without it, none are made.
    pub backup: Option<BackupSection>,
    /// To whom the audit log, and its checkpoints, go by themselves.
    #[serde(default)]
    pub audit: AuditSection,
    /// How long things may be kept.
    #[serde(default)]
    pub retention: RetentionSection,
    /// When the purge stops and waits for the operator's word.
    #[serde(default)]
    pub purge: PurgeSection,
    /// How much one message may hold.
    #[serde(default)]
    pub limits: LimitsSection,
    /// How often one address may do what costs.
    #[serde(default)]
    pub rates: RatesSection,
    /// How long a recipient stays signed in.
    #[serde(default)]
    pub sessions: SessionsSection,
    /// How staff sign in.
    #[serde(default)]
    pub staff: StaffSection,
    /// Where the places of sign-ins are taken from; without it, none are known.
    pub places: Option<PlacesSection>,
    /// The mail server; without it, nobody is written to.
    pub mail: Option<MailSection>,
    /// Where a collector reads numbers; without it, nowhere.
    pub metrics: Option<MetricsSection>,
    /// Organisations' machine clients.
    #[serde(default)]
    pub systems: SystemsSection,
    /// The jobs in process.
    #[serde(default)]
    pub jobs: JobsSection,
    /// OpenID providers through which recipients or staff sign in, by the name that stands in their addresses.
    #[serde(default)]
    pub providers: BTreeMap<String, ProviderSection>,
}

impl Config {
    /// Loads the configuration from the file at `path` and this process's environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names each key that is wrong.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        SOURCE.load(path)
    }

    /// As [`Config::load`], with the environment given.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn load_from(
        path: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        SOURCE.load_from(path, environment)
    }

    /// What the portal needs of it.
    #[must_use]
    pub fn settings(&self) -> portal::Settings {
        portal::Settings {
            database_url: self.database.url.clone(),
            vault_url: self.vault.url.clone(),
            provider: portal::ProviderSettings::Folder(self.keys.folder.clone()),
            ledger: self.ledger.settings(&self.keys),
            blobs: self.blobs.settings(),
            retention_ceiling_days: self.retention.ceiling_days,
            audit_retention_days: self.retention.audit_days,
            warnings: self.retention.warnings(),
            purge: self.purge.settings(self.mode.is_development()),
            limits: self.limits.limits(),
            sessions: self.sessions.limits(),
            ways_in: self.ways_in(),
            staff: self.staff.settings(),
            origin: self.origin.as_str().to_owned(),
            sends_mail: self.mail.is_some(),
            audit_receivers: self.audit.receivers(),
            terms: self.terms.as_ref().map(TermsSection::terms),
            time_zone: self.retention.time_zone(),
        }
    }
}

impl Config {
    /// How recipients may sign in, as the providers have it.
    fn ways_in(&self) -> portal::WaysIn {
        let mut ways_in = portal::WaysIn::default();
        let for_recipients = |provider: &&ProviderSection| provider.kind.lets_in(portal::SessionKind::Recipient);
        for provider in self.providers.values().filter(for_recipients) {
            let Some(level) = provider.highest_level() else {
                continue;
            };
            for kind in provider.identifies() {
                match kind {
                    IdentifierKind::Number => ways_in.numbers = level.max(ways_in.numbers),
                    IdentifierKind::Prid => ways_in.prids = ways_in.prids.max(Some(level)),
                    IdentifierKind::WorkAccount(tenant) => {
                        let known = ways_in.directories.entry(tenant).or_insert(level);
                        *known = level.max(*known);
                    }
                }
            }
        }
        ways_in
    }
}

impl Validate for Config {
    fn validate(&self, check: &mut Check) {
        check.that(
            self.mode.is_development() || self.origin.is_tls(),
            "origin",
            "must begin with https:// unless mode = \"development\"",
        );
        self.development.validate(self.mode, check);
        check.section("listen", &self.listen);
        check.section("log", &self.log);
        if let Some(contact) = &self.contact {
            check.section("contact", contact);
        }
        if let Some(terms) = &self.terms {
            check.section("terms", terms);
        }
        check.section("database", &self.database);
        check.section("vault", &self.vault);
        check.that(
            self.database.url != self.vault.url,
            "vault.url",
            "must name another database than database.url",
        );
        let portal::LedgerSettings::Folder(ledger) = self.ledger.settings(&self.keys);
        let taken = ledger == self.keys.folder || self.blobs.folder.as_ref() == Some(&ledger);
        check.that(
            !taken,
            "ledger.folder",
            "must be another folder than keys.folder and blobs.folder",
        );
        check.section("blobs", &self.blobs);
        if let Some(backup) = &self.backup {
            check.section("backup", backup);
        }
        check.section("audit", &self.audit);
        check.section("retention", &self.retention);
        check.section("purge", &self.purge);
        check.section("limits", &self.limits);
        check.section("rates", &self.rates);
        check.that(
            self.blobs.s3.is_none() || self.limits.max_file_bytes <= portal::S3Settings::MAX_FILE_BYTES,
            "limits.max_file_bytes",
            "must be at most 51539607552 when the documents are in blobs.s3",
        );
        check.section("sessions", &self.sessions);
        check.section("staff", &self.staff);
        if let Some(places) = &self.places {
            check.section("places", places);
        }
        if let Some(mail) = &self.mail {
            check.section("mail", mail);
        }
        if let Some(metrics) = &self.metrics {
            check.section("metrics", metrics);
        }
        check.section("jobs", &self.jobs);
        check.under("providers", |check| {
            for (name, provider) in &self.providers {
                let good = !name.is_empty()
                    && name.len() <= 40
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                check.that(good, name, "the name must be 1 to 40 of a-z, 0-9 and -");
                check.under(name, |check| provider.validate(self.mode, check));
            }
        });
    }
}

#[cfg(test)]
mod tests;
