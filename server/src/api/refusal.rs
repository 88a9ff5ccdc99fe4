//! How a request is refused: one exhaustive translation from what the portal says to problems, and the one place that
//! writes them.

use ::api::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use portal::{Fault, FileProblem, MissingScope, SendError, SystemError};
use web::{RequestContext, TooOften};

/// A request that is not done, with what the sender is told.
#[derive(Debug)]
pub(crate) struct Refusal {
    problem: Box<Problem>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal of this kind, with its standing explanation.
    pub(crate) fn new(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }

    /// What the portal could not do, logged here with its inside and nowhere else.
    pub(crate) fn fault(fault: &Fault) -> Self {
        log(fault);
        Self::new(ProblemCode::Internal)
    }

    /// An address has used up its allowance.
    pub(super) fn too_often(refused: TooOften) -> Self {
        Self::later(ProblemCode::TooManyRequests, refused.retry_after_seconds())
    }

    /// The same may be done after so many seconds.
    fn later(code: ProblemCode, seconds: u64) -> Self {
        Self::from(Problem::new(code).with_retry_after(seconds)).with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.header = HeaderValue::from_str(value).ok().map(|value| (name, value));
        self
    }

    /// No token, or one that isn't good (RFC 6750 section 3: without a token the challenge names no error).
    pub(crate) fn unauthenticated(token_was_sent: bool) -> Self {
        let challenge = if token_was_sent {
            r#"Bearer realm="postvalv", error="invalid_token""#
        } else {
            r#"Bearer realm="postvalv""#
        };
        Self::new(ProblemCode::InvalidToken).with_header(header::WWW_AUTHENTICATE, challenge)
    }
}

/// Writes a fault's whole chain of causes to the log, inside the request's span.
pub(super) fn log(fault: &Fault) {
    tracing::error!(causes = fault.causes(), "the portal failed");
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            header: None,
        }
    }
}

impl From<MissingScope> for Refusal {
    fn from(MissingScope(scope): MissingScope) -> Self {
        Self::new(ProblemCode::InsufficientScope).with_header(
            header::WWW_AUTHENTICATE,
            &format!(r#"Bearer realm="postvalv", error="insufficient_scope", scope="{scope}""#),
        )
    }
}

impl From<SystemError> for Refusal {
    fn from(error: SystemError) -> Self {
        match error {
            SystemError::NotFound => Self::new(ProblemCode::NotFound),
            SystemError::TooMany { limit } => Problem::new(ProblemCode::TooManyRecipients)
                .at("/recipients")
                .with_limit(count(limit))
                .into(),
            SystemError::Forbidden(missing) => missing.into(),
            SystemError::SystemDisabled => Self::unauthenticated(true),
            SystemError::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl From<SendError> for Refusal {
    fn from(error: SendError) -> Self {
        let problem = Problem::new;
        match error {
            SendError::InvalidIdempotencyKey => problem(ProblemCode::InvalidIdempotencyKey),
            SendError::InvalidTitle => problem(ProblemCode::InvalidTitle).at("/title"),
            SendError::InvalidText { limit } => problem(ProblemCode::InvalidBody).at("/body").with_limit(count(limit)),
            SendError::InvalidDocumentType => problem(ProblemCode::InvalidDocumentType).at("/document_type"),
            SendError::Empty => problem(ProblemCode::EmptyMessage),
            SendError::NoRecipient => problem(ProblemCode::NoRecipients).at("/recipients"),
            SendError::TooManyRecipients { limit } => problem(ProblemCode::TooManyRecipients)
                .at("/recipients")
                .with_limit(count(limit)),
            SendError::DuplicateRecipient { index } => {
                problem(ProblemCode::DuplicateRecipient).at(format!("/recipients/{index}"))
            }
            SendError::InvalidEmail { index } => {
                problem(ProblemCode::InvalidEmail).at(format!("/recipients/{index}/email"))
            }
            SendError::NoWayIn { index } => problem(ProblemCode::NoWayIn).at(format!("/recipients/{index}")),
            SendError::TooManyFiles { limit } => problem(ProblemCode::TooManyFiles)
                .at("/documents")
                .with_limit(count(limit)),
            SendError::File { index, problem } => file(index, &problem),
            SendError::RetentionOutsideLimits { most_days, .. } => problem(ProblemCode::RetentionOutsideLimits)
                .at("/retention_days")
                .with_limit(most_days.into()),
            SendError::KeyReused => problem(ProblemCode::KeyReused),
            SendError::StillReceiving { retry_after } => {
                return Self::later(ProblemCode::StillReceiving, retry_after.as_secs().max(1));
            }
            SendError::MissingPart { index } => problem(ProblemCode::MissingPart).at(format!("/documents/{index}")),
            SendError::UnexpectedPart => problem(ProblemCode::UnexpectedPart),
            SendError::Interrupted => problem(ProblemCode::Interrupted),
            SendError::SystemDisabled => return Self::unauthenticated(true),
            SendError::OutOfSpace => problem(ProblemCode::OutOfSpace),
            SendError::Forbidden(missing) => return missing.into(),
            SendError::Fault(fault) => return Self::fault(&fault),
        }
        .into()
    }
}

fn file(index: usize, problem: &FileProblem) -> Problem {
    let (code, field) = match problem {
        FileProblem::Name => (ProblemCode::InvalidFileName, "/file_name"),
        FileProblem::MediaType => (ProblemCode::InvalidDeclaration, "/media_type"),
        FileProblem::Empty => (ProblemCode::EmptyFile, ""),
        FileProblem::TooLarge { limit } => {
            return Problem::new(ProblemCode::FileTooLarge)
                .at(format!("/documents/{index}"))
                .with_limit(*limit);
        }
        FileProblem::TypeMismatch => (ProblemCode::TypeMismatch, "/media_type"),
        FileProblem::SizeMismatch => (ProblemCode::SizeMismatch, "/size"),
        FileProblem::DigestMismatch => (ProblemCode::DigestMismatch, "/sha256"),
        FileProblem::LevelNotOffered => (ProblemCode::LevelNotOffered, "/minimum_level"),
    };
    Problem::new(code).at(format!("/documents/{index}{field}"))
}

fn count(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}

impl IntoResponse for Refusal {
    /// The body comes later, from [`write_problems`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = StatusCode::from_u16(self.problem.status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(*self.problem);
        response
    }
}

/// Writes the problem of a refused request, with the request's id, as the response's body.
pub(super) async fn write_problems(context: RequestContext, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    problem.request_id = Some(context.id);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    *response.body_mut() = body.into();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
