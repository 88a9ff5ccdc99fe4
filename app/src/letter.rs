//! The printable text that a sender puts in an envelope: something waits in the portal.
//!
//! Names the portal and the sender and gives nothing: no link that signs in, no title, nothing about the content.

use base::Timestamp;
use jiff::tz::TimeZone;

use crate::texts::{Language, Texts, dates};

/// What the letter says.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// The sender's name.
    pub organisation: &'a str,
    /// The portal's address as a person types it, such as `post.example.se`.
    pub portal: &'a str,
    /// When what waits is purged.
    pub expires_at: Timestamp,
    /// The organisation's time zone.
    pub time_zone: &'a TimeZone,
}

/// The letter as plain text, in Swedish and then in English.
#[must_use]
pub fn letter(letter: &Letter<'_>) -> String {
    [Language::Swedish, Language::English]
        .map(|language| {
            let texts = Texts::of(language);
            let last_day = dates::last_day(texts, letter.expires_at, letter.time_zone);
            texts.with(
                "letter",
                &[
                    ("organisation", letter.organisation.into()),
                    ("portal", letter.portal.into()),
                    ("last_day", last_day.into()),
                ],
            )
        })
        .join("\n\n")
}
