//! When a delivery expires: one pure function over the instants that its days are counted from.

use base::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar;
use super::rule::CountedFrom;

/// How long one delivery is kept: so many days from an instant of its own, and never longer than a number of days after it was
/// sent, unless its case was extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) days: u32,
    pub(crate) counted_from: CountedFrom,
    /// The most days after sending by any rule.
    pub(crate) at_most: u32,
    /// The most days after sending, extended or not: the operator's.
    pub(crate) ceiling: u32,
}

/// The instants of a delivery and its case that its end goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) sent: Timestamp,
    pub(crate) opened: Option<Timestamp>,
    /// When its case was closed, while it is.
    pub(crate) closed: Option<Timestamp>,
    /// Until when its case was extended.
    pub(crate) extended: Option<Timestamp>,
}

/// Why a case can't be kept until a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoExtension {
    /// It is kept for as long anyhow.
    NotLater,
    /// The operator's ceiling, counted from sending, comes first.
    AboveCeiling,
}

impl Counted {
    /// What was just sent into a new case.
    pub(crate) const fn sent_at(sent: Timestamp) -> Self {
        Self {
            sent,
            opened: None,
            closed: None,
            extended: None,
        }
    }
}

impl Term {
    /// When a delivery with these instants expires.
    pub(crate) fn expires_at(self, counted: Counted, time_zone: &TimeZone) -> Timestamp {
        let by_rule = self.by_rule(counted, time_zone);
        match counted.extended {
            None => by_rule,
            Some(until) => by_rule.max(until.min(calendar::expires_at(counted.sent, self.ceiling, time_zone))),
        }
    }

    /// When it would expire if its case had not been extended.
    pub(crate) fn by_rule(self, counted: Counted, time_zone: &TimeZone) -> Timestamp {
        let latest = calendar::expires_at(counted.sent, self.at_most, time_zone);
        let from = match self.counted_from {
            CountedFrom::Sent => Some(counted.sent),
            CountedFrom::FirstOpened => counted.opened,
            CountedFrom::CaseClosed => counted.closed,
        };
        from.map_or(latest, |from| {
            calendar::expires_at(from, self.days, time_zone).min(latest)
        })
    }
}

