//! What a change of the policy can come to.

use crate::organisation::NotLocked;
use crate::{Denied, Fault, PolicyProblem};

/// The policy could not be seen or changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRetentionError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It can't be a policy.
    #[error(transparent)]
    Policy(#[from] PolicyProblem),
    /// Somebody else changed the policy since the actor saw it.
    #[error("the policy was changed meanwhile")]
    ChangedMeanwhile,
    /// More would be gone today than the actor was told: time has passed, or more was sent.
    #[error("more would be gone today than was seen")]
    MoreGoesToday,
    /// It says what the policy in force says.
    #[error("nothing would change")]
    Unchanged,
    /// Another change waits for a second admin already.
    #[error("another change waits already")]
    AlreadyWaits,
    /// It is not the change that waits, or it has lapsed.
    #[error("no such change waits")]
    NothingWaits,
    /// The actor asked for it, so somebody else must approve it.
    #[error("somebody else must approve it")]
    OwnChange,
    /// There is no second admin who could approve.
    #[error("there is no second admin")]
    TooFewAdmins,
    /// As much of this is being worked out already as may be at once, for this organisation or for others.
    #[error("as much is being worked out already as may be at once")]
    Busy,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ChangeRetentionError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<NotLocked> for ChangeRetentionError {
    fn from(problem: NotLocked) -> Self {
        problem.or_gone(Self::Denied(Denied::OrganisationGone))
    }
}
