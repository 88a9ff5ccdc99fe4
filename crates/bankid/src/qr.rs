//! The animated QR code: a new text each second, so that a photograph of it is worth nothing soon after.

use std::fmt::Write as _;

use base::{Secret, SecretString, constant_time_eq};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The text to show as a QR code `seconds` whole seconds after the order was started:
/// `bankid.<qrStartToken>.<seconds>.<hex HMAC-SHA-256 of the seconds under the qrStartSecret>`.
#[must_use]
pub fn text(start_token: &SecretString, start_secret: &SecretString, seconds: u64) -> String {
    let code = authentication_code(start_secret, seconds);
    let mut text = format!("bankid.{}.{seconds}.", start_token.expose());
    for byte in code.expose() {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn authentication_code(start_secret: &SecretString, seconds: u64) -> Secret<[u8; 32]> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(start_secret.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(seconds.to_string().as_bytes());
    Secret::new(mac.finalize().into_bytes().into())
}

/// A QR text taken apart, as the other end (the app) sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Which order it belongs to.
    pub start_token: String,
    /// When it was made, in whole seconds after the order was started.
    pub seconds: u64,
    code: Vec<u8>,
}

impl Scanned {
    /// Reads a QR text; `None` when it is not one of BankID's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let (kind, start_token, seconds, code) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if kind != "bankid" || parts.next().is_some() || !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            start_token: start_token.to_owned(),
            seconds: seconds.parse().ok()?,
            code: hex::decode(code).ok()?,
        })
    }

    /// Whether the order's secret made it.
    #[must_use]
    pub fn is_authentic(&self, start_secret: &SecretString) -> bool {
        constant_time_eq(authentication_code(start_secret, self.seconds).expose(), &self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::new(text.to_owned())
    }

    fn example() -> (SecretString, SecretString) {
        (
            secret("67df3917-fa0d-44e5-b327-edcc928297f8"),
            secret("d28db9a7-4cde-429e-a983-359be676944c"),
        )
    }

    #[test]
    fn the_documented_example() {
        let (token, key) = example();
        assert_eq!(
            text(&token, &key, 0),
            "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.\
             dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"
        );
        assert_eq!(
            text(&token, &key, 1),
            "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.1.\
             949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"
        );
    }

    #[test]
    fn what_was_shown_is_what_is_scanned() {
        let (token, key) = example();
        let scanned = Scanned::parse(&text(&token, &key, 17)).unwrap();
        assert_eq!(&scanned.start_token, token.expose());
        assert_eq!(scanned.seconds, 17);
        assert!(scanned.is_authentic(&key));
        assert!(!scanned.is_authentic(&secret("another")));
        let later = text(&token, &key, 17).replace(".17.", ".18.");
        assert!(!Scanned::parse(&later).unwrap().is_authentic(&key));
    }

    #[test]
    fn other_texts_are_not_scanned() {
        for text in [
            "",
            "bankid",
            "https://example.se",
            "bankid.a.1",
            "bankid.a.-1.00",
            "bankid.a.1.0g",
            "x.a.1.00",
            "bankid.a.1.00.b",
        ] {
            assert_eq!(Scanned::parse(text), None, "{text}");
        }
    }
}
