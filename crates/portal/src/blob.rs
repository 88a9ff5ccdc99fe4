//! Blobs: the containers of documents, in a folder or an S3-compatible store. Knows bytes and paths, no keys.
//!
//! ```text
//! installation                                  id and generation
//! organisations/{organisation}/documents/{document}
//! ```
//!
//! A blob appears whole and durable or not at all, and memory use does not depend on its size.

mod reader;

use std::error::Error;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use base::{DocumentId, OrganisationId};
use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, UploadPart,
};
use tokio::task::spawn_blocking;

use reader::Source;

use crate::installation::InstallationMark;
use crate::{BlobSettings, Fault};
pub(crate) use reader::BlobReader;

/// Bytes of a part when writing to a folder: few enough that many uploads fit in memory, many enough that handing a part
/// to another thread costs little.
const FOLDER_PART_SIZE: usize = 512 * 1024;

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
    /// The installation's mark is there but does not read as one.
    #[error("the blob store's installation mark is damaged")]
    Mark,
    /// The bucket keeps old versions, so what is purged would stay.
    #[error("the bucket keeps old versions of objects; content needs a bucket that does not")]
    Versioned,
    /// A folder or file can't be used.
    #[error("the blob folder can't be used")]
    File(#[source] io::Error),
    /// The store did not do as it was asked.
    #[error("the blob store failed")]
    Store(#[source] object_store::Error),
    /// The work was given up because the program stops.
    #[error("the blob store's work was interrupted")]
    Interrupted,
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        if is_out_of_space(&error) {
            Self::OutOfSpace
        } else {
            Self::File(error)
        }
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            Self::Missing
        } else if is_out_of_space(&error) {
            Self::OutOfSpace
        } else {
            Self::Store(error)
        }
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        Self::new(error)
    }
}

/// Whether an error comes from a full disk or quota, however deep it lies.
fn is_out_of_space(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The blob store. Cloning it gives the same store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder, when it is one.
    folder: Option<PathBuf>,
    part_size: usize,
}

impl Blobs {
    /// Opens the store; a missing folder is created with mode 700.
    ///
    /// # Errors
    ///
    /// When it can't be used.
    pub(crate) async fn open(settings: &BlobSettings) -> Result<Self, BlobError> {
        match settings {
            BlobSettings::Folder(folder) => {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
                Ok(Self {
                    store: Arc::new(store),
                    folder: Some(folder.clone()),
                    part_size: FOLDER_PART_SIZE,
                })
            }
        }
    }

    /// Begins to write a document's blob. It is visible and durable only after [`BlobWriter::finish`]; dropping the writer
    /// leaves nothing.
    ///
    /// # Errors
    ///
    /// [`BlobError::OutOfSpace`] and others.
    pub(crate) async fn writer(
        &self,
        organisation: OrganisationId,
        document: DocumentId,
    ) -> Result<BlobWriter, BlobError> {
        let path = path_of(organisation, document);
        Ok(BlobWriter {
            upload: self.store.put_multipart(&path).await?,
            part: Vec::new(),
            part_bytes: 0,
            part_size: self.part_size,
            running: None,
        })
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
        let path = path_of(organisation, document);
        if let Some(folder) = &self.folder {
            let blob = folder.join(path.as_ref());
            spawn_blocking(move || remove_staged(&blob))
                .await
                .map_err(|_| BlobError::Interrupted)??;
        }
        match self.store.delete(&path).await.map_err(BlobError::from) {
            Err(BlobError::Missing) => Ok(()),
            other => other,
        }
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

/// A store that gives a version to what it stores keeps the old ones.
fn refuse_versions(version: Option<String>) -> Result<(), BlobError> {
    version.map_or(Ok(()), |_| Err(BlobError::Versioned))
}

fn path_of(organisation: OrganisationId, document: DocumentId) -> Path {
    Path::from_iter([
        "organisations",
        &organisation.to_string(),
        "documents",
        &document.to_string(),
    ])
}

fn mark_path() -> Path {
    Path::from("installation")
}

/// Removes what `LocalFileSystem` left of uploads that a crash interrupted: it writes to `BLOB#1`, `BLOB#2` and so on,
/// taking the first number that is free.
fn remove_staged(blob: &std::path::Path) -> io::Result<()> {
    for number in 1_u32.. {
        let mut staged = blob.as_os_str().to_owned();
        staged.push(format!("#{number}"));
        match std::fs::remove_file(&staged) {
            Ok(()) => {}
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => break,
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

/// Writes one blob, holding two parts in memory: one that is being written and one that fills.
pub(crate) struct BlobWriter {
    upload: Box<dyn MultipartUpload>,
    part: Vec<Bytes>,
    part_bytes: usize,
    part_size: usize,
    running: Option<tokio::task::JoinHandle<object_store::Result<()>>>,
}

impl BlobWriter {
    /// Adds bytes to the end.
    ///
    /// # Errors
    ///
    /// [`BlobError::OutOfSpace`] and others, perhaps about bytes that were added before.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.part_bytes += bytes.len();
        self.part.push(bytes);
        if self.part_bytes >= self.part_size {
            self.send_part().await?;
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), BlobError> {
        self.settle().await?;
        self.part_bytes = 0;
        let payload: PutPayload = std::mem::take(&mut self.part).into_iter().collect();
        let part: UploadPart = self.upload.put_part(payload);
        self.running = Some(tokio::spawn(part));
        Ok(())
    }

    /// Waits until the part that is being written is written.
    async fn settle(&mut self) -> Result<(), BlobError> {
        if let Some(running) = self.running.take() {
            running.await.map_err(|_| BlobError::Interrupted)??;
        }
        Ok(())
    }

    /// Makes the blob visible and durable. When it fails, there is no blob.
    ///
    /// # Errors
    ///
    /// [`BlobError::OutOfSpace`] and others.
    pub(crate) async fn finish(mut self) -> Result<(), BlobError> {
        if self.part_bytes > 0 {
            self.send_part().await?;
        }
        self.settle().await?;
        refuse_versions(self.upload.complete().await?.version)
    }

    /// Throws away what was written.
    ///
    /// # Errors
    ///
    /// When the store can't be reached; what an unfinished upload holds is then the store's to clean up.
    pub(crate) async fn abort(mut self) -> Result<(), BlobError> {
        // Whether the running part succeeds no longer matters, only that it is over.
        let _ = self.settle().await;
        Ok(self.upload.abort().await?)
    }
}

#[cfg(test)]
mod tests;
