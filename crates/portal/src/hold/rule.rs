//! What holds go by, as pure rules.

use std::time::Duration;

use base::{Day, Timestamp};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::message::is_line;

/// How long a hold keeps what it is on after it was lifted.
pub(crate) const GRACE: Duration = Duration::from_secs(7 * 86_400);
/// The longest reason, in characters.
pub(super) const MAX_REASON_CHARS: usize = 200;
/// How far ahead a review may be, in years.
const MAX_REVIEW_YEARS: i16 = 2;

/// What a hold is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldScope {
    /// One case.
    Case,
    /// Everything that the organisation has sent that case's recipient, and sends them from now on.
    Recipient,
}

/// When what a hold was on may be destroyed again.
pub(crate) fn keeps_until(lifted_at: Timestamp) -> Timestamp {
    lifted_at + GRACE
}

/// The reason as it is stored.
pub(super) fn reason(text: &str) -> Option<&str> {
    let text = text.trim();
    is_line(text, MAX_REASON_CHARS).then_some(text)
}

/// The instant with which the day of the review begins; `None` when it is today or before, or too far ahead.
pub(super) fn review_at(day: Date, now: Timestamp, time_zone: &TimeZone) -> Option<Timestamp> {
    let today = local_date(now, time_zone);
    let last = today.checked_add(MAX_REVIEW_YEARS.years()).ok()?;
    if day <= today || day > last {
        return None;
    }
    let begins = day.to_zoned(time_zone.clone()).ok()?;
    Some(Timestamp::from_jiff(begins.timestamp()))
}

/// The day of an instant where the organisation is.
pub(crate) fn local_date(at: Timestamp, time_zone: &TimeZone) -> Date {
    at.to_jiff().to_zoned(time_zone.clone()).date()
}

/// The days that keys of what is held are wrapped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// Keys for an earlier day are wrapped anew.
    pub(crate) least: Day,
    /// The day that they are wrapped for then.
    pub(crate) until: Day,
}

/// From today and the last day for which there are secrets: anew when half of the way there is left, so that each key moves a few
/// times a year and a server may be down for long.
pub(super) fn ahead(today: Day, last: Day) -> Ahead {
    let days = last.number().saturating_sub(today.number());
    Ahead {
        least: today.plus_days(days / 2 + 1).min(last),
        until: last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_between_half_the_way_and_the_last_day() {
        let today = Day::from_number(100);
        let ahead_by = |days| {
            let ahead = ahead(today, today.plus_days(days));
            (ahead.least.number() - 100, ahead.until.number() - 100)
        };
        assert_eq!(ahead_by(367), (184, 367));
        assert_eq!(ahead_by(3), (2, 3), "the shortest ceiling");
    }

    #[test]
    fn a_review_is_on_a_later_day_within_two_years() {
        let stockholm = TimeZone::get("Europe/Stockholm").unwrap();
        // Half past midnight in Stockholm on the 23rd.
        let now = Timestamp::from_jiff("2026-11-22T23:30:00Z".parse().unwrap());
        let begins = |day: &str| review_at(day.parse().unwrap(), now, &stockholm);
        assert_eq!(begins("2026-11-23"), None);
        let midnight = Timestamp::from_jiff("2026-11-23T23:00:00Z".parse().unwrap());
        assert_eq!(begins("2026-11-24"), Some(midnight));
        assert!(begins("2028-11-23").is_some());
        assert_eq!(begins("2028-11-24"), None);
    }

    #[test]
    fn a_reason_is_one_line_that_says_something() {
        assert_eq!(reason("  Tvist, dnr 17  "), Some("Tvist, dnr 17"));
        assert_eq!(reason(" "), None);
        assert_eq!(reason("två\nrader"), None);
        assert!(reason(&"x".repeat(MAX_REASON_CHARS)).is_some());
        assert_eq!(reason(&"x".repeat(MAX_REASON_CHARS + 1)), None);
    }
}
