//! The key that makes sending safe to repeat.

use std::fmt;
use std::str::FromStr;

/// An idempotency key: 1 to 255 visible ASCII characters, unique to one message.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// A random key of 128 bits.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers to give.
    #[must_use]
    #[expect(clippy::expect_used, reason = "without random numbers no key is unique")]
    pub fn random() -> Self {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        Self(hex::encode(bytes))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;

    fn from_str(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let length = 1..=api::MAX_IDEMPOTENCY_KEY_CHARS;
        if length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidIdempotencyKey)
        }
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Callers may have put a case number into it.
        f.write_str("IdempotencyKey([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_keys_differ_and_are_keys() {
        let key = IdempotencyKey::random();
        assert_ne!(key, IdempotencyKey::random());
        assert_eq!(key.as_str().parse(), Ok(key.clone()));
    }

    #[test]
    fn only_visible_ascii_of_bounded_length_is_a_key() {
        for bad in [String::new(), "a b".to_owned(), "å".to_owned(), "a".repeat(256)] {
            assert_eq!(bad.parse::<IdempotencyKey>(), Err(InvalidIdempotencyKey));
        }
        assert!("a".repeat(255).parse::<IdempotencyKey>().is_ok());
    }
}
