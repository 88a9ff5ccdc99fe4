//! Days and times as people read them: `22 november 2026`, `kl. 14.05`, `försvinner om 3 dagar`.

use base::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Texts;

/// How long something can still be read, and whether that is so short that it is worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLeft {
    /// Such as `försvinner om 3 dagar`.
    pub text: String,
    /// Whether it goes within a week.
    pub soon: bool,
}

/// Within that many days, what goes is marked as soon gone.
const SOON_DAYS: i32 = 7;

/// Within that many days, what is left is counted; further off, the last day is named.
const COUNTED_DAYS: i32 = 14;

/// The day of an instant, such as `22 november 2026`.
#[must_use]
pub fn day(texts: &Texts, at: Timestamp, time_zone: &TimeZone) -> String {
    date(texts, local_date(at, time_zone))
}

/// The day and time of an instant, such as `22 november 2026 kl. 14.05`.
#[must_use]
pub fn day_and_time(texts: &Texts, at: Timestamp, time_zone: &TimeZone) -> String {
    let local = at.to_jiff().to_zoned(time_zone.clone());
    texts.with(
        "day-and-time",
        &[
            ("day", day(texts, at, time_zone).into()),
            ("hour", format!("{:02}", local.hour()).into()),
            ("minute", format!("{:02}", local.minute()).into()),
        ],
    )
}

/// The last day on which something that expires at that instant can be read. A rule in days ends at midnight, which
/// people would otherwise read as one day more.
#[must_use]
pub fn last_day(texts: &Texts, expires_at: Timestamp, time_zone: &TimeZone) -> String {
    date(texts, local_date(just_before(expires_at), time_zone))
}

/// How long something that expires at that instant can still be read.
#[must_use]
pub fn time_left(texts: &Texts, now: Timestamp, expires_at: Timestamp, time_zone: &TimeZone) -> TimeLeft {
    let today = local_date(now, time_zone);
    let last = local_date(just_before(expires_at), time_zone);
    let days = local_date(expires_at, time_zone)
        .since(today)
        .map_or(0, |span| span.get_days());
    let text = if last <= today {
        texts.get("time-left-today")
    } else if days <= COUNTED_DAYS {
        texts.with("time-left-days", &[("days", days.into())])
    } else {
        texts.with("time-left-until", &[("day", date(texts, last).into())])
    };
    TimeLeft {
        text,
        soon: days <= SOON_DAYS,
    }
}

/// A day, such as `22 november 2026`.
#[must_use]
pub fn date(texts: &Texts, date: Date) -> String {
    texts.with(
        "day",
        &[
            ("day", date.day().to_string().into()),
            ("month", date.month().into()),
            ("year", date.year().to_string().into()),
        ],
    )
}

/// The day on which an instant falls.
#[must_use]
pub fn local_date(at: Timestamp, time_zone: &TimeZone) -> Date {
    at.to_jiff().to_zoned(time_zone.clone()).date()
}

fn just_before(at: Timestamp) -> Timestamp {
    at - std::time::Duration::from_millis(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn left(now: &str, expires: &str) -> (String, bool) {
        let left = time_left(Texts::of(Language::Swedish), at(now), at(expires), &stockholm());
        (left.text, left.soon)
    }

    #[test]
    fn dates_are_written_in_the_persons_language() {
        let instant = at("2026-11-22T13:05:00Z");
        let zone = stockholm();
        let swedish = day_and_time(Texts::of(Language::Swedish), instant, &zone);
        assert_eq!(swedish, "22\u{a0}november 2026 kl.\u{a0}14.05");
        let english = day_and_time(Texts::of(Language::English), instant, &zone);
        assert_eq!(english, "22\u{a0}November 2026 at\u{a0}14:05");
    }

    #[test]
    fn what_expires_at_midnight_can_be_read_until_the_day_before() {
        let text = last_day(Texts::of(Language::Swedish), at("2026-12-21T23:00:00Z"), &stockholm());
        assert_eq!(text, "21\u{a0}december 2026");
    }

    #[test]
    fn time_left_is_counted_when_it_is_short_and_named_when_it_is_long() {
        let midnight = "2026-11-24T23:00:00Z";
        assert_eq!(
            left("2026-11-22T08:00:00Z", midnight),
            ("försvinner om 3\u{a0}dagar".into(), true)
        );
        assert_eq!(
            left("2026-11-23T08:00:00Z", midnight),
            ("försvinner om 2\u{a0}dagar".into(), true)
        );
        assert_eq!(
            left("2026-11-24T08:00:00Z", midnight),
            ("försvinner i dag".into(), true)
        );
        assert_eq!(
            left("2026-11-12T08:00:00Z", midnight),
            ("försvinner om 13\u{a0}dagar".into(), false)
        );
        assert_eq!(
            left("2026-10-22T08:00:00Z", midnight),
            ("kan läsas till och med 24\u{a0}november 2026".into(), false)
        );
    }
}
