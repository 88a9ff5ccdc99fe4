use base::SecretString;
use openidconnect::core::CoreJsonWebKeySet;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde_json::json;

use super::super::client_key::ClientKey;
use super::*;

const PEM: &str = include_str!("../client_test_key.pem");

/// The published key with these members changed.
fn keys(change: &Value) -> Vec<CoreJsonWebKey> {
    let key = ClientKey::from_pem(&SecretString::new(PEM.to_owned())).unwrap();
    let mut set = key.published();
    for (name, value) in change.as_object().unwrap() {
        set["keys"][0][name] = value.clone();
    }
    let set: CoreJsonWebKeySet = serde_json::from_value(set).unwrap();
    set.keys().clone()
}

fn token(head: &Value, payload: &str) -> String {
    let key = SigningKey::from_pkcs8_pem(PEM).unwrap();
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!("{}.{}", encode(head.to_string().as_bytes()), encode(payload.as_bytes()));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", encode(&signature.to_bytes()))
}

fn verified(change: &Value, head: &Value) -> Result<Signed, Problem> {
    verify_with(
        &keys(change),
        &[Algorithm::Es256],
        &token(head, r#"{"sub":"somebody"}"#),
    )
}

#[test]
fn a_good_signature_gives_the_claims_and_the_kind() {
    let signed = verified(&json!({}), &json!({ "alg": "ES256", "typ": "logout+jwt" })).unwrap();
    assert_eq!(text(&signed.claims, "sub"), Some("somebody"));
    assert_eq!(signed.kind.as_deref(), Some("logout+jwt"));
    assert!(verified(&json!({ "kid": "a" }), &json!({ "alg": "ES256", "kid": "a" })).is_ok());
}

#[test]
fn a_key_that_is_another_or_not_for_this_checks_nothing() {
    for (key, head) in [
        (json!({ "kid": "a" }), json!({ "alg": "ES256", "kid": "b" })),
        (json!({ "use": "enc" }), json!({ "alg": "ES256" })),
        (json!({ "alg": "ES384" }), json!({ "alg": "ES256" })),
        (json!({ "crv": "P-384" }), json!({ "alg": "ES256" })),
        (
            json!({ "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEY" }),
            json!({ "alg": "ES256" }),
        ),
    ] {
        assert_eq!(verified(&key, &head).unwrap_err(), Problem::Key, "{key} {head}");
    }
}

#[test]
fn an_algorithm_that_is_not_allowed_or_an_extension_is_refused_whatever_the_signature() {
    for head in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "es256" }),
        json!({ "alg": "ES256", "crit": ["b64"], "b64": false }),
    ] {
        assert_eq!(verified(&json!({}), &head).unwrap_err(), Problem::Algorithm, "{head}");
    }
}

#[test]
fn what_is_no_signed_object_is_refused() {
    let good = token(&json!({ "alg": "ES256" }), "{}");
    let list = token(&json!({ "alg": "ES256" }), "[]");
    let long = format!("{good}{}", "A".repeat(MAX_BYTES));
    let (signed, _) = good.rsplit_once('.').unwrap();
    for text in [
        "",
        "..",
        "a.b.c",
        &list,
        &long,
        &format!("{good}="),
        &good.replace('.', ""),
    ] {
        let problem = verify_with(&keys(&json!({})), &[Algorithm::Es256], text).unwrap_err();
        assert_eq!(problem, Problem::Malformed, "{text}");
    }
    for cut in [format!("{signed}."), format!("{signed}.AAAA"), format!("{good}.AAAA")] {
        assert!(
            verify_with(&keys(&json!({})), &[Algorithm::Es256], &cut).is_err(),
            "{cut}"
        );
    }
}

#[test]
fn an_audience_is_a_text_or_a_list() {
    let is_ours = |audience: Value| is_audience(json!({ "aud": audience }).as_object().unwrap(), "us");
    assert!(is_ours(json!("us")) && is_ours(json!(["them", "us"])));
    assert!(!is_ours(json!("them")) && !is_ours(json!(["them"])) && !is_ours(json!(null)) && !is_ours(json!({})));
}
