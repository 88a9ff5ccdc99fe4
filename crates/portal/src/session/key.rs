//! What a cookie's session id gives: the place where the session is stored, and a part of what seals it.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Tells the secret from the place: both come from the same id.
const SECRET: &[u8] = b"postvalv session secret v1";
/// Tells the sessions of staff from those of recipients, so that the id of one finds nothing as the other's.
const STAFF: &[u8] = b"postvalv staff session v1";

/// Whose session it is. The two have cookies, limits and pages of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// A recipient's.
    Recipient,
    /// A staff member's.
    Staff,
}

impl SessionKind {
    /// What is stored of it; recipients' were there before there were kinds.
    pub(super) const fn stored(self) -> Option<&'static str> {
        match self {
            Self::Recipient => None,
            Self::Staff => Some("staff"),
        }
    }
}

/// A session, named by the id in its cookie. The id itself is kept nowhere.
///
/// The row is found by the id's SHA-256, so a copy of the database lets nobody into a session. What the row holds is
/// sealed under a key that needs the id too, so whoever has the database and every secret of the installation still can't
/// read it: it goes with the cookie.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SessionKey {
    #[zeroize(skip)]
    kind: SessionKind,
    hash: [u8; 32],
    secret: [u8; 32],
}

impl SessionKey {
    /// The recipient's session whose cookie carries `id` (at least 128 random bits, so that unkeyed hashes are enough).
    #[must_use]
    pub fn of(id: &[u8]) -> Self {
        Self {
            kind: SessionKind::Recipient,
            hash: Sha256::digest(id).into(),
            secret: Sha256::new().chain_update(SECRET).chain_update(id).finalize().into(),
        }
    }

    /// As [`SessionKey::of`], the session of a staff member. The same id names another session as a recipient's.
    #[must_use]
    pub fn of_staff(id: &[u8]) -> Self {
        Self {
            kind: SessionKind::Staff,
            hash: Sha256::new().chain_update(STAFF).chain_update(id).finalize().into(),
            secret: Sha256::new()
                .chain_update(STAFF)
                .chain_update(SECRET)
                .chain_update(id)
                .finalize()
                .into(),
        }
    }

    /// Whose session it is.
    #[must_use]
    pub const fn kind(&self) -> SessionKind {
        self.kind
    }

    /// The row's primary key.
    pub(super) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// What the cookie's holder adds to the key that seals the row.
    pub(crate) const fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([secret])")
    }
}
