//! What an operator wants to know of a provider before people meet it: what it says of itself, and what of that can't work
//! with the record that is configured. Nobody signs in; no secret is sent.

use std::fmt;

use portal::SessionKind;
use serde_json::Value;
use url::Url;
use web::PublicOrigin;

use super::provider::Provider;
use super::redirect_uri;
use crate::config::{Algorithm, ClientAuthentication, Logout, ProviderSection};

/// The most of one text of a provider's that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 300;

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    found: Vec<(&'static str, String)>,
    remarks: Vec<String>,
    problems: Vec<String>,
}

impl Report {
    /// How many things stand in the way of signing in.
    pub(crate) fn problems(&self) -> usize {
        self.problems.len()
    }

    fn found(&mut self, what: &'static str, value: impl Into<String>) {
        self.found.push((what, value.into()));
    }

    fn remark(&mut self, unless: bool, text: impl Into<String>) {
        if !unless {
            self.remarks.push(text.into());
        }
    }

    fn problem(&mut self, unless: bool, text: impl Into<String>) {
        if !unless {
            self.problems.push(text.into());
        }
    }
}

/// One line each: what was found, remarks, problems.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, value) in &self.found {
            writeln!(f, "{what:<24} {value}")?;
        }
        for remark in &self.remarks {
            writeln!(f, "note: {remark}")?;
        }
        for problem in &self.problems {
            writeln!(f, "problem: {problem}")?;
        }
        if self.problems.is_empty() {
            writeln!(f, "nothing stands in the way of signing in that metadata can show")?;
        }
        Ok(())
    }
}

/// Asks the provider what signing in would ask it, and compares.
pub(super) async fn check(provider: &Provider, origin: &PublicOrigin) -> Report {
    let mut report = Report::default();
    for kind in [SessionKind::Recipient, SessionKind::Staff] {
        if provider.record.kind.lets_in(kind) {
            report.found("redirect URI", redirect_uri(origin, kind, &provider.name));
        }
    }
    if provider.record.logout != Logout::None {
        report.found("post-logout redirect URI", super::sign_out::signed_out_uri(origin));
    }
    if provider.record.back_channel_logout {
        let path = super::back_channel::path(&provider.name);
        report.found("back-channel logout URI", origin.address_of(&path));
    }
    if provider.record.front_channel_logout {
        let path = super::front_channel::path(&provider.name);
        report.found("front-channel logout URI", origin.address_of(&path));
    }
    if provider.client_key.is_some() {
        report.found(
            "our public key at",
            origin.address_of(&format!("/sign-in/{}/jwks", provider.name)),
        );
    }
    match provider.discover().await {
        Ok(metadata) => {
            let said = serde_json::to_value(&metadata).unwrap_or_default();
            let keys = serde_json::to_value(metadata.jwks()).unwrap_or_default();
            examine(&mut report, &provider.record, &said, &keys);
        }
        Err(problem) => report.problem(false, format!("{}; {}", shown(&problem.in_full()), problem.advice())),
    }
    report
}

/// Compares a record with metadata (OpenID Connect Discovery 1.0 section 3) and keys (RFC 7517) that signing in would use.
fn examine(report: &mut Report, record: &ProviderSection, metadata: &Value, keys: &Value) {
    for (what, member) in [
        ("issuer", "issuer"),
        ("authorization endpoint", "authorization_endpoint"),
        ("token endpoint", "token_endpoint"),
        ("UserInfo endpoint", "userinfo_endpoint"),
        ("end-session endpoint", "end_session_endpoint"),
        ("keys at", "jwks_uri"),
    ] {
        report.found(what, text(metadata, member).map_or_else(|| "none".to_owned(), shown));
    }
    report.problem(
        !record.wants_user_info() || text(metadata, "userinfo_endpoint").is_some(),
        "number, name, required: something is read from UserInfo, but the provider has no such endpoint; read it from the ID token",
    );
    report.problem(
        record.logout == Logout::None || text(metadata, "end_session_endpoint").is_some(),
        "logout: the provider has no end-session endpoint; set logout = \"none\"",
    );
    for (key, is_on, member) in [
        (
            "back_channel_logout",
            record.back_channel_logout,
            "backchannel_logout_supported",
        ),
        (
            "front_channel_logout",
            record.front_channel_logout,
            "frontchannel_logout_supported",
        ),
    ] {
        let supported = metadata.get(member).and_then(Value::as_bool);
        report.problem(
            !is_on || supported != Some(false),
            format!("{key}: the provider does not do that; set {key} = false"),
        );
        report.remark(
            !is_on || supported.is_some(),
            format!("{key}: the provider does not say that it does that"),
        );
    }
    let response_types = list(metadata, "response_types_supported");
    report.problem(
        response_types.iter().flatten().any(|response_type| response_type == "code"),
        "response_types_supported: the provider does not offer the code flow, and there is no other here; enable it there",
    );
    origins(report, record, metadata);
    signatures(report, record, metadata, keys);
    user_info(report, record, metadata);
    levels(report, record, metadata);
    request(report, record, metadata);
}

