//! Blind indexes: how a person is found by number although no number is stored in clear.
//!
//! A personnummer has so little entropy that whoever holds this key can invert every index in seconds. The key therefore
//! stays with the key provider and is never stored in a database.

use std::fmt;

use crate::hazmat::{self, Context};
use crate::stored_key::stored_key;

stored_key! {
    /// The key of the blind indexes.
    BlindIndexKey;
}

impl BlindIndexKey {
    /// The index of an identifier. The same text as another `kind` of identifier has an unrelated index.
    #[must_use]
    pub fn index(&self, kind: &'static str, identifier: &str) -> BlindIndex {
        let message = Context::new("postvalv blind index v1")
            .value(kind.as_bytes())
            .value(identifier.as_bytes());
        BlindIndex(hazmat::hmac(&self.0, message.as_bytes()))
    }
}

/// What stands in the register instead of an identifier: 32 bytes that tell nothing without the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlindIndex([u8; 32]);

impl BlindIndex {
    /// The index's bytes, for storage and search.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_is_the_same_each_time() {
        let key = BlindIndexKey::from_bytes([3; 32]);
        assert_eq!(
            key.index("personnummer", "200001012384"),
            key.index("personnummer", "200001012384")
        );
    }

    proptest! {
        #[test]
        fn indexes_of_different_kinds_or_keys_are_unlinkable(identifier in ".{0,40}") {
            let (key, other) = (BlindIndexKey::from_bytes([3; 32]), BlindIndexKey::from_bytes([4; 32]));
            prop_assert_ne!(key.index("personnummer", &identifier), key.index("samordningsnummer", &identifier));
            prop_assert_ne!(key.index("personnummer", &identifier), other.index("personnummer", &identifier));
        }

        #[test]
        fn different_identifiers_have_different_indexes(one in "[0-9]{12}", other in "[0-9]{12}") {
            prop_assume!(one != other);
            let key = BlindIndexKey::from_bytes([3; 32]);
            prop_assert_ne!(key.index("personnummer", &one), key.index("personnummer", &other));
        }
    }
}
