//! Public keys that systems register: how one is read, named and kept, and whether it made a signature. JSON Web Key
//! (RFC 7517, RFC 7518 section 6, RFC 8037) or PEM. Knows no row and no assertion.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::PublicKey as P256Key;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::DecodePublicKey as _;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The longest text that is read as a key, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// The longest name that a key may bring, in bytes.
const MAX_KEY_ID: usize = 100;
/// The sizes of an RSA modulus, in bytes: 2048 to 4096 bits. Larger ones cost too much to check.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// The one exponent of RSA that is in use, 65537.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];
/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410 section 4).
const ED25519_DER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// How a registered key signs. One key, one algorithm: what an assertion says of itself chooses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4).
    Es256,
    /// Ed25519 (RFC 8037 section 3.1, RFC 9864).
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    Rs256,
    /// RSASSA-PSS with SHA-256 (RFC 7518 section 3.5).
    Ps256,
}

impl KeyAlgorithm {
    /// The algorithm's name in the header of a signed object.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Whether a header's `alg` names this algorithm. Ed25519 has two names (RFC 9864 section 2.2).
    pub(in crate::system) fn is_named(self, alg: &str) -> bool {
        alg == self.as_str() || (self == Self::EdDsa && alg == "Ed25519")
    }
}

/// The text is no key that can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Neither a JSON Web Key nor a public key in PEM, or too long.
    #[error("the key must be one JSON Web Key, or a public key in PEM of P-256 or Ed25519")]
    Form,
    /// It holds the private half, which must not leave the system.
    #[error("this is a private key: give its public half, and consider this one leaked")]
    Private,
    /// A kind, curve, size or use that is not accepted.
    #[error("the key must be P-256, Ed25519, or RSA of 2048 to 4096 bits with the exponent 65537, and for signatures")]
    Kind,
    /// An RSA key that doesn't say how it signs, or a key that says another algorithm than it can.
    #[error("the key's alg must be ES256 for P-256, EdDSA for Ed25519, and RS256 or PS256 for RSA")]
    Algorithm,
    /// A name that is empty, too long or not printable.
    #[error("the key's kid must be 1 to 100 printable ASCII characters")]
    KeyId,
}

/// A public key with its algorithm and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::system) struct PublicKey {
    pub(in crate::system) algorithm: KeyAlgorithm,
    /// What assertions may call it: its `kid`, or else its thumbprint.
    pub(in crate::system) key_id: String,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    /// The point, uncompressed (SEC 1 section 2.3.3).
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

/// A JSON Web Key: what it may hold, and what it must not.
#[derive(Default, Deserialize, Serialize)]
struct Jwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    /// What it may do (RFC 7517 section 4.3): of signatures, a public key checks them.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    /// The private half of any kind of key but a symmetric one.
    #[serde(skip_serializing)]
    d: Option<serde::de::IgnoredAny>,
    /// A symmetric key.
    #[serde(skip_serializing)]
    k: Option<serde::de::IgnoredAny>,
}

