//! Cases as their recipient sees them, in the inbox and on the case page, and as the organisation's staff do. Owns what these
//! show, that opening is recorded, and what the organisation decides about one case: closing it, and extending it.

mod closing;
mod create;
pub(crate) mod entity;
mod error;
mod extending;
mod extension_entity;
mod history;
mod inbox;
mod sent;
mod staff_view;
mod store;
mod texts;
mod view;

pub(crate) use create::open;
pub use error::CaseError;
pub use history::{CaseAct, CaseActKind, CaseHistory};
pub use inbox::InboxEntry;
pub use sent::{SentDelivery, SentMessage, SentMessages, SentMessagesError, SentRecipient};
pub use staff_view::{CaseExtension, StaffCase, StaffCaseMessage};
pub(crate) use store::{Extended, extended, give, lock, lock_all, recipients_with_cases, release_ended};
pub(crate) use texts::open_title;
pub use view::{CaseView, MessageView};

#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod names_tests;
#[cfg(test)]
mod tests;
