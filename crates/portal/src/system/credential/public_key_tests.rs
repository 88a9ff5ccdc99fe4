//! Which keys are taken, and which signatures they check.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::*;

/// RFC 7517 appendix A.1.
const RFC_EC: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#;
/// RFC 7638 section 3.1.
const RFC_RSA: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256"}"#;
/// RFC 8037 appendix A.2, its thumbprint A.3, its signature A.4.
const RFC_ED: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const RFC_ED_SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const RFC_ED_SIGNATURE: &str = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// RFC 7515 appendix A.3.
const RFC_ES: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const RFC_ES_SIGNED: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const RFC_ES_SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

fn bytes(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn refused(text: &str) -> InvalidKey {
    PublicKey::parse(text).unwrap_err()
}

#[test]
fn signatures_of_the_standards_own_examples_are_good_and_altered_ones_are_not() {
    for (key, signed, signature) in [
        (RFC_ED, RFC_ED_SIGNED, RFC_ED_SIGNATURE),
        (RFC_ES, RFC_ES_SIGNED, RFC_ES_SIGNATURE),
    ] {
        let key = PublicKey::parse(key).unwrap();
        let mut signature = bytes(signature);
        assert!(key.verifies(signed.as_bytes(), &signature));
        assert!(!key.verifies(&signed.as_bytes()[1..], &signature));
        signature[7] ^= 1;
        assert!(!key.verifies(signed.as_bytes(), &signature));
        assert!(!key.verifies(signed.as_bytes(), b""));
    }
}

#[test]
fn a_key_without_a_name_is_named_by_its_thumbprint() {
    let ed = PublicKey::parse(RFC_ED).unwrap();
    assert_eq!(ed.key_id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let rsa = PublicKey::parse(RFC_RSA).unwrap();
    assert_eq!(rsa.key_id, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let named = PublicKey::parse(&RFC_ED.replace("{\"kty\"", "{\"kid\":\"k-1\",\"kty\"")).unwrap();
    assert_eq!(named.key_id, "k-1");
    assert!(named.is_same(&ed));
    assert!(!named.is_same(&rsa));
}

#[test]
fn a_key_reads_back_as_it_is_kept() {
    for text in [RFC_ED, RFC_ES, RFC_RSA, &RFC_RSA.replace("RS256", "PS256")] {
        let key = PublicKey::parse(text).unwrap();
        assert_eq!(PublicKey::parse(&key.to_json()).unwrap(), key);
    }
}

#[test]
fn one_key_has_one_algorithm() {
    let algorithm = |text: &str| PublicKey::parse(text).unwrap().algorithm;
    assert_eq!(algorithm(RFC_ES), KeyAlgorithm::Es256);
    assert_eq!(algorithm(RFC_ED), KeyAlgorithm::EdDsa);
    assert_eq!(algorithm(RFC_RSA), KeyAlgorithm::Rs256);
    assert_eq!(algorithm(&RFC_RSA.replace("RS256", "PS256")), KeyAlgorithm::Ps256);
    for wrong in ["HS256", "none", "RS512", "ES256"] {
        assert_eq!(
            refused(&RFC_RSA.replace("RS256", wrong)),
            InvalidKey::Algorithm,
            "{wrong}"
        );
    }
    assert_eq!(
        refused(&RFC_RSA.replace(r#","alg":"RS256""#, "")),
        InvalidKey::Algorithm
    );
    assert_eq!(
        refused(&RFC_ES.replace("{\"kty\"", "{\"alg\":\"RS256\",\"kty\"")),
        InvalidKey::Algorithm
    );
    assert!(KeyAlgorithm::EdDsa.is_named("Ed25519"));
    assert!(!KeyAlgorithm::Es256.is_named("Ed25519"));
}

#[test]
fn keys_in_pem_are_read() {
    let random = SystemRandom::new();
    let pair = Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref()).unwrap();
    let der = [&ED25519_DER[..], pair.public_key().as_ref()].concat();
    let pem = |der: &[u8]| {
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            BASE64_STANDARD.encode(der)
        )
    };
    let key = PublicKey::parse(&pem(&der)).unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::EdDsa);
    assert!(key.verifies(b"x", pair.sign(b"x").as_ref()));
    assert_eq!(refused(&pem(&der[..20])), InvalidKey::Kind);

    let point = match PublicKey::parse(RFC_ES).unwrap().material {
        Material::P256(point) => point,
        other => panic!("{other:?}"),
    };
    let head = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    let key = PublicKey::parse(&pem(&[head, point].concat())).unwrap();
    assert!(key.is_same(&PublicKey::parse(RFC_ES).unwrap()));
}

#[test]
fn a_private_key_is_refused_as_such() {
    let private = RFC_ES.replace("{\"kty\"", "{\"d\":\"AAAA\",\"kty\"");
    assert_eq!(refused(&private), InvalidKey::Private);
    assert_eq!(refused(r#"{"kty":"oct","k":"AAAA"}"#), InvalidKey::Private);
    assert_eq!(
        refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        InvalidKey::Private
    );
}

#[test]
fn weak_strange_and_broken_keys_are_refused() {
    let off_the_curve = RFC_ES.replace("x_FEzRu9", "x_FEzRu8");
    let short = RFC_RSA.replace("0vx7agoebGcQSuuPiLJX", "0vx7");
    let even = RFC_RSA.replace("KnqDKgw", "KnqDKgA");
    let exponent = RFC_RSA.replace("AQAB", "Aw");
    let large = format!(
        r#"{{"kty":"RSA","alg":"RS256","e":"AQAB","n":"{}"}}"#,
        encode(&[0xff; 513])
    );
    let curve = RFC_ES.replace("P-256", "P-384");
    for text in [
        RFC_EC,
        &off_the_curve,
        &short,
        &even,
        &exponent,
        &large,
        &curve,
        r#"{"kty":"EC"}"#,
    ] {
        assert_eq!(refused(text), InvalidKey::Kind, "{text}");
    }
    let long = format!("{RFC_ES}{}", " ".repeat(9000));
    let twice = RFC_ES.replace("{\"kty\"", "{\"kty\":\"EC\",\"kty\"");
    for text in [
        "",
        "{}",
        "[]",
        "key",
        "{\"keys\":[]}",
        &long,
        &twice,
        "-----BEGIN PUBLIC KEY-----",
    ] {
        assert_eq!(refused(text), InvalidKey::Form, "{text}");
    }
    for kid in ["", " ", "å", &"k".repeat(101)] {
        let named = RFC_ES.replace("{\"kty\"", &format!("{{\"kid\":\"{kid}\",\"kty\""));
        assert_eq!(refused(&named), InvalidKey::KeyId, "{kid}");
    }
}