/// The instant until which a case is kept whose last day is to be this one: `sent` is when the first of what it holds was sent, `ends`
/// when the last of it ends by now, `ceiling` the operator's, in days.
pub(crate) fn extended_until(
    last_day: Date,
    sent: Timestamp,
    ends: Timestamp,
    ceiling: u32,
    time_zone: &TimeZone,
) -> Result<Timestamp, NoExtension> {
    let until = calendar::end_of(last_day, time_zone);
    if until <= ends {
        Err(NoExtension::NotLater)
    } else if until > calendar::expires_at(sent, ceiling, time_zone) {
        Err(NoExtension::AboveCeiling)
    } else {
        Ok(until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Seven days from something within 90 after sending, below a ceiling of 365.
    fn seven(counted_from: CountedFrom) -> Term {
        Term {
            days: 7,
            counted_from,
            at_most: 90,
            ceiling: 365,
        }
    }

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table reads best as one")]
    fn the_table_of_ends() {
        use CountedFrom::{CaseClosed, FirstOpened, Sent};
        const SENT: &str = "2026-09-01T10:00:00Z";
        const MAXIMUM: &str = "2026-11-30T23:00:00Z";
        let table: [(CountedFrom, Option<&str>, Option<&str>, Option<&str>, &str); 16] = [
            // counted from, opened, closed, extended until → end
            (Sent, None, None, None, "2026-09-08T22:00:00Z"),
            (Sent, Some("2026-09-03T10:00:00Z"), None, None, "2026-09-08T22:00:00Z"),
            (Sent, None, Some("2026-09-03T10:00:00Z"), None, "2026-09-08T22:00:00Z"),
            (FirstOpened, None, None, None, MAXIMUM),
            (
                FirstOpened,
                Some("2026-09-03T10:00:00Z"),
                None,
                None,
                "2026-09-10T22:00:00Z",
            ),
            (FirstOpened, Some("2026-11-28T10:00:00Z"), None, None, MAXIMUM),
            (FirstOpened, None, Some("2026-09-03T10:00:00Z"), None, MAXIMUM),
            // While the case is open it is kept for the maximum, read or not.
            (CaseClosed, None, None, None, MAXIMUM),
            (CaseClosed, Some("2026-09-03T10:00:00Z"), None, None, MAXIMUM),
            (
                CaseClosed,
                None,
                Some("2026-09-03T10:00:00Z"),
                None,
                "2026-09-10T22:00:00Z",
            ),
            (
                CaseClosed,
                Some("2026-09-02T10:00:00Z"),
                Some("2026-09-03T10:00:00Z"),
                None,
                "2026-09-10T22:00:00Z",
            ),
            // Closed late: the days are cut, never the maximum.
            (CaseClosed, None, Some("2026-11-28T10:00:00Z"), None, MAXIMUM),
            // Extended: beyond the maximum, never beyond the ceiling, and never earlier than by the rule.
            (Sent, None, None, Some("2026-12-31T23:00:00Z"), "2026-12-31T23:00:00Z"),
            (Sent, None, None, Some("2027-12-31T23:00:00Z"), "2027-09-01T22:00:00Z"),
            (Sent, None, None, Some("2026-09-02T22:00:00Z"), "2026-09-08T22:00:00Z"),
            (
                CaseClosed,
                None,
                Some("2026-09-03T10:00:00Z"),
                Some("2026-10-01T22:00:00Z"),
                "2026-10-01T22:00:00Z",
            ),
        ];
        for (counted_from, opened, closed, extended, end) in table {
            let counted = Counted {
                sent: instant(SENT),
                opened: opened.map(instant),
                closed: closed.map(instant),
                extended: extended.map(instant),
            };
            let expires = seven(counted_from).expires_at(counted, &stockholm());
            assert_eq!(
                expires.to_rfc3339(),
                end,
                "{counted_from:?} {opened:?} {closed:?} {extended:?}"
            );
        }
    }

    #[test]
    fn a_case_is_extended_to_a_later_day_below_the_ceiling() {
        let (sent, ends) = (instant("2026-09-01T10:00:00Z"), instant("2026-09-30T22:00:00Z"));
        for (last_day, until) in [
            ("2026-09-29", Err(NoExtension::NotLater)),
            ("2026-09-30", Err(NoExtension::NotLater)),
            ("2026-10-01", Ok("2026-10-01T22:00:00Z")),
            ("2026-10-31", Ok("2026-10-31T23:00:00Z")),
            ("2027-09-01", Ok("2027-09-01T22:00:00Z")),
            ("2027-09-02", Err(NoExtension::AboveCeiling)),
            ("9999-12-31", Err(NoExtension::AboveCeiling)),
            ("0001-01-01", Err(NoExtension::NotLater)),
        ] {
            let got = extended_until(last_day.parse().unwrap(), sent, ends, 365, &stockholm());
            assert_eq!(got, until.map(instant), "{last_day}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_kept_beyond_the_ceiling_and_opening_and_closing_never_prolong(
            sent in 0_i64..4_000_000_000_000, opened_after in 0_i64..40_000_000_000, closed_after in 0_i64..40_000_000_000,
            extended_after in proptest::option::of(0_i64..80_000_000_000), days in 1_u32..60, at_most in 60_u32..90, more in 0_u32..90,
            counted_from in prop_oneof![Just(CountedFrom::Sent), Just(CountedFrom::FirstOpened), Just(CountedFrom::CaseClosed)],
        ) {
            let term = Term { days, counted_from, at_most, ceiling: at_most + more };
            let after = |millis| Timestamp::from_millis(sent + millis);
            let begun = Counted { extended: extended_after.map(after), ..Counted::sent_at(after(0)) };
            let end = |counted| term.expires_at(counted, &stockholm());
            let opened = Counted { opened: Some(after(opened_after)), ..begun };
            let closed = Counted { closed: Some(after(closed_after)), ..opened };
            prop_assert!(end(opened) <= end(begun));
            prop_assert!(end(closed) <= end(opened));
            prop_assert!(end(begun) <= calendar::expires_at(after(0), at_most + more, &stockholm()));
            prop_assert!(term.by_rule(begun, &stockholm()) <= calendar::expires_at(after(0), at_most, &stockholm()));
            prop_assert!(end(closed) > after(0));
        }
    }
}
