//! When days are over: a retention of so many days ends at a local midnight.

use std::time::Duration;

use base::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// When something that is kept for so many days from an instant on expires: at the local midnight after its last day. The day
/// that it is counted from is not one of them, so the recipient always has `days` whole days.
pub(crate) fn expires_at(from: Timestamp, days: u32, time_zone: &TimeZone) -> Timestamp {
    end_of(last_possible_day(from, days, time_zone), time_zone)
}

/// The local midnight after a day.
pub(crate) fn end_of(last_day: Date, time_zone: &TimeZone) -> Timestamp {
    let day_after_last = last_day.saturating_add(1.days());
    // Where the clocks jump over midnight, the day begins later; where it comes twice, the first one counts.
    day_after_last
        .to_zoned(time_zone.clone())
        .and_then(|midnight| midnight.start_of_day())
        .map_or(Timestamp::from_millis(i64::MAX), |midnight| {
            Timestamp::from_jiff(midnight.timestamp())
        })
}

/// The last day that can be read wholly of what ends at an instant.
pub(crate) fn last_day_before(end: Timestamp, time_zone: &TimeZone) -> Date {
    local_date(end - Duration::from_millis(1), time_zone)
}

/// The last day of something that is kept for so many days from an instant on; the calendar's last for more than it has.
pub(crate) fn last_possible_day(from: Timestamp, days: u32, time_zone: &TimeZone) -> Date {
    let days = Span::new().try_days(days);
    days.map_or(Date::MAX, |days| local_date(from, time_zone).saturating_add(days))
}

/// The day at an instant.
pub(crate) fn local_date(at: Timestamp, time_zone: &TimeZone) -> Date {
    at.to_jiff().to_zoned(time_zone.clone()).date()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    #[test]
    fn it_expires_at_the_local_midnight_after_the_last_day() {
        let expires = |sent, days| expires_at(instant(sent), days, &stockholm()).to_rfc3339();
        assert_eq!(expires("2026-11-22T10:00:00Z", 1), "2026-11-23T23:00:00Z");
        assert_eq!(expires("2026-11-22T10:00:00Z", 30), "2026-12-22T23:00:00Z");
        // 23:30 UTC is the next day in Stockholm.
        assert_eq!(expires("2026-11-22T23:30:00Z", 1), "2026-11-24T23:00:00Z");
    }

    #[test]
    fn what_is_kept_for_more_days_than_a_calendar_has_ends_after_all_else() {
        let sent = instant("2026-11-22T10:00:00Z");
        for days in [7_304_484, 7_304_485, u32::MAX] {
            assert_eq!(last_possible_day(sent, days, &stockholm()), Date::MAX, "{days}");
            assert!(expires_at(sent, days, &stockholm()) > expires_at(sent, 36_525, &stockholm()));
        }
    }

    #[test]
    fn a_change_of_the_clocks_moves_the_instant_but_not_the_midnight() {
        let expires = |sent, days| expires_at(instant(sent), days, &stockholm()).to_rfc3339();
        assert_eq!(expires("2026-03-27T10:00:00Z", 2), "2026-03-29T22:00:00Z");
        assert_eq!(expires("2026-10-23T10:00:00Z", 2), "2026-10-25T23:00:00Z");
    }

    #[test]
    fn where_midnight_is_skipped_the_day_begins_later() {
        // In Beirut the clocks went from 00:00 to 01:00 on 2022-03-27.
        let beirut = TimeZone::get("Asia/Beirut").unwrap();
        let expires = expires_at(instant("2022-03-25T10:00:00Z"), 1, &beirut);
        assert_eq!(expires.to_rfc3339(), "2022-03-26T22:00:00Z");
    }

    proptest! {
        #[test]
        fn the_recipient_has_all_the_days_and_less_than_two_more(
            sent in 0_i64..4_000_000_000_000, days in 1_u32..=3650, zone in 0_usize..6,
        ) {
            let names = ["Europe/Stockholm", "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "Asia/Beirut"];
            let zone = TimeZone::get(names[zone]).unwrap();
            let sent = Timestamp::from_millis(sent);
            let expires = expires_at(sent, days, &zone);
            let day = Duration::from_secs(86_400);
            // A change of offset may take or give some hours of the calendar's days.
            let shift = Duration::from_secs(3 * 3600);
            prop_assert!(expires.since(sent) + shift > day * days);
            prop_assert!(expires.since(sent) < day * (days + 1) + shift);
        }

        #[test]
        fn it_always_expires_at_the_beginning_of_a_local_day(sent in 0_i64..4_000_000_000_000, days in 1_u32..=3650) {
            let expires = expires_at(Timestamp::from_millis(sent), days, &stockholm());
            let local = expires.to_jiff().to_zoned(stockholm());
            prop_assert_eq!(local.start_of_day().unwrap(), local);
        }

        #[test]
        fn what_is_sent_later_or_kept_longer_never_expires_earlier(
            sent in 0_i64..4_000_000_000_000, later in 0_i64..400_000_000_000, days in 1_u32..=3650, more in 0_u32..100,
        ) {
            let first = expires_at(Timestamp::from_millis(sent), days, &stockholm());
            prop_assert!(first <= expires_at(Timestamp::from_millis(sent + later), days, &stockholm()));
            prop_assert!(first <= expires_at(Timestamp::from_millis(sent), days + more, &stockholm()));
        }
    }
}
