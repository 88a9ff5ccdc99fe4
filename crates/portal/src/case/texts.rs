//! Opens the sealed texts of messages.

use base::MessageId;
use keyring::{ContentKey, Field};

use crate::delivery::ReadableDelivery;

/// A message's title; `None` when it was altered.
pub(crate) fn open_title(key: &ContentKey, delivery: &ReadableDelivery) -> Option<String> {
    open(key, "sealed_title", delivery.message, delivery.sealed_title.as_deref())
}

/// A message's text; `None` when it was altered.
pub(super) fn open_body(key: &ContentKey, delivery: &ReadableDelivery) -> Option<String> {
    open(key, "sealed_body", delivery.message, delivery.sealed_body.as_deref())
}

fn open(key: &ContentKey, column: &'static str, message: MessageId, sealed: Option<&[u8]>) -> Option<String> {
    let place = Field::new("message", column, message.as_bytes());
    key.open_text(place, sealed?).ok()
}