/// Browsers follow a form's redirects only to origins that `form-action` names.
fn origins(report: &mut Report, record: &ProviderSection, metadata: &Value) {
    let origin = |address: &str| Some(Url::parse(address).ok()?.origin().ascii_serialization());
    let allowed: Vec<String> = origin(&record.issuer)
        .into_iter()
        .chain(record.redirect_origins.iter().map(PublicOrigin::to_string))
        .collect();
    let members = [
        ("authorization endpoint", "authorization_endpoint", true),
        (
            "end-session endpoint",
            "end_session_endpoint",
            record.logout != Logout::None,
        ),
    ];
    for (what, member, used) in members {
        let Some(origin) = text(metadata, member).and_then(origin).filter(|_| used) else {
            continue;
        };
        report.problem(
            allowed.contains(&origin),
            format!(
                "redirect_origins: the {what} is at {}, where browsers would not go; add that",
                shown(&origin)
            ),
        );
    }
}

fn signatures(report: &mut Report, record: &ProviderSection, metadata: &Value, keys: &Value) {
    let accepted: Vec<&str> = record.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    let advertised = list(metadata, "id_token_signing_alg_values_supported").unwrap_or_default();
    let common: Vec<Algorithm> = record
        .algorithms
        .iter()
        .copied()
        .filter(|algorithm| advertised.iter().any(|name| name == algorithm.name()))
        .collect();
    let names: Vec<&str> = common.iter().map(|algorithm| algorithm.name()).collect();
    report.found(
        "ID token signed with",
        format!("{} (accepted of these: {})", joined(&advertised), joined(&names)),
    );
    let keys = keys.get("keys").and_then(Value::as_array);
    for key in keys.into_iter().flatten() {
        let member = |name| shown(text(key, name).unwrap_or("-"));
        let (id, kind, algorithm) = (member("kid"), member("kty"), member("alg"));
        report.found("key", format!("{id}, type {kind}, for {algorithm}"));
    }
    if common.is_empty() {
        report.problem(
            false,
            format!(
                "algorithms: the provider signs ID tokens with {}, of which none is accepted ({}); have it sign with one that is",
                joined(&advertised),
                joined(&accepted),
            ),
        );
        return;
    }
    report.problem(
        keys.into_iter()
            .flatten()
            .any(|key| common.iter().any(|algorithm| fits(key, *algorithm))),
        format!(
            "keys: none of the published ones can check {}; have the provider publish its signing key",
            joined(&names)
        ),
    );
}

/// Whether a key checks signatures with this algorithm.
fn fits(key: &Value, algorithm: Algorithm) -> bool {
    let kind = match algorithm {
        Algorithm::Es256 => text(key, "kty") == Some("EC") && text(key, "crv") == Some("P-256"),
        Algorithm::Rs256 | Algorithm::Ps256 => text(key, "kty") == Some("RSA"),
    };
    let or_none = |member, value| text(key, member).is_none_or(|given| given == value);
    kind && or_none("use", "sig") && or_none("alg", algorithm.name())
}

/// Metadata name the algorithms of signed UserInfo when the provider can sign it (OpenID Connect Discovery 1.0 section 3).
fn user_info(report: &mut Report, record: &ProviderSection, metadata: &Value) {
    let advertised = list(metadata, "userinfo_signing_alg_values_supported");
    if let Some(advertised) = &advertised {
        report.found("UserInfo signed with", joined(advertised));
    }
    if !(record.signed_user_info && record.wants_user_info()) {
        return;
    }
    let fits = |name: &String| record.algorithms.iter().any(|algorithm| algorithm.name() == name);
    report.problem(
        advertised.as_ref().is_none_or(|advertised| advertised.iter().any(fits)),
        "signed_user_info: the provider signs UserInfo with no algorithm that is accepted; have it sign with one that is, or set \
         signed_user_info = false",
    );
    report.remark(
        advertised.is_some(),
        "signed_user_info: the provider does not say that it signs UserInfo; it may have to be told so for our client",
    );
}

