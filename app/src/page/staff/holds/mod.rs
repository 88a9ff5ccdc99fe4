//! Holds: what is kept from being purged, the form that places one, and the page of one with what lifts it.

mod form;
mod list;
mod one;

pub use form::{NewHoldForm, NewHoldProblem, new_hold_page};
pub use list::holds_page;
pub use one::{HoldRights, LiftForm, LiftProblem, hold_page};
