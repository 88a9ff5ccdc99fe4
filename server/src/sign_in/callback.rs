//! `GET /sign-in/{provider}/callback`: the way back from the provider.

use app::{ErrorPage, Flash};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use portal::{SessionKind, SignInError, SignInRefusal};
use tower_sessions::Session;

use super::answered::{self, Answer, Failure, mismatch};
use super::verify::Refused;
use super::{SIGNED_IN, SignedIn, identity, problem, redirect_uri};
use crate::config::Logout;
use crate::query::MaybeQuery;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, last_provider, return_to};

/// Ends a sign-in: the person is sent to where they were going, or told what went wrong.
///
/// The address holds code and state, so no page that is made here may tell it to anybody.
pub(crate) async fn callback(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    headers: HeaderMap,
    MaybeQuery(answer): MaybeQuery<Answer>,
) -> Response {
    let mut response = match complete(&state, &name, &visitor, &session, answer).await {
        Ok(()) => {
            // Whoever ends what they began has cost nothing.
            state.sign_ins().give_back(visitor.request.address, state.clock().now());
            let mut response = Redirect::to(&return_to::read(&headers).to_string()).into_response();
            // Where there is no choice there is nothing to remember.
            let remembered = (state.providers().count(SessionKind::Recipient) > 1)
                .then(|| last_provider::remember(&name))
                .flatten();
            cookie::set(response.headers_mut(), remembered);
            response
        }
        Err(Failure::Refused(refused)) => refuse(&state, &name, &visitor, refused).await,
        Err(Failure::Stray(problem)) => match state.sign_ins().take(visitor.request.address, state.clock().now()) {
            Ok(()) => refuse(&state, &name, &visitor, mismatch(problem)).await,
            Err(refused) => answer::too_often(refused, &visitor),
        },
        Err(Failure::NoSuchProvider) => answer::error(ErrorPage::NotFound, &visitor),
        Err(Failure::Session(error)) => answer::fault(&error, &visitor),
        Err(Failure::Fault(fault)) => answer::fault(&fault, &visitor),
    };
    response
        .headers_mut()
        .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Says in the audit log and to the person that a sign-in was refused. Whoever cancelled chooses again.
async fn refuse(state: &AppState, provider: &str, visitor: &Visitor, refused: Refused) -> Response {
    tracing::info!(provider, problem = refused.problem, "a sign-in was refused");
    if let Err(fault) = state
        .portal()
        .record_failed_sign_in(refused.refusal, &visitor.request)
        .await
    {
        return answer::fault(&fault, visitor);
    }
    if refused.refusal != SignInRefusal::Cancelled {
        return answer::error(ErrorPage::SignInFailed(problem(refused.refusal)), visitor);
    }
    flash::to("/", Flash::SignInCancelled)
}

async fn complete(
    state: &AppState,
    name: &str,
    visitor: &Visitor,
    session: &Session,
    answer: Option<Answer>,
) -> Result<(), Failure> {
    let provider = state.providers().get(SessionKind::Recipient, name);
    let provider = provider.ok_or(Failure::NoSuchProvider)?;
    let (attempt, answer) = answered::take(state, name, session, SessionKind::Recipient, answer).await?;
    let vouched = answered::exchange(
        state,
        &provider,
        attempt,
        answer,
        &redirect_uri(state.origin(), SessionKind::Recipient, name),
    )
    .await?;
    let identity = identity::of_recipient(&provider, &vouched)?;
    let id_token = (provider.record.logout == Logout::EndSessionWithHint).then_some(vouched.id_token);
    session
        .insert(
            SIGNED_IN,
            SignedIn {
                provider: name.to_owned(),
                id_token,
            },
        )
        .await?;
    session.save().await?;
    let key = crate::session::key(session).ok_or(mismatch("there is no session"))?;
    let from = visitor.whereabouts(state);
    match state
        .portal()
        .sign_in_recipient(&key, identity, from, visitor.request.clone())
        .await
    {
        Ok(_) => Ok(()),
        Err(SignInError::SessionGone) => Err(mismatch("the session was ended meanwhile").into()),
        Err(SignInError::Fault(fault)) => Err(Failure::Fault(fault)),
    }
}
