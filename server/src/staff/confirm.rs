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
use super::{Place, passkey, return_to, steps, work_account};
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
    Ok(ConfirmBy::Password {
        has: actor.second_factors(),
        passkey: state.portal().passkey_confirms(actor).await?,
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
    match state.portal().confirm_staff(&actor, &given.password, code).await {
        Ok(()) => {
            state.staff_tries().give_back(from, now);
            confirmed(&headers)
        }
        Err(error) => refused(&error, ConfirmProblem::Wrong, &state, &actor, &visitor).await,
    }
}

/// `POST /staff/confirm/passkey/options`: what is asked of an authenticator.
pub(super) async fn passkey_options(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    if let Err(refused) = state.staff_tries().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let asked = state.portal().ask_for_passkey_to_confirm(&actor).await;
    passkey::options(asked, &Place::Confirm, &visitor)
}

/// An authenticator's answer, and the password where that is asked for with it.
#[derive(Deserialize)]
pub(super) struct PasskeyProof {
    #[serde(default)]
    answer: String,
    passkey_password: Option<SecretString>,
}

/// `POST /staff/confirm/passkey`: as [`confirm`], by a passkey.
pub(super) async fn confirm_by_passkey(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
    Form(given): Form<PasskeyProof>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let password = given.passkey_password.as_ref();
    let confirmation = state
        .portal()
        .confirm_staff_by_passkey(&actor, password, &given.answer)
        .await;
    match confirmation {
        Ok(()) => {
            passkey::give_back_both(&state, from, now);
            confirmed(&headers)
        }
        Err(error) => {
            let wrong = if password.is_some() {
                ConfirmProblem::PasskeyWithPassword
            } else {
                ConfirmProblem::Passkey
            };
            refused(&error, wrong, &state, &actor, &visitor).await
        }
    }
}

/// Leads back to where it was needed.
fn confirmed(headers: &HeaderMap) -> Response {
    let (place, forgotten) = return_to::take(headers);
    let mut response = Redirect::to(&place.to_string()).into_response();
    cookie::set(response.headers_mut(), forgotten);
    response
}

/// The page again with what it says of a confirmation that was refused, or what comes in its place.
async fn refused(
    error: &ConfirmError,
    wrong: ConfirmProblem,
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
) -> Response {
    let problem = match error {
        ConfirmError::Wrong => wrong,
        ConfirmError::NotAsked => ConfirmProblem::PasskeyTookTooLong,
        ConfirmError::TooManyTries { .. } => ConfirmProblem::TooMany,
        ConfirmError::Busy => return steps::refused(&StaffSignInError::Busy, visitor),
        ConfirmError::SessionGone => return steps::refused(&StaffSignInError::SessionGone, visitor),
        ConfirmError::Fault(fault) => return answer::fault(fault, visitor),
    };
    match by(state, actor, visitor).await {
        Ok(by) => unprocessable(confirm_page(&visitor.layout, &by, Some(problem))),
        Err(error) => see_refused(error, &Place::Account, visitor),
    }
}
