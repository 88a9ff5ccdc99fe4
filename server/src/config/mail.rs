//! `[mail]`: the mail server that people are written to through.

use std::net::IpAddr;
use std::time::Duration;

use base::SecretString;
use lettre::Address;
use serde::Deserialize;
use web::config::{Check, Validate};

/// `[mail]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    /// The mail server's name, for which its certificate must hold.
    pub host: String,
    /// Its port; the one of the encryption when absent.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub encryption: Encryption,
    /// Whom we are to the mail server, when it asks.
    pub user_name: Option<String>,
    /// The password of that user.
    pub password: Option<SecretString>,
    /// The address that mails come from.
    pub from: String,
    /// The name that mails come from.
    #[serde(default = "from_name")]
    pub from_name: String,
    /// How long the mail server may take for one mail, from connecting to its last answer, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Tls,
    /// TLS from the command STARTTLS on (RFC 3207); a server without it gets no mail.
    StartTls,
    /// Not at all: only on this machine.
    None,
}

impl Encryption {
    /// The port for handing in mail.
    const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

fn from_name() -> String {
    "Postvalv".to_owned()
}

const fn timeout_seconds() -> u32 {
    30
}

impl MailSection {
    /// The port to connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.encryption.port())
    }

    /// How long one mail may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }
}

impl Validate for MailSection {
    fn validate(&self, check: &mut Check) {
        let is_host = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
            (1..=253).contains(&text.len()) && text.bytes().all(plain) || text.parse::<IpAddr>().is_ok()
        };
        check.that(
            is_host(&self.host),
            "host",
            "must be a host's name without scheme and port",
        );
        check.that(self.port != Some(0), "port", "must be at least 1");
        let is_loopback = self.host == "localhost" || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        check.that(
            self.encryption != Encryption::None || is_loopback,
            "encryption",
            "must be \"tls\" or \"starttls\" unless the host is this machine",
        );
        check.that(
            self.user_name.is_some() == self.password.is_some(),
            "password",
            "must be given with user_name, and only then",
        );
        check.that(
            self.from.is_ascii() && self.from.parse::<Address>().is_ok(),
            "from",
            "must be an e-mail address",
        );
        check.that(
            (1..=100).contains(&self.from_name.chars().count()) && !self.from_name.chars().any(char::is_control),
            "from_name",
            "must be 1 to 100 characters on one line",
        );
        check.that(
            (1..=120).contains(&self.timeout_seconds),
            "timeout_seconds",
            "must be 1 to 120",
        );
    }
}
