//! Holds: what keeps a case, or all that an organisation has sent a recipient, from being destroyed until somebody lifts it.
//!
//! Owns who is held by what (`condition.rs`), which every path that destroys asks under the lock of the case, and that the keys of
//! what is held stay ahead of the days whose secrets are destroyed (`keep.rs`). A hold gives nobody anything to read: expiry and
//! revocation are the finder's, which knows of no hold.

mod condition;
mod entity;
mod error;
mod keep;
mod lift;
mod place;
mod rule;
mod settle;
mod shown;
mod store;
#[cfg(test)]
mod tests;
mod told;
mod view;

pub(crate) use condition::{held, holds_on, is_not_held, kept_until, protects_since, stands};
pub use error::{HoldError, InvalidHold};
pub(crate) use keep::{days, keep};
pub(crate) use lift::{lift_all, note_lifted};
pub use place::{NewHold, PlacedHold};
pub use rule::HoldScope;
pub(crate) use rule::{GRACE, keeps_until, local_date};
pub(crate) use settle::settle;
pub use shown::ShownHold;
pub(crate) use shown::shown;
pub(crate) use store::{give, held_deliveries, recipients_held};
pub(crate) use told::{lift_as_told, place_as_told};
pub use view::{Hold, Holds, LiftedHold};
