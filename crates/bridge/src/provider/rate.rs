//! How often one address may do something that costs.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use base::Timestamp;

use super::store::Store;

/// Most addresses that are remembered at once.
const CAPACITY: usize = 100_000;
const MINUTE: Duration = Duration::from_secs(60);

/// Counts per address in a sliding minute (generic cell rate algorithm: one instant an address).
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// For each address: when its allowance is full again.
    full_again: Store<IpAddr, Timestamp>,
    per_minute: u32,
}

impl RateLimit {
    /// At most `per_minute` at once, refilled evenly over a minute.
    pub(crate) fn per_minute(per_minute: u32) -> Self {
        Self {
            full_again: Store::new(CAPACITY),
            per_minute: per_minute.max(1),
        }
    }

    /// Takes one from the allowance of `address`; `false` when there is none left. An IPv6 address counts as its /64,
    /// which is what one subscriber has.
    pub(crate) fn take(&mut self, address: IpAddr, now: Timestamp) -> bool {
        let address = subscriber(address);
        let full_again = self.full_again.get(&address, now).copied().unwrap_or(now).max(now);
        let next = full_again + MINUTE / self.per_minute;
        if next.since(now) > MINUTE {
            return false;
        }
        // When more addresses than can be remembered are active within a minute, refusing protects BankID.
        self.full_again.insert(address, next, now, MINUTE).is_ok()
    }
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_allowance_and_then_its_share() {
        let start = Timestamp::from_millis(0);
        let mut limit = RateLimit::per_minute(3);
        let address = IpAddr::from([192, 0, 2, 1]);
        assert!((0..3).all(|_| limit.take(address, start)));
        assert!(!limit.take(address, start));
        assert!(limit.take(IpAddr::from([192, 0, 2, 2]), start));
        assert!(!limit.take(address, start + Duration::from_secs(19)));
        assert!(limit.take(address, start + Duration::from_secs(20)));
        assert!(!limit.take(address, start + Duration::from_secs(20)));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share() {
        let start = Timestamp::from_millis(0);
        let mut limit = RateLimit::per_minute(1);
        assert!(limit.take("2001:db8:1:2::1".parse().unwrap(), start));
        assert!(!limit.take("2001:db8:1:2:ffff::9".parse().unwrap(), start));
        assert!(limit.take("2001:db8:1:3::1".parse().unwrap(), start));
    }
}
