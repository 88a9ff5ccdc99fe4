//! A message's multipart body (RFC 7578), read as it arrives.
//!
//! Owns the bounds: what lies between the parts, the metadata and what is read of a refused message are limited here,
//! and a document is limited by the portal while it streams. Nothing is ever collected but the metadata.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ::api::{MAX_METADATA_BYTES, METADATA_PART, ProblemCode};
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, header};
use multer::{Field, Multipart};

use super::Refusal;
use super::body::media_type;

/// How much is read at one go before others get their turn.
const MAX_BYTES_PER_TURN: usize = 256 * 1024;

/// The most bytes that are read while looking for a part's content: boundary, headers, and what a client put before
/// the first boundary. More than one turn, since content may come in the same one.
const MAX_BETWEEN_PARTS_BYTES: usize = 4 * MAX_BYTES_PER_TURN;

/// How much of a refused message is still read, so that its sender, busy sending, comes to read the answer. Closing
/// at once resets the connection, and many clients then report a broken pipe in place of what was wrong.
const MAX_LINGER_BYTES: usize = 32 * 1024 * 1024;
const MAX_LINGER: Duration = Duration::from_secs(2);

/// The parts of a message, one after the other.
pub(super) struct Parts {
    multipart: Multipart<'static>,
    allowance: Allowance,
}

impl Parts {
    /// Begins to read a message's body.
    ///
    /// # Errors
    ///
    /// `unsupported-media-type` when it is no multipart/form-data, `malformed-request` when it has no boundary.
    pub(super) fn new(headers: &HeaderMap, body: Body) -> Result<Self, Refusal> {
        let body = IncomingBody::new(body);
        if media_type(headers).is_none_or(|media_type| media_type != mime::MULTIPART_FORM_DATA) {
            return Err(Refusal::new(ProblemCode::UnsupportedMediaType));
        }
        let boundary = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| multer::parse_boundary(text).ok())
            .ok_or_else(|| Refusal::new(ProblemCode::MalformedRequest))?;
        let allowance = body.allowance.clone();
        Ok(Self {
            multipart: Multipart::new(body, boundary),
            allowance,
        })
    }

    /// The metadata, which is the first part.
    ///
    /// # Errors
    ///
    /// `unexpected-part` when another part comes first, `metadata-too-large`, and as [`Parts::next`].
    pub(super) async fn metadata(&mut self) -> Result<Vec<u8>, Refusal> {
        let Some(mut part) = self.next().await? else {
            return Err(Refusal::new(ProblemCode::MissingPart));
        };
        if part.name() != Some(METADATA_PART) {
            return Err(Refusal::new(ProblemCode::UnexpectedPart));
        }
        let mut metadata = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|error| refusal(&error))? {
            if metadata.len() + chunk.len() > MAX_METADATA_BYTES {
                let limit = u64::try_from(MAX_METADATA_BYTES).unwrap_or(u64::MAX);
                return Err(::api::Problem::new(ProblemCode::MetadataTooLarge)
                    .with_limit(limit)
                    .into());
            }
            metadata.extend_from_slice(&chunk);
        }
        Ok(metadata)
    }

    /// The next part, after the one before was read to its end; `None` after the last.
    ///
    /// # Errors
    ///
    /// `interrupted` when the body ends or breaks, `malformed-request` when it is no multipart body.
    pub(super) async fn next(&mut self) -> Result<Option<Field<'static>>, Refusal> {
        self.allowance.limit(MAX_BETWEEN_PARTS_BYTES);
        let part = self.multipart.next_field().await.map_err(|error| refusal(&error))?;
        self.allowance.lift();
        Ok(part)
    }
}

fn refusal(error: &multer::Error) -> Refusal {
    Refusal::new(match error {
        multer::Error::IncompleteFieldData { .. } | multer::Error::IncompleteStream => ProblemCode::Interrupted,
        multer::Error::StreamReadFailed(cause) if !cause.is::<TooMuchBetweenParts>() => ProblemCode::Interrupted,
        _ => ProblemCode::MalformedRequest,
    })
}

/// How many bytes may still come before the next part's content.
#[derive(Clone)]
struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    fn limit(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn lift(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }

    /// Takes a chunk; `false` when nothing was left. The chunk that passes the limit is still taken, for it may hold
    /// the boundary and content after it.
    fn take(&self, bytes: usize) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        if left != usize::MAX {
            self.0.store(left.saturating_sub(bytes), Ordering::Relaxed);
        }
        left > 0
    }
}

#[derive(Debug, thiserror::Error)]
#[error("too much between the parts")]
struct TooMuchBetweenParts;

/// The bytes as they come. Gives way to others now and then, since the reader of multipart bodies collects for as long
/// as there is more at hand; and when it is dropped before its end, reads on for a moment.
struct IncomingBody {
    /// `None` once it has ended.
    stream: Option<BodyDataStream>,
    allowance: Allowance,
    this_turn: usize,
}

