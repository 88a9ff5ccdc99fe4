//! The installation's time: the clock's, but never before the latest instant that the installation has acted on, which is
//! latched in the portal's database.
//!
//! A clock that is far ahead of that instant is believed for the moment, so that what has ended by it can't be read, but is
//! not latched: a wrong one leaves nothing behind once it is put right (docs/decisions/0031).

use std::sync::atomic::Ordering;
use std::time::Duration;

use base::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::database::WriteTransaction;
use crate::skew::{self, SkewError};
use crate::{CLOCK_TOLERANCE, Context, Fault};

/// How the clock stands to the latest instant that the installation has acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockStep {
    /// Close enough after it: this is the latest instant now.
    Taken(Timestamp),
    /// Further after it than the operator lets the clock step at once.
    Ahead {
        /// The latest instant.
        latest: Timestamp,
        /// The time by the clock.
        clock: Timestamp,
    },
    /// Before it by more than clocks may be apart.
    Behind {
        /// The latest instant.
        latest: Timestamp,
        /// The time by the clock.
        clock: Timestamp,
    },
}

/// What to make of a clock; `latest` is none in a new installation, which has acted on no instant.
fn step(latest: Option<Timestamp>, clock: Timestamp, longest: Duration) -> ClockStep {
    match latest {
        Some(latest) if is_far_ahead(latest, clock, longest) => ClockStep::Ahead { latest, clock },
        Some(latest) if latest.since(clock) > CLOCK_TOLERANCE => ClockStep::Behind { latest, clock },
        Some(latest) => ClockStep::Taken(latest.max(clock)),
        None => ClockStep::Taken(clock),
    }
}

fn is_far_ahead(latest: Timestamp, clock: Timestamp, longest: Duration) -> bool {
    clock.since(latest) > longest
}

impl Context {
    /// The time by the clock, which may go back. For what somebody may do for a while – sessions and tokens – since by
    /// [`Context::now`] it would last until the clock has caught up.
    pub(crate) fn clock_time(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time now, but never before the latest instant that the installation has acted on: a clock that goes back
    /// un-expires nothing. For what ends for good, and for what is written down.
    pub(crate) fn now(&self) -> Timestamp {
        let clock = self.clock.now();
        let latest = self.latched();
        if latest != NONE && is_far_ahead(latest, clock, self.settings.purge.longest_clock_step) {
            return clock;
        }
        let latest = self.latest.fetch_max(clock.as_millis(), Ordering::SeqCst);
        Timestamp::from_millis(latest).max(clock)
    }

    /// As [`Context::now`], but the latest instant that the installation has acted on when the clock is so far ahead of it that it may
    /// be wrong. For what ends for good outside a round of jobs.
    pub(crate) fn certain_now(&self) -> Timestamp {
        let now = self.now();
        let latest = self.latched();
        if latest == NONE { now } else { latest }
    }

    fn latched(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::SeqCst))
    }

    /// Learns the latest instant that the installation has acted on from the other nodes, and how the clock stands to it.
    pub(crate) async fn clock_step(&self) -> Result<ClockStep, Fault> {
        self.compare(self.database.reader()).await
    }

    /// As [`Context::clock_step`], and makes the present the latest instant unless the clock is so far from it that it may be
    /// wrong, or is not the databases': what one node with a wrong clock latched would end for all.
    pub(crate) async fn latch(&self) -> Result<ClockStep, Fault> {
        match skew::check(self).await {
            Ok(()) => self.forget_doubted(),
            Err(SkewError::Skew(_)) => return self.clock_step().await,
            Err(SkewError::Fault(fault)) => return Err(fault),
        }
        let transaction = self.database.write().await?;
        let step = self.compare(&transaction).await?;
        if let ClockStep::Taken(now) = step {
            self.take(&transaction, now).await?;
            transaction.commit().await?;
        }
        Ok(step)
    }

    /// Notes that the clock is not the databases': what it says meanwhile is not to be latched once it is right again.
    pub(crate) fn doubt(&self) {
        self.is_doubted.store(true, Ordering::SeqCst);
    }

    /// Forgets what a clock said that was doubted; what the installation acted on is learnt anew.
    fn forget_doubted(&self) {
        if self.is_doubted.swap(false, Ordering::SeqCst) {
            self.latest.store(NONE.as_millis(), Ordering::SeqCst);
        }
    }

    /// Makes an instant the latest that the installation has acted on, unless a later one is.
    pub(crate) async fn take(&self, transaction: &WriteTransaction, now: Timestamp) -> Result<(), Fault> {
        const TAKE: &str = "UPDATE installation SET latest_instant = $1 WHERE latest_instant < $1";
        let backend = transaction.get_database_backend();
        let take = Statement::from_sql_and_values(backend, TAKE, [now.as_millis().into()]);
        transaction.execute_raw(take).await?;
        Ok(())
    }

    /// Remembers an instant that the installation has acted on.
    pub(crate) fn learn(&self, instant: Timestamp) {
        self.latest.fetch_max(instant.as_millis(), Ordering::SeqCst);
    }

    async fn compare(&self, on: &impl ConnectionTrait) -> Result<ClockStep, Fault> {
        const LATEST: &str = "SELECT latest_instant FROM installation";
        let question = Statement::from_string(on.get_database_backend(), LATEST);
        let row = on.query_one_raw(question).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the installation".to_owned()))?;
        let latest: i64 = row.try_get_by_index(0)?;
        let latest = (latest > 0).then(|| Timestamp::from_millis(latest));
        if let Some(latest) = latest {
            self.learn(latest);
        }
        Ok(
            match step(latest, self.clock.now(), self.settings.purge.longest_clock_step) {
                // What this node has acted on since its latest round counts too.
                ClockStep::Taken(_) => ClockStep::Taken(self.now()),
                far => far,
            },
        )
    }
}

/// What the latest instant is before it was learnt.
const NONE: Timestamp = Timestamp::from_millis(i64::MIN);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::on_both_databases;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const LATEST: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    #[test]
    fn a_clock_is_taken_up_to_the_longest_step_ahead_and_a_minute_back() {
        let at = |clock: Timestamp| step(Some(LATEST), clock, DAY);
        assert_eq!(at(LATEST + DAY), ClockStep::Taken(LATEST + DAY));
        let clock = LATEST + DAY + Duration::from_millis(1);
        assert_eq!(at(clock), ClockStep::Ahead { latest: LATEST, clock });
        assert_eq!(at(LATEST - CLOCK_TOLERANCE), ClockStep::Taken(LATEST));
        let clock = LATEST - CLOCK_TOLERANCE - Duration::from_millis(1);
        assert_eq!(at(clock), ClockStep::Behind { latest: LATEST, clock });
    }

    #[test]
    fn a_new_installation_takes_the_clock_as_it_is() {
        assert_eq!(step(None, LATEST, DAY), ClockStep::Taken(LATEST));
    }

    on_both_databases! {
        async fn a_clock_that_is_far_ahead_is_believed_and_leaves_nothing_behind(portal: TestPortal) {
            let portal = portal.guarded().await;
            let before = portal.now();
            let far = before + DAY * 366;
            portal.clock.set(far);
            let context = &portal.portal.0;
            assert_eq!(context.now(), far);
            assert_eq!(context.latch().await.unwrap(), ClockStep::Ahead { latest: before, clock: far });
            assert_eq!(portal.another_node().await.0.now(), far);
            portal.clock.set(before);
            assert_eq!(context.now(), before);
            assert_eq!(context.latch().await.unwrap(), ClockStep::Taken(before));
        }
    }
}
