//! Whose turn it is to have something worked out that goes through all that an organisation has sent: few at once on a node, and few of
//! an organisation that wait, so that pages that are asked for again and again cost everybody else little.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::OrganisationId;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::ChangeRetentionError;
use crate::Fault;

/// How many are worked out at once.
const AT_ONCE: usize = 2;
/// How many of an organisation are worked out or wait: two admins look at the same time, and more often one looks twice.
const OF_ORGANISATION: usize = 2;
/// How long one waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The turns of a node.
pub(crate) struct Turns {
    running: Semaphore,
    asked: Mutex<BTreeMap<OrganisationId, usize>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            running: Semaphore::new(AT_ONCE),
            asked: Mutex::default(),
        }
    }
}

/// A turn, which lasts until it is dropped.
pub(super) struct Turn<'a> {
    _running: SemaphorePermit<'a>,
    _place: Place<'a>,
}

/// A place among those of an organisation.
struct Place<'a> {
    turns: &'a Turns,
    organisation: OrganisationId,
}

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Busy`], at once when enough of the organisation wait, or after a while.
    pub(super) async fn take(&self, organisation: OrganisationId) -> Result<Turn<'_>, ChangeRetentionError> {
        let place = self.place(organisation).ok_or(ChangeRetentionError::Busy)?;
        let running = tokio::time::timeout(LONGEST_WAIT, self.running.acquire()).await;
        let running = running.map_err(|_| ChangeRetentionError::Busy)?;
        Ok(Turn {
            _running: running.map_err(Fault::new)?,
            _place: place,
        })
    }

    fn place(&self, organisation: OrganisationId) -> Option<Place<'_>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let of_organisation = asked.entry(organisation).or_default();
        if *of_organisation >= OF_ORGANISATION {
            return None;
        }
        *of_organisation += 1;
        Some(Place {
            turns: self,
            organisation,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut asked = self.turns.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_organisation) = asked.get_mut(&self.organisation) {
            *of_organisation = of_organisation.saturating_sub(1);
            if *of_organisation == 0 {
                asked.remove(&self.organisation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn an_organisation_has_two_places_and_a_node_works_out_two_at_once() {
        let [norrby, soderby] = [1, 2].map(|id| OrganisationId::from_uuid(Uuid::from_u128(id)));
        let turns = Turns::default();
        let first = turns.take(norrby).await.unwrap();
        let second = turns.take(norrby).await.unwrap();
        assert!(matches!(turns.take(norrby).await, Err(ChangeRetentionError::Busy)));
        let mut other = Box::pin(turns.take(soderby));
        assert!(futures::poll!(other.as_mut()).is_pending());
        drop(first);
        let other = other.await.unwrap();
        // Who waits has a place, and who gives up makes room.
        let mut waiting = Box::pin(turns.take(norrby));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert!(matches!(turns.take(norrby).await, Err(ChangeRetentionError::Busy)));
        drop(waiting);
        drop((second, other));
        turns.take(norrby).await.unwrap();
        assert!(turns.asked.lock().unwrap().is_empty());
    }
}
