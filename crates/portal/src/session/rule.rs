//! When a session runs out.

use std::time::Duration;

use base::Timestamp;

use crate::{CLOCK_TOLERANCE, SessionLimits};

/// How long a session may be in use before that is written down, so that reading pages does not write each time. A
/// session may therefore run out this much before its idle limit, never after it.
const USE_NOTED_EVERY: Duration = Duration::from_secs(30);

/// When a session runs out that was last used at `last_seen_at` and ends at `absolute` whatever happens.
pub(super) fn runs_out(limits: SessionLimits, last_seen_at: Timestamp, absolute: Timestamp) -> Timestamp {
    absolute.min(last_seen_at + limits.idle)
}

/// Whether a session has run out. One that was last used in the time to come has: the clock went back, and nobody knows how
/// long ago that was.
pub(super) fn has_run_out(limits: SessionLimits, last_seen_at: Timestamp, absolute: Timestamp, now: Timestamp) -> bool {
    runs_out(limits, last_seen_at, absolute) <= now || last_seen_at > now + CLOCK_TOLERANCE
}

/// Whether it is time to write down that the session is in use. An idle limit that is short itself is kept to a tenth.
pub(super) fn is_use_noted(limits: SessionLimits, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now.since(last_seen_at) < USE_NOTED_EVERY.min(limits.idle / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits = SessionLimits {
        idle: Duration::from_secs(900),
        absolute: Duration::from_secs(3600),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_nearer_limit_counts() {
        assert_eq!(runs_out(LIMITS, at(0), at(3600)), at(900));
        assert_eq!(runs_out(LIMITS, at(3000), at(3600)), at(3600));
    }

    #[test]
    fn a_session_from_the_time_to_come_has_run_out() {
        let last_seen_at = at(7200);
        let absolute = at(7200 + 3600);
        assert!(!has_run_out(LIMITS, last_seen_at, absolute, at(7200 - 60)));
        assert!(has_run_out(LIMITS, last_seen_at, absolute, at(7200 - 61)));
        assert!(!has_run_out(LIMITS, last_seen_at, absolute, at(7200 + 899)));
        assert!(has_run_out(LIMITS, last_seen_at, absolute, at(7200 + 900)));
    }

    #[test]
    fn use_is_noted_every_half_minute_and_more_often_when_the_limit_is_short() {
        assert!(is_use_noted(LIMITS, at(0), at(29)));
        assert!(!is_use_noted(LIMITS, at(0), at(30)));
        let short = SessionLimits {
            idle: Duration::from_secs(20),
            ..LIMITS
        };
        assert!(is_use_noted(short, at(0), at(1)));
        assert!(!is_use_noted(short, at(0), at(2)));
    }
}
