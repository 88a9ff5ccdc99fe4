//! A message's body on its way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api::{DOCUMENT_PART_PREFIX, METADATA_PART, MessageMetadata};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncRead;
use tokio::sync::Notify;
use tokio_util::io::ReaderStream;

/// Bytes read from a document at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The bytes of one declared document.
pub struct DocumentSource {
    reader: Box<dyn AsyncRead + Send + Unpin>,
}

impl DocumentSource {
    /// The document's bytes; exactly as many as the metadata declares.
    pub fn new(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self {
            reader: Box::new(reader),
        }
    }
}

impl std::fmt::Debug for DocumentSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentSource").finish_non_exhaustive()
    }
}

/// How much of the documents was handed to the connection, for a progress bar. Cloning gives the same one.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bytes: AtomicU64,
    moved: Notify,
    failed: std::sync::Mutex<Option<(usize, std::io::Error)>>,
}

impl Progress {
    /// Bytes of documents sent so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.0.moved.notify_one();
    }

    /// Returns when nothing has moved for `limit`.
    pub(crate) async fn stalled(&self, limit: Duration) {
        while tokio::time::timeout(limit, self.0.moved.notified()).await.is_ok() {}
    }

    /// The document whose reading failed, if that is what broke the upload.
    pub(crate) fn take_failure(&self) -> Option<(usize, std::io::Error)> {
        self.0.failed.lock().ok()?.take()
    }

    fn fail(&self, index: usize, error: &std::io::Error) {
        if let Ok(mut failed) = self.0.failed.lock() {
            *failed = Some((index, std::io::Error::new(error.kind(), error.to_string())));
        }
    }
}

/// The whole body: the metadata first, then the documents in order, each with its length, so that the request has one.
pub(crate) fn form(metadata: &MessageMetadata, sources: Vec<DocumentSource>, progress: &Progress) -> Form {
    let json = serde_json::to_vec(metadata).unwrap_or_default();
    let metadata_part = Part::bytes(json).mime_str("application/json");
    let mut form = Form::new();
    if let Ok(part) = metadata_part {
        form = form.part(METADATA_PART, part);
    }
    for (index, (source, declared)) in sources.into_iter().zip(&metadata.documents).enumerate() {
        let body = Body::wrap_stream(counted(index, source, progress.clone()));
        let part = Part::stream_with_length(body, declared.size);
        form = form.part(format!("{DOCUMENT_PART_PREFIX}{index}"), part);
    }
    form
}

fn counted(
    index: usize,
    source: DocumentSource,
    progress: Progress,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    ReaderStream::with_capacity(source.reader, CHUNK_BYTES).inspect(move |chunk| match chunk {
        Ok(chunk) => progress.add(chunk.len()),
        Err(error) => progress.fail(index, error),
    })
}
