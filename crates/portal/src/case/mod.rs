//! Cases as their recipient sees them: the inbox and the case page. Owns what these show and that opening is recorded.

pub(crate) mod entity;
mod inbox;
mod store;
mod texts;
mod view;

pub use inbox::InboxEntry;
pub(crate) use store::{lock, recipients_with_cases, release_ended};
pub(crate) use texts::open_title;
pub use view::{CaseView, MessageView};
