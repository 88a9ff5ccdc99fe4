//! How long the organisation keeps what it sends: the rules in force, what falls due, how to change the rules and what that would
//! do.

mod approval;
mod due;
mod effect;
mod form;
mod in_force;

pub use approval::{ApprovalProblem, PendingRetentionPage, pending_retention_page};
pub use effect::{EffectProblem, NotSaved, RetentionEffectPage, retention_effect_page, retention_not_saved_page};
pub use form::{RetentionForm, RetentionProblem, RuleForm, RulePlace, TypeForm, retention_form_page};
pub use in_force::{RetentionPage, retention_page, retention_versions_page};
