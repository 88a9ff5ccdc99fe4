//! Reads a range of a document chunk by chunk: each is authenticated before any of it goes out, and the right to read is
//! looked at again while it goes on.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use base::{DocumentId, OrganisationId, Timestamp};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use keyring::{Opener, SEALED_CHUNK_SIZE, Span};

use super::ContentError;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::blob::{BlobError, BlobReader};
use crate::delivery::{Finder, ReadableDelivery, ReadableDocument};
use crate::{Context, Fault, RecipientActor, terms};

/// How much of the container is read at a time: four chunks, 256 KiB. This and what waits to be sent is all that a
/// stream holds in memory.
const READ_SIZE: usize = 4 * SEALED_CHUNK_SIZE;
/// How long a stream may run until the database is asked whether the right to read still holds.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Watches whether the person may still read.
pub(super) struct Watch {
    context: Arc<Context>,
    actor: RecipientActor,
    organisation: OrganisationId,
    document: DocumentId,
    expires_at: Timestamp,
    asked_at: Timestamp,
}

impl Watch {
    pub(super) fn new(
        context: Arc<Context>,
        actor: RecipientActor,
        document: &ReadableDocument,
        delivery: &ReadableDelivery,
    ) -> Self {
        Self {
            asked_at: context.clock_time(),
            context,
            actor,
            organisation: document.organisation,
            document: document.id,
            expires_at: delivery.expires_at,
        }
    }

    /// Passes when the person may read now: the known expiry is looked at each time; the database every few seconds,
    /// which tells of a revocation, an end of the session, terms taken back and whatever else moved.
    async fn pass(&mut self) -> Result<(), ContentError> {
        let (now, clock_time) = (self.context.now(), self.context.clock_time());
        let asked_lately = self.asked_at <= clock_time && clock_time.since(self.asked_at) < ASK_AGAIN_AFTER;
        if now < self.expires_at && asked_lately {
            return Ok(());
        }
        self.asked_at = clock_time;
        match self.delivery(now).await? {
            Some(delivery) => {
                self.expires_at = delivery.expires_at;
                Ok(())
            }
            None => {
                self.record(AuditAction::DocumentCutOff).await?;
                Err(ContentError::RightEnded)
            }
        }
    }

    /// Through what the person may read, if their right still holds.
    async fn delivery(&self, now: Timestamp) -> Result<Option<ReadableDelivery>, Fault> {
        if !terms::right_holds(&self.context, &self.actor).await? {
            return Ok(None);
        }
        let finder = Finder::new(&self.actor, now);
        let found = finder.document(self.context.database.reader(), self.document).await?;
        Ok(found.map(|(_, delivery)| delivery))
    }

    /// What did not open was altered, unless it was purged at this very moment.
    async fn damaged(&mut self) -> ContentError {
        self.expires_at = Timestamp::from_millis(i64::MIN);
        if let Err(error) = self.pass().await {
            return error;
        }
        match self.record(AuditAction::ContentDamaged).await {
            Ok(()) => ContentError::Damaged,
            Err(fault) => ContentError::Fault(fault),
        }
    }

    async fn record(&self, action: AuditAction) -> Result<(), Fault> {
        let entry = AuditEntry::by_recipient(&self.actor, action)
            .within(self.organisation)
            .about(AuditTarget::Document(self.document));
        self.context.record(&entry).await
    }
}

/// Reads a range of one document.
pub(super) struct PlaintextReader {
    opener: Opener,
    blob: BlobReader,
    next_chunk: u64,
    /// Sealed bytes that are still to be read.
    sealed_left: u64,
    /// Plaintext bytes before the range in the first chunk.
    skip: usize,
    /// Plaintext bytes that are still to be given.
    left: u64,
    ready: VecDeque<Bytes>,
    watch: Watch,
}

impl PlaintextReader {
    /// Reads `range`, which lies at `span`; `blob` stands at the beginning of the span.
    pub(super) fn new(opener: Opener, blob: BlobReader, span: &Span, range: Range<u64>, watch: Watch) -> Self {
        Self {
            opener,
            blob,
            next_chunk: span.first_chunk,
            sealed_left: span.container.end.saturating_sub(span.container.start),
            skip: span.skip,
            left: range.end.saturating_sub(range.start),
            ready: VecDeque::new(),
            watch,
        }
    }

    /// Passes when the person may still read.
    pub(super) async fn pass(&mut self) -> Result<(), ContentError> {
        self.watch.pass().await
    }

    /// The next authenticated bytes; `None` at the end of the range.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, ContentError>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(Ok(bytes));
            }
            if self.sealed_left == 0 {
                return None;
            }
            if let Err(error) = self.read().await {
                self.sealed_left = 0;
                return Some(Err(error));
            }
        }
    }

    async fn read(&mut self) -> Result<(), ContentError> {
        self.watch.pass().await?;
        let length = usize::try_from(self.sealed_left).map_or(READ_SIZE, |left| left.min(READ_SIZE));
        let mut sealed = match self.blob.next(length).await {
            Ok(Some(sealed)) if sealed.len() == length => sealed,
            Ok(_) | Err(BlobError::Missing | BlobError::Short) => return Err(self.watch.damaged().await),
            Err(error) => return Err(ContentError::Fault(error.into())),
        };
        let mut plaintext = Vec::with_capacity(length.div_ceil(SEALED_CHUNK_SIZE));
        let opened = self
            .opener
            .open_chunks(self.next_chunk, &mut sealed, |place| plaintext.push(place));
        if opened.is_err() {
            return Err(self.watch.damaged().await);
        }
        self.sealed_left -= u64::try_from(length).unwrap_or(self.sealed_left);
        self.next_chunk += u64::try_from(plaintext.len()).unwrap_or(0);
        let opened = sealed.freeze();
        for place in plaintext {
            self.give(&opened, place);
        }
        Ok(())
    }

    /// Takes from a chunk's plaintext what lies in the range.
    fn give(&mut self, opened: &Bytes, place: Range<usize>) {
        let start = place.start + self.skip.min(place.len());
        self.skip = 0;
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let end = place.end.min(start.saturating_add(most));
        if start < end {
            self.left -= u64::try_from(end - start).unwrap_or(self.left);
            self.ready.push_back(opened.slice(start..end));
        }
    }

    /// The rest as a stream, after `first`. It ends after an error.
    pub(super) fn into_stream(self, first: Option<Bytes>) -> BoxStream<'static, Result<Bytes, ContentError>> {
        let rest = stream::unfold(self, |mut reader| async move {
            let item = reader.next().await?;
            Some((item, reader))
        });
        stream::iter(first.map(Ok)).chain(rest).boxed()
    }
}
