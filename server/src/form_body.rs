//! The bodies of forms, read whole before anybody asks who sent them: a request that is held open half-way must not keep the
//! rights that its sender had when it began.

use std::error::Error;
use std::time::Duration;

use app::ErrorPage;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http_body_util::LengthLimitError;
use web::RequestContext;

use crate::answer;
use crate::state::AppState;
use crate::visitor::Visitor;

/// The largest body of a form, in bytes. API v1 has limits of its own.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// How long a form may take to arrive in all. The idle timeout alone would let it drip.
const TIME_TO_ARRIVE: Duration = Duration::from_secs(30);

/// Reads the body of a request that changes something, and hands it on.
pub(crate) async fn whole(
    State(state): State<AppState>,
    context: RequestContext,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let refuse = |status, page| answer::error_with(status, page, &Visitor::unknown(&state, context, &parts));
    match tokio::time::timeout(TIME_TO_ARRIVE, to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if error.source().is_some_and(|cause| cause.is::<LengthLimitError>()) => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, ErrorPage::TooLarge)
        }
        Ok(Err(_)) => refuse(StatusCode::BAD_REQUEST, ErrorPage::BadRequest),
        Err(_) => refuse(StatusCode::REQUEST_TIMEOUT, ErrorPage::BadRequest),
    }
}
