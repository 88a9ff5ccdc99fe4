//! `GET /events`.

use ::api::{EndingCredential, Event, EventPage, Problem, ProblemCode};
use axum::Json;
use axum::extract::State;
use portal::Scope;
use serde::Deserialize;

use super::authentication::Authenticated;
use super::{ApiState, Refusal};
use crate::query::MaybeQuery;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// The sequence number after which to begin: `next_after` of the latest answer, or 0 for the beginning.
    #[serde(default)]
    after: u64,
    /// The most events wanted, 1 to 500; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Follow what happens
///
/// What has happened to the organisation's messages, and which credentials of its systems end soon, oldest first. Keep `next_after` and ask again with it: no
/// event is skipped, whichever order they were stored in.
#[utoipa::path(
    get,
    path = "/events",
    tag = "events",
    security(("system" = ["events:read"])),
    params(EventQuery),
    responses(
        (status = 200, description = "The events after the cursor", body = EventPage),
        (status = 400, description = "`malformed-request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`, `network-not-allowed`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    MaybeQuery(query): MaybeQuery<EventQuery>,
) -> Result<Json<EventPage>, Refusal> {
    actor.require(Scope::EventsRead)?;
    let EventQuery { after, limit } = query.ok_or_else(|| Refusal::new(ProblemCode::MalformedRequest))?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::new(ProblemCode::MalformedRequest));
    }
    // One more than asked for tells whether there are more.
    let mut events = state.portal.events(&actor, after, limit + 1).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    Ok(Json(EventPage {
        next_after: events.last().map_or(after, |event| event.sequence),
        more,
        events: events
            .into_iter()
            .map(|event| Event {
                sequence: event.sequence,
                kind: event.kind.as_str().to_owned(),
                message_id: event.message,
                delivery_id: event.delivery,
                credential: event.credential.map(|ending| EndingCredential {
                    system_id: ending.system,
                    credential_id: ending.credential,
                    expires_at: ending.expires_at,
                }),
                request_id: event.request,
                at: event.at,
            })
            .collect(),
    }))
}
