//! What a relying party asks for at the authorisation endpoint, checked.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.2, RFC 7636, RFC 9700 and the Swedish OIDC profile 1.0: code flow and
//! S256 alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::claims::{NUMBER_CLAIMS, Scopes};
use super::client::{Client, Clients};
use super::parameters::Parameters;
use super::pkce::Challenge;
use super::texts::Language;

/// The assurance level of every identification with BankID.
pub(crate) const LOA3: &str = "http://id.elegnamnden.se/loa/1.0/loa3";

/// Longest `state` and `nonce` that are carried, in bytes.
const MAX_ECHO: usize = 2_000;

/// A request that may go on to BankID.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Challenge,
    pub(crate) scopes: Scopes,
    /// From `ui_locales`.
    pub(crate) language: Option<Language>,
}

/// A request that may not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nobody known asked, or for an address that is not theirs: the person sees a page and is sent nowhere.
    Untrusted(Untrusted),
    /// The relying party is told at its own address.
    Told(ToldError),
}

/// Why a person is sent nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untrusted {
    Malformed,
    UnknownClient,
    RedirectUri,
}

/// An error for the relying party (RFC 6749 section 4.1.2.1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToldError {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
}

impl Authorization {
    /// Checks a request.
    pub(crate) fn check(query: &[u8], clients: &Clients) -> Result<Self, Refused> {
        let untrusted = |why| Refused::Untrusted(why);
        let parameters = Parameters::parse(query).map_err(|_| untrusted(Untrusted::Malformed))?;
        let client = parameters
            .get("client_id")
            .and_then(|id| clients.find(id))
            .ok_or(untrusted(Untrusted::UnknownClient))?;
        let redirect_uri = parameters
            .get("redirect_uri")
            .filter(|address| client.may_redirect_to(address))
            .ok_or(untrusted(Untrusted::RedirectUri))?;
        let state = parameters.get("state").filter(|state| state.len() <= MAX_ECHO);
        let told = |code, description| {
            Refused::Told(ToldError {
                redirect_uri: redirect_uri.to_owned(),
                state: state.map(str::to_owned),
                code,
                description,
            })
        };
        let invalid = |description| told("invalid_request", description);
        if state.is_none() && parameters.get("state").is_some() {
            return Err(invalid("state is too long"));
        }
        if parameters.get("request").is_some() {
            return Err(told("request_not_supported", "request objects are not supported"));
        }
        if parameters.get("request_uri").is_some() {
            return Err(told("request_uri_not_supported", "request objects are not supported"));
        }
        match parameters.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(told("unsupported_response_type", "response_type must be code")),
            None => return Err(invalid("response_type is missing")),
        }
        if !matches!(parameters.get("response_mode"), None | Some("query")) {
            return Err(invalid("response_mode must be query"));
        }
        let scopes = Scopes::parse(parameters.get("scope").unwrap_or_default())
            .ok_or_else(|| told("invalid_scope", "scope must hold openid"))?;
        if parameters.get("code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method must be S256"));
        }
        let challenge = parameters
            .get("code_challenge")
            .and_then(Challenge::parse)
            .ok_or_else(|| invalid("code_challenge is missing or malformed"))?;
        let nonce = parameters.get("nonce");
        if nonce.is_some_and(|nonce| nonce.len() > MAX_ECHO) {
            return Err(invalid("nonce is too long"));
        }
        let prompts: BTreeSet<&str> = parameters
            .get("prompt")
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        if prompts.contains("none") {
            return Err(if prompts.len() > 1 {
                invalid("prompt none stands alone")
            } else {
                told("login_required", "every sign-in is a new identification")
            });
        }
        if parameters.get("max_age").is_some_and(|age| age.parse::<u32>().is_err()) {
            return Err(invalid("max_age must be a whole number of seconds"));
        }
        let requested = match parameters.get("claims") {
            Some(claims) => Requested::parse(claims).ok_or_else(|| invalid("claims is not the expected JSON"))?,
            None => Requested::default(),
        };
        if !requested.level_can_be_met() {
            return Err(told(
                "unmet_authentication_requirements",
                "the required acr is not one that BankID gives",
            ));
        }
        Ok(Self {
            client: Arc::clone(client),
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(str::to_owned),
            nonce: nonce.map(str::to_owned),
            challenge,
            scopes: if requested.wants_number() {
                scopes.with_number()
            } else {
                scopes
            },
            language: parameters.get("ui_locales").and_then(Language::from_ui_locales),
        })
    }

    /// An error about this request, for the relying party.
    pub(crate) fn told(&self, code: &'static str, description: &'static str) -> ToldError {
        ToldError {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            code,
            description,
        }
    }
}

/// The `claims` parameter (OpenID Connect Core section 5.5), as far as it can change anything here.
#[derive(Debug, Default, Deserialize)]
struct Requested {
    #[serde(default)]
    id_token: Members,
    #[serde(default)]
    userinfo: Members,
}

type Members = std::collections::BTreeMap<String, Option<Member>>;

