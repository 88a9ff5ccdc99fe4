//! The `sub` of a person: stable, different for each sector, and no way back to the number.
//!
//! Source: OpenID Connect Core 1.0 section 8.1 (pairwise identifiers), with HMAC in place of a salted hash, since there
//! are so few personnummer that anybody could try them all against a hash without a key.

use base::{Personnummer, Secret};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key behind every `sub`. It is never rotated: another key makes strangers of everybody.
#[derive(Debug)]
pub(crate) struct SubjectKey(Secret<[u8; 32]>);

impl SubjectKey {
    pub(crate) const fn new(key: Secret<[u8; 32]>) -> Self {
        Self(key)
    }

    /// The `sub` of `number` within `sector`.
    pub(crate) fn subject(&self, sector: &str, number: &Personnummer) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose()).expect("HMAC takes a key of any length");
        mac.update(b"bankid-bridge subject 1");
        mac.update(&u64::try_from(sector.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(sector.as_bytes());
        mac.update(number.expose().as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_in_a_sector_and_another_elsewhere() {
        let number = Personnummer::from_digits("200001012384").unwrap();
        let other = Personnummer::from_digits("197701172392").unwrap();
        let key = SubjectKey::new(Secret::new([1; 32]));
        let subject = key.subject("portal", &number);
        assert_eq!(subject, key.subject("portal", &number));
        assert_ne!(subject, key.subject("another", &number));
        assert_ne!(subject, key.subject("portal", &other));
        assert_ne!(
            subject,
            SubjectKey::new(Secret::new([2; 32])).subject("portal", &number)
        );
        assert_eq!(subject.len(), 43);
    }
}
