//! Swedish personal identity numbers: personnummer and samordningsnummer.
//!
//! Source: Folkbokföringslagen (1991:481) 18 and 18 a §§, and Skatteverket's SKV 704 and SKV 707.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{Day, Timestamp};

/// A personnummer or samordningsnummer with a correct check digit, as the twelve digits `YYYYMMDDNNNC`.
///
/// Never printed: `Debug` shows the kind alone, and there is no `Display`. Write it out with
/// [`Personnummer::expose`] only into a request body or a sealed field.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Personnummer([u8; 12]);

/// Which of the two numbers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonnummerKind {
    /// Given to those who are or have been registered as resident in Sweden.
    Personnummer,
    /// Given to others who deal with Swedish authorities; the day of birth has 60 added.
    Samordningsnummer,
}

/// The text is not a personnummer or samordningsnummer. Says nothing of the text, which may be somebody's number
/// with a slip of the finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPersonnummer {
    /// Not ten or twelve digits in a known form.
    #[error("not in the form YYYYMMDD-NNNN")]
    Form,
    /// The date of birth does not exist or lies in the future.
    #[error("the date of birth does not exist")]
    Date,
    /// The last digit is wrong, so some digit was mistyped.
    #[error("the check digit does not match")]
    CheckDigit,
}

impl Personnummer {
    /// Reads what a provider of identity sent: exactly twelve digits and nothing else.
    ///
    /// # Errors
    ///
    /// [`InvalidPersonnummer`] with what is wrong.
    pub fn from_digits(text: &str) -> Result<Self, InvalidPersonnummer> {
        let digits: [u8; 12] = text.as_bytes().try_into().map_err(|_| InvalidPersonnummer::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidPersonnummer::Form);
        }
        Self::check(digits)
    }

    /// Reads what a person or a system wrote: `YYYYMMDD-NNNC`, `YYMMDD-NNNC`, `YYMMDD+NNNC` (a hundred years or more),
    /// with or without the dash, with spaces anywhere. `today` decides the century of a two-digit year.
    ///
    /// # Errors
    ///
    /// [`InvalidPersonnummer`] with what is wrong.
    pub fn parse(text: &str, today: Day) -> Result<Self, InvalidPersonnummer> {
        let mut digits = Vec::with_capacity(12);
        let mut separator = None;
        for character in text.chars() {
            match character {
                '0'..='9' if digits.len() < 12 => digits.push(character as u8),
                '-' | '+' | '\u{2013}' | '\u{2212}' if separator.is_none() => {
                    separator = Some((character, digits.len()));
                }
                ' ' | '\u{a0}' => {}
                _ => return Err(InvalidPersonnummer::Form),
            }
        }
        if separator.is_some_and(|(_, position)| position + 4 != digits.len()) {
            return Err(InvalidPersonnummer::Form);
        }
        let hundred = matches!(separator, Some(('+', _)));
        if let Ok(digits) = <[u8; 12]>::try_from(digits.as_slice()) {
            return if hundred {
                Err(InvalidPersonnummer::Form)
            } else {
                Self::check(digits)?.born_by(today)
            };
        }
        let short = <[u8; 10]>::try_from(digits.as_slice()).map_err(|_| InvalidPersonnummer::Form)?;
        Self::with_century(short, today, hundred)
    }

    /// The latest century in which the person is born by today, and the one before it for `+`.
    fn with_century(short: [u8; 10], today: Day, hundred: bool) -> Result<Self, InvalidPersonnummer> {
        let mut found = Err(InvalidPersonnummer::Date);
        let mut to_skip = u8::from(hundred);
        for century in [*b"20", *b"19", *b"18"] {
            let mut digits = [0; 12];
            digits[..2].copy_from_slice(&century);
            digits[2..].copy_from_slice(&short);
            match Self::check(digits).and_then(|number| number.born_by(today)) {
                Ok(_) if to_skip > 0 => to_skip -= 1,
                Ok(number) => return Ok(number),
                Err(InvalidPersonnummer::Date) => {}
                Err(other) => found = Err(other),
            }
        }
        found
    }

    fn check(digits: [u8; 12]) -> Result<Self, InvalidPersonnummer> {
        let number = Self(digits);
        number.birth_day()?;
        if number.luhn_sum().is_multiple_of(10) {
            Ok(number)
        } else {
            Err(InvalidPersonnummer::CheckDigit)
        }
    }

    /// Luhn over the last ten digits, weights 2, 1, 2, 1 and so on; a samordningsnummer keeps its added 60.
    fn luhn_sum(&self) -> u32 {
        let weighted = self
            .0
            .iter()
            .skip(2)
            .zip([2, 1].into_iter().cycle())
            .map(|(digit, weight)| {
                let product = u32::from(digit - b'0') * weight;
                product / 10 + product % 10
            });
        weighted.sum()
    }

    fn born_by(self, today: Day) -> Result<Self, InvalidPersonnummer> {
        if self.birth_day()? <= today {
            Ok(self)
        } else {
            Err(InvalidPersonnummer::Date)
        }
    }

    fn digits_at(&self, start: usize, count: usize) -> u32 {
        self.0
            .iter()
            .skip(start)
            .take(count)
            .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    }

    /// The day of birth. In a samordningsnummer an unknown month or day (00) counts as the first.
    fn birth_day(&self) -> Result<Day, InvalidPersonnummer> {
        let (year, month, day) = (self.digits_at(0, 4), self.digits_at(4, 2), self.digits_at(6, 2));
        let (month, day) = match self.kind() {
            PersonnummerKind::Personnummer => (month, day),
            PersonnummerKind::Samordningsnummer => (month.max(1), (day - 60).max(1)),
        };
        if !(1800..=2999).contains(&year) || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return Err(InvalidPersonnummer::Date);
        }
        Ok(day_number(i64::from(year), i64::from(month), i64::from(day)))
    }

    /// Personnummer or samordningsnummer.
    #[must_use]
    pub fn kind(&self) -> PersonnummerKind {
        if self.digits_at(6, 2) >= 60 {
            PersonnummerKind::Samordningsnummer
        } else {
            PersonnummerKind::Personnummer
        }
    }

    /// The twelve digits. Each call is a place that a reviewer looks at.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Personnummer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}([secret])", self.kind())
    }
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`); kept here so that the type works in the browser without a calendar library.
fn day_number(year: i64, month: i64, day: i64) -> Day {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Timestamp::from_millis((era * 146_097 + day_of_era - 719_468) * 86_400_000).day()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> Day {
        Day::from_number(20_779) // 2026-11-22
    }

    fn parse(text: &str) -> Result<String, InvalidPersonnummer> {
        Personnummer::parse(text, today()).map(|number| number.expose().to_owned())
    }

    #[test]
    fn skatteverkets_test_numbers_are_valid() {
        for number in ["200001012384", "200001012392", "197701172392"] {
            assert_eq!(Personnummer::from_digits(number).unwrap().expose(), number);
        }
    }

    #[test]
    fn what_people_type() {
        for text in [
            "20000101-2384",
            "000101-2384",
            "000101 - 2384",
            "0001012384",
            " 2000 0101 2384 ",
            "000101\u{2013}2384",
        ] {
            assert_eq!(parse(text).unwrap(), "200001012384", "{text}");
        }
    }

    #[test]
    fn the_century_follows_the_sign_and_today() {
        assert_eq!(parse("770117-2392").unwrap(), "197701172392");
        assert_eq!(parse("770117+2392").unwrap(), "187701172392");
        assert_eq!(parse("000101+2384").unwrap(), "190001012384");
        let early = Day::from_number(10_000); // 1997-05-19
        let number = Personnummer::parse("000101-2384", early).unwrap();
        assert_eq!(number.expose(), "190001012384");
    }

    #[test]
    fn a_samordningsnummer_has_sixty_added_and_may_lack_month_or_day() {
        let with_check_digit = |first: &str| {
            (0..10)
                .find_map(|digit| Personnummer::from_digits(&format!("{first}{digit}")).ok())
                .unwrap()
        };
        for first in ["19770177239", "19770060239", "19770060001"] {
            assert_eq!(
                with_check_digit(first).kind(),
                PersonnummerKind::Samordningsnummer,
                "{first}"
            );
        }
    }

    #[test]
    fn mistakes_are_named_and_never_repeated() {
        assert_eq!(parse("20000101-2385"), Err(InvalidPersonnummer::CheckDigit));
        assert_eq!(parse("20000230-2384"), Err(InvalidPersonnummer::Date));
        assert!(parse("20991231-2384").is_err());
        for form in [
            "",
            "12",
            "2000010123844",
            "20000101-238",
            "2000-01012384",
            "20000101--2384",
            "abc",
            "２0000101-2384",
            "20000101+2384",
        ] {
            assert_eq!(parse(form), Err(InvalidPersonnummer::Form), "{form}");
        }
        for form in ["20000101-2384", "0001012384", "20000101238x", "200001012384 "] {
            assert_eq!(
                Personnummer::from_digits(form),
                Err(InvalidPersonnummer::Form),
                "{form}"
            );
        }
    }

    #[test]
    fn a_number_does_not_print() {
        let number = Personnummer::from_digits("200001012384").unwrap();
        assert_eq!(format!("{number:?}"), "Personnummer([secret])");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,20}") {
            let _ = parse(&text);
        }

        #[test]
        fn one_wrong_digit_is_always_noticed(position in 2_usize..12, digit in 0_u8..10) {
            let mut digits = *b"197701172392";
            prop_assume!(digits[position] != b'0' + digit);
            digits[position] = b'0' + digit;
            prop_assert!(Personnummer::from_digits(std::str::from_utf8(&digits).unwrap()).is_err());
        }

        #[test]
        fn the_day_number_agrees_with_the_calendar(number in -50_000_i32..100_000) {
            let date = Day::from_number(number).start().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
            let ours = day_number(i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            prop_assert_eq!(ours, Day::from_number(number));
        }
    }
}
