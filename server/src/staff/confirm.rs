//! The page on which a staff member proves anew that it is them, before something that matters.

use app::page::staff::{ConfirmBy, ConfirmProblem, confirm_page};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use base::SecretString;
use http::HeaderMap;
use portal::{ConfirmError, SeeStaffError, StaffActor, StaffSignInError};
use serde::Deserialize;

use super::members::see_refused;
use super::sign_in::unprocessable;
use super::visitor::Staff;
use super::{Place, return_to, steps, work_account};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie};

/// `GET /staff/confirm`
pub(super) async fn form(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match by(&state, &actor, &visitor).await {
        Ok(by) => confirm_page(&visitor.layout, &by, None).into_response(),
        Err(error) => see_refused(error, &Place::Account, &visitor),
    }
}

/// By what somebody proves that it is them.
async fn by(state: &AppState, actor: &StaffActor, visitor: &Visitor) -> Result<ConfirmBy, SeeStaffError> {
    if actor.has_work_account() {
        let providers = work_account::choices(state, visitor, actor.organisation_id()).await?;
        return Ok(ConfirmBy::WorkAccount(providers));
    }
    let account = state.portal().own_account(actor).await?;
    Ok(ConfirmBy::Password {
        has_second_factor: account.second_factor_set_at.is_some(),
    })
}

/// What proves it.
#[derive(Deserialize)]
pub(super) struct Proof {
    password: SecretString,
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery_code: String,
}

/// `POST /staff/confirm`: leads back to where it was needed.
pub(super) async fn confirm(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
    Form(given): Form<Proof>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let code = if given.recovery_code.trim().is_empty() {
        &given.code
    } else {
        &given.recovery_code
    };
    let problem = match state.portal().confirm_staff(&actor, &given.password, code).await {
        Ok(()) => {
            state.staff_tries().give_back(from, now);
            let (place, forgotten) = return_to::take(&headers);
            let mut response = Redirect::to(&place.to_string()).into_response();
            cookie::set(response.headers_mut(), forgotten);
            return response;
        }
        Err(ConfirmError::Wrong) => ConfirmProblem::Wrong,
        Err(ConfirmError::TooManyTries { .. }) => ConfirmProblem::TooMany,
        Err(ConfirmError::Busy) => return steps::refused(&StaffSignInError::Busy, &visitor),
        Err(ConfirmError::SessionGone) => return steps::refused(&StaffSignInError::SessionGone, &visitor),
        Err(ConfirmError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    match by(&state, &actor, &visitor).await {
        Ok(by) => unprocessable(confirm_page(&visitor.layout, &by, Some(problem))),
        Err(error) => see_refused(error, &Place::Account, &visitor),
    }
}
