//! The routes: HTTP in, HTTP out.

mod answer;
mod authorize;
mod discovery;
mod end_session;
mod sign_in;
mod token;
mod user_info;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};
use web::{Refusal, RequestContext};

use super::Bridge;

/// Longest request body, in bytes.
const MAX_BODY: usize = 32 * 1024;

/// Nothing but our own files, and nobody may frame us. The sign-in page adds where its forms may lead.
pub(super) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes(bridge: Bridge) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/jwks.json", get(discovery::keys))
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/token", post(token::post))
        .route("/userinfo", get(user_info::get).post(user_info::get))
        .route("/end-session", get(end_session::get).post(end_session::post))
        .route("/sign-in/{id}", get(sign_in::page))
        .route("/sign-in/{id}/status", get(sign_in::status))
        .route("/sign-in/{id}/start", post(sign_in::start))
        .route("/sign-in/{id}/extend", post(sign_in::extend))
        .route("/sign-in/{id}/cancel", post(sign_in::cancel))
        .route("/sign-in/{id}/language", post(sign_in::language))
        .route("/back/{id}/{nonce}", get(sign_in::back))
        .route("/assets/{file}", get(asset))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ok\n" }))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(bridge)
}

async fn asset(State(bridge): State<Bridge>, uri: Uri, headers: HeaderMap) -> Response {
    match bridge.0.assets.find(uri.path()) {
        Some(asset) => asset,
        None => not_found(State(bridge), headers).await,
    }
}

async fn not_found(State(bridge): State<Bridge>, headers: HeaderMap) -> Response {
    let texts = answer::language(&headers).texts();
    let page = answer::notice(&bridge, &headers, texts.not_found_title, texts.not_found);
    (StatusCode::NOT_FOUND, page).into_response()
}

/// The answer to a request that the guard refused.
pub(super) fn refuse(bridge: &Bridge, refusal: Refusal, request: RequestContext, head: &Parts) -> Response {
    let texts = answer::language(&head.headers).texts();
    let (status, title, text, id) = match refusal {
        Refusal::ForeignOrigin => (StatusCode::FORBIDDEN, texts.refused_title, texts.refused, None),
        Refusal::Panicked => (
            StatusCode::INTERNAL_SERVER_ERROR,
            texts.error_title,
            texts.error,
            Some(request.id.to_string()),
        ),
    };
    let page = answer::notice_with_id(bridge, &head.headers, title, text, id.as_deref());
    (status, page).into_response()
}
