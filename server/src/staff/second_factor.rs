//! The second factor: the code from an app, or a recovery code in its place, and how it is set up and replaced.

use app::page::staff::{CodeProblem, recovery_codes_page, second_factor_page, second_factor_set_up_page};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use portal::{Applicant, SecondFactorError, SignInStep};
use serde::Deserialize;
use tower_sessions::Session;
use web::QrImage;

use super::denied::{denied, denied_page};
use super::sign_in::unprocessable;
use super::visitor::{Candidate, Staff, place_of};
use super::{Place, return_to, steps};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash};

/// `GET /staff/second-factor`
pub(super) async fn form(Candidate { candidate, visitor }: Candidate) -> Response {
    match candidate.step() {
        SignInStep::SecondFactor => {
            second_factor_page(&visitor.layout, candidate.second_factors(), None).into_response()
        }
        other => Redirect::to(&place_of(other).to_string()).into_response(),
    }
}

/// One of the two codes.
#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery_code: String,
}

/// `POST /staff/second-factor`
pub(super) async fn give(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<Code>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let (code, wrong) = if given.recovery_code.is_empty() {
        (&given.code, CodeProblem::OneTime)
    } else {
        (&given.recovery_code, CodeProblem::Recovery)
    };
    let has = candidate.second_factors();
    let again = |problem| unprocessable(second_factor_page(&visitor.layout, has, Some(problem)));
    match state.portal().staff_second_factor(&candidate, code).await {
        Ok(proof) => {
            state.staff_tries().give_back(from, now);
            steps::go_on(&state, &visitor, &session, proof, &headers).await
        }
        Err(SecondFactorError::WrongCode) => again(wrong),
        Err(SecondFactorError::TooManyTries { .. }) => again(CodeProblem::TooMany),
        Err(error) => refused(error, &Place::SecondFactor, &visitor),
    }
}

/// `GET /staff/second-factor/set-up`: on the way in, because it is required.
pub(super) async fn required_set_up(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
) -> Response {
    if candidate.step() != SignInStep::SetUpSecondFactor {
        return Redirect::to(&place_of(candidate.step()).to_string()).into_response();
    }
    match set_up_page(&state, &visitor, Applicant::Candidate(&candidate), false).await {
        Ok(page) => page.into_response(),
        Err(response) => response,
    }
}

/// The code that proves that the app gives codes.
#[derive(Deserialize)]
pub(super) struct FirstCode {
    code: String,
}

/// `POST /staff/second-factor/set-up`
pub(super) async fn set_up_required(
    State(state): State<AppState>,
    Candidate { candidate, visitor }: Candidate,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<FirstCode>,
) -> Response {
    let set = match state.portal().set_second_factor(&*candidate, &given.code).await {
        Ok(set) => set,
        Err(error) => return again(error, &state, &visitor, Applicant::Candidate(&candidate)).await,
    };
    let Some(proof) = set.proof else {
        return answer::error(ErrorPage::Internal, &visitor);
    };
    // The page with the codes comes in place of the redirect: they are shown this once and kept nowhere.
    if let Err(response) = steps::take_step(&state, &visitor, &session, proof).await {
        return response;
    }
    let (place, forgotten) = return_to::take(&headers);
    let page = recovery_codes_page(&visitor.layout, &set.recovery_codes, &place.to_string());
    let mut response = page.into_response();
    cookie::set(response.headers_mut(), forgotten);
    response
}

/// `GET /staff/account/second-factor`: of their own accord.
pub(super) async fn own_set_up(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match set_up_page(&state, &visitor, Applicant::Staff(&actor), false).await {
        Ok(page) => page.into_response(),
        Err(response) => response,
    }
}

/// `POST /staff/account/second-factor`
pub(super) async fn set_up_own(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<FirstCode>,
) -> Response {
    match state.portal().set_second_factor(&*actor, &given.code).await {
        Ok(set) => {
            recovery_codes_page(&visitor.layout, &set.recovery_codes, &Place::Account.to_string()).into_response()
        }
        Err(error) => again(error, &state, &visitor, Applicant::Staff(&actor)).await,
    }
}

/// `POST /staff/account/second-factor/remove`
pub(super) async fn remove(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().remove_second_factor(&actor).await {
        Ok(()) => flash::to(Place::Account, Flash::SecondFactorRemoved),
        Err(error) => refused(error, &Place::Account, &visitor),
    }
}

/// `POST /staff/account/recovery-codes`: new ones in place of those that were.
pub(super) async fn new_recovery_codes(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().make_recovery_codes(&actor).await {
        Ok(codes) => recovery_codes_page(&visitor.layout, &codes, &Place::Account.to_string()).into_response(),
        Err(error) => refused(error, &Place::Account, &visitor),
    }
}

/// The page that shows what to put into the app. In one session it shows the same each time.
async fn set_up_page(
    state: &AppState,
    visitor: &Visitor,
    applicant: Applicant<'_>,
    wrong: bool,
) -> Result<Page, Response> {
    let (place, required) = match applicant {
        Applicant::Candidate(_) => (Place::SecondFactorSetUp, true),
        Applicant::Staff(_) => (Place::OwnSecondFactor, false),
    };
    let set_up = state.portal().second_factor_set_up(applicant).await;
    let set_up = set_up.map_err(|error| match error {
        SecondFactorError::Denied(no) => denied_page(no, &place, visitor),
        error => refused(error, &place, visitor),
    })?;
    let Some(qr) = QrImage::of(set_up.address.expose().clone()) else {
        return Err(answer::error(ErrorPage::Internal, visitor));
    };
    let shown = app::page::staff::SecondFactorSetUp {
        qr: (&qr.view_box, &qr.path),
        secret: set_up.secret.expose(),
        wrong,
        action: &place.to_string(),
        required,
        or_passkey: required && state.portal().has_passkeys(),
    };
    Ok(second_factor_set_up_page(&visitor.layout, &shown))
}

/// The same page again when the code was wrong.
async fn again(error: SecondFactorError, state: &AppState, visitor: &Visitor, applicant: Applicant<'_>) -> Response {
    match error {
        SecondFactorError::WrongCode => match set_up_page(state, visitor, applicant, true).await {
            Ok(page) => unprocessable(page),
            Err(response) => response,
        },
        // The page shows the same secret afterwards.
        SecondFactorError::Denied(no) => denied_page(no, &Place::OwnSecondFactor, visitor),
        error => refused(error, &Place::OwnSecondFactor, visitor),
    }
}

pub(super) fn refused(error: SecondFactorError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        SecondFactorError::Denied(no) => denied(no, back, visitor),
        SecondFactorError::WrongCode
        | SecondFactorError::NotAsked
        | SecondFactorError::NoName
        | SecondFactorError::TooManyPasskeys
        | SecondFactorError::TooManyTries { .. } => answer::error(ErrorPage::BadRequest, visitor),
        SecondFactorError::NoPasskeysHere => answer::error(ErrorPage::NotFound, visitor),
        SecondFactorError::Required => answer::error(ErrorPage::Forbidden, visitor),
        // What was asked for is done, or no longer asked: the first page knows what comes next.
        SecondFactorError::Overtaken => Redirect::to(&Place::Landing.to_string()).into_response(),
        SecondFactorError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