impl PublicKey {
    /// Reads a JSON Web Key or a key in PEM.
    pub(in crate::system) fn parse(text: &str) -> Result<Self, InvalidKey> {
        if text.len() > MAX_BYTES {
            return Err(InvalidKey::Form);
        }
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            return Self::from_pem(text);
        }
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| InvalidKey::Form)?;
        Self::from_jwk(&jwk)
    }

    /// Reads a JSON Web Key that stands in something larger.
    pub(super) fn from_json(jwk: serde_json::Value) -> Result<Self, InvalidKey> {
        let jwk: Jwk = serde_json::from_value(jwk).map_err(|_| InvalidKey::Form)?;
        Self::from_jwk(&jwk)
    }

    fn from_jwk(jwk: &Jwk) -> Result<Self, InvalidKey> {
        if jwk.d.is_some() || jwk.k.is_some() {
            return Err(InvalidKey::Private);
        }
        if jwk.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return Err(InvalidKey::Kind);
        }
        if jwk
            .key_ops
            .as_ref()
            .is_some_and(|may| !may.iter().any(|it| it == "verify"))
        {
            return Err(InvalidKey::Kind);
        }
        let (material, natural) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("EC", Some("P-256")) => {
                let point = [vec![4], decode(jwk.x.as_ref())?, decode(jwk.y.as_ref())?].concat();
                let key = P256Key::from_sec1_bytes(&point).map_err(|_| InvalidKey::Kind)?;
                (Material::of_p256(&key), Some(KeyAlgorithm::Es256))
            }
            ("OKP", Some("Ed25519")) => {
                let point = decode(jwk.x.as_ref())?;
                if point.len() != 32 {
                    return Err(InvalidKey::Kind);
                }
                (Material::Ed25519(point), Some(KeyAlgorithm::EdDsa))
            }
            ("RSA", None) => {
                let (modulus, exponent) = (decode(jwk.n.as_ref())?, decode(jwk.e.as_ref())?);
                let whole = modulus.first().is_some_and(|byte| *byte >= 0x80)
                    && modulus.last().is_some_and(|byte| byte % 2 == 1);
                if !whole || !RSA_BYTES.contains(&modulus.len()) || exponent != RSA_EXPONENT {
                    return Err(InvalidKey::Kind);
                }
                (Material::Rsa { modulus, exponent }, None)
            }
            _ => return Err(InvalidKey::Kind),
        };
        let algorithm = match (natural, jwk.alg.as_deref()) {
            (Some(natural), None) => natural,
            (Some(natural), Some(named)) if natural.is_named(named) => natural,
            (None, Some("RS256")) => KeyAlgorithm::Rs256,
            (None, Some("PS256")) => KeyAlgorithm::Ps256,
            (_, _) => return Err(InvalidKey::Algorithm),
        };
        Self::named(algorithm, material, jwk.kid.clone())
    }

    fn from_pem(text: &str) -> Result<Self, InvalidKey> {
        if text.contains("PRIVATE KEY") {
            return Err(InvalidKey::Private);
        }
        let body = text
            .strip_prefix("-----BEGIN PUBLIC KEY-----")
            .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
            .ok_or(InvalidKey::Form)?;
        let body: String = body.split_ascii_whitespace().collect();
        let der = BASE64_STANDARD.decode(body).map_err(|_| InvalidKey::Form)?;
        if let Ok(key) = P256Key::from_public_key_der(&der) {
            return Self::named(KeyAlgorithm::Es256, Material::of_p256(&key), None);
        }
        match der.strip_prefix(&ED25519_DER) {
            Some(point) if point.len() == 32 => {
                Self::named(KeyAlgorithm::EdDsa, Material::Ed25519(point.to_vec()), None)
            }
            _ => Err(InvalidKey::Kind),
        }
    }

    fn named(algorithm: KeyAlgorithm, material: Material, kid: Option<String>) -> Result<Self, InvalidKey> {
        let key_id = kid.unwrap_or_else(|| material.thumbprint());
        let printable = key_id.bytes().all(|byte| byte.is_ascii_graphic());
        if key_id.is_empty() || key_id.len() > MAX_KEY_ID || !printable {
            return Err(InvalidKey::KeyId);
        }
        Ok(Self {
            algorithm,
            key_id,
            material,
        })
    }

    /// The key as a JSON Web Key in our own form, for storage; [`PublicKey::parse`] reads it again.
    pub(super) fn to_json(&self) -> String {
        let mut jwk = self.material.jwk();
        jwk.alg = Some(self.algorithm.as_str().to_owned());
        jwk.kid = Some(self.key_id.clone());
        serde_json::to_string(&jwk).unwrap_or_default()
    }

    /// Whether it is the same key, whatever it is called.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.material == other.material
    }

    /// Whether this key made the signature, with its own algorithm.
    pub(in crate::system) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
            Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point)
                .verify(message, signature)
                .is_ok(),
            Material::Rsa { modulus, exponent } => {
                let parameters: &RsaParameters = match self.algorithm {
                    KeyAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    KeyAlgorithm::Rs256 | KeyAlgorithm::Es256 | KeyAlgorithm::EdDsa => &RSA_PKCS1_2048_8192_SHA256,
                };
                let key = RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                key.verify(parameters, message, signature).is_ok()
            }
        }
    }
}

impl Material {
    fn of_p256(key: &P256Key) -> Self {
        Self::P256(key.to_sec1_point(false).as_bytes().to_vec())
    }

    /// The members that a key of its kind must have.
    fn jwk(&self) -> Jwk {
        let text = |kind: &str| Some(kind.to_owned());
        match self {
            Self::P256(point) => {
                let (x, y) = point
                    .get(1..)
                    .unwrap_or_default()
                    .split_at_checked(32)
                    .unwrap_or_default();
                Jwk {
                    kty: "EC".to_owned(),
                    crv: text("P-256"),
                    x: Some(encode(x)),
                    y: Some(encode(y)),
                    ..Jwk::default()
                }
            }
            Self::Ed25519(point) => Jwk {
                kty: "OKP".to_owned(),
                crv: text("Ed25519"),
                x: Some(encode(point)),
                ..Jwk::default()
            },
            Self::Rsa { modulus, exponent } => Jwk {
                kty: "RSA".to_owned(),
                n: Some(encode(modulus)),
                e: Some(encode(exponent)),
                ..Jwk::default()
            },
        }
    }

    /// The key's name by its members alone (RFC 7638): those that it must have, in the order of the alphabet.
    fn thumbprint(&self) -> String {
        let jwk = serde_json::to_value(self.jwk()).unwrap_or_default();
        // `serde_json` keeps the members of a value sorted, unless a crate of the program asks otherwise: so by hand.
        let mut members: Vec<(String, serde_json::Value)> = match jwk {
            serde_json::Value::Object(members) => members.into_iter().collect(),
            _ => Vec::new(),
        };
        members.sort_by(|one, other| one.0.cmp(&other.0));
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        encode(&Sha256::digest(format!("{{{}}}", members.join(","))))
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(member: Option<&String>) -> Result<Vec<u8>, InvalidKey> {
    let text = member.ok_or(InvalidKey::Kind)?;
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidKey::Form)
}

#[cfg(test)]
#[path = "public_key_tests.rs"]
mod tests;
