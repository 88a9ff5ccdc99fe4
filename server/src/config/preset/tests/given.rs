//! What is given beside a preset: what must be, what replaces its values, and what is refused of it.

use super::{LEAST, development, load, places, provider};
use crate::config::{Algorithm, Logout};

#[test]
fn what_a_preset_can_not_know_is_asked_for_by_its_key() {
    for (preset, leave_out, problem) in [
        (
            "keycloak",
            "parameters",
            "providers.it.parameters.kc_idp_hint: is missing: the alias",
        ),
        (
            "keycloak",
            "number",
            "providers.it.number: must name at least one claim",
        ),
        (
            "keycloak",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
        (
            "curity",
            "acr_values",
            "providers.it.acr_values: is missing: the BankID authenticator",
        ),
        ("curity", "number", "providers.it.number: must name at least one claim"),
        (
            "curity",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
        (
            "freja",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
    ] {
        let (_, keys) = LEAST.iter().find(|(name, _)| *name == preset).unwrap();
        let keys: String = keys
            .lines()
            .filter(|line| !line.trim().starts_with(leave_out))
            .map(|line| format!("{line}\n"))
            .collect();
        let problems = provider(preset, &keys).unwrap_err();
        assert!(problems.starts_with(problem), "{preset} {leave_out}: {problems}");
    }
    for key in ["label", "issuer", "client_id", "client_secret"] {
        let text = development();
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with(&format!("{key} = ")))
            .collect();
        let problems = load(&kept.join("\n"), &[]).unwrap_err();
        assert_eq!(problems, [format!("providers.bankid-bridge.{key}: is missing")]);
    }
}

#[test]
fn a_key_that_is_given_replaces_the_presets_value_whole() {
    let changed = provider(
        "idura",
        r#"
        this_device = { acr_values = ["urn:grn:authn:se:bankid"], parameters = { a = "b" } }
        number = [{ from = "user_info", claim = "ssn" }]
        algorithms = ["ES256"]
        "#,
    )
    .unwrap();
    assert_eq!(
        changed.this_device.as_ref().unwrap().acr_values,
        ["urn:grn:authn:se:bankid"]
    );
    assert_eq!(changed.algorithms, [Algorithm::Es256]);
    assert_eq!(places(&changed)[0], "user_info ssn");
    // What was not given is still the preset's.
    assert_eq!(changed.level_without_acr, Some(3));

    let changed = provider(
        "oidc-sweden",
        r#"levels = { "http://id.elegnamnden.se/loa/1.0/loa4" = 4 }"#,
    )
    .unwrap();
    assert_eq!(changed.levels.len(), 1);
}

#[test]
fn the_environment_overrides_a_preset_too() {
    let config = load(
        &development(),
        &[("POSTVALV__PROVIDERS__BANKID-BRIDGE__LOGOUT", "none")],
    )
    .unwrap();
    assert_eq!(config.providers["bankid-bridge"].logout, Logout::None);
}

#[test]
fn a_preset_excuses_from_no_check() {
    for (preset, keys, problem) in [
        (
            "idura",
            "required = []",
            "level_without_acr: needs a claim in `required`",
        ),
        (
            "signicat",
            "required = []",
            "level_without_acr: needs a claim in `required`",
        ),
        ("idura", "number = []", "number: must name at least one claim"),
        (
            "idura",
            "acr_values = [\"urn:a\"]",
            "acr_values: is never sent when this_device",
        ),
        (
            "signicat",
            "this_device = {}",
            "this_device: must be given together with other_device",
        ),
        (
            "idura",
            "this_device = { parameters = { state = \"a\" } }",
            "this_device.parameters: must not set state",
        ),
        (
            "idura",
            "client_key = \"a\"",
            "client_key: is never used when client_authentication is client_secret_basic",
        ),
        (
            "idura",
            "client_authentication = \"private_key_jwt\"",
            "client_key: is missing; providers.it.client_secret: is never sent",
        ),
        ("oidc-sweden", "client_secret = \"a\"", "client_secret: is never sent"),
        (
            "oidc-sweden",
            "client_authentication = \"client_secret_post\"",
            "client_secret: is missing; providers.it.client_key: is never used",
        ),
        (
            "idura",
            "logout = \"end_session_with_hint\"",
            "logout: can't be end_session_with_hint",
        ),
        (
            "oidc-sweden",
            "levels = {}",
            "levels: must accept at least one acr value",
        ),
        (
            "bankid-bridge",
            "algorithms = [\"HS256\"]",
            "algorithms.0: must be one of",
        ),
    ] {
        let problems = provider(preset, keys).unwrap_err();
        assert!(
            problems.starts_with(&format!("providers.it.{problem}")),
            "{preset} {keys}: {problems}"
        );
    }
}
