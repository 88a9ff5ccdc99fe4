//! Signed tokens: JWS compact serialisation (RFC 7515) with ES256 (RFC 7518 section 3.4), and nothing else.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

/// Longest token that is taken apart.
const MAX_LENGTH: usize = 8 * 1024;

/// Signs `claims` with the key named `key_id`.
pub(crate) fn sign(claims: &Value, key_id: &str, key: &SigningKey) -> String {
    let header = json!({ "alg": "ES256", "typ": "JWT", "kid": key_id });
    let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", encode(signature.to_bytes()))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a token that one of our keys signed, whether or not it has run out; `None` for anything else.
pub(crate) fn verify(token: &str, key: impl Fn(&str) -> Option<VerifyingKey>) -> Option<Value> {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
        kid: String,
    }
    if token.len() > MAX_LENGTH {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    if header.alg != "ES256" {
        return None;
    }
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    key(&header.kid)?.verify(signed.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&decode(claims)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    #[test]
    fn what_we_signed_is_read_back() {
        let token = sign(&json!({ "sub": "someone" }), "a", &key());
        let claims = verify(&token, |kid| (kid == "a").then(|| *key().verifying_key())).unwrap();
        assert_eq!(claims["sub"], "someone");
    }

    #[test]
    fn anything_else_is_not() {
        let token = sign(&json!({ "sub": "someone" }), "a", &key());
        let other = SigningKey::from_slice(&[8; 32]).unwrap();
        assert_eq!(verify(&token, |_| None), None);
        assert_eq!(verify(&token, |_| Some(*other.verifying_key())), None);
        let (signed, _) = token.rsplit_once('.').unwrap();
        let none = format!(
            "{}.{}.",
            encode(r#"{"alg":"none","kid":"a"}"#),
            signed.split_once('.').unwrap().1
        );
        for text in ["", ".", "..", signed, &none] {
            assert_eq!(verify(text, |_| Some(*key().verifying_key())), None, "{text}");
        }
    }
}
