//! How many register extracts are made and handed out at once: each is a whole register in memory, and its PDF keeps a core busy.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use base::{OrganisationId, RecipientId};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// How many PDFs are set at once, and organisations' registers gathered.
const PLACES: usize = 2;

/// Who gets an extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtractReader {
    /// The person whom it is about.
    Person(RecipientId),
    /// An organisation that makes one about somebody.
    Organisation(OrganisationId),
}

/// Whose extract is being handed out on this node, and the few places where one is set. Cloning gives the same.
#[derive(Clone, Debug)]
pub struct ExtractTurns {
    taken: Arc<Mutex<HashSet<ExtractReader>>>,
    places: Arc<Semaphore>,
}

impl Default for ExtractTurns {
    fn default() -> Self {
        Self {
            taken: Arc::default(),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }
}

impl ExtractTurns {
    /// The reader's turn; `None` as long as they have it already.
    #[must_use]
    pub fn take(&self, reader: ExtractReader) -> Option<ExtractTurn> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(reader).then(|| ExtractTurn {
            reader,
            taken: Arc::clone(&self.taken),
        })
    }

    /// Waits for a place. As many wait as have a turn.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        Arc::clone(&self.places).acquire_owned().await
    }
}

/// A turn, which ends when it is dropped.
#[derive(Debug)]
pub struct ExtractTurn {
    reader: ExtractReader,
    taken: Arc<Mutex<HashSet<ExtractReader>>>,
}

impl Drop for ExtractTurn {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.remove(&self.reader);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_one_turn_at_a_time_and_others_have_theirs() {
        let turns = ExtractTurns::default();
        let nil = OrganisationId::from_uuid(Default::default());
        let (anna, norrby) = (
            ExtractReader::Person(RecipientId::from_uuid(*nil.as_uuid())),
            ExtractReader::Organisation(nil),
        );
        let annas = turns.take(anna).unwrap();
        assert!(turns.take(anna).is_none());
        assert!(turns.take(norrby).is_some());
        drop(annas);
        assert!(turns.take(anna).is_some());
    }

    #[tokio::test]
    async fn who_finds_every_place_taken_waits_until_one_is_given_back() {
        let turns = ExtractTurns::default();
        let mut taken = Vec::new();
        for _ in 0..PLACES {
            taken.push(turns.place().await.unwrap());
        }
        let mut waiting = Box::pin(turns.place());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        drop(taken.pop());
        drop(waiting.await.unwrap());
    }
}
