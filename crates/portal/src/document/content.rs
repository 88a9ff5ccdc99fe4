//! The stream of a document's decrypted content.

use std::ops::Range;

use base::DocumentId;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::{ReadError, RequestedRange};
use crate::{Portal, RecipientActor};

/// What the content is for, as the audit log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentUse {
    /// Shown in the page.
    View,
    /// Saved on the person's device.
    Download,
}

/// A document's content, decrypted while it is read.
pub struct Content {
    /// The sender's name for the file.
    pub file_name: String,
    /// The media type.
    pub media_type: String,
    /// The size of the whole document in bytes.
    pub size: u64,
    /// The bytes that the stream gives; the whole document unless a range was asked for.
    pub range: Range<u64>,
    /// The bytes, each piece authenticated before it is given, at most 64 KiB a piece. After an error nothing more
    /// comes, and the receiver must be made to see that it did not get all (RFC 9112 section 8): break the connection.
    pub stream: BoxStream<'static, Result<Bytes, ContentError>>,
}

/// Why a stream of content broke off.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// What is stored was altered. The audit log says so.
    #[error("what is stored is damaged")]
    Damaged,
    /// The right to read ended meanwhile.
    #[error("the right to read has ended")]
    RightEnded,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] crate::Fault),
}

impl Portal {
    /// Opens a document's content, all of it or one range. The audit event is committed before the first byte.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's document; [`ReadError::RangeNotSatisfiable`];
    /// [`ReadError::Damaged`] when the content is missing, has another length than it was sent with, or its beginning
    /// does not open; [`ReadError::Fault`]. Nothing was given then.
    pub async fn open_content(
        &self,
        actor: &RecipientActor,
        document: DocumentId,
        content_use: ContentUse,
        range: Option<RequestedRange>,
    ) -> Result<Content, ReadError> {
        todo!()
    }
}
