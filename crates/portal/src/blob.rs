//! Blobs: the containers of documents, in a folder or an S3-compatible store. Knows bytes and paths, no keys.
//!
//! ```text
//! installation                                  id and generation
//! organisations/{organisation}/documents/{document}
//! ```
//!
//! A blob appears whole and durable or not at all, and memory use does not depend on its size.

mod error;
mod folder;
#[cfg(any(test, feature = "bench"))]
mod many;
mod reader;
mod s3;
mod writer;

use std::io::{Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use base::{DocumentId, OrganisationId};
use bytes::Bytes;
use futures::future::ready;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt};
use tokio::task::spawn_blocking;

use reader::Source;
use s3::Bucket;

use crate::BlobSettings;
use crate::installation::InstallationMark;
pub(crate) use error::BlobError;
#[cfg(any(test, feature = "bench"))]
pub(crate) use many::{prepare_folder, write_unsynced};
pub(crate) use reader::BlobReader;
pub(crate) use s3::{LockedBucket, S3Error};
pub(crate) use writer::BlobWriter;

/// The folders of a blob's path.
const ORGANISATIONS: &str = "organisations";
const DOCUMENTS: &str = "documents";
/// How many objects of a bucket are deleted at the same time.
const DELETIONS_AT_ONCE: usize = 8;

/// The blob store. Cloning it gives the same store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    place: Place,
    part_size: usize,
}

/// Where the blobs are, for what `ObjectStore` doesn't offer.
#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

impl Blobs {
    /// Opens the store; a missing folder is created with mode 700, a missing bucket is not.
    ///
    /// # Errors
    ///
    /// When it can't be used, as a bucket that keeps old versions can't.
    pub(crate) async fn open(settings: &BlobSettings) -> Result<Self, BlobError> {
        let blobs = match settings {
            BlobSettings::Folder(folder) => Self {
                store: Arc::new(folder::open(folder)?),
                place: Place::Folder(folder.clone()),
                part_size: folder::PART_SIZE,
            },
            BlobSettings::S3(settings) => {
                let bucket = Bucket::new(settings)?;
                Self {
                    store: bucket.store(settings)?,
                    place: Place::Bucket(bucket),
                    part_size: s3::PART_SIZE,
                }
            }
        };
        blobs.check().await?;
        if let Place::Bucket(bucket) = &blobs.place {
            // Whether the uploads may be listed is better known now than at the first purge.
            bucket.abort_uploads(&mark_path()).await?;
        }
        Ok(blobs)
    }

