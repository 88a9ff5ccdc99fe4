//! What requests go by, as pure rules.

use base::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::message::is_text;

/// The longest text of a request or an answer, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 2_000;
/// How many requests one person may have open with one organisation.
pub(super) const MAX_OPEN: usize = 5;
/// How many requests one person may send one organisation in a day, those that they take back included.
pub(super) const MAX_A_DAY: u64 = 10;
/// An answer is kept so many days at least, so that whoever got it has time to read it and to complain.
const LEAST_DAYS: u32 = 30;
/// Within how many months a request is to be answered, and within how many when the organisation took two more (article 12(3)).
const MONTHS: i32 = 1;
const MONTHS_EXTENDED: i32 = 3;

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataRequestKind {
    /// That what the organisation has sent is destroyed before its time (article 17).
    Erasure,
    /// That something wrong is put right, or something missing added (article 16).
    Rectification,
}

impl DataRequestKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Erasure, Self::Rectification];

    /// The kind's name in storage and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erasure => "erasure",
            Self::Rectification => "rectification",
        }
    }

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataRequestState {
    /// Nobody has looked at it.
    Received,
    /// Somebody of the organisation takes care of it.
    Handling,
    /// What is to be erased is withdrawn and not all destroyed yet.
    Granted,
    /// What was asked for is done.
    Done,
    /// The organisation does not do what was asked for.
    Declined,
    /// The person took it back.
    Withdrawn,
}

impl DataRequestState {
    const ALL: [Self; 6] = [
        Self::Received,
        Self::Handling,
        Self::Granted,
        Self::Done,
        Self::Declined,
        Self::Withdrawn,
    ];
    /// Those that wait for an answer.
    pub(super) const OPEN: [Self; 2] = [Self::Received, Self::Handling];

    /// The state's name in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Handling => "handling",
            Self::Granted => "granted",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(super) fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether it waits for an answer.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

/// What a person writes, as it is stored; `None` when it can't be. To have something put right, they must say what.
pub(super) fn request_text(kind: DataRequestKind, text: &str) -> Option<String> {
    said(text, kind == DataRequestKind::Rectification)
}

/// What is said to a person or by one, as it is stored; `None` when it can't be.
pub(super) fn said(text: &str, must_be: bool) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    let fits = is_text(&text, MAX_TEXT_CHARS) && !(must_be && text.is_empty());
    fits.then_some(text)
}

/// With what instant the last day is over on which a request is to be answered: the same day of the month that it was received on, or
/// the month's last (Regulation (EEC, Euratom) 1182/71, article 3(2)(c)).
pub(super) fn due_at(received: Timestamp, is_extended: bool, time_zone: &TimeZone) -> Option<Timestamp> {
    let months = if is_extended { MONTHS_EXTENDED } else { MONTHS };
    let day = crate::hold::local_date(received, time_zone);
    let after = day.checked_add(months.months()).ok()?.tomorrow().ok()?;
    let over = after.to_zoned(time_zone.clone()).ok()?;
    Some(Timestamp::from_jiff(over.timestamp()))
}

/// The last day on which it is to be answered.
pub(super) fn answer_by(due_at: Timestamp, time_zone: &TimeZone) -> Date {
    crate::hold::local_date(due_at - std::time::Duration::from_millis(1), time_zone)
}

/// How many days a request is kept after all that came of it is done: as long as the organisation lets people read what it sends, and
/// at least thirty days; never longer than the installation keeps anything.
pub(super) fn kept_days(default_days: u32, ceiling_days: u32) -> u32 {
    default_days.max(LEAST_DAYS).min(ceiling_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_to_be_answered_within_a_month_of_the_calendar() {
        let stockholm = TimeZone::get("Europe/Stockholm").unwrap();
        for (received, is_extended, last) in [
            ("2026-11-22T09:00:00Z", false, "2026-12-22"),
            // Half past midnight in Stockholm on the 23rd.
            ("2026-11-22T23:30:00Z", false, "2026-12-23"),
            ("2027-01-31T12:00:00Z", false, "2027-02-28"),
            ("2026-11-22T09:00:00Z", true, "2027-02-22"),
            ("2026-11-30T09:00:00Z", true, "2027-02-28"),
        ] {
            let due = due_at(Timestamp::from_jiff(received.parse().unwrap()), is_extended, &stockholm).unwrap();
            assert_eq!(answer_by(due, &stockholm).to_string(), last, "{received}");
            let midnight = due.to_jiff().to_zoned(stockholm.clone());
            assert_eq!((midnight.hour(), midnight.minute(), midnight.second()), (0, 0, 0));
        }
    }

    #[test]
    fn only_what_is_to_be_put_right_must_be_told() {
        assert_eq!(request_text(DataRequestKind::Erasure, " \r\n"), Some(String::new()));
        assert_eq!(request_text(DataRequestKind::Rectification, " \r\n"), None);
        assert_eq!(
            request_text(DataRequestKind::Rectification, " Fel adress:\r\nSka vara 2. ").as_deref(),
            Some("Fel adress:\nSka vara 2.")
        );
        assert!(said(&"å".repeat(MAX_TEXT_CHARS), true).is_some());
        assert!(said(&"å".repeat(MAX_TEXT_CHARS + 1), true).is_none());
        assert!(said("a\u{202E}b", true).is_none());
    }

    #[test]
    fn a_request_is_kept_as_long_as_what_the_organisation_sends() {
        assert_eq!(kept_days(90, 365), 90);
        assert_eq!(kept_days(7, 365), 30);
        assert_eq!(kept_days(7, 10), 10);
    }

    #[test]
    fn every_name_reads_back() {
        for kind in DataRequestKind::ALL {
            assert_eq!(DataRequestKind::from_name(kind.as_str()), Some(kind));
        }
        for state in DataRequestState::ALL {
            assert_eq!(DataRequestState::from_stored(state.as_str()), Some(state));
        }
    }
}
