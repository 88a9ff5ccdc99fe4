//! The bridge's configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bankid::Risk;
use base::SecretString;
use serde::Deserialize;
use url::Url;
use web::PublicOrigin;
use web::config::{Check, DevelopmentSection, ListenSection, LogSection, Mode, Source, Validate};

/// Where the configuration comes from: a file, then `BRIDGE__SECTION__KEY`.
pub const SOURCE: Source<'static> = Source {
    prefix: "BRIDGE",
    secrets: &["bankid.private_key", "clients.*.secret"],
    presets: None,
};

/// The whole configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Development or production.
    pub mode: Mode,
    /// Where browsers reach the bridge; also its issuer.
    pub origin: PublicOrigin,
    /// The socket.
    #[serde(default)]
    pub listen: ListenSection,
    /// Logging.
    #[serde(default)]
    pub log: LogSection,
    /// What only development mode may have.
    #[serde(default)]
    pub development: DevelopmentSection,
    /// BankID.
    pub bankid: BankIdSection,
    /// Signing keys and the key behind every `sub`.
    pub keys: KeysSection,
    /// Limits.
    #[serde(default)]
    pub limits: LimitsSection,
    /// What the pages look like.
    #[serde(default)]
    pub page: PageSection,
    /// The relying parties, by client id.
    pub clients: BTreeMap<String, ClientSection>,
}

/// `[bankid]`: which environment, and who we are there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankIdSection {
    /// The API's address, which ends in `/rp/v6.0/`.
    #[serde(default = "production_url")]
    pub url: Url,
    /// File with that environment's certificate authority (PEM).
    pub certificate_authority: PathBuf,
    /// File with our certificate (PEM).
    pub certificate: PathBuf,
    /// Our private key (PEM, PKCS#8); usually as `private_key_file`.
    pub private_key: SecretString,
    /// What opens the app on a phone.
    #[serde(default = "autostart_phone")]
    pub autostart_phone: Url,
    /// What opens the app on a desktop.
    #[serde(default = "autostart_desktop")]
    pub autostart_desktop: Url,
    /// The highest risk that is let in: `low` or `moderate`.
    #[serde(default = "moderate")]
    pub highest_risk: Risk,
    /// Whether the code must be entered even where a fingerprint or face would do.
    #[serde(default)]
    pub require_pin: bool,
}

fn constant(text: &str) -> Url {
    #[expect(clippy::expect_used, reason = "a constant address")]
    Url::parse(text).expect("a constant address")
}

fn production_url() -> Url {
    constant(bankid::PRODUCTION_URL)
}

fn autostart_phone() -> Url {
    bankid::AutostartUrls::default().phone
}

fn autostart_desktop() -> Url {
    bankid::AutostartUrls::default().desktop
}

const fn moderate() -> Risk {
    Risk::Moderate
}

/// `[keys]`: where the bridge keeps its own keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSection {
    /// The folder; made when it is missing, mode 700.
    pub folder: PathBuf,
    /// Days that one signing key is used.
    #[serde(default = "month")]
    pub rotate_days: u32,
}

const fn month() -> u32 {
    30
}

/// `[limits]`: how much may go on at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// Orders that one address (an IPv6 /64 counts as one) may start in a minute. An office or a library may share
    /// one address.
    pub orders_per_minute: u32,
    /// Sign-ins under way at once.
    pub sign_ins: usize,
    /// Authorisation codes and access tokens alive at once.
    pub grants: usize,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self {
            orders_per_minute: 60,
            sign_ins: 20_000,
            grants: 50_000,
        }
    }
}

/// `[page]`: what the pages look like.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSection {
    /// File with BankID's logotype (SVG), which is a trademark and therefore not part of this program. Shown at the top
    /// of each page in place of a neutral mark.
    pub logotype: Option<PathBuf>,
}

/// `[clients.<id>]`: a relying party.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSection {
    /// Its name, as people know it. Shown on the page and in the app.
    pub name: String,
    /// Why people sign in there, in Swedish, as the end of "Du legitimerar dig för att …".
    pub purpose_sv: String,
    /// The same in English, as the end of "You identify yourself to …".
    pub purpose_en: String,
    /// The client secret, at least 32 characters; usually as `secret_file`.
    pub secret: SecretString,
    /// Where codes may be sent; compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after they signed out; compared character by character.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Clients with the same sector see the same `sub` for a person. The client id unless given.
    #[serde(default)]
    pub sector: Option<String>,
    /// Further names under which the number is given, such as `ssn`.
    #[serde(default)]
    pub number_aliases: Vec<String>,
    /// Whether the number also stands in the ID token. An ID token travels in addresses (`id_token_hint`), so this is
    /// for clients that can't read UserInfo.
    #[serde(default)]
    pub number_in_id_token: bool,
    /// Whether UserInfo is a signed JWT instead of JSON.
    #[serde(default)]
    pub signed_userinfo: bool,
}

