//! The mails that tell somebody that something is waiting or soon gone, or that something happened to their account.
//!
//! Each names the portal, whom it is about among organisations, and when; it gives nothing: no link but the portal's own
//! address, no title, no name, no device.

use base::Timestamp;
use jiff::tz::TimeZone;
use portal::NotificationKind;

use crate::texts::{Language, Texts, dates};

/// What a mail tells of.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The kind.
    pub kind: NotificationKind,
    /// The names of the senders, or of the organisation whose account it is.
    pub organisations: &'a [String],
    /// Whether something is from a sender who is named in no mail.
    pub has_unnamed: bool,
    /// The code by which somebody proves that an address is theirs.
    pub code: Option<&'a str>,
    /// The address of the portal's start page.
    pub address: &'a str,
    /// When it happened; of a code, until when it holds.
    pub at: Timestamp,
    /// In which time zone to say so.
    pub time_zone: &'a TimeZone,
}

/// The most senders that are named; the mail stays short however many there are.
const MAX_NAMED: usize = 10;

impl Notification<'_> {
    /// The subject, in Swedish and then in English. It names nobody.
    #[must_use]
    pub fn subject(&self) -> String {
        let key = match self.kind {
            NotificationKind::Waiting => "notification-waiting-subject",
            NotificationKind::EndingUnread | NotificationKind::EndingRead => "notification-ending-subject",
            NotificationKind::RequestAnswered => "notification-request-subject",
            NotificationKind::AddressCode => "notification-code-subject",
            _ => "notification-account-subject",
        };
        Language::ALL.map(|language| Texts::of(language).get(key)).join(" / ")
    }

    /// The text, in Swedish and then in English: what somebody reads is not known.
    #[must_use]
    pub fn text(&self) -> String {
        Language::ALL
            .map(|language| self.text_in(Texts::of(language)))
            .join("\n\n---\n\n")
    }

    fn text_in(&self, texts: &Texts) -> String {
        let key = match self.kind {
            NotificationKind::Waiting => "notification-waiting",
            NotificationKind::EndingUnread => "notification-ending-unread",
            NotificationKind::EndingRead => "notification-ending-read",
            NotificationKind::RecipientNewDevice => "notification-recipient-new-device",
            NotificationKind::RequestAnswered => "notification-request-answered",
            NotificationKind::AddressCode => "notification-address-code",
            NotificationKind::StaffNewDevice => "notification-staff-new-device",
            NotificationKind::StaffLocked => "notification-staff-locked",
            NotificationKind::StaffPasswordChanged => "notification-staff-password-changed",
            NotificationKind::StaffSecondFactorChanged => "notification-staff-second-factor-changed",
        };
        let named = self.organisations.iter().take(MAX_NAMED);
        let mut organisations: Vec<String> = named.map(|name| format!("– {name}")).collect();
        let unnamed = self.organisations.len().saturating_sub(MAX_NAMED);
        if unnamed > 0 {
            let more = texts.with("notification-more-senders", &[("count", unnamed.into())]);
            organisations.push(format!("– {more}"));
        }
        if self.has_unnamed {
            organisations.push(format!("– {}", texts.get("notification-unnamed-senders")));
        }
        let code = self.code.and_then(|code| code.split_at_checked(code.len() / 2));
        let code = code.map(|(first, second)| format!("{first} {second}"));
        let organisation = self.organisations.first().map(String::as_str);
        let told = texts.with(
            key,
            &[
                ("organisations", organisations.join("\n").into()),
                ("organisation", organisation.unwrap_or_default().into()),
                ("address", self.address.into()),
                ("at", dates::day_and_time(texts, self.at, self.time_zone).into()),
                ("remedy", texts.get("notification-staff-remedy").into()),
                ("code", code.unwrap_or_default().into()),
            ],
        );
        let closing = match self.kind {
            NotificationKind::AddressCode => "notification-code-closing",
            _ => "notification-never-ask",
        };
        let closing = texts.with(closing, &[("address", self.address.into())]);
        format!("{told}\n\n{closing}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: NotificationKind, organisations: &[&str]) -> (String, String) {
        let organisations: Vec<String> = organisations.iter().map(|name| (*name).to_owned()).collect();
        let notification = Notification {
            kind,
            organisations: &organisations,
            has_unnamed: false,
            code: None,
            address: "https://post.example.se/",
            at: Timestamp::from_jiff("2026-11-22T13:05:00Z".parse().unwrap()),
            time_zone: &TimeZone::get("Europe/Stockholm").unwrap(),
        };
        (notification.subject(), notification.text())
    }

    #[test]
    fn what_waits_names_its_senders_and_nothing_else() {
        let (subject, text) = text(NotificationKind::Waiting, &["Norrby kommun", "Söderby"]);
        assert_eq!(subject, "Något väntar på dig / Something is waiting for you");
        assert_eq!(
            text,
            "Något väntar på dig från:\n– Norrby kommun\n– Söderby\n\nSå läser du det:\n\
             1. Öppna din webbläsare och skriv in adressen https://post.example.se/\n2. Logga in där.\n\n\
             Vi frågar aldrig efter koder eller lösenord i e-post. Är du osäker, skriv själv in adressen \
             https://post.example.se/ i din webbläsare.\n\n\
             Det här brevet skickas automatiskt. Ingen läser svar på det.\n\n---\n\n\
             Something is waiting for you from:\n– Norrby kommun\n– Söderby\n\nHow to read it:\n\
             1. Open your web browser and type the address https://post.example.se/\n2. Sign in there.\n\n\
             We never ask for codes or passwords by e-mail. If you are unsure, type the address \
             https://post.example.se/ in your web browser yourself.\n\n\
             This mail is sent automatically. Nobody reads answers to it."
        );
    }

    #[test]
    fn of_many_senders_ten_are_named_and_the_others_counted() {
        let names: Vec<String> = (1..=12).map(|number| format!("Kommun {number}.")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (_, of_ten) = text(NotificationKind::Waiting, names.get(..10).unwrap());
        assert!(
            of_ten.contains("– Kommun 10.\n\n") && !of_ten.contains("till"),
            "{of_ten}"
        );
        let (_, of_twelve) = text(NotificationKind::Waiting, &names);
        assert!(of_twelve.contains("– Kommun 10.\n– 2 till\n") && of_twelve.contains("– 2 more\n"));
        assert!(!of_twelve.contains("Kommun 11"));
    }

    #[test]
    fn what_is_soon_gone_names_its_senders_and_says_whether_it_was_read() {
        for (kind, in_swedish, in_english) in [
            (
                NotificationKind::EndingUnread,
                "som du inte har läst",
                "that you have not read",
            ),
            (NotificationKind::EndingRead, "som du har läst", "that you have read"),
        ] {
            let (subject, text) = text(kind, &["Norrby kommun", "Söderby"]);
            assert_eq!(subject, "Något tas snart bort / Something is soon removed");
            for part in [
                in_swedish,
                in_english,
                "– Norrby kommun\n– Söderby",
                "https://post.example.se/",
            ] {
                assert!(text.contains(part), "{part}\n{text}");
            }
            assert!(!text.contains('{') && !text.contains("2026"), "{text}");
        }
    }

    #[test]
    fn that_a_request_is_answered_says_neither_by_whom_nor_what() {
        let (subject, text) = text(NotificationKind::RequestAnswered, &["Norrby kommun"]);
        assert_eq!(subject, "Du har fått ett svar / You have got an answer");
        assert!(
            text.contains("https://post.example.se/") && text.contains("Dina rättigheter"),
            "{text}"
        );
        assert!(
            !text.contains("Norrby") && !text.contains('{') && !text.contains("2026"),
            "{text}"
        );
    }

    #[test]
    fn a_code_is_easy_to_read_and_stands_in_no_subject() {
        let notification = Notification {
            kind: NotificationKind::AddressCode,
            organisations: &[],
            has_unnamed: false,
            code: Some("12345678"),
            address: "https://post.example.se/",
            at: Timestamp::from_jiff("2026-11-22T13:05:00Z".parse().unwrap()),
            time_zone: &TimeZone::get("Europe/Stockholm").unwrap(),
        };
        let subject = notification.subject();
        assert_eq!(subject, "Kod för din e‑postadress / Code for your e-mail address");
        let text = notification.text().replace('\u{a0}', " ");
        for part in [
            "Din kod är 1234 5678\n",
            "Your code is 1234 5678\n",
            "Koden gäller till 22 november 2026 kl. 14.05.",
            "Har du inte lämnat adressen hos oss?",
            "https://post.example.se/",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains('{') && !text.contains("/mail"), "{text}");
    }

    #[test]
    fn a_sender_who_gave_no_address_is_told_of_and_not_named() {
        let notification = Notification {
            kind: NotificationKind::Waiting,
            organisations: &["Norrby kommun".to_owned()],
            has_unnamed: true,
            code: None,
            address: "https://post.example.se/",
            at: Timestamp::from_millis(0),
            time_zone: &TimeZone::UTC,
        };
        let text = notification.text();
        assert!(
            text.contains("– Norrby kommun\n– avsändare som inte nämns i mejl\n"),
            "{text}"
        );
    }

    #[test]
    fn what_happened_to_an_account_says_when_and_what_to_do() {
        for kind in NotificationKind::ALL {
            if kind.is_of_messages()
                || matches!(kind, NotificationKind::RequestAnswered | NotificationKind::AddressCode)
            {
                continue;
            }
            let (subject, text) = text(kind, &["Norrby kommun"]);
            assert_eq!(subject, "Om ditt konto / About your account");
            for part in [
                "22 november 2026 kl.\u{a0}14.05",
                "Var det inte du?",
                "---",
                "Was it not you?",
                "https://post.example.se/",
            ] {
                assert!(
                    text.replace("22\u{a0}", "22 ").contains(part),
                    "{kind:?}: {part}\n{text}"
                );
            }
            let of_staff = kind != NotificationKind::RecipientNewDevice;
            assert_eq!(text.contains("Norrby kommun"), of_staff, "{kind:?}");
            assert!(!text.contains('{') && !text.contains("notification-"), "{text}");
        }
    }
}
