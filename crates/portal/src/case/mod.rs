//! Cases as their recipient sees them, in the inbox and on the case page, and as the organisation's staff do. Owns what these
//! show and that opening is recorded.

mod create;
pub(crate) mod entity;
mod history;
mod inbox;
mod sent;
mod store;
mod texts;
mod view;

pub(crate) use create::open;
pub use history::{CaseAct, CaseActKind, CaseHistory};
pub use inbox::InboxEntry;
pub use sent::{SentDelivery, SentMessage, SentMessages, SentMessagesError, SentRecipient};
pub(crate) use store::{give, lock, recipients_with_cases, release_ended};
pub(crate) use texts::open_title;
pub use view::{CaseView, MessageView};

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod tests;
