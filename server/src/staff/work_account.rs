//! The way in with a work account, and proving by it that it is still the same person.

use app::{ErrorPage, Flash, ProviderChoice, SignInProblem};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::{OrganisationId, StaffId};
use http::{HeaderMap, HeaderValue, header};
use portal::{Fault, Organisation, SignInRefusal, StaffActor, VouchedStaff, WorkAccountError};
use tower_sessions::Session;

use super::visitor::{Anybody, Staff};
use super::{Place, last_organisation, return_to, steps};
use crate::query::MaybeQuery;
use crate::sign_in::{
    Answer, Begun, Failure, NotBegun, StaffAttempt, begin_work_account, finish_work_account, problem,
};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, session};

/// The ways in with a work account; none where the organisation has no directory.
pub(super) async fn choices(
    state: &AppState,
    visitor: &Visitor,
    organisation: OrganisationId,
) -> Result<Vec<ProviderChoice>, Fault> {
    let tenant = state.portal().directory_of(organisation).await?;
    let choices = tenant.map(|tenant| state.providers().directories(tenant, visitor.layout.language));
    Ok(choices.unwrap_or_default())
}

/// `POST /staff/sign-in/{organisation}/work-account/{provider}`: off to the directory. Who was signed in no longer is.
pub(super) async fn start(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path((address, provider)): Path<(String, String)>,
    session: Session,
) -> Response {
    let organisation = match state.portal().organisation_at(&address).await {
        Ok(Some(organisation)) => organisation,
        Ok(None) => return answer::error(ErrorPage::NotFound, &visitor),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let begun = match begin(&state, &visitor, &organisation, address, &provider, None).await {
        Ok(begun) => begun,
        Err(response) => return response,
    };
    // As late as can be: whoever can't begin stays signed in, and costs nothing.
    if let Some(key) = session::staff_key(&session)
        && let Err(fault) = state.portal().sign_out_staff(&key, &visitor.request).await
    {
        return answer::fault(&fault, &visitor);
    }
    match session.cycle_id().await {
        Ok(()) => leave(begun, &session, &visitor).await,
        Err(error) => answer::fault(&error, &visitor),
    }
}

/// `POST /staff/confirm/work-account/{provider}`: off to the directory, to prove anew that it is them. Until they have, everything
/// is as it was.
pub(super) async fn confirm(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(provider): Path<String>,
    session: Session,
) -> Response {
    let address = actor.organisation_id().to_string();
    let organisation = match state.portal().organisation_at(&address).await {
        Ok(Some(organisation)) => organisation,
        Ok(None) => return answer::error(ErrorPage::NotFound, &visitor),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let confirms = Some(actor.staff_id());
    match begin(&state, &visitor, &organisation, address, &provider, confirms).await {
        Ok(begun) => leave(begun, &session, &visitor).await,
        Err(response) => response,
    }
}

async fn begin(
    state: &AppState,
    visitor: &Visitor,
    organisation: &Organisation,
    address: String,
    provider: &str,
    confirms: Option<StaffId>,
) -> Result<Begun, Response> {
    if let Err(refused) = state.sign_ins().take(visitor.request.address, state.clock().now()) {
        return Err(answer::too_often(refused, visitor));
    }
    let tenant = match state.portal().directory_of(organisation.id).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return Err(answer::error(ErrorPage::NotFound, visitor)),
        Err(fault) => return Err(answer::fault(&fault, visitor)),
    };
    let attempt = StaffAttempt {
        organisation: address,
        tenant,
        confirms,
    };
    match begin_work_account(state, visitor, provider, attempt.clone()).await {
        Ok(begun) => Ok(begun),
        Err(NotBegun::NoSuchProvider) => Err(answer::error(ErrorPage::NotFound, visitor)),
        Err(NotBegun::Unavailable) => {
            Err(refuse(state, visitor, Some(&attempt), SignInRefusal::ProviderUnavailable).await)
        }
    }
}

async fn leave(begun: Begun, session: &Session, visitor: &Visitor) -> Response {
    let address = begun.address.clone();
    match begun.remember(session).await {
        Ok(()) => Redirect::to(&address).into_response(),
        Err(error) => answer::fault(&error, visitor),
    }
}

/// `GET /staff/work-account/{provider}/callback`: the way back. The address holds code and state, so no page that is made here may
/// tell it to anybody.
pub(super) async fn callback(
    State(state): State<AppState>,
    Anybody { actor, visitor, .. }: Anybody,
    Path(provider): Path<String>,
    session: Session,
    headers: HeaderMap,
    MaybeQuery(given): MaybeQuery<Answer>,
) -> Response {
    let mut response = match finish_work_account(&state, &session, &provider, given).await {
        Ok(found) => match found.vouched {
            Ok(vouched) => {
                let attempt = &found.attempt;
                let finished = match (&actor, attempt.confirms) {
                    (Some(actor), Some(confirms)) if actor.staff_id() == confirms => {
                        confirmed(&state, actor, &vouched, &visitor, &headers).await
                    }
                    // Whoever began to confirm is not signed in here any more.
                    (_, Some(_)) => Ok(refuse(&state, &visitor, Some(attempt), SignInRefusal::Mismatch).await),
                    (_, None) => signed_in(&state, &attempt.organisation, &vouched, &visitor, &session, &headers).await,
                };
                finished.unwrap_or_else(|error| not_let_in(&error, &visitor))
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

/// Whoever ends what they began has cost nothing; whoever is not let in leaves a line each time.
fn give_back(state: &AppState, visitor: &Visitor) {
    state.sign_ins().give_back(visitor.request.address, state.clock().now());
}

async fn signed_in(
    state: &AppState,
    organisation: &str,
    vouched: &VouchedStaff,
    visitor: &Visitor,
    session: &Session,
    headers: &HeaderMap,
) -> Result<Response, WorkAccountError> {
    let portal = state.portal();
    let proof = portal
        .staff_work_account(organisation, vouched, &visitor.request)
        .await?;
    give_back(state, visitor);
    let mut response = steps::go_on(state, visitor, session, proof, headers).await;
    cookie::set(response.headers_mut(), last_organisation::remember(organisation));
    Ok(response)
}

async fn confirmed(
    state: &AppState,
    actor: &StaffActor,
    vouched: &VouchedStaff,
    visitor: &Visitor,
    headers: &HeaderMap,
) -> Result<Response, WorkAccountError> {
    state.portal().confirm_staff_by_work_account(actor, vouched).await?;
    give_back(state, visitor);
    let (place, forgotten) = return_to::take(headers);
    let mut response = Redirect::to(&place.to_string()).into_response();
    cookie::set(response.headers_mut(), forgotten);
    Ok(response)
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
    match place {
        // The page that asks to confirm says enough; what is to be told after it stays.
        Place::Confirm => Redirect::to(&place.to_string()).into_response(),
        _ => flash::to(place, Flash::SignInCancelled),
    }
}

fn not_let_in(error: &WorkAccountError, visitor: &Visitor) -> Response {
    let problem = match error {
        WorkAccountError::OtherDirectory => SignInProblem::OtherDirectory,
        WorkAccountError::NoRole => SignInProblem::NoRole,
        WorkAccountError::SomebodyElse => SignInProblem::SomebodyElse,
        WorkAccountError::Shut | WorkAccountError::TooManyStaff => SignInProblem::NotLetIn,
        WorkAccountError::NetworkNotAllowed => SignInProblem::NetworkNotAllowed,
        WorkAccountError::Fault(fault) => return answer::fault(fault, visitor),
    };
    answer::error(ErrorPage::SignInFailed(problem), visitor)
}
