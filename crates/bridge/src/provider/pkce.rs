//! Proof key for code exchange (RFC 7636), method S256 alone.

use base::constant_time_eq;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};

/// The challenge of an authorisation request: the SHA-256 of a verifier that the client keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge([u8; 32]);

impl Challenge {
    /// Reads a `code_challenge`; `None` when it is not the Base64url of 32 bytes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// Whether `verifier` is well-formed (section 4.1: 43 to 128 unreserved characters) and is the one.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        well_formed && constant_time_eq(&self.0, &Sha256::digest(verifier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
    }

    #[test]
    fn what_is_not_a_challenge_or_verifier() {
        assert_eq!(Challenge::parse(""), None);
        assert_eq!(Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"), None);
        let short = "a".repeat(42);
        let challenge = Challenge(Sha256::digest(&short).into());
        assert!(!challenge.is_met_by(&short));
        let spaced = format!("{} ", "a".repeat(43));
        assert!(!Challenge(Sha256::digest(&spaced).into()).is_met_by(&spaced));
    }
}