impl Validate for Settings {
    fn validate(&self, check: &mut Check) {
        check.that(
            self.mode.is_development() || self.origin.is_tls(),
            "origin",
            "must be https unless mode = \"development\"",
        );
        check.section("listen", &self.listen);
        check.section("log", &self.log);
        self.development.validate(self.mode, check);
        check.section("bankid", &self.bankid);
        check.section("keys", &self.keys);
        check.section("limits", &self.limits);
        check.that(!self.clients.is_empty(), "clients", "needs at least one client");
        check.under("clients", |check| {
            for (id, client) in &self.clients {
                check.under(id, |check| client.check(self.mode, check));
            }
        });
    }
}

impl Validate for BankIdSection {
    fn validate(&self, check: &mut Check) {
        check.that(self.url.scheme() == "https", "url", "must be https");
        check.that(self.url.path().ends_with('/'), "url", "must end with a slash");
        check.that(
            self.highest_risk != Risk::High,
            "highest_risk",
            "must be low or moderate: high risk is always refused",
        );
    }
}

impl Validate for KeysSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            (4..=366).contains(&self.rotate_days),
            "rotate_days",
            "must be between 4 and 366",
        );
    }
}

impl Validate for LimitsSection {
    fn validate(&self, check: &mut Check) {
        check.that(self.orders_per_minute > 0, "orders_per_minute", "must be at least 1");
        check.that(self.sign_ins > 0, "sign_ins", "must be at least 1");
        check.that(self.grants > 0, "grants", "must be at least 1");
    }
}

/// Claims whose meaning is fixed, which an alias must not take.
const TAKEN: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nonce",
    "acr",
    "amr",
    "auth_time",
    "at_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "txn",
];

impl ClientSection {
    fn check(&self, mode: Mode, check: &mut Check) {
        check.that(
            !self.name.trim().is_empty() && self.name.chars().count() <= 60,
            "name",
            "must be 1 to 60 characters",
        );
        for (key, purpose) in [("purpose_sv", &self.purpose_sv), ("purpose_en", &self.purpose_en)] {
            check.that(
                !purpose.trim().is_empty() && purpose.chars().count() <= 120,
                key,
                "must be 1 to 120 characters",
            );
        }
        check.that(
            mode.is_development() || self.secret.expose().len() >= 32,
            "secret",
            "must be at least 32 characters",
        );
        check.that(!self.redirect_uris.is_empty(), "redirect_uris", "needs at least one");
        for (key, addresses) in [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ] {
            check.that(
                addresses.iter().all(|address| is_usable(address, mode)),
                key,
                "must be https addresses without fragment; plain http only to a loopback address in development",
            );
        }
        check.that(
            self.number_aliases
                .iter()
                .all(|alias| !alias.is_empty() && !TAKEN.contains(&alias.as_str())),
            "number_aliases",
            "must not take the name of another claim",
        );
    }
}

fn is_usable(address: &str, mode: Mode) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback && mode.is_development());
    scheme && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = r#"
        [clients.portal]
        name = "Portal"
        purpose_sv = "läsa dina brev"
        purpose_en = "read your letters"
        secret = "0123456789abcdef0123456789abcdef"
        redirect_uris = ["https://portal.example/callback"]
    "#;

    fn load(head: &str, client: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bridge.toml");
        let text = format!(
            r#"{head}
            [bankid]
            certificate_authority = "ca.pem"
            certificate = "certificate.pem"
            private_key = "key"
            [keys]
            folder = "keys"
            {client}"#
        );
        std::fs::write(&path, text).unwrap();
        SOURCE.load_from(&path, []).map_err(|error| error.to_string())
    }

    const PRODUCTION: &str = r#"
        mode = "production"
        origin = "https://bankid.example"
    "#;

    #[test]
    fn a_short_configuration_is_bankids_production() {
        let settings = load(PRODUCTION, CLIENT).unwrap();
        assert_eq!(settings.bankid.url.as_str(), bankid::PRODUCTION_URL);
        assert_eq!(settings.bankid.highest_risk, Risk::Moderate);
        assert_eq!(settings.bankid.autostart_phone.as_str(), "https://app.bankid.com/");
    }

    #[test]
    fn mistakes_name_their_key() {
        let plain = r#"
            mode = "production"
            origin = "http://127.0.0.1:3001"
        "#;
        assert!(load(plain, CLIENT).unwrap_err().contains("origin"));
        for (change, key) in [
            (("0123456789abcdef0123456789abcdef", "short"), "clients.portal.secret"),
            (
                ("https://portal.example/callback", "http://portal.example/callback"),
                "clients.portal.redirect_uris",
            ),
            (
                ("https://portal.example/callback", "https://portal.example/#x"),
                "clients.portal.redirect_uris",
            ),
            (
                ("name = \"Portal\"", "name = \"Portal\"\nnumber_aliases = [\"sub\"]"),
                "clients.portal.number_aliases",
            ),
        ] {
            let error = load(PRODUCTION, &CLIENT.replace(change.0, change.1)).unwrap_err();
            assert!(error.contains(key) && !error.contains("short"), "{error}");
        }
        assert!(load(PRODUCTION, "[clients]").unwrap_err().contains("clients"));
    }
}
