//! `POST /token`: the client credentials grant (RFC 6749 section 4.4), for a secret or a signed assertion (RFC 7523).

use std::str::FromStr;
use std::time::Duration;

use ::api::{CLIENT_ASSERTION_TYPE, TokenError, TokenErrorCode, TokenRequest, TokenResponse};
use axum::extract::rejection::FormRejection;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, RequestExt};
use base::{SecretString, SystemId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use portal::{AssertionProblem, IssuedToken, OutsideNetworks, PresentedAssertion, RequestInfo, Scope};
use web::TooOften;

use super::ApiState;
use super::authentication::request_info;
use super::refusal::{self, Refusal};

/// Get an access token
///
/// The id and the secret stand in an `Authorization: Basic` header or
/// in the form, not in both; or a system with a registered or published key sends an assertion that it signed (`private_key_jwt`). Errors have the form of RFC 6749 section 5.2, which OAuth clients know.
#[utoipa::path(
    post,
    path = "/token",
    tag = "token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenResponse),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type`, `invalid_scope`, `unauthorized_client` (right credentials from a network address that the system may not come from)", body = TokenError),
        (status = 401, description = "`invalid_client`: the id, the secret or the assertion is wrong", body = TokenError),
        (status = 429, description = "`too-many-requests` (with `Retry-After`): this address sent wrong credentials too often", body = ::api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn issue(State(state): State<ApiState>, request: Request) -> Response {
    answer(state, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(state: ApiState, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let info = request_info(&mut parts, &state).await.map_err(|_| Failure::Server)?;
    let headers = parts.headers.clone();
    #[expect(clippy::disallowed_types, reason = "a system's form is answered as RFC 6749 says")]
    let form = Request::from_parts(parts, body)
        .extract::<axum::Form<TokenRequest>, _>()
        .await;
    let form = form.map_err(|rejection: FormRejection| Failure::form(&rejection))?.0;
    if form.grant_type != "client_credentials" {
        return Err(Failure::GrantType);
    }
    let proof = proof(&headers, &form)?;
    let scopes = form
        .scope
        .as_deref()
        .filter(|text| !text.trim().is_empty())
        .map(scopes)
        .transpose()?;
    let (portal, scopes) = (&state.portal, scopes.as_deref());
    let issued = match &proof {
        Proof::Secret(client, secret) => portal.issue_token(*client, secret, scopes, info.clone()).await,
        Proof::Assertion(assertion) => {
            let presented = PresentedAssertion {
                assertion,
                audiences: &state.audiences,
                named: form.client_id.as_deref(),
            };
            by_assertion(&state, &presented, scopes, info.clone()).await
        }
    };
    let issued = match issued {
        Ok(issued) => issued,
        Err(portal::TokenError::InvalidScope) => return Err(Failure::Scope),
        Err(portal::TokenError::InvalidClient | portal::TokenError::InvalidToken) => {
            return Err(wrong_credentials(&state, &proof, None, &info).await);
        }
        Err(portal::TokenError::InvalidAssertion(problem)) => {
            return Err(wrong_credentials(&state, &proof, Some(problem), &info).await);
        }
        Err(portal::TokenError::OutsideNetworks(outside)) => return Err(from_outside(&state, outside, &info).await),
        Err(portal::TokenError::Fault(fault)) => return Err(Failure::fault(&fault)),
    };
    let scope: Vec<&str> = issued.scopes.iter().map(|scope| scope.as_str()).collect();
    let response = TokenResponse {
        access_token: issued.token,
        token_type: "Bearer".to_owned(),
        expires_in: whole_seconds(issued.expires_in),
        scope: scope.join(" "),
    };
    Ok((no_store(), Json(response)).into_response())
}

/// Gives a token for an assertion, with what its system publishes where that decides.
async fn by_assertion(
    state: &ApiState,
    presented: &PresentedAssertion<'_>,
    scopes: Option<&[Scope]>,
    info: RequestInfo,
) -> Result<IssuedToken, portal::TokenError> {
    let wanted = state.portal.wanted_key_sets(presented).await?;
    let found = state.key_sets.find(wanted).await;
    state
        .portal
        .issue_token_by_assertion(presented, &found, scopes, info)
        .await
}

/// Says in the audit log that a system's credentials were wrong, as long as the address has not said so too often. Good
/// credentials are never refused for what a neighbour does: a secret has 256 random bits, so what is bounded here is the
/// log, and guessing needs no other bound.
async fn wrong_credentials(
    state: &ApiState,
    proof: &Proof,
    problem: Option<AssertionProblem>,
    info: &RequestInfo,
) -> Failure {
    if let Err(refused) = state.refused_tokens.take(info.address, state.clock.now()) {
        return Failure::TooOften(refused);
    }
    let recorded = match proof {
        Proof::Secret(client, _) => state.portal.record_refused_token(*client, info).await,
        Proof::Assertion(assertion) => state.portal.record_refused_assertion(assertion, problem, info).await,
    };
    match (recorded, problem, proof) {
        (Err(fault), _, _) => Failure::fault(&fault),
        (Ok(()), Some(problem), _) => Failure::Assertion(problem),
        (Ok(()), None, Proof::Assertion(_)) => Failure::Signature,
        (Ok(()), None, Proof::Secret(..)) => Failure::Client,
    }
}

/// Says in the audit log that a system's credentials came from where they may not come from, as [`wrong_credentials`] says
/// that they were wrong.
async fn from_outside(state: &ApiState, outside: OutsideNetworks, info: &RequestInfo) -> Failure {
    if let Err(refused) = state.refused_tokens.take(info.address, state.clock.now()) {
        return Failure::TooOften(refused);
    }
    match state.portal.record_outside_networks(outside, info).await {
        Ok(()) => Failure::Network,
        Err(fault) => Failure::fault(&fault),
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs()
}

/// Tokens are in no cache (RFC 6749 section 5.1).
fn no_store() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ]
}

fn scopes(text: &str) -> Result<Vec<Scope>, Failure> {
    text.split_ascii_whitespace()
        .map(|name| Scope::from_str(name).map_err(|_| Failure::Scope))
        .collect()
}

/// How a system shows who it is.
enum Proof {
    Secret(SystemId, SecretString),
    Assertion(SecretString),
}

/// What the request holds of the three ways; one of them alone (RFC 6749 section 2.3).
fn proof(headers: &HeaderMap, form: &TokenRequest) -> Result<Proof, Failure> {
    let Some(assertion) = &form.client_assertion else {
        return credentials(headers, form).map(|(client, secret)| Proof::Secret(client, secret));
    };
    if headers.contains_key(header::AUTHORIZATION) || form.client_secret.is_some() {
        return Err(Failure::Request("credentials stand beside the assertion"));
    }
    if form.client_assertion_type.as_deref() != Some(CLIENT_ASSERTION_TYPE) {
        return Err(Failure::Request("the client_assertion_type is not that of a JWT"));
    }
    Ok(Proof::Assertion(assertion.clone()))
}

/// The client's id and secret, from the one place where they stand.
fn credentials(headers: &HeaderMap, form: &TokenRequest) -> Result<(SystemId, SecretString), Failure> {
    let in_header = headers.get(header::AUTHORIZATION);
    let (id, secret) = match (in_header, &form.client_id, &form.client_secret) {
        // A client id alone may stand beside the header, as long as it says the same.
        (Some(header), id, None) => {
            let (named, secret) = basic(header).ok_or(Failure::Client)?;
            if id.as_ref().is_some_and(|id| *id != named) {
                return Err(Failure::Request("the client is named twice and not alike"));
            }
            (named, secret)
        }
        (Some(_), _, Some(_)) => return Err(Failure::Request("credentials stand in the header and in the form")),
        (None, Some(id), Some(secret)) => (id.clone(), secret.clone()),
        (None, _, _) => return Err(Failure::Client),
    };
    // An id that is no id can't be a system's, and is answered like one that isn't.
    Ok((id.parse().map_err(|_| Failure::Client)?, secret))
}

/// Reads `Basic` credentials, whose both halves are form-encoded first (RFC 6749 section 2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, SecretString)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = SecretString::new(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = decoded.expose().split_once(':')?;
    Some((form_decode(id)?, SecretString::new(form_decode(secret)?)))
}

fn form_decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Why no token is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Request(&'static str),
    GrantType,
    Scope,
    Client,
    Signature,
    Assertion(AssertionProblem),
    Network,
    TooOften(TooOften),
    Server,
}

impl Failure {
    fn fault(fault: &portal::Fault) -> Self {
        refusal::log(fault);
        Self::Server
    }

    fn form(rejection: &FormRejection) -> Self {
        match rejection {
            FormRejection::InvalidFormContentType(_) => Self::Request("send application/x-www-form-urlencoded"),
            FormRejection::FailedToDeserializeFormBody(_)
            | FormRejection::FailedToDeserializeForm(_)
            | FormRejection::BytesRejection(_)
            | _ => Self::Request("a parameter is missing, given twice or not understood"),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let words;
        let (status, error, description) = match self {
            Self::Request(what) => (StatusCode::BAD_REQUEST, TokenErrorCode::InvalidRequest, what),
            Self::GrantType => (
                StatusCode::BAD_REQUEST,
                TokenErrorCode::UnsupportedGrantType,
                "the grant type is client_credentials",
            ),
            Self::Scope => (
                StatusCode::BAD_REQUEST,
                TokenErrorCode::InvalidScope,
                "a scope doesn't exist or the system doesn't have it",
            ),
            Self::Client => (
                StatusCode::UNAUTHORIZED,
                TokenErrorCode::InvalidClient,
                "the client's id or secret is wrong",
            ),
            Self::Signature => (
                StatusCode::UNAUTHORIZED,
                TokenErrorCode::InvalidClient,
                "no key of the client made this assertion",
            ),
            Self::Assertion(problem) => {
                words = problem.to_string();
                (StatusCode::UNAUTHORIZED, TokenErrorCode::InvalidClient, words.as_str())
            }
            Self::Network => (
                StatusCode::BAD_REQUEST,
                TokenErrorCode::UnauthorizedClient,
                "the system may not be used from this network address",
            ),
            // RFC 6749 has no error for this, so it looks as everywhere else in the API.
            Self::TooOften(refused) => return (no_store(), Refusal::too_often(refused)).into_response(),
            Self::Server => (
                StatusCode::INTERNAL_SERVER_ERROR,
                TokenErrorCode::ServerError,
                "the portal failed",
            ),
        };
        let error = TokenError {
            error,
            error_description: description.to_owned(),
        };
        let mut response = (status, no_store(), Json(error)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            // A 401 names a scheme (RFC 9110 section 15.5.2), also to whoever tried without a header.
            let challenge = HeaderValue::from_static(r#"Basic realm="postvalv", charset="UTF-8""#);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

    fn form(id: Option<&str>, secret: Option<&str>) -> TokenRequest {
        TokenRequest {
            grant_type: "client_credentials".to_owned(),
            scope: None,
            client_id: id.map(str::to_owned),
            client_secret: secret.map(|secret| SecretString::new(secret.to_owned())),
            client_assertion_type: None,
            client_assertion: None,
        }
    }

    fn header(text: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(text));
        HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())])
    }

    fn read(headers: &HeaderMap, form: &TokenRequest) -> Result<String, Failure> {
        credentials(headers, form).map(|(id, secret)| format!("{id} {}", secret.expose()))
    }

    #[test]
    fn credentials_stand_in_the_header_or_in_the_form() {
        let expected = Ok(format!("{ID} s ecret"));
        assert_eq!(read(&header(&format!("{ID}:s+ecre%74")), &form(None, None)), expected);
        assert_eq!(
            read(&header(&format!("{ID}:s%20ecret")), &form(Some(ID), None)),
            expected
        );
        assert_eq!(read(&HeaderMap::new(), &form(Some(ID), Some("s ecret"))), expected);
    }

    #[test]
    fn credentials_in_two_places_are_refused() {
        let both = read(&header(&format!("{ID}:secret")), &form(Some(ID), Some("secret")));
        assert!(matches!(both, Err(Failure::Request(_))));
        let other = read(&header(&format!("{ID}:secret")), &form(Some("another"), None));
        assert!(matches!(other, Err(Failure::Request(_))));
    }

    #[test]
    fn what_is_no_id_is_answered_as_a_wrong_one() {
        assert_eq!(
            read(&HeaderMap::new(), &form(Some("admin"), Some("x"))),
            Err(Failure::Client)
        );
        assert_eq!(read(&HeaderMap::new(), &form(None, None)), Err(Failure::Client));
        assert_eq!(read(&header("no colon"), &form(None, None)), Err(Failure::Client));
    }
}
