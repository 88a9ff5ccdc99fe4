//! Instants and days.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

const MILLIS_PER_DAY: i64 = 86_400_000;

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down (JWT's NumericDate, RFC 7519 section 2).
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time from `earlier` until `self`; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The UTC calendar day that holds this instant.
    #[must_use]
    pub fn day(self) -> Day {
        // The range of days in i64 milliseconds is ± 1.07e11; clamping keeps far-off nonsense from wrapping.
        let days = self.0.div_euclid(MILLIS_PER_DAY);
        Day(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the beginning of time.
    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "host")]
        if let Ok(instant) = jiff::Timestamp::from_millisecond(self.0) {
            return fmt::Display::fmt(&instant, f);
        }
        write!(f, "{} ms", self.0)
    }
}

/// A calendar day in UTC, as days since 1970-01-01. Day secrets are numbered by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(i32);

impl Day {
    /// The day that many days after 1970-01-01.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The first instant of the day.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * MILLIS_PER_DAY)
    }

    /// The first instant of the day after.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Timestamp((i64::from(self.0) + 1) * MILLIS_PER_DAY)
    }

    /// The day that many days later; saturates.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.start())
    }
}

#[cfg(feature = "host")]
mod calendar {
    use std::str::FromStr;

    use super::{Day, Timestamp};

    impl Timestamp {
        /// The same instant for calendars and display; clamped to the years that jiff knows (−9999 to 9999).
        #[must_use]
        pub fn to_jiff(self) -> jiff::Timestamp {
            jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
                jiff::Timestamp::MIN
            } else {
                jiff::Timestamp::MAX
            })
        }

        /// From jiff, rounded down to the millisecond.
        #[must_use]
        pub fn from_jiff(instant: jiff::Timestamp) -> Self {
            Self(instant.as_millisecond())
        }

        /// RFC 3339 in UTC, such as `2026-11-22T03:04:05.678Z`.
        #[must_use]
        pub fn to_rfc3339(self) -> String {
            self.to_jiff().to_string()
        }
    }

    impl std::fmt::Display for Day {
        /// The ISO 8601 date, such as `2026-11-22`.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.start().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date().fmt(f)
        }
    }

    impl FromStr for Day {
        type Err = jiff::Error;

        /// Reads an ISO 8601 date.
        fn from_str(text: &str) -> Result<Self, jiff::Error> {
            let date: jiff::civil::Date = text.parse()?;
            let start = date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
            Ok(Timestamp::from_jiff(start).day())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_its_first_millisecond_and_not_its_end() {
        let day = Day::from_number(20_000);
        assert_eq!(day.start().day(), day);
        assert_eq!((day.end() - Duration::from_millis(1)).day(), day);
        assert_eq!(day.end().day(), day.plus_days(1));
        assert_eq!(Timestamp::from_millis(-1).day(), Day::from_number(-1));
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX) + Duration::from_secs(1),
            Timestamp::from_millis(i64::MAX)
        );
        assert_eq!(
            Timestamp::from_millis(5).since(Timestamp::from_millis(9)),
            Duration::ZERO
        );
    }

    #[cfg(feature = "host")]
    #[test]
    fn days_read_and_print_as_dates() {
        let day: Day = "2026-11-22".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-22");
        assert_eq!(day.start().to_rfc3339(), "2026-11-22T00:00:00Z");
        assert!("2026-02-30".parse::<Day>().is_err());
    }
}
