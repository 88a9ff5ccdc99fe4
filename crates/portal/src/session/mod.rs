//! Sessions of people in a browser, as the database keeps them: a hash of the cookie's id, sealed data, who is signed
//! in, and two limits. Owns when a session has run out. Knows neither cookies nor what the server keeps in the data.

pub(crate) mod entity;
mod key;
mod rule;

pub use key::SessionKey;

use base::Timestamp;

use crate::{Fault, Portal};

/// What came of [`Portal::create_session`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionCreation {
    /// The session is stored.
    Created,
    /// A session with this key exists already, and it was left alone: take another id.
    Collision,
}

/// A stored session that has not run out.
pub struct StoredSession {
    /// What the server gave to keep, opened.
    pub data: Vec<u8>,
    /// When it runs out unless it is used before.
    pub expires_at: Timestamp,
}

impl Portal {
    /// Stores a new session that nobody is signed in to.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was stored.
    pub async fn create_session(&self, key: &SessionKey, data: &[u8]) -> Result<SessionCreation, Fault> {
        todo!()
    }

    /// Replaces what the server keeps in a session. Says `false`, and stores nothing, when there is no such session
    /// or it has run out: a session that was ended is not brought back by a request that was still on its way.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was stored.
    pub async fn save_session(&self, key: &SessionKey, data: &[u8]) -> Result<bool, Fault> {
        todo!()
    }

    /// A session that has not run out, and marks it as used.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn load_session(&self, key: &SessionKey) -> Result<Option<StoredSession>, Fault> {
        todo!()
    }

    /// Ends a session, without a word in the audit log: a session that somebody is signed in to ends with
    /// [`Portal::sign_out`].
    ///
    /// # Errors
    ///
    /// A fault; then the session may still be there.
    pub async fn delete_session(&self, key: &SessionKey) -> Result<(), Fault> {
        todo!()
    }
}