#[derive(Debug, Default, Deserialize)]
struct Member {
    #[serde(default)]
    essential: bool,
    value: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

impl Requested {
    fn parse(text: &str) -> Option<Self> {
        const MAX_LENGTH: usize = 4_000;
        (text.len() <= MAX_LENGTH)
            .then(|| serde_json::from_str(text).ok())
            .flatten()
    }

    fn wants_number(&self) -> bool {
        NUMBER_CLAIMS
            .iter()
            .any(|claim| self.userinfo.contains_key(*claim) || self.id_token.contains_key(*claim))
    }

    /// An essential `acr` names the levels of which one must be met; without names any level will do.
    fn level_can_be_met(&self) -> bool {
        let Some(Some(acr)) = self.id_token.get("acr") else {
            return true;
        };
        let named: Vec<&str> = acr.values.iter().chain(&acr.value).map(String::as_str).collect();
        !acr.essential || named.is_empty() || named.contains(&LOA3)
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::tests::portal;
    use super::*;

    const GOOD: &str = "client_id=portal&redirect_uri=https%3A%2F%2Fportal.example%2Fcallback&response_type=code\
        &scope=openid&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
        &code_challenge_method=S256";

    fn check(query: &str) -> Result<Authorization, Refused> {
        Authorization::check(query.as_bytes(), &Clients::of([portal()]))
    }

    fn told(query: &str) -> &'static str {
        match check(query) {
            Err(Refused::Told(error)) => {
                assert_eq!(error.redirect_uri, "https://portal.example/callback");
                assert_eq!(error.state.as_deref(), Some("s"));
                error.code
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_request_passes_state_and_nonce_on() {
        let authorization = check(GOOD).unwrap();
        assert_eq!(authorization.state.as_deref(), Some("s"));
        assert_eq!(authorization.nonce.as_deref(), Some("n"));
        assert!(check(&format!("{GOOD}&prompt=login&max_age=0&acr_values=x&unknown=1")).is_ok());
    }

    #[test]
    fn a_stranger_is_told_nothing() {
        let untrusted = |query: &str| match check(query) {
            Err(Refused::Untrusted(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(untrusted(""), Untrusted::UnknownClient);
        assert_eq!(
            untrusted(&GOOD.replace("client_id=portal", "client_id=other")),
            Untrusted::UnknownClient
        );
        assert_eq!(
            untrusted(&GOOD.replace("callback", "callback%2F")),
            Untrusted::RedirectUri
        );
        assert_eq!(untrusted("client_id=portal"), Untrusted::RedirectUri);
        assert_eq!(untrusted(&format!("{GOOD}&client_id=portal")), Untrusted::Malformed);
    }

    #[test]
    fn only_the_code_flow_with_s256() {
        assert_eq!(
            told(&GOOD.replace("response_type=code", "response_type=token")),
            "unsupported_response_type"
        );
        assert_eq!(
            told(&GOOD.replace("response_type=code", "response_type=code+id_token")),
            "unsupported_response_type"
        );
        assert_eq!(told(&GOOD.replace("&response_type=code", "")), "invalid_request");
        assert_eq!(told(&GOOD.replace("S256", "plain")), "invalid_request");
        assert_eq!(
            told(&GOOD.replace("&code_challenge_method=S256", "")),
            "invalid_request"
        );
        assert_eq!(told(&GOOD.replace("&code_challenge=", "&x=")), "invalid_request");
        assert_eq!(told(&format!("{GOOD}&response_mode=fragment")), "invalid_request");
        assert_eq!(told(&GOOD.replace("scope=openid", "scope=profile")), "invalid_scope");
        assert_eq!(told(&format!("{GOOD}&request=x")), "request_not_supported");
        assert_eq!(told(&format!("{GOOD}&request_uri=x")), "request_uri_not_supported");
    }

    #[test]
    fn without_a_person_nobody_is_signed_in() {
        assert_eq!(told(&format!("{GOOD}&prompt=none")), "login_required");
        assert_eq!(told(&format!("{GOOD}&prompt=none+login")), "invalid_request");
        assert_eq!(told(&format!("{GOOD}&max_age=-1")), "invalid_request");
    }

    #[test]
    fn an_essential_level_is_met_or_refused() {
        let with = |claims: &str| {
            let claims: String = url::form_urlencoded::byte_serialize(claims.as_bytes()).collect();
            format!("{GOOD}&claims={claims}")
        };
        let essential = |level: &str| {
            with(&format!(
                r#"{{"id_token":{{"acr":{{"essential":true,"values":["{level}"]}}}}}}"#
            ))
        };
        assert!(check(&essential(LOA3)).is_ok());
        assert_eq!(
            told(&essential("http://id.elegnamnden.se/loa/1.0/loa4")),
            "unmet_authentication_requirements"
        );
        assert!(check(&with(r#"{"id_token":{"acr":null,"auth_time":{"essential":true}}}"#)).is_ok());
        assert_eq!(told(&with("[1")), "invalid_request");
        let number = r#"{"userinfo":{"https://id.oidc.se/claim/personalIdentityNumber":{"essential":true}}}"#;
        assert!(check(&with(number)).unwrap().scopes.number());
        assert!(!check(GOOD).unwrap().scopes.number());
    }
}
