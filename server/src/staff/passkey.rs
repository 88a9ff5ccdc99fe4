//! Passkeys: given in place of a code, and added and removed. What is asked of an authenticator is fetched by a script as JSON, and
//! its answer comes as a form like any other.

use std::net::IpAddr;

use app::page::staff::{
    CodeProblem, NewPasskey, NewPasskeyProblem, new_passkey_page, recovery_codes_page, second_factor_page,
};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use base::{PasskeyId, Timestamp};
use http::{HeaderMap, header};
use portal::{Action, SecondFactorError, SignInStep};
use serde::Deserialize;
use tower_sessions::Session;

use super::denied::denied_page;
use super::id::Id;
use super::second_factor::refused;
use super::sign_in::unprocessable;
use super::visitor::{Candidate, Staff, place_of};
use super::{Place, return_to, steps};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash};

/// An authenticator's answer, as the script wrote it.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    answer: String,
}

/// The same with what a new passkey is to be called.
#[derive(Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    answer: String,
}

/// What is asked, for the script. Where something else is needed first, the script loads its page anew, which leads there.
pub(super) fn options(asked: Result<String, SecondFactorError>, page: &Place, visitor: &Visitor) -> Response {
    match asked {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(SecondFactorError::Denied(no)) => denied_page(no, page, visitor),
        Err(error) => refused(error, page, visitor),
    }
}

/// Gives back to an address's allowance what the question and its answer took, since the answer was right.
pub(super) fn give_back_both(state: &AppState, from: Option<IpAddr>, now: Timestamp) {
    state.staff_tries().give_back(from, now);
    state.staff_tries().give_back(from, now);
}

/// `POST /staff/second-factor/passkey/options`
pub(super) async fn options_to_give(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
) -> Response {
    if let Err(refused) = state.staff_tries().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let asked = state.portal().ask_for_passkey(&candidate).await;
    options(asked, &Place::SecondFactor, &visitor)
}

/// `POST /staff/second-factor/passkey`
pub(super) async fn give(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<Answer>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let has = candidate.second_factors();
    let again = |problem| unprocessable(second_factor_page(&visitor.layout, has, Some(problem)));
    match state.portal().staff_passkey(&candidate, &given.answer).await {
        Ok(proof) => {
            give_back_both(&state, from, now);
            steps::go_on(&state, &visitor, &session, proof, &headers).await
        }
        Err(SecondFactorError::WrongCode) => again(CodeProblem::Passkey),
        Err(SecondFactorError::NotAsked) => again(CodeProblem::PasskeyTookTooLong),
        Err(SecondFactorError::TooManyTries { .. }) => again(CodeProblem::TooMany),
        Err(error) => refused(error, &Place::SecondFactor, &visitor),
    }
}

/// `GET /staff/second-factor/set-up/passkey`: on the way in, because a second factor is required.
pub(super) async fn required_form(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
) -> Response {
    if candidate.step() != SignInStep::SetUpSecondFactor {
        return Redirect::to(&place_of(candidate.step()).to_string()).into_response();
    }
    if !state.portal().has_passkeys() {
        return answer::error(ErrorPage::NotFound, &visitor);
    }
    page(&visitor, "", None, true).into_response()
}

/// `POST /staff/second-factor/set-up/passkey/options`
pub(super) async fn required_options(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
) -> Response {
    if let Err(refused) = state.staff_tries().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let asked = state.portal().ask_for_new_passkey(&*candidate).await;
    options(asked, &Place::PasskeySetUp, &visitor)
}

/// `POST /staff/second-factor/set-up/passkey`
pub(super) async fn add_required(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<Named>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let added = match state
        .portal()
        .add_passkey(&*candidate, &given.name, &given.answer)
        .await
    {
        Ok(added) => added,
        Err(error) => return again(error, &visitor, &given.name, true),
    };
    give_back_both(&state, from, now);
    let Some(proof) = added.proof else {
        return answer::error(ErrorPage::Internal, &visitor);
    };
    // The page with the codes comes in place of the redirect: they are shown this once and kept nowhere.
    if let Err(response) = steps::take_step(&state, &visitor, &session, proof).await {
        return response;
    }
    let (place, forgotten) = return_to::take(&headers);
    let codes = added.recovery_codes.unwrap_or_default();
    let mut response = recovery_codes_page(&visitor.layout, &codes, &place.to_string()).into_response();
    cookie::set(response.headers_mut(), forgotten);
    response
}

/// `GET /staff/account/passkeys/new`: of their own accord.
pub(super) async fn own_form(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    if let Err(no) = actor.require(Action::ChangeOwnSecondFactor) {
        return denied_page(no, &Place::NewPasskey, &visitor);
    }
    if !state.portal().has_passkeys() || actor.has_work_account() {
        return answer::error(ErrorPage::NotFound, &visitor);
    }
    page(&visitor, "", None, false).into_response()
}

/// `POST /staff/account/passkeys/options`
pub(super) async fn own_options(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    if let Err(refused) = state.staff_tries().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let asked = state.portal().ask_for_new_passkey(&*actor).await;
    options(asked, &Place::NewPasskey, &visitor)
}

/// `POST /staff/account/passkeys`
pub(super) async fn add_own(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Named>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    match state.portal().add_passkey(&*actor, &given.name, &given.answer).await {
        Ok(added) => {
            give_back_both(&state, from, now);
            match added.recovery_codes {
                Some(codes) => {
                    recovery_codes_page(&visitor.layout, &codes, &Place::Account.to_string()).into_response()
                }
                None => flash::to(Place::Account, Flash::PasskeyAdded),
            }
        }
        Err(error) => again(error, &visitor, &given.name, false),
    }
}

/// `POST /staff/account/passkeys/{id}/remove`
pub(super) async fn remove(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<PasskeyId>,
) -> Response {
    match state.portal().remove_passkey(&actor, id).await {
        Ok(()) => flash::to(Place::Account, Flash::PasskeyRemoved),
        // It is gone already, or never was theirs.
        Err(SecondFactorError::Overtaken) => answer::error(ErrorPage::NotFound, &visitor),
        Err(error) => refused(error, &Place::Account, &visitor),
    }
}

fn page(visitor: &Visitor, name: &str, problem: Option<NewPasskeyProblem>, required: bool) -> Page {
    let new = NewPasskey {
        name,
        problem,
        required,
    };
    new_passkey_page(&visitor.layout, &new)
}

/// The page again, with the name that was written.
fn again(error: SecondFactorError, visitor: &Visitor, name: &str, required: bool) -> Response {
    let place = if required {
        Place::PasskeySetUp
    } else {
        Place::NewPasskey
    };
    let problem = match error {
        SecondFactorError::WrongCode => NewPasskeyProblem::Refused,
        SecondFactorError::NotAsked => NewPasskeyProblem::TookTooLong,
        SecondFactorError::NoName => NewPasskeyProblem::Name,
        SecondFactorError::TooManyPasskeys => NewPasskeyProblem::TooMany,
        error => return refused(error, &place, visitor),
    };
    unprocessable(page(visitor, name, Some(problem), required))
}
