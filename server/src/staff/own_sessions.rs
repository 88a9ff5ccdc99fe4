//! A staff member's own sign-ins, as recipients have theirs.

use app::page::{SessionsOf, sessions_page};
use app::{ErrorPage, Flash};
use axum::extract::State;
use axum::response::Response;
use base::SessionId;
use http::HeaderMap;
use portal::EndSessionError;

use super::Place;
use super::id::Id;
use super::visitor::Staff;
use crate::state::AppState;
use crate::{answer, flash, session_end};

/// `GET /staff/sessions`
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    let sessions = match state.portal().staff_sessions_of(&actor).await {
        Ok(sessions) => sessions,
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    flash::tell(&headers, |flash| {
        sessions_page(
            &visitor.layout,
            SessionsOf::Staff,
            &sessions,
            flash,
            state.clock().now(),
            state.time_zone(),
        )
    })
}

/// `POST /staff/sessions/{id}/end`: ends one; what is not their own is not found.
pub(super) async fn end_one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SessionId>,
) -> Response {
    match state.portal().end_staff_session_of(&actor, id).await {
        Ok(()) => flash::to(Place::Sessions, Flash::OneEnded),
        Err(EndSessionError::NotFound) => answer::error(ErrorPage::NotFound, &visitor),
        Err(EndSessionError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}

/// `POST /staff/sessions/end-others`
pub(super) async fn end_others(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().end_other_staff_sessions(&actor).await {
        Ok(_) => flash::to(Place::Sessions, Flash::OthersEnded),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

/// `POST /staff/session`: the staff member stays. That the request came is use of the session already.
pub(super) async fn stay(State(state): State<AppState>, Staff { actor, .. }: Staff) -> Response {
    session_end::time_left(&state, actor.session_end())
}
