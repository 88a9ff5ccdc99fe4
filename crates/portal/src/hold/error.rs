//! What placing, seeing or lifting a hold can come to.

use crate::{Denied, Fault};

/// A hold could not be placed, seen or lifted.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such case or hold, or nobody is known any more whom the case was with.
    #[error("there is no such case or hold")]
    NotFound,
    /// The reason is missing, too long or no single line.
    #[error(
        "the reason must be one line of at most {} characters",
        super::rule::MAX_REASON_CHARS
    )]
    InvalidReason,
    /// The review date is no later day, or more than two years ahead.
    #[error("the review date must be a later day within two years")]
    InvalidReview,
    /// All that the hold would keep is being purged already.
    #[error("everything in the case is being purged already")]
    TooLate,
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
