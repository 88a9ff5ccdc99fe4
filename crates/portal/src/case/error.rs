//! What seeing a case as staff, and deciding about it, can come to.

use jiff::civil::Date;

use crate::{Denied, Fault};

/// The longest reason, in characters.
pub(super) const MAX_REASON_CHARS: usize = 200;

/// A case could not be seen, closed, opened again or extended.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such case.
    #[error("there is no such case")]
    NotFound,
    /// The reason is missing, too long or no single line.
    #[error("the reason must be one line of at most {MAX_REASON_CHARS} characters")]
    InvalidReason,
    /// The day is not later than the last one by now.
    #[error("the case is kept for as long anyhow")]
    NotLater,
    /// The day is beyond the operator's ceiling, counted from when the case's first message was sent.
    #[error("nothing of the case can be kept after {latest}")]
    AboveCeiling {
        /// The last day that it can be kept.
        latest: Date,
    },
    /// Nothing in the case can be read any more, or not for many minutes.
    #[error("there is nothing left to keep")]
    TooLate,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for CaseError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}
