//! What can go wrong in a call, told apart by what the caller can do about it.

use serde::Deserialize;

/// The error codes of the API. They have been seen in different case, so case does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The person already has an order; both are cancelled, and they may try again.
    AlreadyInProgress,
    /// A parameter is wrong, or the order is not known (any more).
    InvalidParameters,
    /// The relying party's certificate is not accepted.
    Unauthorized,
    /// The address is wrong.
    NotFound,
    /// The request took too long to arrive.
    RequestTimeout,
    /// BankID failed; trying again may help.
    InternalError,
    /// BankID is closed for maintenance.
    Maintenance,
    /// A code that this version does not know.
    Unknown,
}

impl ErrorCode {
    /// The code for a text, whatever its case.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code.to_ascii_lowercase().as_str() {
            "alreadyinprogress" => Self::AlreadyInProgress,
            "invalidparameters" => Self::InvalidParameters,
            "unauthorized" => Self::Unauthorized,
            "notfound" => Self::NotFound,
            "requesttimeout" => Self::RequestTimeout,
            "internalerror" => Self::InternalError,
            "maintenance" => Self::Maintenance,
            _ => Self::Unknown,
        }
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::RequestTimeout | Self::InternalError | Self::Maintenance)
    }
}

/// A call to BankID failed. Carries nothing about the person.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// BankID answered with an error.
    #[error("BankID refused with {code:?} (HTTP {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The error code; [`ErrorCode::Unknown`] when the answer had none.
        code: ErrorCode,
    },
    /// No answer: no connection, a failed TLS handshake, or a timeout.
    #[error("BankID could not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The answer was not what the API describes, or too large.
    #[error("BankID's answer could not be understood: {0}")]
    Unexpected(&'static str),
}

impl CallError {
    /// Whether the same call may succeed a little later: the caller keeps the order and tries again.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Refused { status, code } => code.is_passing() || *status >= 500,
            Self::Unreachable(_) => true,
            Self::Unexpected(_) => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    #[serde(default)]
    error_code: String,
}

/// The error in the body of an answer that is not 200. `details` is left out: it can repeat what was sent.
pub(crate) fn refusal(status: u16, body: &[u8]) -> CallError {
    let code = serde_json::from_slice(body).map_or(ErrorCode::Unknown, |body: ErrorBody| {
        ErrorCode::from_code(&body.error_code)
    });
    CallError::Refused { status, code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_compare_without_case() {
        for code in ["Maintenance", "maintenance", "MAINTENANCE"] {
            assert_eq!(ErrorCode::from_code(code), ErrorCode::Maintenance);
        }
        assert_eq!(ErrorCode::from_code("outOfCoffee"), ErrorCode::Unknown);
    }

    #[test]
    fn an_answer_that_is_not_json_is_an_unknown_refusal() {
        let error = refusal(503, b"<html>");
        assert!(matches!(
            error,
            CallError::Refused {
                status: 503,
                code: ErrorCode::Unknown
            }
        ));
        assert!(error.is_passing());
    }

    #[test]
    fn waiting_helps_against_an_overload_and_not_against_a_wrong_parameter() {
        assert!(refusal(503, br#"{"errorCode":"Maintenance","details":"x"}"#).is_passing());
        assert!(refusal(408, br#"{"errorCode":"RequestTimeout"}"#).is_passing());
        assert!(!refusal(400, br#"{"errorCode":"invalidParameters"}"#).is_passing());
    }
}
