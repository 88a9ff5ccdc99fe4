//! Provisional identifiers of people who identify with an e-ID of another country.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest identifier after the country, in bytes.
const MAX_BYTES: usize = 64;

/// What the Swedish eIDAS node calls a person: the country's two letters, a colon, and an identifier there. Source: eIDAS
/// Constructed Attributes Specification for the Swedish eID Framework 1.2, section 2.1, whose algorithms give 10 to 64 letters,
/// digits and a few marks. Case counts.
///
/// Never printed, like a [`crate::Personnummer`]: in some countries it holds the national number.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Prid(String);

/// The text is no provisional identifier. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not in the form CC:IDENTIFIER")]
pub struct InvalidPrid;

impl Prid {
    /// The identifier as text, for a request body or a sealed field.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Prid {
    type Err = InvalidPrid;

    fn from_str(text: &str) -> Result<Self, InvalidPrid> {
        let (country, identifier) = text.split_once(':').ok_or(InvalidPrid)?;
        let is_country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let is_identifier = (1..=MAX_BYTES).contains(&identifier.len()) && identifier.bytes().all(is_part);
        if is_country && is_identifier {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPrid)
        }
    }
}

impl fmt::Debug for Prid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prid([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prid_is_a_country_and_an_identifier_there() {
        for good in ["NO:05068907693", "DK:09208-2002-2-194967071622", "DE:aZ+/4=", "XA:e"] {
            assert_eq!(good.parse::<Prid>().unwrap().expose(), good);
        }
        let long = format!("NO:{}", "1".repeat(65));
        for bad in [
            "",
            "NO",
            "NO:",
            ":1",
            "no:05068907693",
            "NOR:1",
            "NO:1 2",
            "NO:å",
            "NO:1:2",
            "NO:1\n",
            &long,
        ] {
            assert_eq!(bad.parse::<Prid>(), Err(InvalidPrid), "{bad:?}");
        }
    }

    #[test]
    fn a_prid_does_not_print() {
        let prid: Prid = "NO:05068907693".parse().unwrap();
        assert_eq!(format!("{prid:?}"), "Prid([secret])");
    }
}
