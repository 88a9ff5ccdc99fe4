//! The key under which a session is stored.

use std::fmt;

use sha2::{Digest, Sha256};

/// The SHA-256 of a cookie's session id, so that a copy of the database lets nobody into a session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The key of the session whose cookie carries `id` (at least 128 random bits, so that an unkeyed hash is enough).
    #[must_use]
    pub fn of(id: &[u8]) -> Self {
        Self(Sha256::digest(id).into())
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([secret])")
    }
}
