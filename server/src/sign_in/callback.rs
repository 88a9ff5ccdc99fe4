//! `GET /sign-in/{provider}/callback`: the way back from the provider.

use app::{ErrorPage, Flash};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use portal::{SignInError, SignInRefusal};
use serde::Deserialize;
use tower_sessions::Session;

use super::attempt;
use super::provider::Provider;
use super::verify::{self, Refused};
use super::{SIGNED_IN, SignedIn, problem, redirect_uri};
use crate::config::Logout;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, last_provider, return_to};

/// The longest code, state or issuer that is looked at, in bytes.
const MAX_PARAMETER_BYTES: usize = 4096;

/// What a provider sends back (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207).
#[derive(Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Ends a sign-in: the person is sent to where they were going, or told what went wrong.
///
/// The address holds code and state, so no page that is made here may tell it to anybody.
pub(crate) async fn callback(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let mut response = match complete(
        &state,
        &name,
        &visitor,
        &session,
        answer.ok().map(|Query(answer)| answer),
    )
    .await
    {
        Ok(()) => {
            // Whoever ends what they began has cost nothing.
            state.sign_ins().give_back(visitor.request.address, state.clock().now());
            let (page, forgotten) = return_to::take(&headers);
            let mut response = Redirect::to(&page.to_string()).into_response();
            // Where there is no choice there is nothing to remember.
            let remembered = (state.providers().count() > 1)
                .then(|| last_provider::remember(&name))
                .flatten();
            cookie::set(response.headers_mut(), forgotten.into_iter().chain(remembered));
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
    let mut response = Redirect::to("/").into_response();
    cookie::set(response.headers_mut(), flash::leave(Flash::SignInCancelled));
    response
}

enum Failure {
    /// A sign-in that was begun here, and counted then, was refused.
    Refused(Refused),
    /// The answer belongs to no sign-in that is under way in this browser. Anybody can make up as many as they like.
    Stray(&'static str),
    NoSuchProvider,
    Session(tower_sessions::session::Error),
    Fault(portal::Fault),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<tower_sessions::session::Error> for Failure {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::Session(error)
    }
}

const fn mismatch(problem: &'static str) -> Refused {
    Refused {
        refusal: SignInRefusal::Mismatch,
        problem,
    }
}

async fn complete(
    state: &AppState,
    name: &str,
    visitor: &Visitor,
    session: &Session,
    answer: Option<Answer>,
) -> Result<(), Failure> {
    let provider = state.providers().get(name).ok_or(Failure::NoSuchProvider)?;
    let answer = answer.ok_or(Failure::Stray("the parameters can't be read"))?;
    let parts = [&answer.code, &answer.state, &answer.iss, &answer.error];
    if parts.into_iter().flatten().any(|part| part.len() > MAX_PARAMETER_BYTES) {
        return Err(Failure::Stray("a parameter is too long"));
    }
    let given = answer.state.as_deref().unwrap_or_default();
    let attempt = attempt::take(session, name, given, state.clock().now())
        .await?
        .ok_or(Failure::Stray("no sign-in with this state is under way here"))?;
    renew(state, session).await?;
    let code = code(&provider, answer).await?;

    let clock = state.clock();
    let verified = verify::verify(&provider, attempt, code, &redirect_uri(state.origin(), name), || {
        clock.now()
    })
    .await;
    match &verified {
        Ok(_) => provider.note(true),
        Err(refused) if refused.refusal == SignInRefusal::ProviderUnavailable => provider.note(false),
        Err(_) => {}
    }
    let verified = verified?;
    let id_token = (provider.record.logout == Logout::EndSessionWithHint).then_some(verified.id_token);
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
    match state
        .portal()
        .sign_in_recipient(&key, verified.identity, visitor.device, visitor.request.clone())
        .await
    {
        Ok(_) => Ok(()),
        Err(SignInError::SessionGone) => Err(mismatch("the session was ended meanwhile").into()),
        Err(SignInError::Fault(fault)) => Err(Failure::Fault(fault)),
    }
}

/// Ends the session under the id that it came with and goes on with it under a new one. Of two callbacks with the same
/// state at once, only one ends it: the state is used before anything is asked of the provider.
async fn renew(state: &AppState, session: &Session) -> Result<(), Failure> {
    let key = crate::session::key(session).ok_or(Failure::Stray("there is no session"))?;
    if !state.portal().delete_session(&key).await.map_err(Failure::Fault)? {
        return Err(Failure::Stray("the sign-in was answered already"));
    }
    session.cycle_id().await?;
    session.save().await?;
    Ok(())
}

/// The code, when the answer is the provider's own (RFC 9207) and no error.
async fn code(provider: &Provider, answer: Answer) -> Result<String, Refused> {
    let from_us = match answer.iss {
        Some(issuer) => issuer == provider.record.issuer,
        None => {
            let metadata = provider.metadata().await.map_err(|_| Refused {
                refusal: SignInRefusal::ProviderUnavailable,
                problem: "no metadata",
            })?;
            !metadata
                .additional_metadata()
                .authorization_response_iss_parameter_supported
        }
    };
    if !from_us {
        return Err(mismatch("the answer is another issuer's, or does not say whose"));
    }
    match (answer.error.as_deref(), answer.code) {
        (None, Some(code)) if !code.is_empty() => Ok(code),
        (None, _) => Err(Refused {
            refusal: SignInRefusal::InvalidAnswer,
            problem: "there is no code",
        }),
        (Some("access_denied"), _) => Err(Refused {
            refusal: SignInRefusal::Cancelled,
            problem: "access_denied",
        }),
        (Some("server_error" | "temporarily_unavailable"), _) => Err(Refused {
            refusal: SignInRefusal::ProviderUnavailable,
            problem: "the provider failed",
        }),
        (Some(_), _) => Err(Refused {
            refusal: SignInRefusal::InvalidAnswer,
            problem: "the provider refused",
        }),
    }
}
