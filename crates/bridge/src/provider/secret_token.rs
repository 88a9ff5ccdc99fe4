//! Random texts that give something to whoever holds them, and the digests under which they are remembered.

use std::fmt;

use base::SecretString;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};

/// Longest text that is looked up; ours are 43 characters.
const MAX_LENGTH: usize = 64;

/// A fresh random text of 256 bits, in Base64url.
///
/// # Panics
///
/// When the operating system has no random numbers to give, since nothing safe can be done without them.
pub(crate) fn fresh() -> SecretString {
    SecretString::new(BASE64_URL_SAFE_NO_PAD.encode(random()))
}

/// 256 random bits.
///
/// # Panics
///
/// As [`fresh`].
#[expect(clippy::expect_used, reason = "without random numbers nothing safe can be done")]
pub(crate) fn random() -> [u8; 32] {
    let mut random = [0; 32];
    getrandom::fill(&mut random).expect("the operating system gives random numbers");
    random
}

/// What is remembered of a secret text: its SHA-256. Finding a text by its digest tells nothing through timing, since
/// nobody can choose a digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest of `text`; `None` when it is too long to be one of ours.
    pub(crate) fn of(text: &str) -> Option<Self> {
        (text.len() <= MAX_LENGTH).then(|| Self(Sha256::digest(text).into()))
    }

    /// The digest of a text that [`fresh`] made.
    pub(crate) fn of_fresh(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose()).into())
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest")
    }
}
