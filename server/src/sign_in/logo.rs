//! `GET /sign-in/{provider}/logo`: the picture on a provider's button, from us like everything on a page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use web::Problem;

use crate::state::AppState;

/// Where a provider of this name has its picture.
pub(super) fn path(provider: &str) -> String {
    format!("/sign-in/{provider}/logo")
}

/// The picture that the operator gave.
pub(crate) async fn logo(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let provider = state.providers().any(&name);
    let Some(png) = provider.and_then(|provider| Some(provider.logo.as_ref()?.png.clone())) else {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, png).into_response()
}
