//! A staff member's own account: what it holds, and what its owner should be told.

use std::sync::Arc;

use app::page::staff::account_page;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use portal::StaffNotices;

use super::Place;
use super::members::see_refused;
use super::visitor::Staff;
use crate::state::AppState;
use crate::{answer, flash};

/// `GET /staff/account`
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Extension(notices): Extension<Arc<StaffNotices>>,
    headers: HeaderMap,
) -> Response {
    let account = match state.portal().own_account(&actor).await {
        Ok(account) => account,
        Err(error) => return see_refused(error, &Place::Account, &visitor),
    };
    flash::tell(&headers, |flash| {
        account_page(&visitor.layout, &account, &notices, flash, state.time_zone())
    })
}

/// `POST /staff/account/notices`: they have seen what they were told.
pub(super) async fn dismiss_notices(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().dismiss_staff_notices(&actor).await {
        Ok(()) => Redirect::to(&Place::Account.to_string()).into_response(),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}
