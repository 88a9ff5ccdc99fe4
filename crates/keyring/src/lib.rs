//! Keys, sealing and the document container; no I/O, no clock, no database.
//!
//! Owns every byte format that holds a secret: wrapped keys, sealed fields, blind indexes, authentication codes,
//! signatures and the container of a document (`docs/container.md`). The primitives lie in the private module `hazmat`; what is public
//! can't be given the wrong context, because a key carries the ids that it belongs to.

mod blind_index;
mod container;
mod content_key;
mod field;
mod hazmat;
mod mac;
mod signing;
mod stored_key;
mod wrapping;

pub use blind_index::{BlindIndex, BlindIndexKey};
pub use container::{CHUNK_SIZE, Opener, PREFIX_SIZE, SEALED_CHUNK_SIZE, Sealer, Span, container_size, plaintext_size};
pub use content_key::{ContentKey, ContentOwner};
pub use field::{Field, FieldKey};
pub use mac::{InstallationKey, Mac, MacKey};
pub use signing::{SIGNATURE_SIZE, SigningKey, VerifyingKey};
pub use wrapping::{
    DaySecret, ExtractKey, OrganisationKey, RecipientKey, RegisterKey, RootKey, WrappedKey, WrappingKey,
};

/// What was sealed can't be opened: another key, another place, or bytes that were changed. Which of them is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed does not open")]
pub struct OpenError;

/// A plaintext larger than the container can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is too large for its container")]
pub struct TooLarge;

#[cfg(test)]
mod vectors;
