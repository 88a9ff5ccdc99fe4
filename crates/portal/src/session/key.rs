//! What a cookie's session id gives: the place where the session is stored, and a part of what seals it.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Tells the secret from the place: both come from the same id.
const SECRET: &[u8] = b"postvalv session secret v1";

/// A session, named by the id in its cookie. The id itself is kept nowhere.
///
/// The row is found by the id's SHA-256, so a copy of the database lets nobody into a session. What the row holds is
/// sealed under a key that needs the id too, so whoever has the database and every secret of the installation still can't
/// read it: it goes with the cookie.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SessionKey {
    hash: [u8; 32],
    secret: [u8; 32],
}

impl SessionKey {
    /// The session whose cookie carries `id` (at least 128 random bits, so that unkeyed hashes are enough).
    #[must_use]
    pub fn of(id: &[u8]) -> Self {
        Self {
            hash: Sha256::digest(id).into(),
            secret: Sha256::new().chain_update(SECRET).chain_update(id).finalize().into(),
        }
    }

    /// The row's primary key.
    pub(super) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// What the cookie's holder adds to the key that seals the row.
    pub(super) const fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([secret])")
    }
}
