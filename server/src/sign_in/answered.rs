//! What comes back from a provider: which sign-in it belongs to, and what the provider vouches for. The same for recipients and
//! for staff, each in their own session.

use portal::{SessionKind, SignInRefusal};
use serde::Deserialize;
use tower_sessions::Session;

use super::attempt::{self, Attempt};
use super::provider::Provider;
use super::verify::{self, Refused, Vouched};
use crate::state::AppState;

/// The longest code, state or issuer that is looked at, in bytes.
const MAX_PARAMETER_BYTES: usize = 4096;

/// What a provider sends back (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207).
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(super) code: Option<String>,
    pub(super) state: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) error: Option<String>,
}

/// Why an answer signs nobody in.
pub(crate) enum Failure {
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

pub(super) const fn mismatch(problem: &'static str) -> Refused {
    Refused {
        refusal: SignInRefusal::Mismatch,
        problem,
    }
}

/// The sign-in that an answer belongs to. Its state is used up, and the session goes on under a new id; but for somebody who is
/// signed in and proves anew that it is them, whose session goes on as it was (the provider takes a code once).
pub(super) async fn take(
    state: &AppState,
    provider: &str,
    session: &Session,
    kind: SessionKind,
    answer: Option<Answer>,
) -> Result<(Attempt, Answer), Failure> {
    let answer = answer.ok_or(Failure::Stray("the parameters can't be read"))?;
    let parts = [&answer.code, &answer.state, &answer.iss, &answer.error];
    if parts.into_iter().flatten().any(|part| part.len() > MAX_PARAMETER_BYTES) {
        return Err(Failure::Stray("a parameter is too long"));
    }
    let given = answer.state.as_deref().unwrap_or_default();
    let attempt = attempt::take(session, provider, given, state.clock().now())
        .await?
        .ok_or(Failure::Stray("no sign-in with this state is under way here"))?;
    let confirms = attempt.staff.as_ref().is_some_and(|staff| staff.confirms.is_some());
    if confirms {
        session.save().await?;
    } else {
        renew(state, session, kind).await?;
    }
    Ok((attempt, answer))
}

/// What the provider vouches for in its answer.
pub(super) async fn exchange(
    state: &AppState,
    provider: &Provider,
    attempt: Attempt,
    answer: Answer,
    redirect: &str,
) -> Result<Vouched, Refused> {
    let code = code(provider, answer).await?;
    let clock = state.clock();
    let vouched = verify::verify(provider, attempt, code, redirect, || clock.now()).await;
    match &vouched {
        Ok(_) => provider.note(true),
        Err(refused) if refused.refusal == SignInRefusal::ProviderUnavailable => provider.note(false),
        Err(_) => {}
    }
    vouched
}

/// Ends the session under the id that it came with and goes on with it under a new one. Of two callbacks with the same
/// state at once, only one ends it: the state is used before anything is asked of the provider.
async fn renew(state: &AppState, session: &Session, kind: SessionKind) -> Result<(), Failure> {
    let key = crate::session::key_of_kind(session, kind).ok_or(Failure::Stray("there is no session"))?;
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
