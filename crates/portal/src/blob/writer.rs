//! Writing one blob: whole and durable at the end, or not there.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};

use super::{BlobError, refuse_versions};

/// Writes one blob, holding two parts in memory: one that is being written and one that fills. What fits in one part is
/// stored with one request; only more than that begins an upload in parts.
pub(crate) struct BlobWriter {
    store: Arc<dyn ObjectStore>,
    path: Path,
    upload: Option<Box<dyn MultipartUpload>>,
    part: Vec<Bytes>,
    part_bytes: usize,
    part_size: usize,
    running: Option<tokio::task::JoinHandle<object_store::Result<()>>>,
}

impl BlobWriter {
    pub(super) const fn new(store: Arc<dyn ObjectStore>, path: Path, part_size: usize) -> Self {
        Self {
            store,
            path,
            upload: None,
            part: Vec::new(),
            part_bytes: 0,
            part_size,
            running: None,
        }
    }

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
        let payload = self.take_part();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.path).await?),
        };
        self.running = Some(tokio::spawn(upload.put_part(payload)));
        Ok(())
    }

    fn take_part(&mut self) -> PutPayload {
        self.part_bytes = 0;
        std::mem::take(&mut self.part).into_iter().collect()
    }

    /// Waits until the part that is being written is written.
    pub(super) async fn settle(&mut self) -> Result<(), BlobError> {
        if let Some(running) = self.running.take() {
            running.await.map_err(|_| BlobError::Interrupted)??;
        }
        Ok(())
    }

    /// Makes the blob visible and durable. When it fails, what there is of it is for
    /// [`Blobs::delete`](super::Blobs::delete).
    ///
    /// # Errors
    ///
    /// [`BlobError::OutOfSpace`] and others.
    pub(crate) async fn finish(mut self) -> Result<(), BlobError> {
        if self.upload.is_some() && self.part_bytes > 0 {
            self.send_part().await?;
        }
        self.settle().await?;
        let written = match self.upload.take() {
            Some(mut upload) => upload.complete().await?,
            None => {
                let whole = self.take_part();
                self.store.put(&self.path, whole).await?
            }
        };
        refuse_versions(written.version)
    }

    /// Throws away what was written.
    ///
    /// # Errors
    ///
    /// When the store can't be reached; what an unfinished upload holds is then for
    /// [`Blobs::delete`](super::Blobs::delete).
    pub(crate) async fn abort(mut self) -> Result<(), BlobError> {
        // Whether the running part succeeds no longer matters, only that it is over.
        let _ = self.settle().await;
        match self.upload.take() {
            Some(mut upload) => Ok(upload.abort().await?),
            None => Ok(()),
        }
    }
}
