//! What the countdown asks: how long a session still lasts, and to make it last longer.

use app::SessionEndsIn;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::Timestamp;
use http::StatusCode;
use portal::{SessionEnd, SessionKey};
use serde::Serialize;
use tower_sessions::Session;

use crate::answer;
use crate::session;
use crate::state::AppState;

/// How long a session still lasts.
#[derive(Serialize)]
struct TimeLeft {
    seconds: u64,
    can_stay: bool,
}

/// How long a session lasts and which page to leave for then, for the page that counts down.
pub(crate) fn ends_in(end: SessionEnd, now: Timestamp, leave_for: String) -> SessionEndsIn {
    SessionEndsIn {
        left: end.at.since(now),
        can_stay: end.can_stay,
        leave_for,
    }
}

/// `GET /session`: how long the recipient's session lasts. Asking does not count as using it; 401 when it has ended.
pub(crate) async fn of_recipient(State(state): State<AppState>, session: Session) -> Response {
    tell(&state, session::key(&session)).await
}

/// `GET /staff/session`: as [`of_recipient`], of a staff member's.
pub(crate) async fn of_staff(State(state): State<AppState>, session: Session) -> Response {
    tell(&state, session::staff_key(&session)).await
}

async fn tell(state: &AppState, key: Option<SessionKey>) -> Response {
    let Some(key) = key else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match state.portal().session_end(&key).await {
        Ok(Some(end)) => time_left(state, end),
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(fault) => {
            answer::log_fault(&fault);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// How long a session still lasts, as the countdown reads it.
pub(crate) fn time_left(state: &AppState, end: SessionEnd) -> Response {
    let left = TimeLeft {
        seconds: end.at.since(state.clock().now()).as_secs(),
        can_stay: end.can_stay,
    };
    Json(left).into_response()
}
