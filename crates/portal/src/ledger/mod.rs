//! The ledger: what was purged, revoked and forgotten, what was held and who wants no mails, outside both databases, so that a
//! restored database undoes none of it.
//!
//! Owns its batches – numbered, each with the hash of the one before, signed, made once – and the rule that follows from them:
//! nothing loses its key before a durable batch tells of it, whoever opens a portal first catches up with every batch that
//! its databases do not know ([`follow`]), and what was told and not done is taken back ([`take_back_left`]). Both databases record how far
//! they have come, so a ledger that lost its end, or is another one, is noticed.
//!
//! What ends by time alone (an expiry, a day's secret) needs no word here: the clock tells of it.

mod apply;
mod batch;
mod entry;
mod fate;
mod follow;
mod head;
mod note;
mod settle;
mod signed;
mod store;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use base::{Clock, InstallationId, Timestamp};
use tokio::sync::Mutex;

use crate::provider::{KeyProvider, ProviderError};
use crate::signing::{self, PublicKeys, SigningPurpose};
use crate::{Fault, LedgerSettings};
use batch::{LedgerBatch, number_after};
use store::Batches;

pub(crate) use batch::LedgerHead;
pub(crate) use entry::{LedgerEntry, ToldHold};
pub(crate) use fate::Told;
pub(crate) use follow::follow;
pub(crate) use head::known;
pub(crate) use note::{LedgerNote, StoredNote};
pub(crate) use settle::{settle, take_back_left};

/// The most entries in one batch.
const MAX_ENTRIES: usize = 10_000;

/// The ledger can't be written, or is not what was written. Nothing loses its key before its day then.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The folder can't be made.
    #[error("the ledger's folder {0} can't be used")]
    Folder(PathBuf, #[source] std::io::Error),
    /// The place where it lies failed.
    #[error("the ledger can't be read or written")]
    Store(#[from] object_store::Error),
    /// The place where it lies does not answer.
    #[error("the ledger does not answer within ten seconds")]
    Slow,
    /// A batch that was there is missing: the ledger is another one, or older than the databases.
    #[error("batch {0} of the ledger is missing: give the portal the whole ledger that it wrote")]
    Missing(u64),
    /// A batch is not what this installation wrote there.
    #[error("batch {0} of the ledger is damaged or another installation's")]
    Damaged(u64),
    /// A later version of the program wrote a batch, of what this one does not know.
    #[error("batch {0} of the ledger is of a later version of the program: run that one")]
    Newer(u64),
    /// The key provider can't sign, or its public keys can't be read.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// What a ledger tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerRead {
    /// The latest generation that a restore took; 0 when none did.
    pub(crate) generation: i64,
    /// The number and time of the last batch; `None` when there is none.
    pub(crate) last: Option<(u64, Timestamp)>,
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::new(error)
    }
}

/// The ledger of one installation. Cloning it gives the same ledger.
#[derive(Clone)]
pub(crate) struct Ledger(Arc<Inner>);

struct Inner {
    batches: Batches,
    provider: Arc<dyn KeyProvider>,
    clock: Clock,
    installation: InstallationId,
    /// The latest batch that this node knows. Whoever appends holds it, so that a node's batches queue here.
    head: Mutex<Option<LedgerHead>>,
}

impl Ledger {
    /// Opens the ledger of an installation; where it ends is found when it is followed or appended to.
    ///
    /// # Errors
    ///
    /// When its place can't be used.
    pub(crate) fn open(
        settings: &LedgerSettings,
        installation: InstallationId,
        provider: Arc<dyn KeyProvider>,
        clock: Clock,
    ) -> Result<Self, LedgerError> {
        Ok(Self(Arc::new(Inner {
            batches: Batches::open(settings)?,
            provider,
            clock,
            installation,
            head: Mutex::new(None),
        })))
    }

    /// Writes entries, durable when this returns. Who does what they tell of writes that down with what this gives.
    ///
    /// # Errors
    ///
    /// When the ledger or the key provider fails: some may be written then, and are taken back; the call can be repeated.
    pub(crate) async fn append(&self, entries: &[LedgerEntry]) -> Result<Told, LedgerError> {
        let mut head = self.0.head.lock().await;
        let mut told = Vec::new();
        for entries in entries.chunks(MAX_ENTRIES) {
            told.push(self.append_batch(&mut head, entries).await?);
        }
        Ok(Told(told))
    }

