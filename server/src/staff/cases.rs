//! What the organisation has sent, and where everybody lands.

use app::page::staff::sent_messages_page;
use app::{Audience, ErrorPage, StaffSection};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use base::MessageId;
use http::HeaderMap;
use portal::{Action, SentMessagesError};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::visitor::Staff;
use crate::query::Query;
use crate::state::AppState;
use crate::{answer, flash};

/// From where to go on.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct From {
    older_than: Option<String>,
}

/// `GET /staff`: leads on to the first part of the portal that the role gives.
pub(super) async fn landing(Staff { visitor, .. }: Staff) -> Response {
    let first = match &visitor.layout.audience {
        Audience::Staff(frame) => frame.sections.first().copied(),
        _ => None,
    };
    Redirect::to(first.unwrap_or(StaffSection::Account).path()).into_response()
}

/// `GET /staff/cases`: the organisation's messages, the latest first, some at a time.
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let Ok(older_than) = from.older_than.as_deref().map(str::parse::<MessageId>).transpose() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let sent = match state.portal().sent_messages(&actor, older_than).await {
        Ok(sent) => sent,
        Err(SentMessagesError::Denied(no)) => return denied(no, &Place::Cases, &visitor),
        Err(SentMessagesError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    flash::tell(&headers, |flash| {
        sent_messages_page(
            &visitor.layout,
            &sent,
            older_than.is_none(),
            actor.role().allows(Action::PlaceHold),
            flash,
            state.clock().now(),
            state.time_zone(),
        )
    })
}
