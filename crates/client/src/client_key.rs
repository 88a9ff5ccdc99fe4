//! A system's own key, with which it signs who it is (`private_key_jwt`: RFC 7523 sections 2.2 and 3), so that no secret leaves
//! the computer.

use std::fmt;
use std::time::Duration;

use base::{Clock, SecretString};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde_json::json;

/// How long an assertion is good: it is used at once, and clocks may differ a little.
const LIFETIME: Duration = Duration::from_secs(60);

/// A P-256 key that signs ES256.
#[derive(Clone)]
pub struct ClientKey {
    key: SigningKey,
    /// What the key is called where its public half is published.
    key_id: Option<String>,
}

/// The text is no key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key must be a P-256 private key in PEM (PKCS #8)")]
pub struct InvalidClientKey;

impl ClientKey {
    /// Reads a private key from PEM (PKCS #8), as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` writes it.
    ///
    /// # Errors
    ///
    /// [`InvalidClientKey`].
    pub fn from_pem(pem: &SecretString) -> Result<Self, InvalidClientKey> {
        let key = SigningKey::from_pkcs8_pem(pem.expose().trim()).map_err(|_| InvalidClientKey)?;
        Ok(Self { key, key_id: None })
    }

    /// The same key under the name (`kid`) by which the portal finds its public half: in a key set that the system publishes, or
    /// among its registered keys.
    #[must_use]
    pub fn named(self, key_id: Option<String>) -> Self {
        Self { key_id, ..self }
    }

    /// The name that it was given.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// An assertion that we are this client, for the token endpoint at this address, once and within a minute.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        endpoint: &str,
        clock: &Clock,
    ) -> Result<SecretString, getrandom::Error> {
        let mut jti = [0_u8; 16];
        getrandom::fill(&mut jti)?;
        let now = clock.now();
        let head = match &self.key_id {
            Some(key_id) => json!({ "alg": "ES256", "typ": "JWT", "kid": key_id }),
            None => json!({ "alg": "ES256", "typ": "JWT" }),
        };
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": endpoint,
            "iat": now.as_seconds(),
            "exp": (now + LIFETIME).as_seconds(),
            "jti": hex::encode(jti),
        });
        let signed = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        Ok(SecretString::new(format!("{signed}.{}", encode(signature.to_bytes()))))
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKey([secret])")
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use base::{ManualClock, Timestamp};
    use p256::ecdsa::signature::Verifier as _;
    use p256::pkcs8::EncodePrivateKey as _;
    use serde_json::Value;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn read(part: &str) -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_says_who_for_whom_and_for_how_long_and_is_signed() {
        let pem = key().to_pkcs8_pem(p256::pkcs8::LineEnding::LF).unwrap();
        let ours = ClientKey::from_pem(&SecretString::new(pem.to_string())).unwrap();
        let clock = ManualClock::at(Timestamp::from_millis(1_795_000_000_999)).clock();
        let endpoint = "https://post.example.se/api/v1/token";
        let made = [(); 2].map(|()| ours.assertion("id", endpoint, &clock).unwrap());
        let (signed, signature) = made[0].expose().rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        key().verifying_key().verify(signed.as_bytes(), &signature).unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        assert_eq!(read(head), json!({ "alg": "ES256", "typ": "JWT" }));
        let mut claims = read(claims);
        let jti = claims["jti"].take();
        assert_eq!(
            claims,
            json!({ "iss": "id", "sub": "id", "aud": endpoint, "iat": 1_795_000_000, "exp": 1_795_000_060, "jti": null })
        );
        assert_eq!(jti.as_str().unwrap().len(), 32);
        assert!(made[0] != made[1]);

        let named = ours.named(Some("2026-11".to_owned()));
        let made = named.assertion("id", endpoint, &clock).unwrap();
        let (head, _) = made.expose().split_once('.').unwrap();
        assert_eq!(read(head), json!({ "alg": "ES256", "typ": "JWT", "kid": "2026-11" }));
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        for text in ["", "key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            let read = ClientKey::from_pem(&SecretString::new(text.to_owned()));
            assert_eq!(read.map(drop), Err(InvalidClientKey), "{text}");
        }
    }
}
