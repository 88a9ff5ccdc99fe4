//! The bodies of forms. They are read whole before anybody asks who sent them: a request that is held open half-way must not
//! keep the rights that its sender had when it began. And their fields, of which other ones are refused by a page of ours.

use std::error::Error;
use std::time::Duration;

use app::ErrorPage;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
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

/// The fields of a person's form. Whoever sends others is answered by our own page, in their language; axum's own `Form` answers
/// with a line of English.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        #[expect(clippy::disallowed_types, reason = "its refusal is replaced here")]
        let read = axum::Form::<T>::from_request(request, state).await;
        match read {
            Ok(fields) => Ok(Self(fields.0)),
            Err(_) => Err(answer::error_for(ErrorPage::BadRequest, visitor.as_ref())),
        }
    }
}
