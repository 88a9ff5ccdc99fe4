//! The inbox: one line a case.

use base::{CaseId, Timestamp};

use crate::{Portal, ReadError, RecipientActor};

/// A case in the inbox.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxEntry {
    /// The case.
    pub case: CaseId,
    /// The sender's name.
    pub organisation: String,
    /// The title of the latest message.
    pub title: String,
    /// When the latest message was sent.
    pub sent_at: Timestamp,
    /// Whether a message in it was never opened.
    pub unread: bool,
    /// How many documents can be read.
    pub documents: u32,
    /// When the first of its messages goes.
    pub expires_at: Timestamp,
}

impl Portal {
    /// The person's cases that hold something to read now, the one with the latest message first.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when a title does not open; [`ReadError::Fault`].
    pub async fn inbox(&self, actor: &RecipientActor) -> Result<Vec<InboxEntry>, ReadError> {
        todo!()
    }
}
