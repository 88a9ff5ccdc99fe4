//! What a page shows of a document besides its content.

use base::{CaseId, DocumentId, Timestamp};

use super::{Preview, ReadError};
use crate::{Portal, RecipientActor};

/// A document in a list.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentSummary {
    /// The document.
    pub id: DocumentId,
    /// The sender's name for the file; safe as a file name (no path, no control characters).
    pub file_name: String,
    /// The media type that its content was found to have.
    pub media_type: String,
    /// The size in bytes.
    pub size: u64,
    /// How the page can show it.
    pub preview: Preview,
}

/// A document on its own page.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// The document.
    pub summary: DocumentSummary,
    /// The case that it is in.
    pub case: CaseId,
    /// The title of its message.
    pub case_title: String,
    /// The sender's name.
    pub organisation: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
}

impl Portal {
    /// A document that can be read now. Shows no content, so it leaves no audit event; [`Portal::open_content`] does.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's document; [`ReadError::Damaged`] when its name does not open;
    /// [`ReadError::Fault`].
    pub async fn document(
        &self,
        actor: &RecipientActor,
        document: base::DocumentId,
    ) -> Result<DocumentView, ReadError> {
        todo!()
    }
}
