//! Receives one file: measured, sniffed, hashed, encrypted and written chunk by chunk, so that memory use does not
//! depend on its size.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use keyring::Sealer;
use sha2::{Digest, Sha256};

use super::attempt::Attempt;
use super::sniff::Sniffer;
use super::{DeclaredFile, FileProblem, SendError};
use crate::Fault;
use crate::blob::BlobWriter;

/// The most bytes that are looked at, sealed and written in one go, however large the pieces of the stream are.
const PIECE: usize = 256 * 1024;

/// Receives file number `index` and gives its SHA-256. Without an attempt the file is only read, as for a repeat.
pub(super) async fn receive<S, E>(
    index: usize,
    file: &DeclaredFile,
    content: S,
    attempt: Option<&mut Attempt>,
) -> Result<[u8; 32], SendError>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Send,
{
    let Some(attempt) = attempt else {
        return Checker::new(index, file).check_all(content, None).await;
    };
    attempt.keep_alive().await?;
    let mut sink = Sink::open(index, attempt).await?;
    let checked = Checker::new(index, file)
        .check_all(content, Some((&mut sink, &mut *attempt)))
        .await;
    match checked {
        Ok(digest) => sink.finish().await.map(|()| digest),
        Err(problem) => {
            // What can't be thrown away now is deleted by the sweeper.
            if let Err(error) = sink.writer.abort().await {
                tracing::debug!(%error, "a blob was not aborted");
            }
            Err(problem)
        }
    }
}

/// Compares what comes with what was declared.
struct Checker<'a> {
    index: usize,
    file: &'a DeclaredFile,
    sniffer: Sniffer,
    digest: Sha256,
    size: u64,
}

impl<'a> Checker<'a> {
    fn new(index: usize, file: &'a DeclaredFile) -> Self {
        Self {
            index,
            file,
            sniffer: Sniffer::new(&file.media_type),
            digest: Sha256::new(),
            size: 0,
        }
    }

    async fn check_all<S, E>(
        mut self,
        mut content: S,
        mut sink: Option<(&mut Sink, &mut Attempt)>,
    ) -> Result<[u8; 32], SendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Send,
    {
        while let Some(bytes) = content.next().await {
            let mut bytes = bytes.map_err(|_| SendError::Interrupted)?;
            while !bytes.is_empty() {
                let piece = bytes.split_to(bytes.len().min(PIECE));
                self.take(&piece)?;
                if let Some((sink, attempt)) = &mut sink {
                    sink.write(&piece).await?;
                    attempt.keep_alive().await?;
                }
            }
        }
        self.finish()
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), SendError> {
        self.size = self.size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if self.size > self.file.size {
            return Err(self.refuse(FileProblem::SizeMismatch));
        }
        self.sniffer.look(piece).map_err(|problem| self.refuse(problem))?;
        self.digest.update(piece);
        Ok(())
    }

    fn finish(self) -> Result<[u8; 32], SendError> {
        let index = self.index;
        let refuse = |problem| SendError::File { index, problem };
        if self.size == 0 {
            return Err(refuse(FileProblem::Empty));
        }
        if self.size != self.file.size {
            return Err(refuse(FileProblem::SizeMismatch));
        }
        self.sniffer.finish().map_err(refuse)?;
        let digest = self.digest.finalize().into();
        if self.file.sha256.is_some_and(|declared| declared != digest) {
            return Err(refuse(FileProblem::DigestMismatch));
        }
        Ok(digest)
    }

    const fn refuse(&self, problem: FileProblem) -> SendError {
        SendError::File {
            index: self.index,
            problem,
        }
    }
}

/// Encrypts and writes.
struct Sink {
    sealer: Sealer,
    writer: BlobWriter,
    sealed: Vec<Vec<u8>>,
}

impl Sink {
    async fn open(index: usize, attempt: &Attempt) -> Result<Self, SendError> {
        let document = *attempt
            .intent
            .documents
            .get(index)
            .ok_or_else(|| Fault::new("a document without an id"))?;
        let blobs = &attempt.context().blobs;
        let mut writer = blobs.writer(attempt.organisation.id, document);
        let (sealer, prefix) = Sealer::new(attempt.document_key(index)?);
        writer.write(Bytes::copy_from_slice(&prefix)).await?;
        Ok(Self {
            sealer,
            writer,
            sealed: Vec::new(),
        })
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), SendError> {
        let sealed = &mut self.sealed;
        self.sealer
            .push(piece, |chunk| sealed.push(chunk))
            .map_err(Fault::new)?;
        for chunk in self.sealed.drain(..) {
            self.writer.write(chunk.into()).await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), SendError> {
        let last = self.sealer.finish().map_err(Fault::new)?;
        self.writer.write(last.into()).await?;
        self.writer.finish().await?;
        Ok(())
    }
}