fn levels(report: &mut Report, record: &ProviderSection, metadata: &Value) {
    let offered = list(metadata, "acr_values_supported");
    report.found(
        "acr values",
        offered.as_deref().map_or_else(|| "not said".to_owned(), joined),
    );
    let Some(offered) = offered else { return };
    report.problem(
        record.levels.is_empty() || record.levels.keys().any(|acr| offered.contains(acr)),
        "levels: the provider offers none of the accepted acr values; accept one that it offers, if that is level 3 or 4",
    );
    let modes = [&record.this_device, &record.other_device];
    let of_modes = modes.into_iter().flatten().flat_map(|mode| &mode.acr_values);
    let asked = record.acr_values.iter().chain(of_modes);
    for acr in asked.filter(|acr| !offered.contains(acr)) {
        report.remark(
            false,
            format!("acr_values: {acr} is asked for, but the provider does not list it"),
        );
    }
}

fn request(report: &mut Report, record: &ProviderSection, metadata: &Value) {
    let methods = list(metadata, "token_endpoint_auth_methods_supported");
    // What holds when nothing is said (OpenID Connect Discovery 1.0 section 3).
    let methods = methods.unwrap_or_else(|| vec!["client_secret_basic".to_owned()]);
    report.found("client authentication", joined(&methods));
    let ours = record.client_authentication.name();
    report.problem(
        methods.iter().any(|method| method == ours),
        format!(
            "client_authentication: the provider does not take {ours}; use one of {}",
            joined(&methods)
        ),
    );

    if record.client_authentication == ClientAuthentication::PrivateKeyJwt {
        let algorithms = list(metadata, "token_endpoint_auth_signing_alg_values_supported");
        report.problem(
            algorithms.is_none_or(|algorithms| algorithms.iter().any(|name| name == Algorithm::Es256.name())),
            "client_key: the provider does not take ES256, with which our key signs; use a client secret",
        );
    }

    let challenges = list(metadata, "code_challenge_methods_supported");
    report.found(
        "PKCE",
        challenges.as_deref().map_or_else(|| "not said".to_owned(), joined),
    );
    match challenges {
        Some(challenges) => report.problem(
            challenges.iter().any(|method| method == "S256"),
            "code_challenge_methods_supported: the provider does not take S256, without which nobody is signed in; enable it there",
        ),
        None => report.remark(false, "PKCE: the provider does not say that it takes S256, which is always sent"),
    }

    let names_itself = metadata.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
    report.found(
        "names itself in answers",
        if names_itself { "yes (RFC 9207)" } else { "no" },
    );
    if record.essential_acr {
        let claims = metadata.get("claims_parameter_supported").and_then(Value::as_bool);
        report.problem(
            claims != Some(false),
            "essential_acr: the provider does not take the `claims` parameter; set essential_acr = false and ask with acr_values",
        );
        report.remark(
            claims.is_some(),
            "essential_acr: the provider does not say that it takes the `claims` parameter",
        );
    }
    if let Some(scopes) = list(metadata, "scopes_supported") {
        for scope in record.scopes.iter().filter(|scope| !scopes.contains(scope)) {
            report.remark(
                false,
                format!("scopes: {scope} is asked for, but the provider does not list it"),
            );
        }
    }
}

fn text<'a>(object: &'a Value, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str()
}

fn list(object: &Value, member: &str) -> Option<Vec<String>> {
    let values = object.get(member)?.as_array()?;
    Some(values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn joined(names: &[impl AsRef<str>]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| shown(name.as_ref())).collect();
    names.join(", ")
}

/// A text of the provider's as a terminal may have it.
fn shown(text: &str) -> String {
    let printable = text.chars().filter(|character| !character.is_control());
    printable.take(MAX_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_of_itself_can_not_move_the_cursor_or_fill_the_screen() {
        let text = format!("\u{1b}[2J{}", "x".repeat(1000));
        assert_eq!(shown(&text), format!("[2J{}", "x".repeat(MAX_SHOWN_CHARS - 3)));
    }

    #[test]
    fn a_key_for_encryption_or_of_another_kind_checks_no_signature() {
        let key = |json: &str| serde_json::from_str::<Value>(json).unwrap();
        let ec = key(r#"{"kty": "EC", "crv": "P-256"}"#);
        assert!(fits(&ec, Algorithm::Es256) && !fits(&ec, Algorithm::Rs256));
        let rsa = key(r#"{"kty": "RSA", "use": "sig", "alg": "PS256"}"#);
        assert!(fits(&rsa, Algorithm::Ps256) && !fits(&rsa, Algorithm::Rs256));
        assert!(!fits(&key(r#"{"kty": "RSA", "use": "enc"}"#), Algorithm::Rs256));
        assert!(!fits(&key(r#"{"kty": "EC", "crv": "P-384"}"#), Algorithm::Es256));
    }
}
