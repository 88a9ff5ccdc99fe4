//! When a notification is sent. Pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use base::Timestamp;

use super::{NotificationKind, own_address};

/// How long a mail of messages lets itself be waited for: what is sent meanwhile goes into the same mail, and what its
/// sender takes back at once is not told of.
const GATHERING: Duration = Duration::from_secs(5 * 60);
/// Between two mails of messages of one kind to one person.
const BETWEEN: Duration = Duration::from_secs(60 * 60);
/// Longer than a mail server is waited for: when a node that stopped lets another have what it took.
pub(super) const LEASE: Duration = Duration::from_secs(5 * 60);
/// Until the second try; twice as long until each one after.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(4 * 60 * 60);
/// After that long nobody is helped by being told what concerns their account.
const WORTH_TELLING: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// What waits may still be unopened when a mail server comes back after a holiday.
const WORTH_TELLING_OF_WAITING: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// When something that happened now is sent at the earliest.
pub(super) fn due(kind: NotificationKind, now: Timestamp) -> Timestamp {
    if kind.is_of_messages() { now + GATHERING } else { now }
}

/// When the next mail that something waits may be sent to somebody who got one at `last`, unless that is now. What a clock that was
/// ahead calls later than now keeps nothing waiting.
pub(super) fn too_soon(last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    last.filter(|last| *last <= now)
        .map(|last| last + BETWEEN)
        .filter(|next| *next > now)
}

/// When the next mail of a kind may be sent to somebody who got one now.
pub(super) fn next(kind: NotificationKind, now: Timestamp) -> Timestamp {
    if kind.is_of_messages() { now + BETWEEN } else { now }
}

/// When it is tried again after so many tries failed.
pub(super) fn again(attempts: u32, now: Timestamp) -> Timestamp {
    let doublings = attempts.saturating_sub(1).min(16);
    now + FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// When a row is due that is waited for. One that is due later still was put off by a clock that was ahead, and isn't.
pub(super) fn not_due(now: Timestamp) -> RangeInclusive<Timestamp> {
    now + Duration::from_millis(1)..=now + LONGEST_PAUSE
}

/// What happened at this instant or before is not told of any more.
pub(super) fn no_longer_told(kind: NotificationKind, now: Timestamp) -> Timestamp {
    match kind {
        NotificationKind::Waiting | NotificationKind::RequestAnswered => now - WORTH_TELLING_OF_WAITING,
        NotificationKind::AddressCode => now - own_address::rule::HOLDS,
        _ => now - WORTH_TELLING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_pauses_double_up_to_four_hours() {
        let minutes: Vec<_> = (1..=10)
            .map(|attempts| again(attempts, at(0)).as_seconds() / 60)
            .collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
        assert_eq!(again(u32::MAX, at(0)), at(4 * 3600));
    }

    #[test]
    fn every_pause_is_one_that_is_waited_for() {
        for attempts in 0..20 {
            assert!(not_due(at(0)).contains(&again(attempts, at(0))), "{attempts}");
        }
        assert!(not_due(at(0)).contains(&next(NotificationKind::Waiting, at(0))));
        assert!(!not_due(at(0)).contains(&at(0)));
        assert!(!not_due(at(0)).contains(&at(4 * 3600 + 1)));
    }

    #[test]
    fn what_waits_is_gathered_and_told_once_an_hour() {
        assert_eq!(due(NotificationKind::Waiting, at(0)), at(300));
        assert_eq!(too_soon(None, at(0)), None);
        assert_eq!(too_soon(Some(at(0)), at(3599)), Some(at(3600)));
        assert_eq!(too_soon(Some(at(0)), at(3600)), None);
        assert_eq!(too_soon(Some(at(1)), at(0)), None);
    }

    #[test]
    fn what_concerns_an_account_is_told_at_once() {
        for kind in NotificationKind::ALL {
            assert_eq!(due(kind, at(7)) > at(7), kind.is_of_messages(), "{kind:?}");
            assert_eq!(next(kind, at(7)) > at(7), kind.is_of_messages(), "{kind:?}");
        }
    }
}
