//! Sealed fields: a column's value, readable only with its owner's key and only in its own place.

use zeroize::Zeroizing;

use crate::OpenError;
use crate::hazmat::{self, Context, Key};

/// The place of a sealed value. A value sealed for one place opens in no other.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    table: &'static str,
    column: &'static str,
    row: &'a [u8],
}

impl<'a> Field<'a> {
    /// The column of a table, and the row by the bytes of its primary key.
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, row: &'a [u8]) -> Self {
        Self { table, column, row }
    }

    /// The subkey of this field under its owner's key.
    fn key(&self, key: &Key, owner: &Owner<'_>) -> Key {
        let info = Context::new("postvalv field key v1")
            .value(owner.kind.as_bytes())
            .value(owner.organisation)
            .value(owner.id)
            .value(self.table.as_bytes())
            .value(self.column.as_bytes());
        key.derive(info.as_bytes())
    }

    /// The authenticated data.
    fn context(&self) -> Context {
        Context::new("postvalv field v1")
            .value(self.table.as_bytes())
            .value(self.column.as_bytes())
            .value(self.row)
    }
}

/// Whose key seals a field; empty where a part does not apply.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) kind: &'static str,
    pub(crate) organisation: &'a [u8],
    pub(crate) id: &'a [u8],
}

pub(crate) fn seal(key: &Key, owner: &Owner<'_>, field: Field<'_>, plaintext: &[u8]) -> Vec<u8> {
    hazmat::seal_short(&field.key(key, owner), field.context().as_bytes(), plaintext)
}

#[cfg(test)]
pub(crate) fn seal_with_nonce(
    key: &Key,
    owner: &Owner<'_>,
    field: Field<'_>,
    plaintext: &[u8],
    nonce: &[u8; 12],
) -> Vec<u8> {
    hazmat::seal_short_with_nonce(&field.key(key, owner), field.context().as_bytes(), plaintext, nonce)
}

pub(crate) fn open(
    key: &Key,
    owner: &Owner<'_>,
    field: Field<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    hazmat::open_short(&field.key(key, owner), field.context().as_bytes(), sealed)
}

pub(crate) fn open_text(key: &Key, owner: &Owner<'_>, field: Field<'_>, sealed: &[u8]) -> Result<String, OpenError> {
    let plaintext = open(key, owner, field, sealed)?;
    std::str::from_utf8(&plaintext)
        .map(str::to_owned)
        .map_err(|_| OpenError)
}

/// Implements sealing and opening of fields for a key with an `owner()` and an inner `key`.
macro_rules! seals_fields {
    ($name:ident) => {
        impl $name {
            /// Seals the value of a field: 29 bytes longer than the value, different each time.
            #[must_use]
            pub fn seal_field(&self, field: $crate::Field<'_>, plaintext: &[u8]) -> Vec<u8> {
                $crate::field::seal(&self.key, &self.owner(), field, plaintext)
            }

            /// Opens the value of a field.
            ///
            /// # Errors
            ///
            /// When it was sealed for another field, row or key, or was changed.
            pub fn open_field(
                &self,
                field: $crate::Field<'_>,
                sealed: &[u8],
            ) -> Result<zeroize::Zeroizing<Vec<u8>>, $crate::OpenError> {
                $crate::field::open(&self.key, &self.owner(), field, sealed)
            }

            /// Opens the value of a field that holds text.
            ///
            /// # Errors
            ///
            /// As [`Self::open_field`], and when the value is not UTF-8.
            pub fn open_text(&self, field: $crate::Field<'_>, sealed: &[u8]) -> Result<String, $crate::OpenError> {
                $crate::field::open_text(&self.key, &self.owner(), field, sealed)
            }
        }
    };
}
pub(crate) use seals_fields;

/// Seals fields that belong to the installation itself, such as a session's data.
pub struct FieldKey {
    key: Key,
}

impl FieldKey {
    pub(crate) const fn new(key: Key) -> Self {
        Self { key }
    }

    /// A key for which `secret`, which somebody else keeps and which can't be guessed, is needed too: who has only one of
    /// the two opens nothing that it sealed.
    #[must_use]
    pub fn bound_to(&self, secret: &[u8; 32]) -> Self {
        let info = Context::new("postvalv bound field key v1");
        let mut bound = Zeroizing::new([0; hazmat::KEY_SIZE]);
        hazmat::hkdf(self.key.as_bytes(), Some(secret), info.as_bytes(), &mut *bound);
        Self::new(Key::from_bytes(*bound))
    }

    #[expect(clippy::unused_self, reason = "the macro asks every key for its owner")]
    const fn owner(&self) -> Owner<'static> {
        Owner {
            kind: "installation",
            organisation: &[],
            id: &[],
        }
    }
}

seals_fields!(FieldKey);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> FieldKey {
        FieldKey::new(Key::from_bytes([9; 32]))
    }

    const PLACE: Field<'static> = Field::new("message", "sealed_title", &[1; 16]);

    #[test]
    fn a_field_opens_only_in_its_place() {
        let sealed = key().seal_field(PLACE, b"Beslut");
        assert_eq!(key().open_text(PLACE, &sealed).unwrap(), "Beslut");
        for other in [
            Field::new("message", "sealed_title", &[2; 16]),
            Field::new("message", "sealed_title", &[]),
            Field::new("message", "sealed_body", &[1; 16]),
            Field::new("document", "sealed_title", &[1; 16]),
            Field::new("messages", "ealed_title", &[1; 16]),
        ] {
            assert_eq!(key().open_text(other, &sealed), Err(OpenError), "{other:?}");
        }
        let stranger = FieldKey::new(Key::from_bytes([8; 32]));
        assert_eq!(stranger.open_text(PLACE, &sealed), Err(OpenError));
    }

    #[test]
    fn a_bound_key_needs_both_its_parts() {
        let sealed = key().bound_to(&[1; 32]).seal_field(PLACE, b"Beslut");
        assert_eq!(key().bound_to(&[1; 32]).open_text(PLACE, &sealed).unwrap(), "Beslut");
        assert!(key().bound_to(&[2; 32]).open_text(PLACE, &sealed).is_err());
        assert!(key().open_text(PLACE, &sealed).is_err());
        let stranger = FieldKey::new(Key::from_bytes([8; 32]));
        assert!(stranger.bound_to(&[1; 32]).open_text(PLACE, &sealed).is_err());
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        assert_ne!(key().seal_field(PLACE, b"Beslut"), key().seal_field(PLACE, b"Beslut"));
    }

    #[test]
    fn a_field_cut_short_or_changed_anywhere_does_not_open() {
        let sealed = key().seal_field(PLACE, b"Beslut");
        for length in 0..sealed.len() {
            assert!(key().open_field(PLACE, &sealed[..length]).is_err(), "{length} bytes");
        }
        for position in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[position / 8] ^= 1 << (position % 8);
            assert!(key().open_field(PLACE, &changed).is_err(), "bit {position}");
        }
    }

    proptest! {
        #[test]
        fn any_value_comes_back(value in proptest::collection::vec(any::<u8>(), 0..300)) {
            let sealed = key().seal_field(PLACE, &value);
            prop_assert_eq!(sealed.len(), value.len() + 29);
            prop_assert_eq!(&*key().open_field(PLACE, &sealed).unwrap(), &value);
        }

        #[test]
        fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(key().open_field(PLACE, &bytes).is_err());
        }
    }
}
