//! Answers that are no page of their own: what to tell a person when something does not work, and what to tell the log.

use std::error::Error;

use app::ErrorPage;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use portal::{Fault, ReadError};
use web::TooOften;

use crate::visitor::Visitor;

/// The page that says what does not work and what to do.
pub(crate) fn error(page: ErrorPage, visitor: &Visitor) -> Response {
    let mut response = app::error_page(&visitor.layout, page).into_response();
    if page == ErrorPage::Unavailable {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// The same for whom the layers before worked out. That there is nobody can only be a mistake of ours.
pub(crate) fn error_for(page: ErrorPage, visitor: Option<&Visitor>) -> Response {
    visitor.map_or_else(
        || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |visitor| error(page, visitor),
    )
}

/// As [`error`] under another status, for what a person would not tell apart.
pub(crate) fn error_with(status: StatusCode, page: ErrorPage, visitor: &Visitor) -> Response {
    let mut response = error(page, visitor);
    *response.status_mut() = status;
    response
}

/// The page for whoever tries too often, with how long to wait.
pub(crate) fn too_often(refused: TooOften, visitor: &Visitor) -> Response {
    tracing::info!("an address has used up its allowance");
    let mut response = error(ErrorPage::TooManyRequests, visitor);
    let seconds = HeaderValue::from(refused.retry_after_seconds());
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// The page for a document that can't be read.
pub(crate) fn read_error(problem: &ReadError, visitor: &Visitor) -> Response {
    match problem {
        ReadError::NotFound => error(ErrorPage::NotFound, visitor),
        ReadError::RangeNotSatisfiable { size } => {
            let mut response = error_with(StatusCode::RANGE_NOT_SATISFIABLE, ErrorPage::BadRequest, visitor);
            if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, range);
            }
            response
        }
        ReadError::Damaged => error(ErrorPage::Damaged, visitor),
        ReadError::LevelTooLow { .. } => error(ErrorPage::Forbidden, visitor),
        ReadError::Fault(inside) => fault(inside, visitor),
    }
}

/// The page for a fault, which is logged here and nowhere else.
pub(crate) fn fault(inside: &(dyn Error + 'static), visitor: &Visitor) -> Response {
    log_error("something inside failed", inside);
    error(ErrorPage::Internal, visitor)
}

/// Logs the inside of a fault, within the span that carries the request's id.
pub(crate) fn log_fault(fault: &Fault) {
    log_error("something inside failed", fault);
}

/// Logs an error with everything that caused it.
pub(crate) fn log_error(what: &'static str, error: &(dyn Error + 'static)) {
    tracing::error!(error = chain(error), "{what}");
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
