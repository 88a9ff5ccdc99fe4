//! `[audit]`: to whom audit logs, and their checkpoints, go by themselves. The operator says so: whoever could name a host here would make the
//! portal connect into the operator's networks. Where an organisation's admin names one, for a webhook, `[audit.webhook]` says how far that may lead.

use std::collections::BTreeMap;

use base::{OrganisationId, SecretString};
use portal::{AuditLogs, AuditReceiver, AuditReceiverKind};
use serde::Deserialize;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use web::Network;
use web::config::{Check, Validate};

use super::S3Section;

/// `[audit]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSection {
    /// Receivers of every row by syslog over TLS, by the name that the log knows them by.
    pub syslog: BTreeMap<String, SyslogSection>,
    /// Receivers of checkpoints, by the name that the log knows them by.
    pub checkpoints: BTreeMap<String, CheckpointsSection>,
    /// Webhooks for checkpoints, which organisations choose.
    pub webhook: WebhookSection,
}

/// `[audit.webhook]`: where webhooks may lead.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSection {
    /// Networks besides the internet in which they may be, as addresses or networks (`10.1.0.0/16`).
    pub allowed_networks: Vec<Network>,
    /// The certificates of authorities that may have signed theirs, besides those that this machine trusts, as PEM.
    pub authorities: Option<SecretString>,
}

/// `[audit.checkpoints.NAME]`: a receiver of signed checkpoints.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointsSection {
    /// Of whose log; of every organisation's and the installation's own when absent.
    pub organisation: Option<OrganisationId>,
    /// A bucket with object lock.
    pub s3: S3Section,
}

/// `[audit.syslog.NAME]`: a receiver of syslog (RFC 5424) over TLS (RFC 5425).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyslogSection {
    /// Whose log goes there; the installation's own when absent.
    pub organisation: Option<OrganisationId>,
    /// The receiver's name, for which its certificate must hold.
    pub host: String,
    /// Its port.
    #[serde(default = "port")]
    pub port: u16,
    /// The certificates of the authorities that may have signed the receiver's, as PEM; those that this machine trusts when absent.
    pub authorities: Option<SecretString>,
    /// Our certificate there, and those between it and its authority, as PEM.
    pub client_certificate: Option<SecretString>,
    /// Its private key, as PEM.
    pub client_key: Option<SecretString>,
}

/// As RFC 5425 has it.
const fn port() -> u16 {
    6514
}

impl AuditSection {
    pub(super) fn receivers(&self) -> Vec<AuditReceiver> {
        let syslog = self.syslog.iter().map(|(name, section)| section.receiver(name));
        let checkpoints = self.checkpoints.iter();
        syslog
            .chain(checkpoints.map(|(name, section)| section.receiver(name)))
            .collect()
    }
}

impl CheckpointsSection {
    /// Who it is to the portal.
    pub(crate) fn receiver(&self, name: &str) -> AuditReceiver {
        let bucket = [self.s3.endpoint.host_and_port(), &self.s3.bucket, &self.s3.prefix];
        AuditReceiver {
            kind: AuditReceiverKind::Bucket,
            name: name.to_owned(),
            logs: self
                .organisation
                .map_or(AuditLogs::Every, |organisation| AuditLogs::Of(Some(organisation))),
            place: bucket.join("/").trim_end_matches('/').to_owned(),
        }
    }
}

impl SyslogSection {
    /// Who it is to the portal.
    pub(crate) fn receiver(&self, name: &str) -> AuditReceiver {
        AuditReceiver {
            kind: AuditReceiverKind::Syslog,
            name: name.to_owned(),
            logs: AuditLogs::Of(self.organisation),
            place: format!("{}:{}", self.host, self.port),
        }
    }
}

/// The certificates in a PEM text; `None` when there are none or one of them is damaged.
pub(crate) fn certificates(pem: &SecretString) -> Option<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.expose().as_bytes()).collect();
    read.ok().filter(|certificates| !certificates.is_empty())
}

/// The first private key in a PEM text.
pub(crate) fn private_key(pem: &SecretString) -> Option<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).ok()
}

impl Validate for AuditSection {
    fn validate(&self, check: &mut Check) {
        check.under("syslog", |check| {
            for (name, section) in &self.syslog {
                check.that(is_name(name), name, "the name must be 1 to 40 of a-z, 0-9 and -");
                check.section(name, section);
            }
        });
        check.under("checkpoints", |check| {
            for (name, section) in &self.checkpoints {
                check.that(is_name(name), name, "the name must be 1 to 40 of a-z, 0-9 and -");
                check.under(name, |check| check.section("s3", &section.s3));
            }
        });
        check.section("webhook", &self.webhook);
    }
}

impl Validate for WebhookSection {
    fn validate(&self, check: &mut Check) {
        check_certificates(check, "authorities", self.authorities.as_ref());
    }
}

fn check_certificates(check: &mut Check, key: &str, pem: Option<&SecretString>) {
    let good = pem.is_none_or(|pem| certificates(pem).is_some());
    check.that(good, key, "must be certificates in PEM");
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&name.len()) && name.bytes().all(plain)
}

impl Validate for SyslogSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            ServerName::try_from(self.host.as_str()).is_ok(),
            "host",
            "must be a host's name without scheme and port",
        );
        check.that(self.port != 0, "port", "must be at least 1");
        check_certificates(check, "authorities", self.authorities.as_ref());
        check_certificates(check, "client_certificate", self.client_certificate.as_ref());
        check.that(
            self.client_key.as_ref().is_none_or(|pem| private_key(pem).is_some()),
            "client_key",
            "must be a private key in PEM",
        );
        check.that(
            self.client_certificate.is_some() == self.client_key.is_some(),
            "client_key",
            "must be given with client_certificate, and only then",
        );
    }
}
