//! What a page shows of a document besides its content.

use base::{CaseId, DocumentId, Timestamp};

use keyring::ContentOwner;

use super::{Preview, ReadError, locked_or_missing, missing_or_damaged, summary};
use crate::case::open_title;
use crate::delivery::Finder;
use crate::{AssuranceLevel, Portal, RecipientActor};

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

/// A document in the list of a message.
#[derive(Clone, PartialEq, Eq)]
pub enum ListedDocument {
    /// One that can be read.
    Open(DocumentSummary),
    /// One of which nothing is shown, since it asks for a higher level than the person signed in at.
    Locked {
        /// The document.
        id: DocumentId,
        /// The level that it asks for.
        level: AssuranceLevel,
    },
    /// One of which nothing is shown, since what is stored of its name was altered.
    Damaged {
        /// The document.
        id: DocumentId,
    },
}

/// A document on its own page.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// The document.
    pub summary: DocumentSummary,
    /// The case that it is in.
    pub case: CaseId,
    /// The title of its message; `None` when it was altered, which the audit log is told when the case is opened.
    pub case_title: Option<String>,
    /// The sender's name.
    pub organisation: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
}

impl Portal {
    /// A document that can be read now. Shows its name and its message's title and no content, so it leaves no audit event, as the inbox;
    /// [`Portal::open_content`] does.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's document; [`ReadError::LevelTooLow`]; [`ReadError::Damaged`] when its name does
    /// not open;
    /// [`ReadError::Fault`].
    pub async fn document(&self, actor: &RecipientActor, document: DocumentId) -> Result<DocumentView, ReadError> {
        let context = &*self.0;
        let finder = Finder::new(actor, context.now());
        let found = finder.document(context.database.reader(), document).await?;
        let Some((row, delivery)) = found else {
            return Err(locked_or_missing(context, finder, document).await);
        };
        let owners = [ContentOwner::Document(document), ContentOwner::Message(row.message)];
        let owners = owners.map(|owner| (row.organisation, owner));
        let mut keys = context.vault.content_keys(&owners).await?.into_iter();
        let (document_key, message_key) = (keys.next().flatten(), keys.next().flatten());
        let Some(summary) = document_key.and_then(|key| summary(&key, &row)) else {
            return Err(missing_or_damaged(context, actor, &row).await);
        };
        let case_title = message_key.and_then(|key| open_title(&key, &delivery));
        Ok(DocumentView {
            summary,
            case: delivery.case,
            case_title,
            organisation: delivery.organisation_name,
            sent_at: delivery.sent_at,
            expires_at: delivery.expires_at,
        })
    }
}
