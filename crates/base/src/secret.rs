//! Secrets that do not print and are wiped when dropped.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A value that must not be seen: `Debug` prints `[secret]`, there is no `Display`, and dropping it wipes the memory.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

/// A secret text, such as a client secret or a database address with its password.
pub type SecretString = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Takes over a value as a secret.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Each call is a place that a reviewer looks at: hand it on, never log or store it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    /// Compares in constant time (the length is not hidden).
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.0.as_ref(), other.0.as_ref())
    }
}

impl<'de> serde::Deserialize<'de> for SecretString {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Whether two byte strings are equal, in a time that does not depend on where they differ.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = SecretString::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[secret] Some([secret])");
    }

    #[test]
    fn secrets_compare_by_value() {
        assert_eq!(Secret::new([1_u8, 2]), Secret::new([1, 2]));
        assert_ne!(Secret::new(vec![1_u8, 2]), Secret::new(vec![1, 2, 3]));
    }
}
