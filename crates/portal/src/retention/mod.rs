//! Retention: how long what an organisation sends may be read, by which rule, and who decided so when.
//!
//! Owns the organisation's policy, its versions and what a change of it does to what was sent already. Which rule holds and when
//! something expires are pure functions (`rule.rs`, `term.rs`, `calendar.rs`). Who enforces expiry is the scoped finder and the purge, which
//! know nothing of rules: they go by the instant that stands at the delivery.

mod alike;
mod approval;
mod calendar;
mod change;
mod effect;
mod entity;
mod error;
mod follow;
mod of_case;
mod reason;
mod rule;
mod store;
mod term;
#[cfg(test)]
mod tests;
mod turn;
mod week;

pub(crate) use approval::forget_pending;
pub use approval::{Decided, PendingRetention, RetentionApproval};
pub(crate) use calendar::{end_of, last_day_before, last_possible_day, local_date};
pub use change::{RetentionInForce, RetentionVersion, RetentionVersions};
pub use effect::{Affected, RetentionEffect, SeenEffect, UnsentType};
pub use error::ChangeRetentionError;
pub(crate) use follow::follow;
pub(crate) use of_case::{Nearing, Planned, Prolonging, count_anew, is_kept, keep_planned, plan, prolong};
pub(crate) use reason::{Kept, days_after_closing, reasons};
pub(crate) use rule::DEFAULT_DAYS;
pub use rule::{CountedFrom, PolicyProblem, RetentionPolicy, RetentionReason, RetentionRule, TypeRule};
pub(crate) use store::{in_force, of_version};
pub(crate) use term::{Counted, NoExtension, Term, extended_until};
pub(crate) use turn::Turns;
pub use week::DueWeek;
