//! `POST /recipients/match`.

use ::api::{MatchRequest, MatchResponse, Problem, ProblemCode, Recipient, RecipientMatch};
use axum::Json;
use axum::extract::State;
use base::{Personnummer, SecretString};
use portal::{RecipientIdentifier, Scope, WorkInvitation};

use super::authentication::Authenticated;
use super::body::JsonBody;
use super::{ApiState, Refusal};

/// Ask who can be notified
///
/// Says, for each person, whether the portal has an address for notifications. It never says who has
/// dealings with them, and an unknown person is no error: sending creates the recipient.
#[utoipa::path(
    post,
    path = "/recipients/match",
    tag = "recipients",
    security(("system" = ["recipients:match"])),
    request_body = MatchRequest,
    responses(
        (status = 200, description = "One answer for each number, in the order of the request", body = MatchResponse),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-personnummer`, `too-many-recipients`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn match_recipients(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    JsonBody(request): JsonBody<MatchRequest>,
) -> Result<Json<MatchResponse>, Refusal> {
    actor.require(Scope::RecipientsMatch)?;
    let numbers = request
        .recipients
        .iter()
        .enumerate()
        .map(|(index, number)| personnummer(&state, number, &format!("/recipients/{index}")))
        .collect::<Result<Vec<_>, _>>()?;
    let known = state.portal.match_recipients(&actor, numbers).await?;
    Ok(Json(MatchResponse {
        recipients: known
            .into_iter()
            .map(|has_address| RecipientMatch { has_address })
            .collect(),
    }))
}

/// Reads who it is that stands at `pointer`.
pub(super) fn identifier(
    state: &ApiState,
    recipient: &Recipient,
    pointer: &str,
) -> Result<RecipientIdentifier, Refusal> {
    let invalid = |pointer: String| Refusal::from(Problem::new(ProblemCode::InvalidRecipient).at(pointer));
    match (&recipient.personnummer, &recipient.prid, &recipient.work_account) {
        (Some(number), None, None) => {
            personnummer(state, number, &format!("{pointer}/personnummer")).map(RecipientIdentifier::Number)
        }
        (None, Some(prid), None) => {
            let prid = prid.expose().parse();
            prid.map(RecipientIdentifier::Prid)
                .map_err(|_| invalid(format!("{pointer}/prid")))
        }
        (None, None, Some(account)) => {
            let invitation = WorkInvitation::new(account.tenant, account.email.expose());
            let pointer = format!("{pointer}/work_account/email");
            let invalid = || Problem::new(ProblemCode::InvalidEmail).at(pointer).into();
            invitation.map(RecipientIdentifier::Invitation).ok_or_else(invalid)
        }
        _ => Err(invalid(pointer.to_owned())),
    }
}

/// Reads the number that stands at `pointer`.
fn personnummer(state: &ApiState, text: &SecretString, pointer: &str) -> Result<Personnummer, Refusal> {
    ::api::parse_personnummer(text.expose(), state.clock.now().day())
        .map_err(|_| Problem::new(ProblemCode::InvalidPersonnummer).at(pointer).into())
}
