//! How often one network address may do something that costs.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;

use crate::store::{Full, Store};

/// Most addresses that are remembered at once, in some 10 MB.
const CAPACITY: usize = 100_000;
const MINUTE: Duration = Duration::from_secs(60);

/// Counts per address in a sliding minute (generic cell rate algorithm: one instant an address). Lives in the memory of
/// one process: a restart forgets it, and each node counts for itself.
#[derive(Debug)]
pub struct RateLimit {
    /// For each address: when its allowance is full again, which is also when it is forgotten.
    full_again: Mutex<Store<IpAddr, Timestamp>>,
    per_minute: u32,
}

/// An address has used up its allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address has used up its allowance")]
pub struct TooOften {
    /// How long until it may try again.
    pub retry_after: Duration,
}

impl TooOften {
    /// Whole seconds to wait, for `Retry-After`; at least 1.
    #[must_use]
    pub fn retry_after_seconds(self) -> u64 {
        self.retry_after
            .as_millis()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(u64::MAX)
            .max(1)
    }
}

impl RateLimit {
    /// At most `per_minute` at once, refilled evenly over a minute; zero counts as one.
    #[must_use]
    pub fn per_minute(per_minute: u32) -> Self {
        Self {
            full_again: Mutex::new(Store::new(CAPACITY)),
            per_minute: per_minute.max(1),
        }
    }

    /// Takes one from the allowance of `address`. An IPv6 address counts as its /64, which is what one subscriber has;
    /// requests without an address count as one address together.
    ///
    /// # Errors
    ///
    /// [`TooOften`] when nothing is left of it. An address that is not remembered is refused too when as many as can be
    /// remembered have something to wait for: then the attack comes from everywhere, and forgetting one of them would help it.
    pub fn take(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), TooOften> {
        let address = subscriber(address);
        let mut store = self.lock();
        let full_again = store.get(&address, now).copied();
        // What lies further ahead than any allowance reaches was written before the clock went backwards.
        let full_again = full_again.filter(|at| at.since(now) <= MINUTE).unwrap_or(now);
        let next = full_again + self.interval();
        let wait = next.since(now);
        if wait > MINUTE {
            return Err(TooOften {
                retry_after: wait - MINUTE,
            });
        }
        store.insert(address, next, now, wait).map_err(|Full| TooOften {
            retry_after: self.interval(),
        })
    }

    /// Gives one back to the allowance of `address`, for what turned out not to count.
    pub fn give_back(&self, address: Option<IpAddr>, now: Timestamp) {
        let address = subscriber(address);
        let mut store = self.lock();
        if let Some(full_again) = store.get(&address, now).copied() {
            let next = full_again - self.interval();
            // An entry that is there is only replaced, for which there is always room.
            let _replaced = store.insert(address, next, now, next.since(now));
        }
    }

    fn interval(&self) -> Duration {
        MINUTE / self.per_minute
    }

    fn lock(&self) -> MutexGuard<'_, Store<IpAddr, Timestamp>> {
        self.full_again.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subscriber(address: Option<IpAddr>) -> IpAddr {
    match address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(0) + Duration::from_secs(seconds)
    }

    fn wait(seconds: u64) -> Result<(), TooOften> {
        Err(TooOften {
            retry_after: Duration::from_secs(seconds),
        })
    }

    #[test]
    fn an_address_gets_its_allowance_and_then_its_share() {
        let limit = RateLimit::per_minute(3);
        assert!((0..3).all(|_| limit.take(HERE, at(0)).is_ok()));
        assert_eq!(limit.take(HERE, at(0)), wait(20));
        assert_eq!(limit.take(Some([192, 0, 2, 2].into()), at(0)), Ok(()));
        assert_eq!(limit.take(HERE, at(19)), wait(1));
        assert_eq!(limit.take(HERE, at(20)), Ok(()));
        assert_eq!(limit.take(HERE, at(20)), wait(20));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share() {
        let limit = RateLimit::per_minute(1);
        let take = |address: &str| limit.take(Some(address.parse().unwrap()), at(0));
        assert_eq!(take("2001:db8:1:2::1"), Ok(()));
        assert_eq!(take("2001:db8:1:2:ffff::9"), wait(60));
        assert_eq!(take("2001:db8:1:3::1"), Ok(()));
        assert_eq!(take("::ffff:192.0.2.1"), Ok(()));
        assert_eq!(take("192.0.2.1"), wait(60));
    }

    #[test]
    fn requests_without_an_address_are_counted_too() {
        let limit = RateLimit::per_minute(1);
        assert_eq!(limit.take(None, at(0)), Ok(()));
        assert_eq!(limit.take(None, at(0)), wait(60));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_no_more() {
        let limit = RateLimit::per_minute(2);
        limit.give_back(HERE, at(0));
        for _ in 0..10 {
            assert_eq!(limit.take(HERE, at(0)), Ok(()));
            limit.give_back(HERE, at(0));
        }
        limit.give_back(HERE, at(0));
        assert!((0..2).all(|_| limit.take(HERE, at(0)).is_ok()));
        assert_eq!(limit.take(HERE, at(0)), wait(30));
    }

    #[test]
    fn a_clock_that_goes_backwards_locks_nobody_out() {
        let limit = RateLimit::per_minute(1);
        assert_eq!(limit.take(HERE, at(1_000_000)), Ok(()));
        assert_eq!(limit.take(HERE, at(0)), Ok(()));
        assert_eq!(limit.take(HERE, at(0)), wait(60));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_short_lived() {
        let limit = RateLimit::per_minute(60);
        let address = |number: usize| Some(IpAddr::V4(u32::try_from(number).unwrap().into()));
        for number in 0..CAPACITY {
            assert_eq!(limit.take(address(number), at(0)), Ok(()));
        }
        assert_eq!(limit.take(address(CAPACITY), at(0)), wait(1));
        // Those that are remembered keep what they have.
        assert_eq!(limit.take(address(0), at(0)), Ok(()));
        assert_eq!(limit.take(address(CAPACITY), at(1)), Ok(()));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        for (millis, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2)] {
            let wait = TooOften {
                retry_after: Duration::from_millis(millis),
            };
            assert_eq!(wait.retry_after_seconds(), seconds, "{millis}");
        }
    }
}
