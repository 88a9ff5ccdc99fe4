//! Changing the password: because it is too old, on the way in, or because its owner wants to.

use app::page::staff::{NewPasswordProblem, password_page};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use base::SecretString;
use http::HeaderMap;
use portal::{Action, ChangePasswordError, SignInStep, StaffSignInError};
use serde::Deserialize;
use tower_sessions::Session;

use super::denied::denied;
use super::sign_in::unprocessable;
use super::visitor::{Candidate, Staff, place_of};
use super::{Place, steps};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// A new password, written twice.
#[derive(Deserialize)]
pub(super) struct NewPassword {
    new_password: SecretString,
    repeated_password: SecretString,
}

impl NewPassword {
    /// The password, when both are the same.
    pub(super) fn agreed(self) -> Result<SecretString, NewPasswordProblem> {
        if self.new_password == self.repeated_password {
            Ok(self.new_password)
        } else {
            Err(NewPasswordProblem::Differs)
        }
    }
}

/// `GET /staff/password/renew`
pub(super) async fn renewal_form(Candidate { candidate, visitor }: Candidate) -> Response {
    match candidate.step() {
        SignInStep::ChangePassword => password_page(&visitor.layout, true, None).into_response(),
        other => Redirect::to(&place_of(other).to_string()).into_response(),
    }
}

/// `POST /staff/password/renew`
pub(super) async fn renew(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<NewPassword>,
) -> Response {
    let again = |problem| unprocessable(password_page(&visitor.layout, true, Some(problem)));
    let password = match given.agreed() {
        Ok(password) => password,
        Err(problem) => return again(problem),
    };
    match state.portal().replace_old_password(&candidate, &password).await {
        Ok(proof) => steps::go_on(&state, &visitor, &session, proof, &headers).await,
        Err(error) => refused(error, &visitor, again),
    }
}

/// `GET /staff/account/password`
pub(super) async fn form(Staff { actor, visitor }: Staff) -> Result<Page, Response> {
    actor
        .require(Action::OwnAccount)
        .map_err(|no| denied(no, &Place::Password, &visitor))?;
    Ok(password_page(&visitor.layout, false, None))
}

/// The password that the account has, and a new one, written twice.
#[derive(Deserialize)]
pub(super) struct Change {
    current_password: SecretString,
    new_password: SecretString,
    repeated_password: SecretString,
}

/// `POST /staff/account/password`
pub(super) async fn change(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Change>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let again = |problem| unprocessable(password_page(&visitor.layout, false, Some(problem)));
    let Change {
        current_password,
        new_password,
        repeated_password,
    } = given;
    let new = NewPassword {
        new_password,
        repeated_password,
    };
    let password = match new.agreed() {
        Ok(password) => password,
        Err(problem) => return again(problem),
    };
    match state
        .portal()
        .change_staff_password(&actor, &current_password, &password)
        .await
    {
        Ok(()) => {
            state.staff_tries().give_back(from, now);
            flash::to(Place::Account, Flash::PasswordChanged)
        }
        Err(error) => refused(error, &visitor, again),
    }
}

fn refused(
    error: ChangePasswordError,
    visitor: &Visitor,
    again: impl FnOnce(NewPasswordProblem) -> Response,
) -> Response {
    match error {
        ChangePasswordError::Denied(no) => denied(no, &Place::Password, visitor),
        ChangePasswordError::WrongPassword => again(NewPasswordProblem::WrongCurrent),
        ChangePasswordError::TooManyTries { .. } => again(NewPasswordProblem::TooManyTries),
        ChangePasswordError::Password(problem) => again(NewPasswordProblem::Refused(problem)),
        ChangePasswordError::Busy => steps::refused(&StaffSignInError::Busy, visitor),
        ChangePasswordError::Overtaken => answer::error(ErrorPage::SessionEnded, visitor),
        ChangePasswordError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
