//! Message authentication codes, one key a purpose.

use std::fmt;

use zeroize::Zeroizing;

use crate::field::FieldKey;
use crate::hazmat::{self, Context, Key};
use crate::stored_key::stored_key;

stored_key! {
    /// The installation's own secret, which the key provider holds. Keys for one purpose each come from it; it does nothing
    /// itself.
    InstallationKey;
}

impl InstallationKey {
    /// The key of the authentication codes for one purpose, such as `audit`.
    #[must_use]
    pub fn mac_key(&self, purpose: &'static str) -> MacKey {
        let info = Context::new("postvalv mac key v1").value(purpose.as_bytes());
        MacKey(self.0.derive(info.as_bytes()))
    }

    /// The key that seals fields for one purpose, such as `session`.
    #[must_use]
    pub fn field_key(&self, purpose: &'static str) -> FieldKey {
        let info = Context::new("postvalv installation field key v1").value(purpose.as_bytes());
        FieldKey::new(self.0.derive(info.as_bytes()))
    }

    /// 32 secret bytes for one purpose, for an algorithm that isn't this crate's: what argon2 mixes into a password's hash.
    #[must_use]
    pub fn secret(&self, purpose: &'static str) -> Zeroizing<[u8; hazmat::KEY_SIZE]> {
        let info = Context::new("postvalv installation secret v1").value(purpose.as_bytes());
        Zeroizing::new(*self.0.derive(info.as_bytes()).as_bytes())
    }
}

/// Makes and checks HMAC-SHA-256 codes for one purpose.
pub struct MacKey(Key);

impl MacKey {
    /// The code of a list of values. `["ab", "c"]` and `["a", "bc"]` have different codes.
    #[must_use]
    pub fn mac(&self, values: &[&[u8]]) -> Mac {
        Mac(hazmat::hmac(&self.0, message(values).as_bytes()))
    }

    /// Whether `code` is the code of these values, in constant time.
    #[must_use]
    pub fn verify(&self, values: &[&[u8]], code: &[u8]) -> bool {
        code.try_into()
            .is_ok_and(|code| hazmat::hmac_matches(&self.0, message(values).as_bytes(), code))
    }
}

fn message(values: &[&[u8]]) -> Context {
    values
        .iter()
        .fold(Context::new("postvalv mac v1"), |context, value| context.value(value))
}

/// An authentication code: 32 bytes, not secret. Compare codes with [`MacKey::verify`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac([u8; 32]);

impl Mac {
    /// The code's bytes, for storage.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> InstallationKey {
        InstallationKey::from_bytes([7; 32])
    }

    #[test]
    fn a_code_verifies_for_its_values_and_purpose_alone() {
        let code = key().mac_key("audit").mac(&[b"ab", b"c"]);
        assert!(key().mac_key("audit").verify(&[b"ab", b"c"], code.as_bytes()));
        assert!(!key().mac_key("audit").verify(&[b"a", b"bc"], code.as_bytes()));
        assert!(!key().mac_key("audit").verify(&[b"abc"], code.as_bytes()));
        assert!(!key().mac_key("idempotency").verify(&[b"ab", b"c"], code.as_bytes()));
        assert!(!key().mac_key("audit").verify(&[b"ab", b"c"], &code.as_bytes()[..31]));
    }

    #[test]
    fn a_secret_is_the_same_each_time_and_another_for_each_purpose_and_installation() {
        assert_eq!(*key().secret("password"), *key().secret("password"));
        assert_ne!(*key().secret("password"), *key().secret("other"));
        let stranger = InstallationKey::from_bytes([8; 32]);
        assert_ne!(*key().secret("password"), *stranger.secret("password"));
    }
}
