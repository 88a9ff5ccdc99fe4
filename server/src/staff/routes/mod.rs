//! The table of the staff's routes, and what they lie behind.

mod organisation;
mod own;
mod records;
mod way_in;

use axum::middleware::{from_fn_with_state, map_response};
use http::Method;
use portal::SessionKind;

use super::visitor;
use crate::form_body;
use crate::routes::{Access, Routes};
use crate::session;
use crate::session_end;
use crate::state::AppState;

/// Every route for staff, behind their own session.
pub(crate) fn routes(state: &AppState) -> Routes {
    way_in::routes()
        .merge(own::routes())
        .merge(organisation::routes())
        .merge(records::routes())
        .map(|router| router.layer(from_fn_with_state(state.clone(), visitor::recognise)))
        // Asked by the countdown, which is no use of the session.
        .add(Method::GET, "/staff/session", Access::Public, session_end::of_staff)
        .map(|router| {
            router
                .layer(session::layer(state.portal(), SessionKind::Staff))
                .layer(map_response(session::complete_removal))
                .layer(from_fn_with_state(state.clone(), form_body::whole))
        })
}
