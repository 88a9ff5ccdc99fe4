//! `/.well-known/postvalv-signing-keys.json`: what the installation's signatures are checked with.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::state::AppState;

/// Where the list lies (RFC 8615).
pub(crate) const PATH: &str = "/.well-known/postvalv-signing-keys.json";

/// The public halves of all keys, the old ones too, as a JSON Web Key Set.
pub(crate) async fn list(State(state): State<AppState>) -> Response {
    match state.portal().signing_keys().await {
        Ok(keys) => ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys.to_json()).into_response(),
        Err(fault) => {
            crate::answer::log_error("the public signing keys can't be read", &fault);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
