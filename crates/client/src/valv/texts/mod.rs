//! What valv says, in Swedish and English.

mod failure;
mod problem;

use std::env;

use base::Timestamp;
use client::api::{DeliveryState, EndingCredential};
use jiff::tz::TimeZone;

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    #[value(name = "sv")]
    Swedish,
    #[value(name = "en")]
    English,
}

impl Language {
    /// The language of the environment (POSIX: `LC_ALL` before `LC_MESSAGES` before `LANG`).
    pub(crate) fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        Self::of_locale(&locale.unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@', '-']).next() {
            Some("sv") => Self::Swedish,
            _ => Self::English,
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) fn pick<T>(self, swedish: T, english: T) -> T {
        match self {
            Self::Swedish => swedish,
            Self::English => english,
        }
    }

    pub(crate) fn ask_for_secret(self) -> &'static str {
        self.pick(
            "Systemets hemlighet (visas inte): ",
            "The system's secret (not shown): ",
        )
    }

    pub(crate) fn logged_in(self, server: &str, scopes: &str, profile: &str) -> String {
        self.pick(
            format!("Inloggad på {server}. Systemet får: {scopes}.\nUppgifterna ligger i {profile}; bara du kan läsa filen."),
            format!("Logged in to {server}. The system may: {scopes}.\nThe credentials are in {profile}; only you can read the file."),
        )
    }

    pub(crate) fn reading_files(self) -> &'static str {
        self.pick("Läser filerna", "Reading the files")
    }

    pub(crate) fn sending(self) -> &'static str {
        self.pick("Skickar", "Sending")
    }

    pub(crate) fn continuing(self) -> &'static str {
        self.pick(
            "Fortsätter ett tidigare försök att skicka samma meddelande. Det kommer fram bara en gång.",
            "Continuing an earlier attempt to send the same message. It arrives only once.",
        )
    }

    pub(crate) fn sent(self, id: &str, repeated: bool) -> String {
        match (self, repeated) {
            (Self::Swedish, false) => format!("Skickat. Meddelande {id}"),
            (Self::Swedish, true) => format!("Redan skickat i ett tidigare försök. Meddelande {id}"),
            (Self::English, false) => format!("Sent. Message {id}"),
            (Self::English, true) => format!("Already sent in an earlier attempt. Message {id}"),
        }
    }

    pub(crate) fn recipient_can_read(self, place: usize, expires_at: Timestamp) -> String {
        let until = moment(expires_at);
        self.pick(
            format!("  Mottagare {place} kan läsa det till {until}."),
            format!("  Recipient {place} can read it until {until}."),
        )
    }

    pub(crate) fn letters_written(self, folder: &str) -> String {
        self.pick(
            format!("Breven att skriva ut ligger i {folder}."),
            format!("The letters to print are in {folder}."),
        )
    }

    pub(crate) fn revoked(self) -> &'static str {
        self.pick(
            "Meddelandet är återtaget. Ingen kan läsa det längre.",
            "The message is taken back. Nobody can read it any more.",
        )
    }

    pub(crate) fn sent_at(self, at: Timestamp) -> String {
        let at = moment(at);
        self.pick(format!("Skickat {at}"), format!("Sent {at}"))
    }

    pub(crate) fn delivery(self, place: usize, state: DeliveryState, at: Timestamp) -> String {
        let at = moment(at);
        let state = match (self, state) {
            (Self::Swedish, DeliveryState::Delivered) => format!("inte öppnat, kan läsas till {at}"),
            (Self::Swedish, DeliveryState::Opened) => format!("öppnat {at}"),
            (Self::Swedish, DeliveryState::Expired) => format!("tiden gick ut {at}"),
            (Self::Swedish, DeliveryState::Revoked) => format!("återtaget {at}"),
            (Self::Swedish, DeliveryState::Purged) => format!("gallrat {at}"),
            (Self::English, DeliveryState::Delivered) => format!("not opened, can be read until {at}"),
            (Self::English, DeliveryState::Opened) => format!("opened {at}"),
            (Self::English, DeliveryState::Expired) => format!("ran out {at}"),
            (Self::English, DeliveryState::Revoked) => format!("taken back {at}"),
            (Self::English, DeliveryState::Purged) => format!("purged {at}"),
        };
        self.pick(
            format!("  Mottagare {place}: {state}"),
            format!("  Recipient {place}: {state}"),
        )
    }

    pub(crate) fn event(self, kind: &str) -> &str {
        match (self, kind) {
            (Self::Swedish, "delivered") => "utlämnat",
            (Self::Swedish, "notified") => "aviserat",
            (Self::Swedish, "opened") => "öppnat",
            (Self::Swedish, "revoked") => "återtaget",
            (Self::Swedish, "purged") => "gallrat",
            (Self::Swedish, "expires_soon") => "gallras snart",
            (Self::English, "expires_soon") => "soon purged",
            (Self::Swedish, "case_closed") => "ärendet avslutat",
            (Self::English, "case_closed") => "case closed",
            (Self::Swedish, "case_reopened") => "ärendet öppnat igen",
            (Self::English, "case_reopened") => "case opened again",
            (Self::Swedish, "case_extended") => "ärendet förlängt",
            (Self::English, "case_extended") => "case extended",
            (Self::Swedish, "credential_ending") => "systemets inloggning löper ut",
            (Self::English, "credential_ending") => "the system's credential ends",
            (Self::Swedish, "request_received") => "begäran om radering eller rättelse",
            (Self::English, "request_received") => "request for erasure or rectification",
            // Kinds that this version doesn't know are shown as the portal names them.
            (Self::Swedish | Self::English, other) => other,
        }
    }

    /// Which credential ends, and when.
    pub(crate) fn ending(self, ending: &EndingCredential) -> String {
        let (system, credential, at) = (ending.system_id, ending.credential_id, moment(ending.expires_at));
        self.pick(
            format!("{credential} för systemet {system}: {at}"),
            format!("{credential} of the system {system}: {at}"),
        )
    }

    pub(crate) fn trying_again(self, seconds: u64) -> String {
        self.pick(
            format!("Portalen svarar inte. Försöker igen om {seconds} s."),
            format!("The portal does not answer. Trying again in {seconds} s."),
        )
    }
}

/// An instant as this computer's calendar and clock show it.
pub(crate) fn moment(instant: Timestamp) -> String {
    let zoned = instant.to_jiff().to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_the_language() {
        for swedish in ["sv", "sv_SE", "sv_SE.UTF-8", "sv_FI@euro"] {
            assert_eq!(Language::of_locale(swedish), Language::Swedish, "{swedish}");
        }
        for english in ["", "C", "C.UTF-8", "en_GB.UTF-8", "de_DE", "svx"] {
            assert_eq!(Language::of_locale(english), Language::English, "{english}");
        }
    }
}
