//! What follows when somebody on the way in has proven something: a session under a new id, and the next page.

use app::{ErrorPage, SignInProblem};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use portal::{SignInStep, StaffProof, StaffSignInError};
use tower_sessions::Session;

use super::return_to;
use super::visitor::place_of;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, session};

/// Makes a proof part of the session, which gets a new id before (against session fixation), and leads to the next page.
pub(super) async fn go_on(
    state: &AppState,
    visitor: &Visitor,
    session: &Session,
    proof: StaffProof,
    headers: &HeaderMap,
) -> Response {
    let step = match take_step(state, visitor, session, proof).await {
        Ok(step) => step,
        Err(response) => return response,
    };
    if step != SignInStep::Complete {
        return Redirect::to(&place_of(step).to_string()).into_response();
    }
    let (place, forgotten) = return_to::take(headers);
    let mut response = Redirect::to(&place.to_string()).into_response();
    cookie::set(response.headers_mut(), forgotten);
    response
}

/// Makes a proof part of the session, and says what is asked for next. Whoever is in has cost nothing; a right password alone
/// costs what a wrong one does, since each writes as much.
pub(super) async fn take_step(
    state: &AppState,
    visitor: &Visitor,
    session: &Session,
    proof: StaffProof,
) -> Result<SignInStep, Response> {
    let renewed = async {
        session.cycle_id().await?;
        session.save().await
    };
    if let Err(error) = renewed.await {
        return Err(answer::fault(&error, visitor));
    }
    let Some(key) = session::staff_key(session) else {
        return Err(answer::error(ErrorPage::Internal, visitor));
    };
    let of_a_try = proof.is_of_a_try();
    let step = state
        .portal()
        .continue_staff_sign_in(&key, proof, visitor.whereabouts(state), &visitor.request)
        .await
        .map_err(|error| refused(&error, visitor))?;
    if step == SignInStep::Complete && of_a_try {
        state
            .staff_tries()
            .give_back(visitor.request.address, state.clock().now());
    }
    Ok(step)
}

/// The page for somebody who is not let in.
pub(super) fn refused(error: &StaffSignInError, visitor: &Visitor) -> Response {
    match error {
        StaffSignInError::Refused => answer::error(ErrorPage::SignInFailed(SignInProblem::NotLetIn), visitor),
        StaffSignInError::NetworkNotAllowed => {
            answer::error(ErrorPage::SignInFailed(SignInProblem::NetworkNotAllowed), visitor)
        }
        StaffSignInError::WorkAccountRequired => {
            answer::error(ErrorPage::SignInFailed(SignInProblem::WorkAccountRequired), visitor)
        }
        StaffSignInError::Busy => answer::error(ErrorPage::Unavailable, visitor),
        StaffSignInError::SessionGone => answer::error(ErrorPage::SignInFailed(SignInProblem::Lost), visitor),
        StaffSignInError::Fault(fault) => answer::fault(fault, visitor),
    }
}
