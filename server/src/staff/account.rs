//! A staff member's own account: what it holds, and what its owner should be told.

use std::sync::Arc;

use app::page::staff::account_page;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::Timestamp;
use http::HeaderMap;
use portal::{SeenNotices, StaffNotices};
use serde::Deserialize;

use super::Place;
use super::members::see_refused;
use super::visitor::Staff;
use crate::form_body::Form;
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

/// How far the page told them.
#[derive(Deserialize)]
pub(super) struct Seen {
    failed_tries: u32,
    /// When the last came that it told of, in milliseconds since 1970.
    until: i64,
}

/// `POST /staff/account/notices`: they have seen what they were told.
pub(super) async fn dismiss_notices(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(Seen { failed_tries, until }): Form<Seen>,
) -> Response {
    let until = Timestamp::from_millis(until);
    let seen = SeenNotices { failed_tries, until };
    match state.portal().dismiss_staff_notices(&actor, seen).await {
        Ok(()) => Redirect::to(&Place::Account.to_string()).into_response(),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}
