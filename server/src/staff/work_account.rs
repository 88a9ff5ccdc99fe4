//! The way in with a work account, and proving by it that it is still the same person.

use app::{ErrorPage, Flash, ProviderChoice, SignInProblem};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::OrganisationId;
use http::{HeaderMap, HeaderValue, header};
use portal::{SignInRefusal, WorkAccountError};
use tower_sessions::Session;

use super::visitor::{Anybody, Staff};
use super::{Place, last_organisation, steps};
use crate::config::ProviderKind;
use crate::sign_in::{Answer, Failure, NotBegun, StaffAttempt, begin_work_account, finish_work_account, problem};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, session};

/// The directories through which staff may come; none where the organisation has no directory.
pub(super) async fn choices(
    state: &AppState,
    visitor: &Visitor,
    organisation: OrganisationId,
) -> Result<Vec<ProviderChoice>, portal::Fault> {
    let providers = state.providers();
    if providers.count(ProviderKind::Staff) == 0 || !state.portal().has_work_accounts(organisation).await? {
        return Ok(Vec::new());
    }
    Ok(providers.choices(ProviderKind::Staff, visitor.layout.language, None, visitor.mode))
}

/// `POST /staff/sign-in/{organisation}/work-account/{provider}`: off to the directory. Who was signed in no longer is.
pub(super) async fn start(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path((organisation, provider)): Path<(String, String)>,
    session: Session,
) -> Response {
    match state.portal().organisation_at(&organisation).await {
        Ok(Some(_)) => {}
        Ok(None) => return answer::error(ErrorPage::NotFound, &visitor),
        Err(fault) => return answer::fault(&fault, &visitor),
    }
    if let Some(key) = session::staff_key(&session)
        && let Err(fault) = state.portal().sign_out_staff(&key, &visitor.request).await
    {
        return answer::fault(&fault, &visitor);
    }
    if let Err(error) = session.cycle_id().await {
        return answer::fault(&error, &visitor);
    }
    let attempt = StaffAttempt {
        organisation,
        confirms: None,
    };
    leave(&state, &visitor, &session, &provider, attempt).await
}

/// `POST /staff/confirm/work-account/{provider}`: off to the directory, to prove anew that it is them. Until they have, everything
/// is as it was.
pub(super) async fn confirm(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(provider): Path<String>,
    session: Session,
) -> Response {
    let address = actor.organisation_slug().map(str::to_owned);
    let attempt = StaffAttempt {
        organisation: address.unwrap_or_else(|| actor.organisation_id().to_string()),
        confirms: Some(actor.staff_id()),
    };
    leave(&state, &visitor, &session, &provider, attempt).await
}

async fn leave(
    state: &AppState,
    visitor: &Visitor,
    session: &Session,
    provider: &str,
    attempt: StaffAttempt,
) -> Response {
    if let Err(refused) = state.sign_ins().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, visitor);
    }
    match begin_work_account(state, visitor, session, provider, attempt.clone()).await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(NotBegun::NoSuchProvider) => answer::error(ErrorPage::NotFound, visitor),
        Err(NotBegun::Unavailable) => refuse(state, visitor, Some(&attempt), SignInRefusal::ProviderUnavailable).await,
        Err(NotBegun::Session(error)) => answer::fault(&error, visitor),
    }
}

/// `GET /staff/work-account/{provider}/callback`: the way back. The address holds code and state, so no page that is made here may
/// tell it to anybody.
pub(super) async fn callback(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path(provider): Path<String>,
    session: Session,
    headers: HeaderMap,
    given: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let given = given.ok().map(|Query(answer)| answer);
    let mut response = match finish_work_account(&state, &session, &provider, given).await {
        Ok(found) => match found.vouched {
            Ok(vouched) => {
                let organisation = &found.attempt.organisation;
                let portal = state.portal();
                match portal
                    .staff_work_account(organisation, &vouched, &visitor.request)
                    .await
                {
                    Ok(proof) => {
                        // Whoever ends what they began has cost nothing; whoever is not let in leaves a line each time.
                        state.sign_ins().give_back(visitor.request.address, state.clock().now());
                        let mut response = steps::go_on(&state, &visitor, &session, proof, &headers).await;
                        cookie::set(response.headers_mut(), last_organisation::remember(organisation));
                        response
                    }
                    Err(error) => not_let_in(&error, &visitor),
                }
            }
            Err(refusal) => refuse(&state, &visitor, Some(&found.attempt), refusal).await,
        },
        Err(Failure::Stray(problem)) => match state.sign_ins().take(visitor.request.address, state.clock().now()) {
            Ok(()) => {
                tracing::info!(provider, problem, "a staff member's sign-in was refused");
                refuse(&state, &visitor, None, SignInRefusal::Mismatch).await
            }
            Err(refused) => answer::too_often(refused, &visitor),
        },
        Err(Failure::Refused(refused)) => refuse(&state, &visitor, None, refused.refusal).await,
        Err(Failure::NoSuchProvider) => answer::error(ErrorPage::NotFound, &visitor),
        Err(Failure::Session(error)) => answer::fault(&error, &visitor),
        Err(Failure::Fault(fault)) => answer::fault(&fault, &visitor),
    };
    let no_referrer = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, no_referrer);
    response
}

/// Says in the audit log and to the person that a sign-in was refused. Whoever cancelled is where they began.
async fn refuse(
    state: &AppState,
    visitor: &Visitor,
    attempt: Option<&StaffAttempt>,
    refusal: SignInRefusal,
) -> Response {
    let portal = state.portal();
    let organisation = attempt.map(|attempt| attempt.organisation.as_str());
    let recorded = portal.record_refused_work_account(organisation.unwrap_or_default(), refusal, &visitor.request);
    if let Err(fault) = recorded.await {
        return answer::fault(&fault, visitor);
    }
    let place = match attempt {
        Some(attempt) if attempt.confirms.is_some() => Place::Confirm,
        Some(attempt) => Place::SignIn(attempt.organisation.clone()),
        None => Place::Organisation,
    };
    if refusal != SignInRefusal::Cancelled {
        return answer::error(ErrorPage::SignInFailed(problem(refusal)), visitor);
    }
    let mut response = Redirect::to(&place.to_string()).into_response();
    cookie::set(response.headers_mut(), flash::leave(Flash::SignInCancelled));
    response
}

fn not_let_in(error: &WorkAccountError, visitor: &Visitor) -> Response {
    let problem = match error {
        WorkAccountError::OtherDirectory => SignInProblem::OtherDirectory,
        WorkAccountError::NoRole => SignInProblem::NoRole,
        WorkAccountError::SomebodyElse => SignInProblem::SomebodyElse,
        WorkAccountError::Shut => SignInProblem::NotLetIn,
        WorkAccountError::NetworkNotAllowed => SignInProblem::NetworkNotAllowed,
        WorkAccountError::TooManyStaff => return answer::error(ErrorPage::Unavailable, visitor),
        WorkAccountError::Fault(fault) => return answer::fault(fault, visitor),
    };
    answer::error(ErrorPage::SignInFailed(problem), visitor)
}
