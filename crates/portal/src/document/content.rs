//! A document's decrypted content: what must hold before the first byte goes out.

use std::ops::Range;
use std::sync::Arc;

use base::{DocumentId, OrganisationId};
use bytes::Bytes;
use futures::stream::BoxStream;
use keyring::{ContentOwner, Opener, PREFIX_SIZE, container_size};

use super::reader::{PlaintextReader, Watch};
use super::texts::open_file_name;
use super::{ReadError, RequestedRange, locked_or_missing, missing_or_damaged};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::blob::{BlobError, BlobReader};
use crate::delivery::{Finder, ReadableDocument};
use crate::{Context, Fault, Portal, RecipientActor};

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
    Fault(#[from] Fault),
}

impl Portal {
    /// Opens a document's content, all of it or one range. The audit event is committed before the first byte.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's document; [`ReadError::LevelTooLow`]; [`ReadError::RangeNotSatisfiable`];
    /// [`ReadError::Damaged`] when the content is missing, has another length than it was sent with, or its beginning
    /// does not open; [`ReadError::Fault`]. Nothing was given then.
    pub async fn open_content(
        &self,
        actor: &RecipientActor,
        document: DocumentId,
        content_use: ContentUse,
        range: Option<RequestedRange>,
    ) -> Result<Content, ReadError> {
        let context = &*self.0;
        let mut opened = open(&self.0, actor, document, range).await?;
        let action = match content_use {
            ContentUse::View => AuditAction::DocumentViewed,
            ContentUse::Download => AuditAction::DocumentDownloaded,
        };
        let sign_in = actor.sign_in().map(|sign_in| sign_in.to_string());
        let entry = AuditEntry::by_recipient(actor, action)
            .within(opened.organisation)
            .about(AuditTarget::Document(document))
            .in_sign_in(sign_in.as_deref());
        // The beginning is read while the disk writes the row, and nothing of it is given before the row is there.
        let (recorded, first) = tokio::join!(context.record(&entry), opened.reader.next());
        recorded?;
        opened.into_content(first).await
    }

    /// As [`Portal::open_content`] without its row in the audit log: what that adds is measured against it.
    ///
    /// # Errors
    ///
    /// As [`Portal::open_content`].
    #[cfg(feature = "bench")]
    pub async fn open_content_unrecorded(
        &self,
        actor: &RecipientActor,
        document: DocumentId,
    ) -> Result<Content, ReadError> {
        let mut opened = open(&self.0, actor, document, None).await?;
        let first = opened.reader.next().await;
        opened.into_content(first).await
    }
}

/// Content that somebody may read, none of which was given yet.
struct Opened {
    file_name: String,
    media_type: String,
    organisation: OrganisationId,
    size: u64,
    range: Range<u64>,
    reader: PlaintextReader,
}

/// Opens content that the person may read now and whose container has the length that was sent.
async fn open(
    context: &Arc<Context>,
    actor: &RecipientActor,
    document: DocumentId,
    range: Option<RequestedRange>,
) -> Result<Opened, ReadError> {
    let finder = Finder::new(actor, context.now());
    let found = finder.document(context.database.reader(), document).await?;
    let Some((row, delivery)) = found else {
        return Err(locked_or_missing(context, finder, document).await);
    };
    let range = match range {
        None => 0..row.size,
        Some(range) => range
            .within(row.size)
            .ok_or(ReadError::RangeNotSatisfiable { size: row.size })?,
    };
    let (file_name, opener, blob) = match open_container(context, &row).await {
        Ok(opened) => opened,
        Err(ReadError::Damaged) => return Err(missing_or_damaged(context, actor, &row).await),
        Err(error) => return Err(error),
    };
    let span = opener.span(range.clone());
    let blob = if span.first_chunk == 0 {
        blob
    } else {
        let part = context.blobs.read(row.organisation, document, span.container.clone());
        part.await.map_err(blob_error)?
    };
    let watch = Watch::new(Arc::clone(context), actor.clone(), &row, &delivery);
    Ok(Opened {
        file_name,
        organisation: row.organisation,
        size: row.size,
        reader: PlaintextReader::new(opener, blob, &span, range.clone(), watch),
        range,
        media_type: row.media_type,
    })
}

impl Opened {
    /// The beginning was opened already, so that damage there is an answer of its own and not a broken connection.
    async fn into_content(mut self, first: Option<Result<Bytes, ContentError>>) -> Result<Content, ReadError> {
        let first = first.transpose().map_err(before_the_first)?;
        // The row may have waited for its turn, and the right may have ended meanwhile.
        self.reader.pass().await.map_err(before_the_first)?;
        Ok(Content {
            file_name: self.file_name,
            media_type: self.media_type,
            size: self.size,
            range: self.range,
            stream: self.reader.into_stream(first),
        })
    }
}

/// What broke off before anything was given.
fn before_the_first(error: ContentError) -> ReadError {
    match error {
        ContentError::Damaged => ReadError::Damaged,
        ContentError::RightEnded => ReadError::NotFound,
        ContentError::Fault(fault) => ReadError::Fault(fault),
    }
}

/// Opens the container, whose size must be what the document's row says, and gives it with its reader at the first
/// chunk.
async fn open_container(context: &Context, row: &ReadableDocument) -> Result<(String, Opener, BlobReader), ReadError> {
    let owner = ContentOwner::Document(row.id);
    let key = context.vault.content_key(row.organisation, owner).await?;
    let key = key.ok_or(ReadError::Damaged)?;
    let file_name = open_file_name(&key, row).ok_or(ReadError::Damaged)?;
    let expected = container_size(row.size).map_err(|_| ReadError::Damaged)?;
    let size = context.blobs.size(row.organisation, row.id).await.map_err(blob_error)?;
    if size != expected {
        return Err(ReadError::Damaged);
    }
    let blob = context.blobs.read(row.organisation, row.id, 0..size).await;
    let mut blob = blob.map_err(blob_error)?;
    let prefix = blob.next(PREFIX_SIZE).await.map_err(blob_error)?;
    let prefix: [u8; PREFIX_SIZE] = prefix
        .as_deref()
        .and_then(|prefix| prefix.try_into().ok())
        .ok_or(ReadError::Damaged)?;
    let opener = Opener::new(&key, &prefix, size).map_err(|_| ReadError::Damaged)?;
    Ok((file_name, opener, blob))
}

fn blob_error(error: BlobError) -> ReadError {
    match error {
        BlobError::Missing | BlobError::Short => ReadError::Damaged,
        other => ReadError::Fault(Fault::from(other)),
    }
}
