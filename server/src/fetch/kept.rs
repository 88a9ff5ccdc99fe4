//! Something of somebody else's that is fetched when it is needed and kept for a while. Nobody fetches it while another does,
//! and nothing that strangers send makes it be fetched more than once a minute.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Clock, Timestamp};

/// The least time between two fetches because what is kept did not fit: forged tokens must not become requests.
const REFRESHED_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// How long what was fetched is good, and how long a failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long it is used before it is fetched again.
    pub(crate) kept: Duration,
    /// How long after a failure nobody tries.
    pub(crate) left_alone: Duration,
}

/// It can't be fetched now. Whoever fetched it knows why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

/// The thing, perhaps.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    clock: Clock,
    patience: Patience,
    known: Mutex<Known<T>>,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Known<T> {
    value: Option<(Arc<T>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

impl<T> Kept<T> {
    pub(crate) fn new(clock: Clock, patience: Patience) -> Self {
        let known = Known {
            value: None,
            failed_at: None,
        };
        Self {
            clock,
            patience,
            known: Mutex::new(known),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// The thing, fetched when it is not known or too old. Everybody waits for one fetch.
    pub(crate) async fn get(&self, fetch: impl Future<Output = Option<T>>) -> Result<Arc<T>, Unavailable> {
        if let Some(value) = self.known_for_less_than(self.patience.kept) {
            return Ok(value);
        }
        let _alone = self.fetching.lock().await;
        match self.known_for_less_than(self.patience.kept) {
            Some(value) => Ok(value),
            None => self.fetch(fetch).await,
        }
    }

    /// A newer one than `used`, which did not fit; `None` when that was fetched a moment ago.
    pub(crate) async fn newer_than(
        &self,
        used: &Arc<T>,
        fetch: impl Future<Output = Option<T>>,
    ) -> Result<Option<Arc<T>>, Unavailable> {
        let _alone = self.fetching.lock().await;
        let known = self.known_for_less_than(self.patience.kept);
        if let Some(value) = known.filter(|value| !Arc::ptr_eq(value, used)) {
            return Ok(Some(value));
        }
        if self.known_for_less_than(REFRESHED_AT_MOST_EVERY).is_some() {
            return Ok(None);
        }
        self.fetch(fetch).await.map(Some)
    }

    /// Whether it was fetched so lately.
    pub(crate) fn is_younger_than(&self, age: Duration) -> bool {
        self.known_for_less_than(age).is_some()
    }

    /// Keeps what was fetched, or that nothing was.
    pub(crate) fn settle(&self, fetched: Option<T>) -> Result<Arc<T>, Unavailable> {
        let now = self.clock.now();
        let mut known = self.lock();
        let Some(value) = fetched.map(Arc::new) else {
            known.failed_at = Some(now);
            return Err(Unavailable);
        };
        *known = Known {
            value: Some((Arc::clone(&value), now)),
            failed_at: None,
        };
        Ok(value)
    }

    async fn fetch(&self, fetch: impl Future<Output = Option<T>>) -> Result<Arc<T>, Unavailable> {
        let failed_at = self.lock().failed_at;
        if failed_at.is_some_and(|at| self.is_within(at, self.patience.left_alone)) {
            return Err(Unavailable);
        }
        self.settle(fetch.await)
    }

    fn known_for_less_than(&self, age: Duration) -> Option<Arc<T>> {
        let known = self.lock();
        let (value, fetched_at) = known.value.as_ref()?;
        self.is_within(*fetched_at, age).then(|| Arc::clone(value))
    }

    /// Whether it is no longer ago than that. What lies ahead was written before the clock went back.
    fn is_within(&self, at: Timestamp, age: Duration) -> bool {
        let now = self.clock.now();
        at <= now && now.since(at) < age
    }

    fn lock(&self) -> MutexGuard<'_, Known<T>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use base::ManualClock;

    use super::*;

    const PATIENCE: Patience = Patience {
        kept: Duration::from_secs(15 * 60),
        left_alone: Duration::from_secs(30),
    };

    fn kept() -> (Kept<u8>, ManualClock) {
        let clock = ManualClock::at(Timestamp::from_millis(1_795_000_000_000));
        (Kept::new(clock.clock(), PATIENCE), clock)
    }

    async fn never() -> Option<u8> {
        panic!("nothing is to be fetched")
    }

    #[tokio::test]
    async fn what_was_fetched_is_used_until_it_is_too_old() {
        let (kept, clock) = kept();
        assert_eq!(*kept.get(ready(Some(1))).await.unwrap(), 1);
        clock.advance(PATIENCE.kept - Duration::from_millis(1));
        assert_eq!(*kept.get(never()).await.unwrap(), 1);
        clock.advance(Duration::from_millis(1));
        assert_eq!(*kept.get(ready(Some(2))).await.unwrap(), 2);
        clock.advance(PATIENCE.kept);
        assert_eq!(kept.get(ready(None)).await, Err(Unavailable));
    }

    #[tokio::test]
    async fn what_does_not_fit_is_fetched_anew_once_a_minute() {
        let (kept, clock) = kept();
        let first = kept.get(ready(Some(1))).await.unwrap();
        assert_eq!(kept.newer_than(&first, never()).await, Ok(None));
        clock.advance(REFRESHED_AT_MOST_EVERY);
        let second = kept.newer_than(&first, ready(Some(2))).await.unwrap().unwrap();
        assert_eq!(*second, 2);
        // Whoever still uses the first gets what another fetched meanwhile.
        assert_eq!(kept.newer_than(&first, never()).await.unwrap().as_deref(), Some(&2));
        assert_eq!(kept.newer_than(&second, never()).await, Ok(None));
    }

    #[tokio::test]
    async fn after_a_failure_it_is_left_alone_and_what_is_known_is_used_until_it_is_too_old() {
        let (kept, clock) = kept();
        let first = kept.get(ready(Some(1))).await.unwrap();
        clock.advance(REFRESHED_AT_MOST_EVERY);
        assert_eq!(kept.newer_than(&first, ready(None)).await, Err(Unavailable));
        assert_eq!(kept.newer_than(&first, never()).await, Err(Unavailable));
        assert_eq!(*kept.get(never()).await.unwrap(), 1);
        clock.advance(PATIENCE.left_alone);
        assert!(kept.newer_than(&first, ready(Some(2))).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn many_wait_for_one_fetch() {
        let (kept, _) = kept();
        let fetches = AtomicUsize::new(0);
        let fetch = || async {
            tokio::task::yield_now().await;
            fetches.fetch_add(1, Ordering::Relaxed);
            Some(1)
        };
        let all = futures::future::join_all((0..20).map(|_| kept.get(fetch()))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(fetches.into_inner(), 1);
    }

    #[tokio::test]
    async fn nobody_who_can_be_answered_waits_for_a_fetch() {
        let (kept, clock) = kept();
        let first = kept.get(ready(Some(1))).await.unwrap();
        clock.advance(REFRESHED_AT_MOST_EVERY);
        let endless = kept.newer_than(&first, std::future::pending());
        futures::pin_mut!(endless);
        assert!(futures::poll!(&mut endless).is_pending());
        assert_eq!(*kept.get(never()).await.unwrap(), 1);
    }
}
