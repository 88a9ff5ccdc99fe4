//! The simulator's configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use web::PublicOrigin;
use web::config::{Check, DevelopmentSection, ListenSection, LogSection, Mode, Source, Validate};

/// Where the configuration comes from: a file, then `SIMULATOR__SECTION__KEY`.
pub const SOURCE: Source<'static> = Source {
    prefix: "SIMULATOR",
    secrets: &[],
    presets: None,
};

/// The whole configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Must be `development`: the simulator lets anybody be anybody.
    pub mode: Mode,
    /// Where browsers reach the phone page.
    pub origin: PublicOrigin,
    /// The phone page's socket; loopback alone.
    pub listen: ListenSection,
    /// The Relying Party API.
    pub api: ApiSection,
    /// Logging.
    #[serde(default)]
    pub log: LogSection,
    /// The clock's offset.
    #[serde(default)]
    pub development: DevelopmentSection,
}

/// `[api]`: the Relying Party API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSection {
    /// Its socket; loopback alone.
    pub address: SocketAddr,
    /// Folder of the test certificates; made when it is missing.
    pub certificates: PathBuf,
}

impl Validate for Settings {
    fn validate(&self, check: &mut Check) {
        check.that(
            self.mode.is_development(),
            "mode",
            "must be development: a simulated BankID lets anybody be anybody",
        );
        check.section("listen", &self.listen);
        check.section("log", &self.log);
        check.that(
            self.listen.address.ip().is_loopback(),
            "listen.address",
            "must be a loopback address",
        );
        check.that(
            self.api.address.ip().is_loopback(),
            "api.address",
            "must be a loopback address",
        );
        check.that(!self.origin.is_tls(), "origin", "must be http to a loopback address");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(mode: &str, address: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("simulator.toml");
        let text = format!(
            r#"
            mode = "{mode}"
            origin = "http://127.0.0.1:3002"
            [listen]
            address = "{address}"
            [api]
            address = "127.0.0.1:3003"
            certificates = "ca"
            "#
        );
        std::fs::write(&path, text).unwrap();
        SOURCE.load_from(&path, []).map_err(|error| error.to_string())
    }

    #[test]
    fn it_starts_in_development_on_loopback_and_nowhere_else() {
        assert!(load("development", "127.0.0.1:3002").is_ok());
        assert!(load("production", "127.0.0.1:3002").unwrap_err().contains("mode"));
        assert!(
            load("development", "0.0.0.0:3002")
                .unwrap_err()
                .contains("listen.address")
        );
    }
}
