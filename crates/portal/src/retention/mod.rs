//! Retention: how long what an organisation sends may be read, by which rule, and who decided so when.
//!
//! Owns the organisation's policy, its versions and what a change of it does to what was sent already. Which rule holds and when
//! something expires are pure functions (`rule.rs`, `calendar.rs`). Who enforces expiry is the scoped finder and the purge, which
//! know nothing of rules: they go by the instant that stands at the delivery.

mod calendar;
mod change;
mod effect;
mod entity;
mod error;
mod follow;
mod reason;
mod rule;
mod store;
#[cfg(test)]
mod tests;
mod week;

pub use change::{RetentionInForce, RetentionVersion};
pub use effect::{Affected, RetentionEffect};
pub use error::ChangeRetentionError;
pub(crate) use follow::{count_from_opening, follow};
pub(crate) use reason::reasons;
pub(crate) use rule::{Counted, DEFAULT_DAYS, Term};
pub use rule::{CountedFrom, PolicyProblem, RetentionPolicy, RetentionReason, RetentionRule, TypeRule};
pub(crate) use store::{in_force, of_version};
pub use week::DueWeek;