impl IncomingBody {
    fn new(body: Body) -> Self {
        Self {
            stream: Some(body.into_data_stream()),
            allowance: Allowance(Arc::new(AtomicUsize::new(usize::MAX))),
            this_turn: 0,
        }
    }
}

impl Stream for IncomingBody {
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.this_turn >= MAX_BYTES_PER_TURN {
            self.this_turn = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        match stream.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.this_turn += chunk.len();
                if self.allowance.take(chunk.len()) {
                    Poll::Ready(Some(Ok(chunk)))
                } else {
                    Poll::Ready(Some(Err(TooMuchBetweenParts.into())))
                }
            }
            Poll::Ready(end) => {
                self.stream = None;
                Poll::Ready(end.map(|item| item.map_err(Into::into)))
            }
            Poll::Pending => {
                self.this_turn = 0;
                Poll::Pending
            }
        }
    }
}

impl Drop for IncomingBody {
    fn drop(&mut self) {
        let (Some(stream), Ok(runtime)) = (self.stream.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        runtime.spawn(async move {
            let _cut_off = tokio::time::timeout(MAX_LINGER, linger(stream)).await;
        });
    }
}

async fn linger(mut stream: BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        read += chunk.len();
        if read > MAX_LINGER_BYTES {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=edge".parse().unwrap(),
        )])
    }

    fn parts(chunks: Vec<Bytes>) -> Parts {
        let stream = futures::stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>));
        Parts::new(&headers(), Body::from_stream(stream)).unwrap()
    }

    fn told(refusal: &Refusal) -> String {
        format!("{refusal:?}")
    }

    const MESSAGE: &str = "--edge\r\ncontent-disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n--edge\r\n\
                           content-disposition: form-data; name=\"document-0\"\r\n\r\nhello\r\n--edge--\r\n";

    #[tokio::test]
    async fn parts_come_whole_however_the_network_cuts_them() {
        for size in [1, 2, 7, MESSAGE.len()] {
            let chunks = MESSAGE.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect();
            let mut parts = parts(chunks);
            assert_eq!(parts.metadata().await.unwrap(), b"{}");
            let part = parts.next().await.unwrap().unwrap();
            assert_eq!(part.name(), Some("document-0"));
            assert_eq!(part.bytes().await.unwrap(), "hello");
            assert!(parts.next().await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_body_that_ends_early_was_interrupted() {
        let whole = MESSAGE.len() - "--\r\n".len();
        for end in (0..whole).step_by(3) {
            let mut parts = parts(vec![Bytes::copy_from_slice(&MESSAGE.as_bytes()[..end])]);
            let outcome = async {
                parts.metadata().await?;
                while let Some(mut part) = parts.next().await? {
                    while part.chunk().await.map_err(|error| refusal(&error))?.is_some() {}
                }
                Ok::<_, Refusal>(())
            };
            assert!(told(&outcome.await.unwrap_err()).contains("interrupted"), "{end}");
        }
    }

    #[tokio::test]
    async fn endless_headers_and_endless_metadata_are_cut_off() {
        let filler = Bytes::from(vec![b'a'; 16 * 1024]);
        let mut before_first = parts(vec![filler.clone(); 80]);
        assert!(told(&before_first.next().await.err().unwrap()).contains("malformed-request"));

        let mut chunks = vec![Bytes::from_static(
            b"--edge\r\ncontent-disposition: form-data; name=\"metadata\"\r\nx: ",
        )];
        chunks.extend(vec![filler.clone(); 80]);
        assert!(told(&parts(chunks).metadata().await.unwrap_err()).contains("malformed-request"));

        let mut chunks = vec![Bytes::from_static(
            b"--edge\r\ncontent-disposition: form-data; name=\"metadata\"\r\n\r\n",
        )];
        chunks.extend(vec![filler; 64]);
        assert!(told(&parts(chunks).metadata().await.unwrap_err()).contains("metadata-too-large"));
    }

    #[tokio::test]
    async fn much_content_at_once_is_not_mistaken_for_headers() {
        let start = &MESSAGE[..MESSAGE.len() - "hello\r\n--edge--\r\n".len()];
        let mut chunks = vec![Bytes::from(start.to_owned())];
        chunks.extend(vec![Bytes::from(vec![b'a'; 64 * 1024]); 100]);
        chunks.push(Bytes::from_static(b"\r\n--edge--\r\n"));
        let mut parts = parts(chunks);
        parts.metadata().await.unwrap();
        let mut part = parts.next().await.unwrap().unwrap();
        let mut length = 0;
        while let Some(chunk) = part.chunk().await.unwrap() {
            length += chunk.len();
        }
        assert_eq!(length, 100 * 64 * 1024);
    }

    #[tokio::test]
    async fn another_form_of_body_is_refused() {
        let json = HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())]);
        assert!(told(&Parts::new(&json, Body::empty()).err().unwrap()).contains("unsupported-media-type"));
        let bare = HeaderMap::from_iter([(header::CONTENT_TYPE, "multipart/form-data".parse().unwrap())]);
        assert!(told(&Parts::new(&bare, Body::empty()).err().unwrap()).contains("malformed-request"));
    }
}
