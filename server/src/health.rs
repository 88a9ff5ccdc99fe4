//! `/healthz` and `/readyz`, for whoever restarts or routes. They say nothing but yes or no.

use axum::extract::State;
use http::StatusCode;

use crate::state::AppState;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: databases, key provider and blobs answer and belong together; 503 otherwise, with the reason in the
/// log.
pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.portal().readiness().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(reason) => {
            crate::answer::log_error("not ready", &reason);
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
