//! Deliveries: a message handed to one recipient, and when that may be read. Owns the scoped finder, which is the only
//! way by which a reader gets to a row. Knows nothing of what a message says.

mod ending;
pub(crate) mod entity;
mod erase;
mod finder;
mod listing;
mod notified;
mod sending;
mod store;
mod withdraw;

pub(crate) use ending::ending;
pub(crate) use erase::{erase, erase_as_told};
pub(crate) use finder::{Finder, ReadableDelivery, ReadableDocument};
pub(crate) use notified::{Unnotified, last_notified, mark_notified, unnotified};
pub(crate) use sending::{NewDelivery, create, of_message, of_messages, revoke};
pub(crate) use store::{give, mark_opened};
pub(crate) use withdraw::{lock_all, revoke_all};

#[cfg(test)]
mod tests;