    /// Checks that the store keeps no old versions of what is deleted.
    ///
    /// # Errors
    ///
    /// [`BlobError::Versioned`], [`BlobError::VersioningUnknown`].
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        match &self.place {
            Place::Folder(_) => Ok(()),
            Place::Bucket(bucket) => bucket.refuse_versions().await,
        }
    }

    /// Begins to write a document's blob. It is visible and durable only after [`BlobWriter::finish`]; dropping the writer
    /// leaves nothing that is visible, and nothing at all after [`Blobs::delete`].
    pub(crate) fn writer(&self, organisation: OrganisationId, document: DocumentId) -> BlobWriter {
        BlobWriter::new(Arc::clone(&self.store), path_of(organisation, document), self.part_size)
    }

    /// The blob's size in bytes.
    ///
    /// # Errors
    ///
    /// [`BlobError::Missing`] and others.
    pub(crate) async fn size(&self, organisation: OrganisationId, document: DocumentId) -> Result<u64, BlobError> {
        Ok(self.store.head(&path_of(organisation, document)).await?.size)
    }

    /// Opens a range of the blob for reading; what lies beyond its end is cut off.
    ///
    /// # Errors
    ///
    /// [`BlobError::Missing`] and others.
    pub(crate) async fn read(
        &self,
        organisation: OrganisationId,
        document: DocumentId,
        range: Range<u64>,
    ) -> Result<BlobReader, BlobError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&path_of(organisation, document), options).await?;
        let source = match found.payload {
            GetResultPayload::File(mut file, _) => {
                let start = SeekFrom::Start(found.range.start);
                Source::File(
                    spawn_blocking(move || file.seek(start).map(|_| file))
                        .await
                        .map_err(|_| BlobError::Interrupted)??,
                )
            }
            GetResultPayload::Stream(stream) => Source::Stream(stream, Bytes::new()),
        };
        Ok(BlobReader::new(
            source,
            found.range.end.saturating_sub(found.range.start),
        ))
    }

    /// Deletes the blob and whatever a broken upload of it left; fine when there is nothing.
    ///
    /// # Errors
    ///
    /// When something is there and can't be deleted.
    pub(crate) async fn delete(&self, organisation: OrganisationId, document: DocumentId) -> Result<(), BlobError> {
        let mut failed = self.delete_all(organisation, &[document]).await;
        failed.pop().map_or(Ok(()), |(_, problem)| Err(problem))
    }

    /// As [`Blobs::delete`] for many of one organisation's. Gives those that are there and can't be deleted.
    pub(crate) async fn delete_all(
        &self,
        organisation: OrganisationId,
        documents: &[DocumentId],
    ) -> Vec<(DocumentId, BlobError)> {
        let paths = documents.iter().map(|document| path_of(organisation, *document));
        let results = match &self.place {
            Place::Folder(folder) => folder::delete(paths.map(|path| folder.join(path.as_ref())).collect()).await,
            Place::Bucket(bucket) => {
                let deletions: Vec<_> = paths.map(|path| self.delete_object(bucket, path).boxed()).collect();
                stream::iter(deletions).buffered(DELETIONS_AT_ONCE).collect().await
            }
        };
        let of_documents = documents.iter().zip(results);
        of_documents
            .filter_map(|(document, result)| result.err().map(|problem| (*document, problem)))
            .collect()
    }

    async fn delete_object(&self, bucket: &Bucket, path: Path) -> Result<(), BlobError> {
        bucket.abort_uploads(&path).await?;
        match self.store.delete(&path).await.map_err(BlobError::from) {
            Err(BlobError::Missing) => Ok(()),
            other => other,
        }
    }

    /// Every blob of a document, in no order. What is no blob of a document is passed over.
    ///
    /// # Errors
    ///
    /// The stream's items, when the store can't be listed.
    pub(crate) fn documents(&self) -> BoxStream<'_, Result<(OrganisationId, DocumentId), BlobError>> {
        let listed = self.store.list(Some(&Path::from(ORGANISATIONS)));
        listed
            .map_err(BlobError::from)
            .try_filter_map(|object| ready(Ok(owner_of(&object.location))))
            .boxed()
    }

    /// The installation that the store belongs to; `None` when it is new.
    ///
    /// # Errors
    ///
    /// When the mark can't be read.
    pub(crate) async fn read_mark(&self) -> Result<Option<InstallationMark>, BlobError> {
        match self.store.get(&mark_path()).await.map_err(BlobError::from) {
            Err(BlobError::Missing) => Ok(None),
            Err(problem) => Err(problem),
            Ok(found) => {
                let bytes = found.bytes().await?;
                let text = std::str::from_utf8(&bytes).map_err(|_| BlobError::Mark)?;
                InstallationMark::from_str(text).map(Some).map_err(|_| BlobError::Mark)
            }
        }
    }

    /// Writes the installation that the store belongs to.
    ///
    /// # Errors
    ///
    /// [`BlobError::Versioned`] and others.
    pub(crate) async fn write_mark(&self, mark: InstallationMark) -> Result<(), BlobError> {
        let written = self.store.put(&mark_path(), mark.to_string().into()).await?;
        refuse_versions(written.version)
    }
}

impl Blobs {
    /// Whether there is nothing in the store.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub(crate) async fn is_empty(&self) -> Result<bool, BlobError> {
        Ok(self.store.list(None).try_next().await?.is_none())
    }

    /// Deletes the mark; fine when there is none.
    ///
    /// # Errors
    ///
    /// When it can't be deleted.
    pub(crate) async fn delete_mark(&self) -> Result<(), BlobError> {
        match self.store.delete(&mark_path()).await.map_err(BlobError::from) {
            Err(BlobError::Missing) => Ok(()),
            other => other,
        }
    }
}

/// A store that gives a version to what it stores keeps the old ones.
fn refuse_versions(version: Option<String>) -> Result<(), BlobError> {
    version.map_or(Ok(()), |_| Err(BlobError::Versioned))
}

fn path_of(organisation: OrganisationId, document: DocumentId) -> Path {
    Path::from_iter([
        ORGANISATIONS,
        &organisation.to_string(),
        DOCUMENTS,
        &document.to_string(),
    ])
}

/// Whose blob lies at a path, if one may.
fn owner_of(path: &Path) -> Option<(OrganisationId, DocumentId)> {
    let parts: Vec<_> = path.parts().collect();
    let [first, organisation, third, document] = parts.as_slice() else {
        return None;
    };
    (first.as_ref() == ORGANISATIONS && third.as_ref() == DOCUMENTS)
        .then(|| Some((organisation.as_ref().parse().ok()?, document.as_ref().parse().ok()?)))?
}

fn mark_path() -> Path {
    Path::from("installation")
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
