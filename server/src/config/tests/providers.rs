//! What is refused of an identity provider.

use super::{development, load};
use crate::config::preset;

/// The development configuration with everything that its preset sets written out.
fn written_out() -> String {
    let text = development();
    assert!(text.contains("preset = \"bankid-bridge\"\n"));
    text.replace(
        "preset = \"bankid-bridge\"\n",
        preset::defaults("bankid-bridge").unwrap(),
    )
}

#[test]
fn our_key_at_a_provider_lies_in_a_file_and_is_checked_at_start() {
    let text = development();
    let secret = "client_secret = \"development-only\"";
    assert!(text.contains(secret));
    let load_with = |pem: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pem).unwrap();
        let key = format!(
            "client_authentication = \"private_key_jwt\"\nclient_key_file = \"{}\"",
            file.path().display()
        );
        load(&text.replace(secret, &key), &[])
    };
    let good = include_str!("../../sign_in/client_test_key.pem");
    let config = load_with(good).unwrap();
    assert!(config.providers["bankid-bridge"].client_key.is_some());
    assert!(!format!("{config:?}").contains("PRIVATE"));
    for bad in [
        "a secret",
        include_str!("../../../tests/it/rsa_test_key.pem"),
        &good[..90],
    ] {
        let problems = load_with(bad).unwrap_err();
        assert_eq!(
            problems,
            ["providers.bankid-bridge.client_key: must be a private key on the curve P-256, as PKCS #8 in PEM"]
        );
    }
}

#[test]
fn a_logotype_that_is_no_png_is_refused_at_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    for (path, problem) in [
        (file.path().to_str().unwrap(), "the file must be a PNG picture"),
        ("/nowhere/logo.png", "the file can't be opened"),
    ] {
        let problems = load(&development(), &[("POSTVALV__PROVIDERS__BANKID-BRIDGE__LOGO", path)]).unwrap_err();
        assert_eq!(problems, [format!("providers.bankid-bridge.logo: {problem}")]);
    }
}

#[test]
fn a_provider_that_proves_too_little_is_refused() {
    let with = |from: &str, to: &str| {
        let text = written_out();
        assert!(text.contains(from), "{from}");
        load(&text.replace(from, to), &[]).unwrap_err().join("; ")
    };
    let provider = "providers.bankid-bridge";
    for (from, to, want) in [
        ("loa3\" = 3", "loa2\" = 2", "levels: must be 3 or 4"),
        (
            "levels = { \"http://id.elegnamnden.se/loa/1.0/loa3\" = 3 }",
            "",
            "levels: must accept at least one acr value",
        ),
        (
            "levels = { \"http://id.elegnamnden.se/loa/1.0/loa3\" = 3 }",
            "level_without_acr = 3",
            "level_without_acr: needs a claim in `required` that says how the person was identified",
        ),
        (
            "algorithms = [\"ES256\"]",
            "algorithms = []",
            "algorithms: must name at least one of ES256, PS256, RS256",
        ),
        (
            "{ from = \"user_info\", claim = \"https://id.oidc.se/claim/coordinationNumber\" }",
            "{ from = \"id_token\", claim = \"ssn\" }",
            "logout: can't be end_session_with_hint when the ID token holds the number, which would stand in an address",
        ),
        (
            "essential_acr = true",
            "parameters = { state = \"mine\" }",
            "parameters: must not set state",
        ),
    ] {
        assert_eq!(with(from, to), format!("{provider}.{want}"));
    }
    for algorithm in ["none", "HS256"] {
        let problem = with("\"ES256\"", &format!("\"{algorithm}\""));
        assert!(problem.starts_with(&format!("{provider}.algorithms")), "{problem}");
    }
}
