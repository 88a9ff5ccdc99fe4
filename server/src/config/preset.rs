//! Presets: what is usually right for a provider of a certain kind, as records of defaults in `preset/`.
//!
//! A preset sets keys that the configuration leaves out and nothing else: the result is validated like any other record,
//! and no check depends on which preset it came from, but for what [`Preset::validate`] asks in addition.

use serde::Deserialize;
use web::config::Check;

use super::ProviderSection;

/// A kind of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Idura, formerly Criipto.
    Idura,
    /// Signicat.
    Signicat,
    /// Keycloak with a plugin for BankID.
    Keycloak,
    /// Curity Identity Server.
    Curity,
    /// Freja eID+.
    Freja,
    /// Any provider that follows the Swedish OpenID Connect profile.
    OidcSweden,
    /// The Swedish eIDAS connector, for people with an e-ID of another country.
    Eidas,
    /// Entra ID, for staff unless the record says otherwise.
    Entra,
    /// Our own bridge in front of BankID.
    BankidBridge,
}

/// The defaults (TOML) of the preset with this name in the configuration.
pub(super) fn defaults(name: &str) -> Option<&'static str> {
    Some(match name {
        "idura" => include_str!("preset/idura.toml"),
        "signicat" => include_str!("preset/signicat.toml"),
        "keycloak" => include_str!("preset/keycloak.toml"),
        "curity" => include_str!("preset/curity.toml"),
        "freja" => include_str!("preset/freja.toml"),
        "oidc-sweden" => include_str!("preset/oidc-sweden.toml"),
        "eidas" => include_str!("preset/eidas.toml"),
        "entra" => include_str!("preset/entra.toml"),
        "bankid-bridge" => include_str!("preset/bankid-bridge.toml"),
        _ => return None,
    })
}

impl Preset {
    /// What must be given beside a preset because each installation of such a provider has its own, and without which the
    /// provider would offer people other ways in than the one that was meant.
    pub(super) fn validate(self, section: &ProviderSection, check: &mut Check) {
        match self {
            Self::Keycloak => check.that(
                section
                    .parameters
                    .get("kc_idp_hint")
                    .is_some_and(|alias| !alias.is_empty()),
                "parameters.kc_idp_hint",
                "is missing: the alias of BankID among the realm's identity providers",
            ),
            Self::Curity => check.that(
                !section.acr_values.is_empty(),
                "acr_values",
                "is missing: the BankID authenticator, [\"urn:se:curity:authentication:bankid:ID\"]",
            ),
            Self::Idura
            | Self::Signicat
            | Self::Freja
            | Self::OidcSweden
            | Self::Eidas
            | Self::Entra
            | Self::BankidBridge => {}
        }
    }
}

#[cfg(test)]
mod tests;