    /// Tells of something that is not done, as by a node that ends then.
    #[cfg(test)]
    pub(crate) async fn tell_alone(&self, entries: &[LedgerEntry]) {
        let Told(batches) = self.append(entries).await.unwrap();
        assert!(!batches.is_empty());
    }

    /// Writes a batch that tells of nothing, signed by the newest key: behind it none holds that an earlier one signed.
    ///
    /// # Errors
    ///
    /// As [`Ledger::append`].
    pub(crate) async fn mark(&self) -> Result<Told, LedgerError> {
        let mut head = self.0.head.lock().await;
        Ok(Told(vec![self.append_batch(&mut head, &[]).await?]))
    }

    async fn append_batch(
        &self,
        head: &mut Option<LedgerHead>,
        entries: &[LedgerEntry],
    ) -> Result<LedgerHead, LedgerError> {
        // Without the end that this node knows, a new batch would stand behind a gap.
        self.check(*head).await?;
        loop {
            let batch = LedgerBatch {
                installation: self.0.installation,
                number: number_after(*head),
                at: self.0.clock.now(),
                previous: head.map(|head| head.hash),
                entries: entries.to_vec(),
            };
            let text = batch.to_text();
            let signature = signing::sign(&*self.0.provider, SigningPurpose::Ledger, text.as_bytes()).await?;
            let stored = signed::with_signature(&text, &signature);
            if self.0.batches.create(batch.number, stored).await? {
                let place = batch.head();
                *head = Some(place);
                return Ok(place);
            }
            // Another node was first.
            *head = Some(self.batch_after(*head).await?.head());
        }
    }

    /// The place of the latest batch that this node knows.
    pub(crate) async fn head(&self) -> Option<LedgerHead> {
        *self.0.head.lock().await
    }

    /// Checks that the batch at a place is there and says what it said.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Missing`], [`LedgerError::Damaged`] and others.
    pub(crate) async fn check(&self, place: Option<LedgerHead>) -> Result<(), LedgerError> {
        let Some(place) = place else { return Ok(()) };
        let batch = self.read(place.number).await?;
        let batch = batch.ok_or(LedgerError::Missing(place.number))?;
        let is_ours = batch.installation == self.0.installation && batch.head() == place;
        is_ours.then_some(()).ok_or(LedgerError::Damaged(place.number))
    }

    /// Reads every batch after `first`, and says what it came to. Copies know of what is up to `known`, which must be there.
    ///
    /// # Errors
    ///
    /// As [`Ledger::check`]; also when a batch in between is missing or damaged.
    pub(crate) async fn read_after(&self, first: u64, known: u64) -> Result<LedgerRead, LedgerError> {
        let highest = self.0.batches.highest().await?;
        if highest < known {
            return Err(LedgerError::Missing(known));
        }
        let mut last = match first {
            0 => None,
            number => {
                let batch = self.read(number).await?.ok_or(LedgerError::Missing(number))?;
                let is_ours = batch.installation == self.0.installation && batch.number == number;
                is_ours.then_some(()).ok_or(LedgerError::Damaged(number))?;
                Some(batch)
            }
        };
        let mut generation = 0;
        let place = |last: &Option<LedgerBatch>| last.as_ref().map(LedgerBatch::head);
        while number_after(place(&last)) <= highest {
            let batch = self.batch_after(place(&last)).await?;
            let restored = batch.entries.iter().filter_map(|entry| match entry {
                LedgerEntry::Restored(generation) => Some(*generation),
                _ => None,
            });
            generation = restored.fold(generation, i64::max);
            last = Some(batch);
        }
        Ok(LedgerRead {
            generation,
            last: last.map(|batch| (batch.number, batch.at)),
        })
    }

