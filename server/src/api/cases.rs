//! `PUT` and `DELETE /cases/{id}/closing`.

use ::api::{Problem, ProblemCode};
use axum::extract::{Path, State};
use base::CaseId;
use http::StatusCode;
use portal::Scope;

use super::authentication::Authenticated;
use super::{ApiState, Refusal};

/// Close a case
///
/// The recipient sees that it is closed. What the organisation's rules count from that ends so many days from now; a delivery's
/// `expires_at` says when. Doing it again is no error and changes nothing. A case of another organisation is `not-found`.
#[utoipa::path(
    put,
    path = "/cases/{id}/closing",
    tag = "cases",
    security(("system" = ["messages:send"])),
    params(("id" = String, Path, description = "The case's id, as sending gave it", format = "uuid")),
    responses(
        (status = 204, description = "It is closed"),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn close(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    actor.require(Scope::MessagesSend)?;
    state.portal.close_case_by_system(&actor, case_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a case again
///
/// What was counted from its closing is kept as if it had never been closed, and the days begin anew when it is closed the next time.
/// What has ended meanwhile does not come back. Doing it again is no error. A case of another organisation is `not-found`.
#[utoipa::path(
    delete,
    path = "/cases/{id}/closing",
    tag = "cases",
    security(("system" = ["messages:send"])),
    params(("id" = String, Path, description = "The case's id, as sending gave it", format = "uuid")),
    responses(
        (status = 204, description = "It is open"),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn reopen(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    actor.require(Scope::MessagesSend)?;
    state.portal.reopen_case_by_system(&actor, case_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is no id names no case.
fn case_id(text: &str) -> Result<CaseId, Refusal> {
    text.parse().map_err(|_| Refusal::new(ProblemCode::NotFound))
}
