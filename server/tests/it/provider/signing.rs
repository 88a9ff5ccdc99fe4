//! How the provider of these tests signs, well or not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Map, Value, json};

use super::{Behaviour, object};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    Es256,
    /// With a key that it never published, under the id of one that it did.
    Es256WithStrangeKey,
    /// The last byte of the signature is another.
    Es256Broken,
    /// With its RSA key, which it publishes too.
    Rs256,
    /// With the same key, otherwise.
    Ps256,
    /// Unsigned (RFC 7518 section 3.6).
    None,
    /// `none` in other letters, which is no registered name.
    NoneInCapitals,
    /// With the client's secret.
    Hs256WithClientSecret,
    /// With its own public key, as a verifier that mixes up algorithms would accept.
    Hs256WithPublicKey,
}

/// A signed object of the provider's, which says that it is of this kind.
pub(crate) fn sign(behaviour: &Behaviour, signing: Signing, kind: &str, claims: &Map<String, Value>) -> String {
    let key_id = format!("key-{}", behaviour.key);
    let (algorithm, key_id) = match signing {
        Signing::Es256 | Signing::Es256WithStrangeKey | Signing::Es256Broken => ("ES256", Some(key_id)),
        Signing::Rs256 => ("RS256", Some("rsa".to_owned())),
        Signing::Ps256 => ("PS256", Some("rsa".to_owned())),
        Signing::None => ("none", None),
        Signing::NoneInCapitals => ("NONE", None),
        Signing::Hs256WithClientSecret => ("HS256", None),
        Signing::Hs256WithPublicKey => ("HS256", Some(key_id)),
    };
    let mut head = object(json!({ "alg": algorithm, "typ": kind }));
    if let Some(key_id) = key_id.filter(|_| behaviour.kid) {
        head.insert("kid".to_owned(), key_id.into());
    }
    let encode = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap());
    let signed = format!("{}.{}", encode(&head), encode(claims));
    let bytes = signed.as_bytes();
    let ecdsa = |index: usize| {
        let signature: Signature = signing_key(index).sign(bytes);
        signature.to_bytes().to_vec()
    };
    let hmac = |secret: Vec<u8>| {
        CoreHmacKey::new(secret)
            .sign(&CoreJwsSigningAlgorithm::HmacSha256, bytes)
            .unwrap()
    };
    let rsa = |algorithm| rsa_key().sign(&algorithm, bytes).unwrap();
    let signature = match signing {
        Signing::Es256 => ecdsa(behaviour.key),
        Signing::Es256WithStrangeKey => ecdsa(7),
        Signing::Es256Broken => {
            let mut signature = ecdsa(behaviour.key);
            *signature.last_mut().unwrap() ^= 1;
            signature
        }
        Signing::Rs256 => rsa(CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
        Signing::Ps256 => rsa(CoreJwsSigningAlgorithm::RsaSsaPssSha256),
        Signing::None | Signing::NoneInCapitals => Vec::new(),
        Signing::Hs256WithClientSecret => hmac(b"the client's secret".to_vec()),
        Signing::Hs256WithPublicKey => hmac(public_key(behaviour.key).to_string().into_bytes()),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A test key: any number below the curve's order is one.
fn signing_key(index: usize) -> SigningKey {
    SigningKey::from_slice(&[u8::try_from(index).unwrap() + 1; 32]).unwrap()
}

pub(super) fn public_key(index: usize) -> Value {
    let point = signing_key(index).verifying_key().to_sec1_point(false);
    let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": "ES256",
        "kid": format!("key-{index}"),
        "x": coordinate(point.x().unwrap()),
        "y": coordinate(point.y().unwrap()),
    })
}

pub(super) fn rsa_key() -> CoreRsaPrivateSigningKey {
    let kid = JsonWebKeyId::new("rsa".to_owned());
    CoreRsaPrivateSigningKey::from_pem(include_str!("../rsa_test_key.pem"), Some(kid)).unwrap()
}
