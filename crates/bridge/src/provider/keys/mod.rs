//! Keys in a folder: the ES256 keys that sign tokens, rotated, and the key behind every `sub`.
//!
//! Files are mode 600. A signing key's file is named `<activation in ms>-<key id>.pem`; which part it plays follows from
//! the instants alone ([`rotation`]), so that there is no state beside the files.

mod folder;
mod rotation;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base::{Clock, Timestamp};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::{SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use folder::KeyFolder;
use rotation::{Change, plan};

use super::jwt;
use super::subject::SubjectKey;

/// The keys can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the key folder {path}: {problem}")]
pub struct KeyError {
    path: String,
    problem: String,
}

/// A signing key and when it comes, or came, into use.
#[derive(Clone)]
struct DatedKey {
    id: String,
    active_from: Timestamp,
    key: SigningKey,
}

/// The keys of this bridge. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    folder: KeyFolder,
    clock: Clock,
    rotate_after: Duration,
    /// By activation, oldest first; never empty.
    signing: RwLock<Vec<DatedKey>>,
    subject: SubjectKey,
}

impl Keys {
    /// Opens the folder; makes it and first keys when there are none.
    pub(crate) fn open(folder: &Path, rotate_after: Duration, clock: Clock) -> Result<Self, KeyError> {
        let folder = KeyFolder::open(folder)?;
        let subject = SubjectKey::new(folder.subject_key()?);
        let keys = Self(Arc::new(Inner {
            signing: RwLock::new(folder.signing_keys()?),
            folder,
            clock,
            rotate_after,
            subject,
        }));
        keys.rotate()?;
        Ok(keys)
    }

    /// Does what is due: makes the next key ahead of its time, deletes those that nothing can need any more.
    pub(crate) fn rotate(&self) -> Result<(), KeyError> {
        let now = self.0.clock.now();
        let mut signing = self.0.signing.write().unwrap_or_else(PoisonError::into_inner);
        let activations: Vec<Timestamp> = signing.iter().map(|key| key.active_from).collect();
        for change in plan(&activations, self.0.rotate_after, now) {
            match change {
                Change::Create { active_from } => {
                    let key = new_signing_key();
                    let key = DatedKey {
                        id: key_id(key.verifying_key()),
                        active_from,
                        key,
                    };
                    self.0.folder.store(&key)?;
                    tracing::info!(key = key.id, active_from = %active_from.to_rfc3339(), "made a signing key");
                    signing.push(key);
                }
                Change::Delete { active_from } => {
                    for key in signing.extract_if(.., |key| key.active_from == active_from) {
                        self.0.folder.delete(&key)?;
                        tracing::info!(key = key.id, "deleted a retired signing key");
                    }
                }
            }
        }
        signing.sort_by_key(|key| key.active_from);
        Ok(())
    }

    /// Signs claims with the key of the day.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let now = self.0.clock.now();
        let signing = self.0.signing.read().unwrap_or_else(PoisonError::into_inner);
        let current = rotation::current(signing.iter().map(|key| key.active_from), now);
        current
            .and_then(|index| signing.get(index))
            .map_or_else(String::new, |current| jwt::sign(claims, &current.id, &current.key))
    }

    /// The claims of a token that we signed, whether or not it has run out.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let signing = self.0.signing.read().unwrap_or_else(PoisonError::into_inner);
        jwt::verify(token, |id| {
            signing
                .iter()
                .find(|key| key.id == id)
                .map(|key| *key.key.verifying_key())
        })
    }

    /// The JSON Web Key Set (RFC 7517): next, current and retired keys.
    pub(crate) fn published(&self) -> Value {
        let signing = self.0.signing.read().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<Value> = signing
            .iter()
            .map(|key| jwk(&key.id, key.key.verifying_key()))
            .collect();
        json!({ "keys": keys })
    }

    /// The key behind every `sub`.
    pub(crate) fn subject(&self) -> &SubjectKey {
        &self.0.subject
    }
}

fn new_signing_key() -> SigningKey {
    loop {
        let bytes = zeroize::Zeroizing::new(super::secret_token::random());
        // All but one in 2^32 texts of 32 bytes are a scalar of the curve.
        if let Ok(key) = SigningKey::from_slice(bytes.as_slice()) {
            return key;
        }
    }
}

fn coordinates(key: &VerifyingKey) -> (String, String) {
    let point = key.to_sec1_point(false);
    let text =
        |bytes: Option<&p256::FieldBytes>| bytes.map_or_else(String::new, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
    (text(point.x()), text(point.y()))
}

fn jwk(id: &str, key: &VerifyingKey) -> Value {
    let (x, y) = coordinates(key);
    json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": x, "y": y })
}

/// The thumbprint of RFC 7638.
fn key_id(key: &VerifyingKey) -> String {
    let (x, y) = coordinates(key);
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests;
