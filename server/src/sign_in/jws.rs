//! Signed objects of a provider's that the library does not check: JWS compact serialisation (RFC 7515) under the provider's
//! published keys, with the algorithms that its record allows and no others.

use std::sync::Arc;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::provider::{Metadata, Provider};
use crate::config::Algorithm;

/// The longest token that is taken apart, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// What a signed object says of itself, and what it claims; the signature is good.
#[derive(Debug)]
pub(super) struct Signed {
    /// What kind of object it says that it is (RFC 7515 section 4.1.9).
    pub(super) kind: Option<String>,
    pub(super) claims: Map<String, Value>,
}

/// Why a signed object is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It is none.
    Malformed,
    /// Its algorithm is not one that the record allows, or it asks for something that we do not know.
    Algorithm,
    /// No key of the provider's made this signature.
    Key,
    /// Newer keys could not be fetched.
    Unavailable,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 section 4.1.11): we understand none.
    crit: Option<Value>,
}

/// Checks an object that the provider signed; with newer keys when those that we know do not match.
pub(super) async fn verify(provider: &Provider, metadata: &Arc<Metadata>, token: &str) -> Result<Signed, Problem> {
    let allowed = &provider.record.algorithms;
    match verify_with(metadata.jwks().keys(), allowed, token) {
        Err(Problem::Key) => {
            let newer = provider.newer_than(metadata).await.map_err(|_| Problem::Unavailable)?;
            verify_with(newer.ok_or(Problem::Key)?.jwks().keys(), allowed, token)
        }
        decided => decided,
    }
}

fn verify_with(keys: &[CoreJsonWebKey], allowed: &[Algorithm], token: &str) -> Result<Signed, Problem> {
    if token.len() > MAX_BYTES {
        return Err(Problem::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Problem::Malformed)?;
    let (head, claims) = signed.split_once('.').ok_or(Problem::Malformed)?;
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Problem::Malformed);
    let head: Head = serde_json::from_slice(&decode(head)?).map_err(|_| Problem::Malformed)?;
    let signature = decode(signature)?;
    let allowed = allowed.iter().find(|algorithm| algorithm.name() == head.alg);
    let algorithm = signing_algorithm(*allowed.ok_or(Problem::Algorithm)?);
    if head.crit.is_some() {
        return Err(Problem::Algorithm);
    }
    let is_named = |key: &&CoreJsonWebKey| match &head.kid {
        Some(kid) => key.key_id().is_some_and(|id| id.as_str() == kid),
        None => true,
    };
    // The library asks that the key be of the algorithm's kind, meant for signatures, and for this algorithm if for one.
    let is_good = |key: &CoreJsonWebKey| key.verify_signature(&algorithm, signed.as_bytes(), &signature).is_ok();
    if !keys.iter().filter(is_named).any(is_good) {
        return Err(Problem::Key);
    }
    match serde_json::from_slice(&decode(claims)?) {
        Ok(Value::Object(claims)) => Ok(Signed { kind: head.typ, claims }),
        _ => Err(Problem::Malformed),
    }
}

/// The library's name of an algorithm.
pub(super) const fn signing_algorithm(algorithm: Algorithm) -> CoreJwsSigningAlgorithm {
    match algorithm {
        Algorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Algorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    }
}

/// Whether `aud` (RFC 7519 section 4.1.3) is or names this client.
pub(super) fn is_audience(claims: &Map<String, Value>, client_id: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == client_id),
        _ => false,
    }
}

/// A claim that is a text.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

#[cfg(test)]
mod tests;
