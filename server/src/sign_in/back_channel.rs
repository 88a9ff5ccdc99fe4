//! `POST /sign-in/{provider}/back-channel-logout`: a provider says that a person has signed out there (OpenID Connect
//! Back-Channel Logout 1.0). Owns what makes a logout token believable; whose sessions end is the portal's.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::{SecretString, Timestamp};
use http::{HeaderValue, StatusCode, header};
use portal::{LogoutError, LogoutNotice, LogoutRefusal, RequestInfo, SessionKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use web::{Problem, RequestContext};

use super::jws::{self, Signed};
use super::provider::Provider;
use super::verify::LEEWAY;
use crate::answer;
use crate::config::ProviderSection;
use crate::state::AppState;

/// The member of `events` that makes a token a logout token (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long a token may be good. The standard recommends two minutes; its name is remembered for as long.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest `sub`, `sid` or `jti`, in bytes; the first two have 255 characters at most in what we know.
pub(super) const MAX_NAME_BYTES: usize = 1024;

/// Where a provider of this name sends its logout tokens.
pub(super) fn path(provider: &str) -> String {
    format!("/sign-in/{provider}/back-channel-logout")
}

/// Where the providers that may end sessions here send their tokens: what machines call without being our own pages.
pub(crate) fn back_channel_paths(records: &BTreeMap<String, ProviderSection>) -> impl Iterator<Item = String> + '_ {
    let may = records.iter().filter(|(_, record)| record.back_channel_logout);
    may.map(|(name, _)| path(name))
}

/// What a provider posts (section 2.5).
#[derive(Deserialize)]
pub(crate) struct LogoutRequest {
    logout_token: String,
}

/// Why a token has no effect: for the audit log, and in words of ours for the log and the provider.
struct Refused(LogoutRefusal, &'static str);

const fn invalid(problem: &'static str) -> Refused {
    Refused(LogoutRefusal::InvalidToken, problem)
}

const fn unavailable(problem: &'static str) -> Refused {
    Refused(LogoutRefusal::ProviderUnavailable, problem)
}

/// Ends the sessions that the provider says have ended there. Whatever refuses is answered with 400 (section 2.8), and
/// anybody may make up tokens, so an address may bring only so many that are refused.
#[expect(
    clippy::disallowed_types,
    reason = "a provider's form is answered as its specification says"
)]
pub(crate) async fn back_channel_logout(
    State(state): State<AppState>,
    Path(name): Path<String>,
    context: RequestContext,
    form: Result<axum::Form<LogoutRequest>, FormRejection>,
) -> Response {
    let provider = state.providers().get(SessionKind::Recipient, &name);
    let Some(provider) = provider.filter(|provider| provider.record.back_channel_logout) else {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    };
    let request = RequestInfo {
        id: context.id,
        address: context.address,
    };
    let ended = match form {
        Ok(axum::Form(form)) => end(&state, &provider, &form.logout_token, &request).await,
        Err(_) => Err(invalid("there is no logout token").into()),
    };
    match ended {
        Ok(count) => {
            tracing::info!(provider = name, count, "a provider ended sessions");
            no_store(StatusCode::OK.into_response())
        }
        Err(Failure::Refused(refused)) => refuse(&state, &name, refused, &request).await,
        Err(Failure::Fault(fault)) => failed(&fault),
    }
}

