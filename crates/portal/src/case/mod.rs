//! Cases as their recipient sees them: the inbox and the case page. Owns what these show and that opening is recorded.

pub(crate) mod entity;
mod inbox;
mod view;

pub use inbox::InboxEntry;
pub use view::{CaseView, MessageView};
