//! Relying parties: who they are and what they may ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{SecretString, constant_time_eq};
use sha2::{Digest as _, Sha256};

use super::settings::ClientSection;
use super::texts::Language;

/// A relying party.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    section: ClientSection,
}

impl Client {
    pub(crate) fn new(id: String, section: ClientSection) -> Self {
        Self { id, section }
    }

    pub(crate) fn name(&self) -> &str {
        &self.section.name
    }

    pub(crate) fn purpose(&self, language: Language) -> &str {
        match language {
            Language::Swedish => &self.section.purpose_sv,
            Language::English => &self.section.purpose_en,
        }
    }

    /// Whether codes may be sent to `address`: character by character, since "nearly the same" has been the hole in
    /// many providers (RFC 9700 section 2.1).
    pub(crate) fn may_redirect_to(&self, address: &str) -> bool {
        self.section.redirect_uris.iter().any(|known| known == address)
    }

    pub(crate) fn may_redirect_after_logout_to(&self, address: &str) -> bool {
        self.section
            .post_logout_redirect_uris
            .iter()
            .any(|known| known == address)
    }

    pub(crate) fn sector(&self) -> &str {
        self.section.sector.as_deref().unwrap_or(&self.id)
    }

    pub(crate) fn number_aliases(&self) -> &[String] {
        &self.section.number_aliases
    }

    pub(crate) fn number_in_id_token(&self) -> bool {
        self.section.number_in_id_token
    }

    pub(crate) fn signed_userinfo(&self) -> bool {
        self.section.signed_userinfo
    }

    /// Compares digests, so that not even the length shows.
    fn has_secret(&self, secret: &SecretString) -> bool {
        constant_time_eq(
            &Sha256::digest(self.section.secret.expose()),
            &Sha256::digest(secret.expose()),
        )
    }
}

/// All relying parties of this bridge.
#[derive(Debug)]
pub(crate) struct Clients(BTreeMap<String, Arc<Client>>);

impl Clients {
    pub(crate) fn new(sections: BTreeMap<String, ClientSection>) -> Self {
        Self(
            sections
                .into_iter()
                .map(|(id, section)| (id.clone(), Arc::new(Client::new(id, section))))
                .collect(),
        )
    }

    #[cfg(test)]
    pub(crate) fn of(clients: impl IntoIterator<Item = Client>) -> Self {
        Self(
            clients
                .into_iter()
                .map(|client| (client.id.clone(), Arc::new(client)))
                .collect(),
        )
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Arc<Client>> {
        self.0.get(id)
    }

    /// The client with this id and secret; the same `None` for an unknown id and a wrong secret.
    pub(crate) fn authenticate(&self, id: &str, secret: &SecretString) -> Option<&Arc<Client>> {
        self.find(id).filter(|client| client.has_secret(secret))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn portal() -> Client {
        Client::new(
            "portal".to_owned(),
            ClientSection {
                name: "Portal".to_owned(),
                purpose_sv: "läsa dina brev".to_owned(),
                purpose_en: "read your letters".to_owned(),
                secret: SecretString::new("0123456789abcdef0123456789abcdef".to_owned()),
                redirect_uris: vec!["https://portal.example/callback".to_owned()],
                post_logout_redirect_uris: vec!["https://portal.example/signed-out".to_owned()],
                sector: None,
                number_aliases: vec!["ssn".to_owned()],
                number_in_id_token: false,
                signed_userinfo: false,
            },
        )
    }

    #[test]
    fn an_address_is_the_same_or_it_is_not() {
        let client = portal();
        assert!(client.may_redirect_to("https://portal.example/callback"));
        for address in [
            "https://portal.example/callback/",
            "https://portal.example/callback?x=1",
            "https://portal.example/callbacks",
            "https://PORTAL.example/callback",
            "https://portal.example:443/callback",
            "https://portal.example/callback#",
            "https://portal.example/signed-out",
            "",
        ] {
            assert!(!client.may_redirect_to(address), "{address}");
        }
    }

    #[test]
    fn a_client_needs_its_own_secret() {
        let clients = Clients::of([portal()]);
        let secret = |text: &str| SecretString::new(text.to_owned());
        assert!(
            clients
                .authenticate("portal", &secret("0123456789abcdef0123456789abcdef"))
                .is_some()
        );
        assert!(
            clients
                .authenticate("portal", &secret("0123456789abcdef0123456789abcde"))
                .is_none()
        );
        assert!(
            clients
                .authenticate("other", &secret("0123456789abcdef0123456789abcdef"))
                .is_none()
        );
    }
}