enum Failure {
    Refused(Refused),
    Fault(portal::Fault),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

async fn end(state: &AppState, provider: &Provider, token: &str, request: &RequestInfo) -> Result<usize, Failure> {
    let metadata = provider.metadata().await.map_err(|_| unavailable("no metadata"))?;
    let signed = jws::verify(provider, &metadata, token)
        .await
        .map_err(|problem| match problem {
            jws::Problem::Malformed => invalid("the token can't be read"),
            jws::Problem::Algorithm => invalid("the token's algorithm is not accepted"),
            jws::Problem::Key => invalid("the signature does not match a key"),
            jws::Problem::Unavailable => unavailable("no newer keys"),
        })?;
    let notice = notice(&provider.name, &provider.record, &signed, state.clock().now())?;
    match state.portal().end_sessions_at_provider(&notice, request).await {
        Ok(count) => Ok(count),
        Err(LogoutError::Replayed) => Err(Refused(LogoutRefusal::Replayed, "the token was used before").into()),
        Err(LogoutError::Fault(fault)) => Err(Failure::Fault(fault)),
    }
}

/// What a token says whose signature is good, when it is a logout token for us and of now (section 2.6).
fn notice(provider: &str, record: &ProviderSection, signed: &Signed, now: Timestamp) -> Result<LogoutNotice, Refused> {
    let claims = &signed.claims;
    let kind = signed.kind.as_deref().map(str::to_ascii_lowercase);
    if !matches!(
        kind.as_deref(),
        None | Some("jwt" | "logout+jwt" | "application/logout+jwt")
    ) {
        return Err(invalid("the token is of another kind"));
    }
    if jws::text(claims, "iss") != Some(&record.issuer) {
        return Err(invalid("the token is another issuer's"));
    }
    if !jws::is_audience(claims, &record.client_id) {
        return Err(invalid("the token is for another audience"));
    }
    if !claims.get("events").is_some_and(|events| events[EVENT].is_object()) {
        return Err(invalid("the token is of no logout"));
    }
    // What an ID token has, so that none can stand in for a logout token.
    if claims.contains_key("nonce") {
        return Err(invalid("the token has a nonce"));
    }
    let issued_at = seconds(claims, "iat")?;
    let expires_at = seconds(claims, "exp")?;
    if issued_at > now + LEEWAY || expires_at + LEEWAY <= now || expires_at > now + MAX_LIFETIME {
        return Err(invalid("the token is not valid at this time"));
    }
    let notice = LogoutNotice {
        provider: provider.to_owned(),
        subject: name(claims, "sub")?,
        session: name(claims, "sid")?,
        token: name(claims, "jti")?.ok_or(invalid("the token has no name"))?,
        expires_at: expires_at + LEEWAY,
    };
    if notice.subject.is_none() && notice.session.is_none() {
        return Err(invalid("the token names neither a person nor a session"));
    }
    Ok(notice)
}

fn seconds(claims: &Map<String, Value>, claim: &str) -> Result<Timestamp, Refused> {
    let seconds = claims.get(claim).and_then(Value::as_i64);
    let millis = seconds.and_then(|seconds| seconds.checked_mul(1000));
    // Within what the calendar has, so that adding to it can't overflow.
    let millis = millis.filter(|millis| (0..=MAX_MILLIS).contains(millis));
    millis.map(Timestamp::from_millis).ok_or(invalid(
        "it is not said when the token was issued or until when it is good",
    ))
}

/// The last millisecond of the year 9999.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// A claim that names somebody or something; `None` when it is not there.
fn name(claims: &Map<String, Value>, claim: &str) -> Result<Option<SecretString>, Refused> {
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::String(name)) if (1..=MAX_NAME_BYTES).contains(&name.len()) => {
            Ok(Some(SecretString::new(name.clone())))
        }
        Some(_) => Err(invalid("a name in the token is no text, or empty, or too long")),
    }
}

async fn refuse(state: &AppState, provider: &str, refused: Refused, request: &RequestInfo) -> Response {
    let Refused(refusal, problem) = refused;
    if let Err(refused) = state.sign_ins().take(request.address, state.clock().now()) {
        let mut response = no_store(StatusCode::TOO_MANY_REQUESTS.into_response());
        let seconds = HeaderValue::from(refused.retry_after_seconds());
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        return response;
    }
    tracing::info!(provider, problem, "a provider's logout was refused");
    if let Err(fault) = state.portal().record_refused_logout(refusal, request).await {
        return failed(&fault);
    }
    let error = match refusal {
        LogoutRefusal::ProviderUnavailable => "temporarily_unavailable",
        LogoutRefusal::InvalidToken | LogoutRefusal::Replayed => "invalid_request",
    };
    bad_request(error, problem)
}

/// The standard has one answer for a logout that failed, whoever is to blame.
fn failed(fault: &portal::Fault) -> Response {
    answer::log_fault(fault);
    bad_request("server_error", "something inside failed")
}

fn bad_request(error: &'static str, description: &'static str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    no_store((StatusCode::BAD_REQUEST, axum::Json(body)).into_response())
}

fn no_store(mut response: Response) -> Response {
    let value = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}
