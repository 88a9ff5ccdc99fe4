//! Which passwords may be set. Pure: the text and whom it is for.
//!
//! A password is compared in one form: Unicode's NFC with every kind of space as a plain one, as RFC 8265 section 4.2
//! (OpaqueString) has it, so that the same keys give the same password on every keyboard and system. Case counts.
//!
//! How well it can be guessed is zxcvbn's estimate (Wheeler, USENIX Security 2016). The list of common passwords is the one that
//! comes with the `zxcvbn` crate under the MIT licence: 30,000 from published leaks, also written backwards, with other
//! capitals or with digits for letters.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Score, zxcvbn};

/// The fewest characters (Unicode scalar values in NFC).
pub(super) const MIN_CHARS: usize = 12;
/// The most.
pub(super) const MAX_CHARS: usize = 128;
/// The most bytes that are looked at at all.
const MAX_BYTES: usize = 4 * 4 * MAX_CHARS;
/// The least that zxcvbn must give: 3 of 4, "safely unguessable", at least 10^8 guesses.
const LEAST: Score = Score::Three;

/// Why a password can't be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// It has fewer than 12 characters.
    #[error("the password is shorter than 12 characters")]
    TooShort,
    /// It has more than 128 characters.
    #[error("the password is longer than 128 characters")]
    TooLong,
    /// It has a character that no keyboard gives, such as a line break.
    #[error("the password has control characters")]
    ControlCharacters,
    /// It is among the commonest passwords.
    #[error("the password is a common one")]
    Common,
    /// It is mostly the person's or the organisation's name or address.
    #[error("the password is made of the person's own particulars")]
    SameAsIdentity,
    /// It can be guessed in another way: a pattern, a date, a few words.
    #[error("the password can be guessed")]
    Guessable,
    /// It is one of the person's last five.
    #[error("the password was used before")]
    UsedBefore,
}

/// Whom a password is for.
pub(crate) struct About<T> {
    pub(crate) name: T,
    pub(crate) email: T,
    pub(crate) organisation: T,
}

impl About<&str> {
    pub(super) fn to_owned(&self) -> About<String> {
        About {
            name: self.name.to_owned(),
            email: self.email.to_owned(),
            organisation: self.organisation.to_owned(),
        }
    }
}

impl About<String> {
    pub(super) fn as_ref(&self) -> About<&str> {
        About {
            name: &self.name,
            email: &self.email,
            organisation: &self.organisation,
        }
    }
}

/// The one form in which a password is compared; `None` for what can't be one, however it is written.
pub(super) fn normalised(password: &str) -> Option<Zeroizing<String>> {
    if password.len() > MAX_BYTES {
        return None;
    }
    let form: Zeroizing<String> = Zeroizing::new(
        password
            .chars()
            .map(|character| {
                if character.is_whitespace() && !character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .nfc()
            .collect(),
    );
    (form.chars().count() <= MAX_CHARS && !form.chars().any(char::is_control)).then_some(form)
}

/// Passes a password that may be set, but for those that were used before.
pub(super) fn check(password: &str, about: &About<&str>) -> Result<Zeroizing<String>, PasswordProblem> {
    if password.len() > MAX_BYTES {
        return Err(PasswordProblem::TooLong);
    }
    if password.chars().any(char::is_control) {
        return Err(PasswordProblem::ControlCharacters);
    }
    let password = normalised(password).ok_or(PasswordProblem::TooLong)?;
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordProblem::TooShort);
    }
    let words = words(about);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Two names and a year count as hard enough to guess, but not for somebody who knows the person.
    if 2 * chars_of(&password, &words) >= password.chars().count() {
        return Err(PasswordProblem::SameAsIdentity);
    }
    let estimate = zxcvbn(&password, &words);
    if estimate.score() >= LEAST {
        return Ok(password);
    }
    match estimate.sequence() {
        [only] if matches!(only.pattern, MatchPattern::Dictionary(_)) => Err(PasswordProblem::Common),
        _ => Err(PasswordProblem::Guessable),
    }
}

/// The person's and the organisation's names and the address, whole and in parts.
fn words(about: &About<&str>) -> Vec<String> {
    let mut words = Vec::new();
    for text in [about.name, about.email, about.organisation] {
        let text = text.to_lowercase();
        let parts = text.split(|character: char| !character.is_alphanumeric());
        words.extend(parts.filter(|part| part.chars().count() > 2).map(str::to_owned));
        words.push(text);
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// How many characters of the password belong to these words, without regard to capitals.
fn chars_of(password: &str, words: &[&str]) -> usize {
    let mut rest = Zeroizing::new(password.to_lowercase());
    let before = rest.chars().count();
    let mut words = words.to_vec();
    // A whole address before its parts.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        // What stands around a word must not become one by its going.
        rest = Zeroizing::new(rest.replace(word, "\n"));
    }
    before.saturating_sub(rest.chars().filter(|character| *character != '\n').count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ABOUT: About<&str> = About {
        name: "Karin Ödegård",
        email: "karin.odegard@norrby.example",
        organisation: "Norrby kommun",
    };

    fn problem(password: &str) -> Option<PasswordProblem> {
        check(password, &ABOUT).err()
    }

    #[test]
    fn a_long_password_that_nobody_guesses_may_be_set() {
        for password in [
            "kruka sadel blixt tvål",
            "Jag-dricker-te-klockan-4",
            "vK9#pQ2!xZ7m",
            "ångström över ölänning",
            "🦔🌧️🪵🫐🧤 snöigt",
        ] {
            assert_eq!(problem(password), None, "{password}");
        }
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        use PasswordProblem as P;
        for (password, why) in [
            ("", P::TooShort),
            ("vK9#pQ2!xZ7", P::TooShort),
            // Eleven characters, whatever they are made of.
            (
                "a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}",
                P::TooShort,
            ),
            ("vK9#pQ2!xZ7m\nnext", P::ControlCharacters),
            ("unbelievable", P::Common),
            ("Elbaveilebnu", P::Common),
            ("karin.odegard", P::SameAsIdentity),
            ("NorrbyKommun1", P::SameAsIdentity),
            ("Karin-Norrby-2026", P::SameAsIdentity),
            ("Karin.Odegard@norrby.example", P::SameAsIdentity),
            ("aaaaaaaaaaaaaaaa", P::Guessable),
            ("qwertyuiop123", P::Common),
            ("abcdefghijklmnop", P::Guessable),
        ] {
            assert_eq!(problem(password), Some(why), "{password}");
        }
        let long = "vK9#pQ2!".repeat(16);
        assert_eq!(problem(&long), None);
        assert_eq!(problem(&format!("{long}x")), Some(P::TooLong));
        assert_eq!(problem(&"x".repeat(1_000_000)), Some(P::TooLong));
    }

    #[test]
    fn the_same_password_written_in_two_ways_is_one() {
        let (composed, decomposed) = ("blå\u{a0}bär och mjölk", "bla\u{30a} ba\u{308}r och mjo\u{308}lk");
        assert_eq!(normalised(composed), normalised(decomposed));
        assert_ne!(normalised("Blåbär och mjölk"), normalised("blåbär och mjölk"));
        assert_eq!(normalised("två\nrader"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_may_be_set_is_its_own_form_and_within_the_limits(password in "\\PC{0,40}") {
            if let Ok(form) = check(&password, &ABOUT) {
                prop_assert!((MIN_CHARS..=MAX_CHARS).contains(&form.chars().count()));
                prop_assert_eq!(normalised(&form), Some(form));
            }
        }
    }
}
