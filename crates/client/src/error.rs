//! Why a request gave no result, in terms of what the caller can do.

use api::{Problem, ProblemCode, TokenErrorCode};

/// A request gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection came about: nothing was sent.
    #[error("the portal can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The connection broke, or stood still, before an answer came. Whether the portal did what was asked is unknown.
    #[error("the connection broke before the answer came")]
    BrokenOff(#[source] Option<reqwest::Error>),
    /// The portal gave no token.
    #[error("the portal gave no access token")]
    NotSignedIn(TokenErrorCode),
    /// The portal refused and said why.
    #[error("{}", .0.title)]
    Refused(Box<Problem>),
    /// The answer is none of API v1: something else may be listening there, or a proxy answered.
    #[error("the answer (HTTP status {status}) is not one of API v1")]
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// The operating system has no random numbers to give, without which nothing can be signed.
    #[error("the operating system gives no random numbers")]
    NoRandomNumbers(#[source] getrandom::Error),
    /// A document could not be read.
    #[error("document {index} can't be read")]
    Document {
        /// Place in the message, from 0.
        index: usize,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

/// What a failed request means for repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It had no effect, and will have none until something changes.
    NotDone,
    /// It had no effect, but the same request may succeed later.
    NotYet,
    /// It may have had its effect: repeat it with the same idempotency key.
    Unknown,
}

impl ClientError {
    /// What this means for repeating the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unreachable(_) => Outcome::NotYet,
            Self::BrokenOff(_) => Outcome::Unknown,
            Self::NotSignedIn(TokenErrorCode::ServerError) => Outcome::NotYet,
            Self::NotSignedIn(_) | Self::NoRandomNumbers(_) | Self::Document { .. } => Outcome::NotDone,
            Self::Unexpected { status } if *status >= 500 => Outcome::Unknown,
            Self::Unexpected { .. } => Outcome::NotDone,
            Self::Refused(problem) => match problem.known_code() {
                // The first request with the key may still succeed.
                Some(ProblemCode::StillReceiving) => Outcome::Unknown,
                Some(
                    ProblemCode::Interrupted
                    | ProblemCode::TooManyRequests
                    | ProblemCode::OutOfSpace
                    | ProblemCode::Unavailable,
                ) => Outcome::NotYet,
                _ if problem.status >= 500 => Outcome::Unknown,
                _ => Outcome::NotDone,
            },
        }
    }

    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unreachable(error)
        } else {
            Self::BrokenOff(Some(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: ProblemCode) -> Outcome {
        ClientError::Refused(Box::new(Problem::new(code))).outcome()
    }

    #[test]
    fn only_what_certainly_had_no_effect_counts_as_not_done() {
        assert_eq!(refused(ProblemCode::EmptyFile), Outcome::NotDone);
        assert_eq!(refused(ProblemCode::KeyReused), Outcome::NotDone);
        assert_eq!(refused(ProblemCode::OutOfSpace), Outcome::NotYet);
        assert_eq!(refused(ProblemCode::TooManyRequests), Outcome::NotYet);
        assert_eq!(refused(ProblemCode::StillReceiving), Outcome::Unknown);
        assert_eq!(refused(ProblemCode::Internal), Outcome::Unknown);
        assert_eq!(ClientError::BrokenOff(None).outcome(), Outcome::Unknown);
        assert_eq!(ClientError::Unexpected { status: 502 }.outcome(), Outcome::Unknown);
    }
}
