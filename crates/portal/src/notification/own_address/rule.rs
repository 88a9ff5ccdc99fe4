//! How an address is proven: what a code is, how long it holds, how often it may be tried and sent. Pure.

use std::time::Duration;

use base::{RecipientId, SecretString, Timestamp};
use keyring::MacKey;
use uuid::Uuid;

/// How long a code holds from when it was asked for.
pub(in crate::notification) const HOLDS: Duration = Duration::from_secs(30 * 60);
/// How many wrong codes are taken before the right one is of no use.
pub(super) const TRIES: i32 = 5;
/// In which time codes are counted.
pub(super) const COUNTED: Duration = Duration::from_secs(24 * 60 * 60);
/// The most codes to one address in that time, whoever asks for them: nobody can fill a stranger's mailbox.
pub(super) const TO_ONE_ADDRESS: i32 = 3;
/// The most codes that one person can ask for in that time, whichever addresses they are for.
pub(super) const FOR_ONE_PERSON: i32 = 5;
/// How many digits a code has.
const DIGITS: usize = 8;
const CODES: u64 = 100_000_000;

/// The code by which a person proves an address. It is worked out anew each time, so that it lies nowhere: another asking has another, and
/// so has another address, should the two be changed apart from each other.
pub(in crate::notification) fn code(key: &MacKey, asking: Uuid, recipient: RecipientId, address: &str) -> SecretString {
    let mac = key.mac(&[asking.as_bytes(), recipient.as_bytes(), address.as_bytes()]);
    let number = mac
        .as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    SecretString::from(format!("{:0DIGITS$}", number % CODES))
}

/// What somebody typed as a code, without the spaces and lines that people put into one; `None` when it has not the form of one.
pub(super) fn typed(text: &str) -> Option<SecretString> {
    let is_between = |character: &char| character.is_whitespace() || matches!(character, '-' | '‐' | '–');
    let digits: String = text
        .chars()
        .filter(|character| !is_between(character))
        .take(DIGITS + 1)
        .collect();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| SecretString::from(digits))
}

/// Whether a code that was asked for then holds no more.
pub(super) fn is_over(asked_at: Timestamp, now: Timestamp) -> bool {
    asked_at + HOLDS <= now
}

/// The address by which codes are counted: whatever most mail servers hand to the same person is the same.
pub(super) fn counted_as(address: &str) -> String {
    let lower = address.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => {
            let mailbox = local.split_once('+').map_or(local, |(mailbox, _)| mailbox);
            // As the name that is looked up, however it was written (RFC 5891).
            let domain = url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string());
            format!("{mailbox}@{domain}")
        }
        None => lower,
    }
}

#[cfg(test)]
mod tests {
    use keyring::InstallationKey;

    use super::*;

    fn key() -> MacKey {
        InstallationKey::from_bytes([7; 32]).mac_key("address code")
    }

    fn of(asking: u128, person: u128, address: &str) -> String {
        let person = RecipientId::from_uuid(Uuid::from_u128(person));
        code(&key(), Uuid::from_u128(asking), person, address).expose().clone()
    }

    #[test]
    fn a_code_has_eight_digits_and_is_of_one_asking_person_and_address() {
        let one = of(1, 1, "anna@example.se");
        assert_eq!(one, of(1, 1, "anna@example.se"));
        for other in [
            of(2, 1, "anna@example.se"),
            of(1, 2, "anna@example.se"),
            of(1, 1, "anna@example.com"),
        ] {
            assert_ne!(one, other);
        }
        for asking in 0..200 {
            let code = of(asking, 1, "anna@example.se");
            assert!(
                code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()),
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_may_be_typed_as_it_stands_in_the_mail() {
        for text in ["12345678", "1234 5678", " 1234\u{a0}5678\n", "1234-5678", "12 34 56 78"] {
            assert_eq!(typed(text).unwrap().expose(), "12345678", "{text:?}");
        }
        for text in ["", "1234567", "123456789", "1234567a", "1234567٣", "ett två"] {
            assert!(typed(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_code_holds_for_half_an_hour() {
        let asked = Timestamp::from_millis(1_000);
        assert!(!is_over(asked, asked + HOLDS - Duration::from_millis(1)));
        assert!(is_over(asked, asked + HOLDS));
    }

    #[test]
    fn what_goes_to_one_mailbox_is_counted_as_one() {
        for (given, counted) in [
            ("Anna@Example.SE", "anna@example.se"),
            ("anna+1@example.se", "anna@example.se"),
            ("anna.ek@example.se", "anna.ek@example.se"),
            ("anna@ｅxample.se", "anna@example.se"),
            ("anna@𝐞xample.se", "anna@example.se"),
            ("anna@räksmörgås.example", "anna@xn--rksmrgs-5wao1o.example"),
        ] {
            assert_eq!(counted_as(given), counted);
        }
    }
}
