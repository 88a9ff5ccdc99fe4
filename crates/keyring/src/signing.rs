//! Signatures that others check without a secret of ours: Ed25519 (RFC 8032).

use std::fmt;

use ed25519_dalek::Signer as _;

use crate::OpenError;
use crate::hazmat::Key;

/// Bytes of a signature.
pub const SIGNATURE_SIZE: usize = 64;

/// A key that signs, which the key provider holds. Wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A fresh key.
    #[must_use]
    pub fn generate() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(Key::generate().as_bytes()))
    }

    /// Takes the key as the provider stored it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(bytes))
    }

    /// The key's bytes, for the provider to store.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What its signatures are checked with.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs for one purpose, such as `postvalv audit checkpoint v1`: a signature for one says nothing for another. The purpose
    /// is one line, which stands before the message.
    #[must_use]
    pub fn sign(&self, purpose: &'static str, message: &[u8]) -> [u8; SIGNATURE_SIZE] {
        self.0.sign(&with_purpose(purpose, message)).to_bytes()
    }
}

/// What signatures are checked with; public.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Takes a key as its 32 bytes (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    ///
    /// When the bytes are no key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, OpenError> {
        ed25519_dalek::VerifyingKey::from_bytes(bytes)
            .map(Self)
            .map_err(|_| OpenError)
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether `signature` is of this key, for this purpose and message. Keys and signatures that would hold for more than one
    /// message are refused.
    #[must_use]
    pub fn verify(&self, purpose: &'static str, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else {
            return false;
        };
        self.0
            .verify_strict(&with_purpose(purpose, message), &signature)
            .is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey(..)")
    }
}

fn with_purpose(purpose: &'static str, message: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), b"\n", message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_message_alone() {
        let key = SigningKey::generate();
        let signature = key.sign("one v1", b"message");
        let public = VerifyingKey::from_bytes(key.verifying_key().as_bytes()).unwrap();
        assert!(public.verify("one v1", b"message", &signature));
        assert!(!public.verify("other v1", b"message", &signature));
        assert!(!public.verify("one v1", b"messages", &signature));
        assert!(!public.verify("one v1", b"message", &signature[1..]));
        assert!(!public.verify("one v1", b"message", &[0; SIGNATURE_SIZE]));
        assert!(
            !SigningKey::generate()
                .verifying_key()
                .verify("one v1", b"message", &signature)
        );
    }

    /// The keys are those of RFC 8032 section 7.1, test 2; the signature was made by another implementation (Node's).
    #[test]
    fn what_is_signed_is_the_purpose_a_line_end_and_the_message() {
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = SigningKey::from_bytes(&hex::decode(secret).unwrap().try_into().unwrap());
        let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(hex::encode(key.verifying_key().as_bytes()), public);
        assert_eq!(hex::encode(key.sign("postvalv test v1", b"message")), SIGNATURE);
    }

    const SIGNATURE: &str = "43baae56de13d34156f07c3dc1361fe3fa159181c16070820e22d2879c67dab7\
        719d09e3fc6ffbcff6650f6256ef74310ad03b017c9057bde1f75daea7023709";

    #[test]
    fn a_key_prints_nothing() {
        assert_eq!(
            format!("{:?}", SigningKey::generate().verifying_key()),
            "VerifyingKey(..)"
        );
    }
}
