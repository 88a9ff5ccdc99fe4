//! Blobs: the containers of documents, in a folder or an S3-compatible store. Knows bytes and paths, no keys.

use std::ops::Range;

use base::{DocumentId, OrganisationId};
use bytes::{Bytes, BytesMut};

use crate::Fault;

/// A blob that can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The disk or the quota is full.
    #[error("the blob store is out of space")]
    OutOfSpace,
    /// There is no such blob.
    #[error("the blob is missing")]
    Missing,
    /// The blob is shorter than it was when it was opened.
    #[error("the blob ended early")]
    Short,
    /// The store did not do as it was asked.
    #[error("the blob store failed")]
    Store(#[source] object_store::Error),
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        Self::new(error)
    }
}

/// The blob store. Cloning it gives the same store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {}

impl Blobs {
    /// Begins to write a document's blob. It is visible and durable only after [`BlobWriter::finish`].
    pub(crate) async fn writer(
        &self,
        organisation: OrganisationId,
        document: DocumentId,
    ) -> Result<BlobWriter, BlobError> {
        todo!("{organisation:?} {document:?}")
    }

    /// The blob's size in bytes.
    pub(crate) async fn size(&self, organisation: OrganisationId, document: DocumentId) -> Result<u64, BlobError> {
        todo!("{organisation:?} {document:?}")
    }

    /// Opens a range of the blob for reading.
    pub(crate) async fn read(
        &self,
        organisation: OrganisationId,
        document: DocumentId,
        range: Range<u64>,
    ) -> Result<BlobReader, BlobError> {
        todo!("{organisation:?} {document:?} {range:?}")
    }

    /// Deletes the blob; fine when there is none.
    pub(crate) async fn delete(&self, organisation: OrganisationId, document: DocumentId) -> Result<(), BlobError> {
        todo!("{organisation:?} {document:?}")
    }
}

/// Writes one blob, holding a few parts in memory. Dropping it without finishing leaves no blob.
pub(crate) struct BlobWriter {}

impl BlobWriter {
    /// Adds bytes to the end.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        todo!("{}", bytes.len())
    }

    /// Makes the blob visible and durable.
    pub(crate) async fn finish(self) -> Result<(), BlobError> {
        todo!()
    }

    /// Throws away what was written.
    pub(crate) async fn abort(self) -> Result<(), BlobError> {
        todo!()
    }
}

/// Reads a range of one blob.
pub(crate) struct BlobReader {}

impl BlobReader {
    /// The next `length` bytes, fewer only at the end of the range and `None` after it. The buffer is the caller's own, so
    /// that it can be decrypted where it lies.
    pub(crate) async fn next(&mut self, length: usize) -> Result<Option<BytesMut>, BlobError> {
        todo!("{length}")
    }
}
