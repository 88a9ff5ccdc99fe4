//! Opens the sealed texts of messages.

use base::MessageId;
use keyring::{ContentKey, Field};

use crate::ReadError;
use crate::delivery::ReadableDelivery;

/// A message's title.
pub(crate) fn open_title(key: &ContentKey, delivery: &ReadableDelivery) -> Result<String, ReadError> {
    open(key, "sealed_title", delivery.message, delivery.sealed_title.as_deref())
}

/// A message's text.
pub(super) fn open_body(key: &ContentKey, delivery: &ReadableDelivery) -> Result<String, ReadError> {
    open(key, "sealed_body", delivery.message, delivery.sealed_body.as_deref())
}

fn open(
    key: &ContentKey,
    column: &'static str,
    message: MessageId,
    sealed: Option<&[u8]>,
) -> Result<String, ReadError> {
    let place = Field::new("message", column, message.as_bytes());
    key.open_text(place, sealed.unwrap_or_default())
        .map_err(|_| ReadError::Damaged)
}
