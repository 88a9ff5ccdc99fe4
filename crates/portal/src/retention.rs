//! Retention: how long a message may be read. Pure rules; who enforces them is the scoped finder and the purge.

use base::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;

/// How many days an organisation keeps what it sends unless it says otherwise.
pub(crate) const DEFAULT_DAYS: u32 = 30;

/// The retention is zero days or longer than the operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutsideLimits;

/// The retention of a message in days: what its sender asked for, else the organisation's own, which the operator's
/// ceiling cuts when it was lowered since.
pub(crate) fn days(requested: Option<u32>, organisation: u32, ceiling: u32) -> Result<u32, OutsideLimits> {
    match requested {
        Some(days) => within_limits(days, ceiling),
        None => Ok(organisation.min(ceiling).max(1)),
    }
}

/// Passes when the operator allows a retention of so many days.
pub(crate) const fn within_limits(days: u32, ceiling: u32) -> Result<u32, OutsideLimits> {
    if days >= 1 && days <= ceiling {
        Ok(days)
    } else {
        Err(OutsideLimits)
    }
}

/// When something that was sent at `sent` expires: at the local midnight after its last day. The day of sending does
/// not count, so the recipient always has `days` whole days.
pub(crate) fn expires_at(sent: Timestamp, days: u32, time_zone: &TimeZone) -> Timestamp {
    let day_after_last = sent
        .to_jiff()
        .to_zoned(time_zone.clone())
        .date()
        .saturating_add((i64::from(days) + 1).days());
    // Where the clocks jump over midnight, the day begins later; where it comes twice, the first one counts.
    day_after_last
        .to_zoned(time_zone.clone())
        .and_then(|midnight| midnight.start_of_day())
        .map_or(Timestamp::from_millis(i64::MAX), |midnight| {
            Timestamp::from_jiff(midnight.timestamp())
        })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    #[test]
    fn the_sender_may_ask_for_less_or_more_but_not_beyond_the_ceiling() {
        assert_eq!(days(None, 30, 365), Ok(30));
        assert_eq!(days(Some(1), 30, 365), Ok(1));
        assert_eq!(days(Some(365), 30, 365), Ok(365));
        assert_eq!(days(Some(366), 30, 365), Err(OutsideLimits));
        assert_eq!(days(Some(0), 30, 365), Err(OutsideLimits));
    }

    #[test]
    fn a_ceiling_that_was_lowered_cuts_the_organisations_own_retention() {
        assert_eq!(days(None, 400, 90), Ok(90));
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
