//! What a system proves itself with: secrets, public keys, and sets of them that it publishes. Owns how many there may be, when one holds, that the
//! organisation is told before one ends, and what is kept of each. Knows no token and no HTTP.

mod change;
mod ending;
pub(crate) mod entity;
mod key_set;
mod public_key;
mod register;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use ending::{adopt, forget, warn};
pub use key_set::{InvalidKeySet, KeySet};
pub(super) use public_key::PublicKey;
pub use public_key::{InvalidKey, KeyAlgorithm};
pub(super) use register::stored_key;
pub(super) use store::{find, note_use, of_systems, valid_key_sets, valid_keys, valid_secrets};

use std::time::Duration;

use base::{CredentialId, SecretString, Timestamp};

/// The most secrets of a system that hold at once: two, so that a new one can be put in place before the old one goes.
pub(super) const MAX_SECRETS: usize = 2;
/// The most public keys of a system that hold at once.
const MAX_KEYS: usize = 5;
/// The most key sets of a system that hold at once: two, as for secrets.
const MAX_KEY_SETS: usize = 2;
/// The longest that a secret or a key set may be made to hold, in days.
pub(super) const MAX_DAYS: u32 = 3650;
/// How long before its end the organisation is told.
const WARNING: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How long a credential is still listed after it was withdrawn or ended.
const LISTED_AFTERWARDS: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A secret that the system sends.
    Secret,
    /// A public key that checks what the system signs.
    PublicKey,
    /// An address at which the system publishes such keys (RFC 7517 section 5).
    KeySet,
}

impl CredentialKind {
    const ALL: [Self; 3] = [Self::Secret, Self::PublicKey, Self::KeySet];

    /// The kind's name in storage and in the operator's commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::PublicKey => "public-key",
            Self::KeySet => "key-set",
        }
    }

    fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whether a credential gives tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    /// It does.
    Valid,
    /// Its time is over.
    Ended,
    /// Somebody took it back.
    Withdrawn,
}

impl CredentialState {
    fn of(row: &entity::Model, now: Timestamp) -> Self {
        if row.withdrawn_at.is_some() {
            Self::Withdrawn
        } else if row.expires_at.is_some_and(|end| end <= now.as_millis()) {
            Self::Ended
        } else {
            Self::Valid
        }
    }
}

/// A credential of a system, as those see it who administer the system: never the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Names it.
    pub id: CredentialId,
    /// What it is.
    pub kind: CredentialKind,
    /// What is known of a public key.
    pub key: Option<RegisteredKey>,
    /// Where a key set is published.
    pub key_set_address: Option<String>,
    /// Whether it gives tokens now.
    pub state: CredentialState,
    /// When it was made or registered.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it last gave a token, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back, if it was.
    pub withdrawn_at: Option<Timestamp>,
}

impl Credential {
    /// What a row says at a time; nothing of one of a kind that this version doesn't know.
    pub(super) fn from_row(row: &entity::Model, now: Timestamp) -> Option<Self> {
        Some(Self {
            id: CredentialId::from_uuid(row.id),
            kind: CredentialKind::from_stored(&row.kind)?,
            key: row.public_key.as_deref().and_then(RegisteredKey::read),
            key_set_address: row.key_set_address.clone(),
            state: CredentialState::of(row, now),
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_millis),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
            withdrawn_at: row.withdrawn_at.map(Timestamp::from_millis),
        })
    }
}

/// A registered public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredKey {
    /// How it signs.
    pub algorithm: KeyAlgorithm,
    /// Its name: the `kid` that it brought, or its thumbprint (RFC 7638).
    pub key_id: String,
}

impl RegisteredKey {
    fn read(stored: &str) -> Option<Self> {
        let key = PublicKey::parse(stored).ok()?;
        Some(Self {
            algorithm: key.algorithm,
            key_id: key.key_id,
        })
    }
}

/// A secret that was just made. It is shown this once.
#[derive(Debug)]
pub struct NewSecret {
    /// Names the credential.
    pub id: CredentialId,
    /// What the system sends.
    pub secret: SecretString,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
}
