//! Our own key at a provider: proves to its token endpoint who we are (`private_key_jwt`, OpenID Connect Core 1.0 section
//! 9, RFC 7523), and is published for the provider to check with.

use std::fmt;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::{SecretString, Timestamp};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{StatusCode, header};
use openidconnect::Nonce;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use web::Problem;

use crate::state::AppState;

/// What the parameter `client_assertion_type` says (RFC 7523 section 2.2).
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion is good: it is used at once.
const ASSERTION_LIFETIME: Duration = Duration::from_secs(60);

/// Random bytes of an assertion's `jti`.
const RANDOM_BYTES: u32 = 32;

/// A P-256 key that signs ES256, with its name.
pub(super) struct ClientKey {
    key: SigningKey,
    id: String,
}

impl ClientKey {
    /// Reads a key from PKCS #8 in PEM; `None` when it is none.
    pub(super) fn from_pem(pem: &SecretString) -> Option<Self> {
        let key = SigningKey::from_pkcs8_pem(pem.expose()).ok()?;
        let id = thumbprint(key.verifying_key());
        Some(Self { key, id })
    }

    /// An assertion that we are `client_id`, for the provider with this issuer, once and within a minute.
    ///
    /// The audience is the issuer alone: it is configured, while the token endpoint is what the provider says of itself, so a
    /// hostile one could name another provider's and use what we signed there (draft-ietf-oauth-rfc7523bis section 4).
    pub(super) fn assertion(&self, client_id: &str, issuer: &str, now: Timestamp) -> String {
        let head = json!({ "alg": "ES256", "typ": "JWT", "kid": self.id });
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": issuer,
            "jti": Nonce::new_random_len(RANDOM_BYTES).secret(),
            "iat": now.as_seconds(),
            "exp": (now + ASSERTION_LIFETIME).as_seconds(),
        });
        let signed = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", encode(signature.to_bytes()))
    }

    /// The public half as a JSON Web Key Set (RFC 7517).
    pub(super) fn published(&self) -> Value {
        let (x, y) = coordinates(self.key.verifying_key());
        let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y });
        json!({ "keys": [key] })
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey({}, [secret])", self.id)
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn coordinates(key: &VerifyingKey) -> (String, String) {
    let point = key.to_sec1_point(false);
    (
        point.x().map_or_else(String::new, encode),
        point.y().map_or_else(String::new, encode),
    )
}

/// The key's name: its thumbprint (RFC 7638), so that another key never has the same.
fn thumbprint(key: &VerifyingKey) -> String {
    let (x, y) = coordinates(key);
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    encode(Sha256::digest(members))
}

/// `GET /sign-in/{provider}/jwks`: our public key at that provider, for the provider to fetch.
pub(crate) async fn jwks(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let provider = state.providers().any(&name);
    let Some(keys) = provider.and_then(|provider| Some(provider.client_key.as_ref()?.published())) else {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        // A provider that meets a key it does not know fetches again; this only spares the others.
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, keys.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix A.3 has this key.
    const PEM: &str = include_str!("client_test_key.pem");

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_says_who_we_are_to_one_issuer_for_a_minute_and_has_a_new_id_each_time() {
        let key = ClientKey::from_pem(&SecretString::new(PEM.to_owned())).unwrap();
        let now = Timestamp::from_millis(1_000_500);
        let mut seen = Vec::new();
        for _ in 0..2 {
            let assertion = key.assertion("postvalv", "https://issuer.example.se", now);
            let parts: Vec<&str> = assertion.split('.').collect();
            assert_eq!(
                decoded(parts[0]),
                json!({ "alg": "ES256", "typ": "JWT", "kid": key.id })
            );
            let mut claims = decoded(parts[1]);
            let id = claims.as_object_mut().unwrap().remove("jti").unwrap();
            assert!(id.as_str().unwrap().len() >= 43 && !seen.contains(&id));
            seen.push(id);
            assert_eq!(
                claims,
                json!({
                    "iss": "postvalv", "sub": "postvalv", "aud": "https://issuer.example.se",
                    "iat": 1000, "exp": 1060,
                })
            );
        }
    }

    #[test]
    fn the_published_key_is_the_public_half_alone() {
        let key = ClientKey::from_pem(&SecretString::new(PEM.to_owned())).unwrap();
        let published = key.published();
        assert_eq!(published["keys"][0]["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        assert_eq!(published["keys"][0]["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        assert!(published["keys"][0].get("d").is_none());
        assert!(!format!("{key:?}").contains("f83OJ"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(ClientKey::from_pem(&SecretString::new(text.to_owned())).is_none());
        }
    }
}
