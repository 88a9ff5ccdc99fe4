//! Sections that both programs have.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use base::{Clock, ClockError};
use serde::Deserialize;

use super::{Check, Validate};
use crate::{Limits, Network};

/// Whether real people are served. There is no default: a configuration says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Loopback origins over plain HTTP are accepted, and the clock may be moved.
    Development,
    /// Everything is reached over TLS and the time is the system's.
    Production,
}

impl Mode {
    /// Whether this is [`Mode::Development`].
    #[must_use]
    pub fn is_development(self) -> bool {
        self == Self::Development
    }
}

/// `[development]`: what only development mode may have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DevelopmentSection {
    /// A file with whole milliseconds to add to the system's clock, read anew each time; a missing file is zero.
    pub clock_offset_file: Option<PathBuf>,
}

/// The clock can't be made as configured.
#[derive(Debug, thiserror::Error)]
pub enum ModeError {
    /// A production configuration names an offset file.
    #[error("development.clock_offset_file: is refused unless mode = \"development\"")]
    NotDevelopment,
    /// The offset file exists but holds no whole number.
    #[error("development.clock_offset_file: {0}")]
    Clock(#[from] ClockError),
}

impl DevelopmentSection {
    /// Reports keys that are set although `mode` is not development.
    pub fn validate(&self, mode: Mode, check: &mut Check) {
        check.under("development", |check| {
            check.that(
                mode.is_development() || self.clock_offset_file.is_none(),
                "clock_offset_file",
                "is refused unless mode = \"development\"",
            );
        });
    }

    /// The clock that the configuration asks for.
    ///
    /// # Errors
    ///
    /// When an offset file is named outside development mode, or holds no whole number.
    pub fn clock(&self, mode: Mode) -> Result<Clock, ModeError> {
        match (&self.clock_offset_file, mode) {
            (None, _) => Ok(Clock::system()),
            (Some(path), Mode::Development) => Ok(Clock::with_offset_file(path)?),
            (Some(_), Mode::Production) => Err(ModeError::NotDevelopment),
        }
    }
}

/// `[log]`: what is written to standard error, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `plain` for people, `json` for a collector.
    pub format: LogFormat,
    /// Which events, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line of text.
    Plain,
    /// One JSON object a line.
    Json,
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            format: LogFormat::Plain,
            // The one that is quietened calls each cookie of a session that has run out suspicious.
            filter: "info,tower_sessions_core=error".to_owned(),
        }
    }
}

impl Validate for LogSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            crate::logging::is_filter(&self.filter),
            "filter",
            "must be a filter such as \"info\" or \"info,server=debug\"",
        );
    }
}

/// `[listen]`: the socket and its limits. Times are in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenSection {
    /// Address and port to listen on.
    pub address: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks (`10.0.0.0/8`).
    pub trusted_proxies: Vec<Network>,
    /// How many connections may be open at once; more wait to be accepted.
    pub max_connections: u32,
    /// How long a client may take to send a request's head, and a kept-alive connection may be idle.
    pub header_seconds: u32,
    /// How long a body may stand still, in either direction. The whole may take any time.
    pub idle_seconds: u32,
    /// How long requests under way may take to finish after the program was asked to stop.
    pub shutdown_seconds: u32,
}

impl Default for ListenSection {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            trusted_proxies: Vec::new(),
            max_connections: 4096,
            header_seconds: 30,
            idle_seconds: 60,
            shutdown_seconds: 30,
        }
    }
}

impl ListenSection {
    /// The limits for [`crate::serve()`].
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            max_connections: self.max_connections,
            header: Duration::from_secs(self.header_seconds.into()),
            idle: Duration::from_secs(self.idle_seconds.into()),
            shutdown: Duration::from_secs(self.shutdown_seconds.into()),
        }
    }
}

impl Validate for ListenSection {
    fn validate(&self, check: &mut Check) {
        for (key, value) in [
            ("max_connections", self.max_connections),
            ("header_seconds", self.header_seconds),
            ("idle_seconds", self.idle_seconds),
        ] {
            check.that(value > 0, key, "must be at least 1");
        }
    }
}