    /// Where the ledger ends, with what other nodes wrote; `None` while it is empty. This node goes on from where it was.
    ///
    /// # Errors
    ///
    /// As [`Ledger::check`].
    pub(crate) async fn end(&self) -> Result<Option<LedgerHead>, LedgerError> {
        let mut end = self.head().await;
        self.check(end).await?;
        let highest = self.0.batches.highest().await?;
        while number_after(end) <= highest {
            end = Some(self.batch_after(end).await?.head());
        }
        Ok(end)
    }

    /// A note of how far it has come, signed, as it is stored.
    ///
    /// # Errors
    ///
    /// When the key provider can't sign.
    pub(crate) async fn note(&self, head: LedgerHead) -> Result<String, LedgerError> {
        let note = LedgerNote {
            installation: self.0.installation,
            head,
            at: self.0.clock.now(),
        };
        let text = note.to_text();
        let signature = signing::sign(&*self.0.provider, SigningPurpose::LedgerHead, text.as_bytes()).await?;
        Ok(note.signed(&signature))
    }

    /// Reads a stored note.
    ///
    /// # Errors
    ///
    /// When the key provider's public keys can't be read.
    pub(crate) async fn read_note(&self, stored: &str) -> Result<StoredNote, LedgerError> {
        let keys = PublicKeys::of(&self.0.provider.signing_keys().await?);
        Ok(LedgerNote::verify(stored, self.0.installation, &keys))
    }

    /// The numbers of the batches that those after a place tell to have been taken back, and the place up to which was read.
    async fn taken_back(&self, from: Option<LedgerHead>) -> Result<(BTreeSet<u64>, Option<LedgerHead>), LedgerError> {
        let last = self.0.batches.highest().await?;
        let (mut place, mut taken_back) = (from, BTreeSet::new());
        while number_after(place) <= last {
            let batch = self.batch_after(place).await?;
            taken_back.extend(batch.entries.iter().filter_map(|entry| match entry {
                LedgerEntry::TakenBack(number) => Some(*number),
                _ => None,
            }));
            place = Some(batch.head());
        }
        Ok((taken_back, place))
    }

    /// The batch after a place, which must be there.
    async fn batch_after(&self, place: Option<LedgerHead>) -> Result<LedgerBatch, LedgerError> {
        let next = self.next_batch(place).await?;
        next.ok_or(LedgerError::Missing(number_after(place)))
    }

    /// The batch after a place; `None` when the ledger ends there.
    async fn next_batch(&self, place: Option<LedgerHead>) -> Result<Option<LedgerBatch>, LedgerError> {
        let number = number_after(place);
        let Some((batch, key)) = self.read_signed(number).await? else {
            return Ok(None);
        };
        if !batch.follows(self.0.installation, place) {
            return Err(LedgerError::Damaged(number));
        }
        // A key that was replaced signs nothing behind what a later one signed. The first key can't have replaced another, and the times
        // in the batches are clocks', which may have been wrong.
        if let (Some(place), false) = (place, self.signs_with_newest(key).await?) {
            let before = self.read_signed(place.number).await?;
            let (_, before) = before.ok_or(LedgerError::Missing(place.number))?;
            if key < before {
                return Err(LedgerError::Damaged(number));
            }
        }
        Ok(Some(batch))
    }

    /// Whether the key at this place is the newest.
    async fn signs_with_newest(&self, key: usize) -> Result<bool, LedgerError> {
        Ok(key.saturating_add(1) == self.0.provider.signing_keys().await?.len())
    }

    /// A batch whose signature holds; `None` when there is none by that number.
    async fn read(&self, number: u64) -> Result<Option<LedgerBatch>, LedgerError> {
        Ok(self.read_signed(number).await?.map(|(batch, _)| batch))
    }

    /// As [`Ledger::read`], with the place of its key among all keys, oldest first.
    async fn read_signed(&self, number: u64) -> Result<Option<(LedgerBatch, usize)>, LedgerError> {
        let Some(stored) = self.0.batches.read(number).await? else {
            return Ok(None);
        };
        let keys = PublicKeys::of(&self.0.provider.signing_keys().await?);
        let batch = LedgerBatch::verify(&stored, &keys);
        batch.map(Some).ok_or(match LedgerBatch::is_newer(&stored) {
            true => LedgerError::Newer(number),
            false => LedgerError::Damaged(number),
        })
    }
}

#[cfg(test)]
mod tests;
