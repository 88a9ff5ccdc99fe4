//! What making, seeing and answering a request can come to.

use super::rule::{MAX_A_DAY, MAX_OPEN, MAX_TEXT_CHARS};
use crate::{Denied, Fault};

/// A request could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeRequestError {
    /// The organisation has nothing for the person, or not in that case.
    #[error("the organisation has nothing for the person there")]
    NotFound,
    /// The text is missing where there must be one, too long, or holds what deceives.
    #[error("the text is missing, or longer than {MAX_TEXT_CHARS} characters")]
    InvalidText,
    /// The person waits for too many answers of this organisation.
    #[error("{MAX_OPEN} requests wait for an answer already")]
    TooMany,
    /// The person has sent the organisation as many as they may in a day.
    #[error("{MAX_A_DAY} requests were sent within a day already")]
    TooManyToday,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

/// A request could not be taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawRequestError {
    /// The person has no such request.
    #[error("there is no such request")]
    NotFound,
    /// It is answered, or taken back, already.
    #[error("the request is answered already")]
    AlreadyAnswered,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

/// Requests could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum SeeRequestsError {
    /// The actor may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such request.
    #[error("there is no such request")]
    NotFound,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

/// A request could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerRequestError {
    /// The actor may not, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has no such request.
    #[error("there is no such request")]
    NotFound,
    /// It is answered, or the person took it back.
    #[error("the request is answered or withdrawn already")]
    AlreadyAnswered,
    /// What is said to the person is missing where something must be said, too long, or holds what deceives.
    #[error("the answer is missing, or longer than {MAX_TEXT_CHARS} characters")]
    InvalidText,
    /// No case was chosen though there are some, or one that the request is not about.
    #[error("the cases to erase must be some of those that the request is about")]
    InvalidCases,
    /// More time was taken before, or the month is over.
    #[error("more time can be taken once, before the month is over")]
    TooLateToExtend,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

macro_rules! from_faults {
    ($($name:ident)+) => {$(
        impl<E: Into<Fault>> From<E> for $name {
            fn from(error: E) -> Self {
                Self::Fault(error.into())
            }
        }
    )+};
}
from_faults! { MakeRequestError WithdrawRequestError SeeRequestsError AnswerRequestError }
