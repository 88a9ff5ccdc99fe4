//! When something is handed over, and when it is tried again. Pure.

use std::time::Duration;

use base::Timestamp;

/// Longer than one time may take: when a node that stopped lets another go on.
pub(super) const LEASE: Duration = Duration::from_secs(5 * 60);
/// Until the second try; twice as long until each one after.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// When it is tried again after so many tries failed in a row. `random` takes up to a quarter off, so that many that failed at once
/// don't come back at once.
pub(super) fn again(attempts: u32, now: Timestamp, random: u8) -> Timestamp {
    let doublings = attempts.saturating_sub(1).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    now + (pause - pause / 4 * u32::from(random) / 255)
}

/// Whether it goes on now. What is due later than any pause was put off by a clock that was ahead, and isn't waited for.
pub(super) fn is_due(due: Timestamp, now: Timestamp) -> bool {
    due <= now || due > now + LONGEST_PAUSE.max(LEASE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_pauses_double_up_to_a_quarter_of_an_hour_and_vary_by_a_quarter() {
        let pause = |attempts, random| again(attempts, at(0), random).as_millis();
        let longest: Vec<_> = (1..=9).map(|attempts| pause(attempts, 0) / 1000).collect();
        assert_eq!(longest, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!((pause(1, 255), pause(u32::MAX, 255)), (7_500, 675_000));
    }

    #[test]
    fn every_pause_and_a_lease_are_waited_for_and_nothing_longer() {
        assert!(is_due(at(0), at(0)) && is_due(at(-1), at(0)));
        assert!(!is_due(again(1, at(0), 255), at(0)) && !is_due(again(u32::MAX, at(0), 0), at(0)));
        assert!(!is_due(at(0) + LEASE, at(0)) && is_due(at(901), at(0)));
    }
}
