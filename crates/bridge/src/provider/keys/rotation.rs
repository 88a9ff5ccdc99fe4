//! When signing keys come and go, as a rule over instants.
//!
//! A key is published [`PUBLISH_AHEAD`] before it signs, so that clients that keep a key set for a day know it in time,
//! and stays published [`KEEP_RETIRED`] after its successor took over, longer than any token lives.

use std::time::Duration;

use base::Timestamp;

const DAY: Duration = Duration::from_secs(86_400);
const PUBLISH_AHEAD: Duration = Duration::from_secs(2 * 86_400);
const KEEP_RETIRED: Duration = DAY;

/// Something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Make a key that signs from then on.
    Create { active_from: Timestamp },
    /// Delete the key that signed from then on.
    Delete { active_from: Timestamp },
}

/// What is due at `now`, given when each key comes into use (in order) and how long one is used.
pub(super) fn plan(activations: &[Timestamp], rotate_after: Duration, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    let Some(index) = current(activations.iter().copied(), now) else {
        changes.push(Change::Create { active_from: now });
        return changes;
    };
    let since = activations.get(index).copied().unwrap_or(now);
    let has_next = activations.len() > index + 1;
    if !has_next && now + PUBLISH_AHEAD >= since + rotate_after {
        changes.push(Change::Create {
            active_from: (since + rotate_after).max(now + PUBLISH_AHEAD),
        });
    }
    if now >= since + KEEP_RETIRED {
        changes.extend(
            activations
                .iter()
                .take(index)
                .map(|&active_from| Change::Delete { active_from }),
        );
    }
    changes
}

/// The index of the key that signs at `now`: the last that has come into use. When the clock was set back before the
/// first, the first.
pub(super) fn current(activations: impl ExactSizeIterator<Item = Timestamp>, now: Timestamp) -> Option<usize> {
    let count = activations.len();
    let active = activations.take_while(|active_from| *active_from <= now).count();
    (count > 0).then(|| active.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: Duration = Duration::from_secs(30 * 86_400);

    fn day(day: i64) -> Timestamp {
        Timestamp::from_millis(day * 86_400_000)
    }

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(plan(&[], MONTH, day(0)), [Change::Create { active_from: day(0) }]);
    }

    #[test]
    fn the_next_key_is_published_two_days_ahead() {
        assert_eq!(plan(&[day(0)], MONTH, day(27)), []);
        assert_eq!(
            plan(&[day(0)], MONTH, day(28)),
            [Change::Create { active_from: day(30) }]
        );
        assert_eq!(plan(&[day(0), day(30)], MONTH, day(29)), []);
        assert_eq!(current([day(0), day(30)].into_iter(), day(29)), Some(0));
        assert_eq!(current([day(0), day(30)].into_iter(), day(30)), Some(1));
    }

    #[test]
    fn a_retired_key_stays_published_for_a_day() {
        assert_eq!(plan(&[day(0), day(30)], MONTH, day(30)), []);
        assert_eq!(
            plan(&[day(0), day(30)], MONTH, day(31)),
            [Change::Delete { active_from: day(0) }]
        );
    }

    #[test]
    fn after_a_long_stop_the_old_key_signs_until_the_next_is_known() {
        assert_eq!(
            plan(&[day(0)], MONTH, day(100)),
            [Change::Create { active_from: day(102) }]
        );
        assert_eq!(current([day(0), day(102)].into_iter(), day(101)), Some(0));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_the_first_key() {
        assert_eq!(current([day(5)].into_iter(), day(1)), Some(0));
        assert_eq!(plan(&[day(5)], MONTH, day(1)), []);
    }
}
