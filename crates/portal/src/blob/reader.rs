//! Reading a range of a blob, piece by piece.

use std::fs::File;
use std::io::Read;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::task::spawn_blocking;

use super::BlobError;

/// Reads a range of one blob.
pub(crate) struct BlobReader {
    /// Away only while a read runs on another thread.
    source: Option<Source>,
    remaining: u64,
}

pub(super) enum Source {
    File(File),
    /// What comes, and what came beyond what was asked for.
    Stream(BoxStream<'static, object_store::Result<Bytes>>, Bytes),
}

impl BlobReader {
    pub(super) const fn new(source: Source, remaining: u64) -> Self {
        Self {
            source: Some(source),
            remaining,
        }
    }

    /// The next `length` bytes, fewer only at the end of the range and `None` after it. The buffer is the caller's own, so
    /// that it can be decrypted where it lies.
    ///
    /// # Errors
    ///
    /// [`BlobError::Short`] when the blob ends before the range does, and others. Nothing more can be read then.
    pub(crate) async fn next(&mut self, length: usize) -> Result<Option<BytesMut>, BlobError> {
        let length = usize::try_from(self.remaining).map_or(length, |remaining| remaining.min(length));
        if length == 0 {
            return Ok(None);
        }
        let (source, buffer) = match self.source.take().ok_or(BlobError::Interrupted)? {
            Source::File(file) => spawn_blocking(move || read_file(file, length))
                .await
                .map_err(|_| BlobError::Interrupted)??,
            Source::Stream(stream, rest) => read_stream(stream, rest, length).await?,
        };
        self.source = Some(source);
        self.remaining -= length as u64;
        Ok(Some(buffer))
    }
}

fn read_file(mut file: File, length: usize) -> Result<(Source, BytesMut), BlobError> {
    let mut buffer = Vec::with_capacity(length);
    let read = (&mut file).take(length as u64).read_to_end(&mut buffer)?;
    if read < length {
        return Err(BlobError::Short);
    }
    // A `Vec` that becomes `Bytes` and then `BytesMut` is not copied as long as nobody else holds it.
    Ok((Source::File(file), BytesMut::from(Bytes::from(buffer))))
}

async fn read_stream(
    mut stream: BoxStream<'static, object_store::Result<Bytes>>,
    mut rest: Bytes,
    length: usize,
) -> Result<(Source, BytesMut), BlobError> {
    let mut buffer = BytesMut::with_capacity(length);
    loop {
        let wanted = length - buffer.len();
        buffer.extend_from_slice(&rest.split_to(wanted.min(rest.len())));
        if buffer.len() == length {
            return Ok((Source::Stream(stream, rest), buffer));
        }
        rest = stream.next().await.ok_or(BlobError::Short)??;
    }
}
