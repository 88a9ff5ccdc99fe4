//! When wrong tries slow an account down and lock it. Pure: how many there were one after another, when the last was, and the
//! time now.
//!
//! The first two cost nothing. From the third on the account waits, twice as long each time, and at the tenth it is locked for
//! an hour. An hour without a wrong try forgets them all, and so does a complete sign-in. What is tried meanwhile gets the same
//! answer as a wrong try and isn't counted, so that nobody makes a lock last longer by going on.
//!
//! Within a complete session they are counted for the session alone, with the same waits, until the fifth ends it.

use std::time::Duration;

use base::Timestamp;

use crate::CLOCK_TOLERANCE;

/// So many wrong tries cost nothing.
const FREE: u32 = 2;
/// So many lock the account.
const LOCKING: u32 = 10;
/// How long the first wait is; each after it is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait before the lock.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// How long an account is locked, and how long it takes until wrong tries are forgotten.
const LOCK: Duration = Duration::from_secs(60 * 60);

/// So many wrong tries one after another within a session end it.
const ENDING: u32 = 5;

/// The wrong tries of an account, or within a session, since the last that was right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    pub(crate) failures: u32,
    pub(crate) last_failure_at: Option<Timestamp>,
}

/// What an account does about wrong tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Barred {
    /// It waits for some moments.
    Waits { until: Timestamp },
    /// It is locked.
    Locked { until: Timestamp },
}

impl Barred {
    pub(crate) const fn until(self) -> Timestamp {
        match self {
            Self::Waits { until } | Self::Locked { until } => until,
        }
    }
}

impl Tries {
    /// Whether nothing can be tried now, and until when. What was written in the time to come bars nothing: the clock went back,
    /// and nobody knows how long ago that was.
    pub(crate) fn barred(self, now: Timestamp) -> Option<Barred> {
        let last = self.last_failure_at.filter(|last| *last <= now + CLOCK_TOLERANCE)?;
        let until = last + wait_after(self.failures);
        if until <= now {
            None
        } else if self.failures >= LOCKING {
            Some(Barred::Locked { until })
        } else {
            Some(Barred::Waits { until })
        }
    }

    /// What there is after another wrong try, which was made when the account was not barred.
    pub(crate) fn after_failure(self, now: Timestamp) -> Self {
        let forgotten = self
            .last_failure_at
            .is_none_or(|last| last + LOCK <= now || last > now + CLOCK_TOLERANCE);
        let before = if forgotten { 0 } else { self.failures };
        Self {
            failures: before.saturating_add(1),
            last_failure_at: Some(now),
        }
    }
}

impl Tries {
    /// What there is after another wrong try within a session. Time forgets none of them: a session lasts for hours, and few
    /// guesses are to be all that whoever took it over has.
    pub(crate) fn after_failure_within(self, now: Timestamp) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            last_failure_at: Some(now),
        }
    }

    /// Whether a session with so many wrong tries ends.
    pub(crate) const fn ends_session(self) -> bool {
        self.failures >= ENDING
    }
}

fn wait_after(failures: u32) -> Duration {
    if failures >= LOCKING {
        return LOCK;
    }
    let Some(doublings) = failures.checked_sub(FREE + 1) else {
        return Duration::ZERO;
    };
    FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn waits(failures: u32) -> i64 {
        let tries = Tries {
            failures,
            last_failure_at: Some(at(0)),
        };
        tries.barred(at(0)).map_or(0, |barred| barred.until().as_seconds())
    }

    #[test]
    fn the_waits_grow_and_the_tenth_wrong_try_locks_for_an_hour() {
        let waits: Vec<_> = (0..=11).map(waits).collect();
        assert_eq!(waits, [0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 3600, 3600]);
        let locked = Tries {
            failures: 10,
            last_failure_at: Some(at(0)),
        };
        assert_eq!(locked.barred(at(3599)), Some(Barred::Locked { until: at(3600) }));
        assert_eq!(locked.barred(at(3600)), None);
    }

    #[test]
    fn an_hour_without_a_wrong_try_forgets_them() {
        let tries = Tries {
            failures: 9,
            last_failure_at: Some(at(0)),
        };
        assert_eq!(tries.after_failure(at(3599)).failures, 10);
        assert_eq!(tries.after_failure(at(3600)).failures, 1);
        assert_eq!(Tries::default().after_failure(at(0)).failures, 1);
    }

    #[test]
    fn within_a_session_time_forgets_nothing_and_the_fifth_ends_it() {
        let mut tries = Tries::default();
        for number in 1..=5 {
            tries = tries.after_failure_within(at(7200 * number));
            assert_eq!(tries.ends_session(), number == 5, "{number}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out_for_longer() {
        let ahead = Tries {
            failures: 10,
            last_failure_at: Some(at(1_000_000)),
        };
        assert_eq!(ahead.barred(at(0)), None);
        assert_eq!(ahead.after_failure(at(0)).failures, 1);
    }

    proptest! {
        /// Whoever tries as often as they are let never gets more than a few tries an hour, and is never barred for more than
        /// an hour; whoever waits that long always gets a try.
        #[test]
        fn however_somebody_tries_they_get_few_tries_an_hour(pauses in proptest::collection::vec(0_i64..1200, 1..400)) {
            let (mut tries, mut now, mut made) = (Tries::default(), 0, Vec::new());
            for pause in pauses {
                now += pause;
                match tries.barred(at(now)) {
                    Some(barred) => {
                        prop_assert!(barred.until() > at(now) && barred.until() <= at(now + 3600));
                        prop_assert!(tries.barred(barred.until()).is_none());
                    }
                    None => {
                        tries = tries.after_failure(at(now));
                        made.push(now);
                    }
                }
            }
            for (index, first) in made.iter().enumerate() {
                let within = made[index..].iter().take_while(|time| **time < first + 3600).count();
                prop_assert!(within <= 10, "{within} tries within an hour");
            }
        }

        #[test]
        fn a_wrong_try_never_makes_the_count_smaller_within_the_hour(failures in 0_u32..50, pause in 0_i64..3600) {
            let tries = Tries { failures, last_failure_at: Some(at(0)) };
            prop_assert_eq!(tries.after_failure(at(pause)).failures, failures + 1);
        }
    }
}
