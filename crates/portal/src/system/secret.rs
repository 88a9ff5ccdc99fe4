//! Secrets and tokens of machines: 32 random bytes, of which the portal keeps a hash. Knows no row.

use base::{SecretString, constant_time_eq};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Fault;

/// A system's secret begins so, and scanners for leaked secrets can find it.
pub(super) const SECRET_PREFIX: &str = "postvalv_secret_";
/// An access token begins so.
pub(super) const TOKEN_PREFIX: &str = "postvalv_token_";

/// A fresh secret with 256 random bits.
pub(crate) fn generate(prefix: &str) -> Result<SecretString, Fault> {
    let mut random = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *random).map_err(|problem| Fault::new(problem.to_string()))?;
    let digits = Zeroizing::new(hex::encode(*random));
    Ok(SecretString::new(format!("{prefix}{}", *digits)))
}

/// What is stored of a secret.
pub(crate) fn hash(secret: &SecretString) -> Vec<u8> {
    Sha256::digest(secret.expose().as_bytes()).to_vec()
}

/// Whether a secret is the one whose hash is stored.
pub(super) fn matches(secret: &SecretString, stored: &[u8]) -> bool {
    constant_time_eq(&hash(secret), stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_random_and_known_by_their_hash() {
        let (one, other) = (generate(SECRET_PREFIX).unwrap(), generate(SECRET_PREFIX).unwrap());
        assert!(one != other);
        assert_eq!(one.expose().len(), SECRET_PREFIX.len() + 64);
        assert!(matches(&one, &hash(&one)));
        assert!(!matches(&other, &hash(&one)));
        assert!(!matches(&one, b""));
    }
}
