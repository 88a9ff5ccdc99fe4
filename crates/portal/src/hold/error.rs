//! What placing, seeing or lifting a hold can come to.

use crate::{Denied, Fault};

/// What is wrong with a hold to place: at least one of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHold {
    /// The reason is missing, too long or no single line.
    pub reason: bool,
    /// The review is on no day, on none later than today, or more than two years ahead.
    pub review_on: bool,
}

/// A hold could not be placed, seen or lifted.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such case or hold, or nobody is known any more whom the case was with.
    #[error("there is no such case or hold")]
    NotFound,
    /// The hold can't be placed as it is described.
    #[error("the reason must be one line, and the review date a later day within two years")]
    Invalid(InvalidHold),
    /// The reason for lifting is missing, too long or no single line.
    #[error(
        "the reason must be one line of at most {} characters",
        super::rule::MAX_REASON_CHARS
    )]
    InvalidReason,
    /// All that the hold would keep is being purged already.
    #[error("everything in the case is being purged already")]
    TooLate,
    /// The form has placed another hold than it asks for now, or one that was lifted since.
    #[error("another hold was placed with this form before")]
    FormUsed,
    /// Somebody lifted it before.
    #[error("the hold is lifted already")]
    AlreadyLifted,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for HoldError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}
