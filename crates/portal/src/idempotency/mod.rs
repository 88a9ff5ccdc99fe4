//! Idempotent sending: a request that is sent again, because its answer was lost, makes no second message.

pub(crate) mod entity;

use crate::message::SendError;

/// A key by which a sender marks a request and its repeats (draft-ietf-httpapi-idempotency-key-header).
#[derive(Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Reads a key: 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// [`SendError::InvalidIdempotencyKey`].
    pub fn parse(text: &str) -> Result<Self, SendError> {
        if (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SendError::InvalidIdempotencyKey)
        }
    }
}

impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A sender may have put a case number or worse into it.
        f.write_str("IdempotencyKey([secret])")
    }
}
