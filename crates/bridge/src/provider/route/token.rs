//! The token endpoint (RFC 6749 section 3.2, OpenID Connect Core 1.0 section 3.1.3).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::SecretString;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::provider::Bridge;
use crate::provider::claims::{self, IdTokenContext};
use crate::provider::client::{Client, Clients};
use crate::provider::grant::{ACCESS_LIFETIME, NotRedeemed, Redemption};
use crate::provider::parameters::Parameters;

/// An error of RFC 6749 section 5.2.
#[derive(Clone, Copy)]
enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
    Unavailable,
}

pub(super) async fn post(State(bridge): State<Bridge>, headers: HeaderMap, body: Bytes) -> Response {
    match exchange(&bridge, &headers, &body) {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

fn exchange(bridge: &Bridge, headers: &HeaderMap, body: &[u8]) -> Result<Response, TokenError> {
    let parameters = Parameters::parse(body).map_err(|_| TokenError::InvalidRequest("the body is malformed"))?;
    let client = authenticate(&bridge.0.clients, headers, &parameters)?;
    match parameters.get("grant_type") {
        Some("authorization_code") => {}
        Some(_) => return Err(TokenError::UnsupportedGrantType),
        None => return Err(TokenError::InvalidRequest("grant_type is missing")),
    }
    let required = |name, problem| parameters.get(name).ok_or(TokenError::InvalidRequest(problem));
    let redemption = Redemption {
        code: required("code", "code is missing")?,
        client_id: &client.id,
        redirect_uri: required("redirect_uri", "redirect_uri is missing")?,
        verifier: required("code_verifier", "code_verifier is missing")?,
    };
    let now = bridge.0.clock.now();
    let (grant, access_token) = bridge.0.grants.redeem(&redemption, now).map_err(|error| match error {
        NotRedeemed::Invalid => TokenError::InvalidGrant,
        NotRedeemed::Full => TokenError::Unavailable,
    })?;
    let authorization = &grant.authorization;
    let claims = claims::id_token(
        &grant.subject,
        &client,
        authorization.scopes,
        &IdTokenContext {
            issuer: bridge.0.origin.as_str(),
            nonce: authorization.nonce.as_deref(),
            session: &grant.session,
            access_token_hash: &half_hash(&access_token),
            now,
        },
    );
    tracing::info!(client = client.id, "somebody signed in");
    let body = json!({
        "access_token": access_token.expose(),
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFETIME.as_secs(),
        "id_token": bridge.0.keys.sign(&claims),
        "scope": authorization.scopes.granted(),
    });
    Ok((no_store(), Json(body)).into_response())
}

/// `at_hash` (OpenID Connect Core 1.0 section 3.1.3.6).
fn half_hash(token: &SecretString) -> String {
    let digest: [u8; 32] = Sha256::digest(token.expose()).into();
    let (half, _) = digest.split_at(16);
    BASE64_URL_SAFE_NO_PAD.encode(half)
}

/// `client_secret_basic` or `client_secret_post`, and never both.
fn authenticate(clients: &Clients, headers: &HeaderMap, parameters: &Parameters) -> Result<Arc<Client>, TokenError> {
    let (id, secret) = match (headers.get(header::AUTHORIZATION), parameters.get("client_secret")) {
        (Some(_), Some(_)) => return Err(TokenError::InvalidRequest("the client authenticates twice")),
        (Some(value), None) => {
            let (id, secret) = basic(value).ok_or(TokenError::InvalidClient)?;
            if parameters.get("client_id").is_some_and(|other| other != id) {
                return Err(TokenError::InvalidRequest("client_id is another client's"));
            }
            (id, secret)
        }
        (None, Some(secret)) => {
            let id = parameters.get("client_id").ok_or(TokenError::InvalidClient)?;
            (id.to_owned(), SecretString::new(secret.to_owned()))
        }
        (None, None) => return Err(TokenError::InvalidClient),
    };
    clients
        .authenticate(&id, &secret)
        .map(Arc::clone)
        .ok_or(TokenError::InvalidClient)
}

/// Id and secret of HTTP Basic, each form-encoded first (RFC 6749 section 2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, SecretString)> {
    let (scheme, credentials) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decode(id)?, SecretString::new(form_decode(secret)?)))
}

/// A form-encoded text that is not a pair. `=` and `&` can't stand in it.
fn form_decode(text: &str) -> Option<String> {
    if text.contains(['=', '&']) {
        // Clients that send a secret as it is, without encoding it, are many.
        return Some(text.to_owned());
    }
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
}

fn no_store() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ]
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, code, description) = match self {
            Self::InvalidRequest(description) => (StatusCode::BAD_REQUEST, "invalid_request", description),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "client authentication failed",
            ),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant", "the code is not good"),
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type must be authorization_code",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "too many sign-ins at once",
            ),
        };
        tracing::info!(error = code, "refused a token request");
        let body = Json(json!({ "error": code, "error_description": description }));
        let mut response = (status, no_store(), body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<(String, String)> {
        let value = format!("Basic {}", BASE64_STANDARD.encode(text));
        basic(&value.parse().unwrap()).map(|(id, secret)| (id, secret.expose().clone()))
    }

    #[test]
    fn basic_credentials_are_form_encoded() {
        assert_eq!(
            decoded("portal:a%2Bb+c"),
            Some(("portal".to_owned(), "a+b c".to_owned()))
        );
        assert_eq!(decoded("portal:a=b"), Some(("portal".to_owned(), "a=b".to_owned())));
        assert_eq!(decoded("portal"), None);
        assert!(basic(&"Bearer x".parse().unwrap()).is_none());
        assert!(basic(&"Basic".parse().unwrap()).is_none());
    }

    #[test]
    fn the_hash_of_the_access_token_is_its_left_half() {
        // Sample of OpenID Connect Core 1.0 appendix A.3.
        let token = SecretString::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".to_owned());
        assert_eq!(half_hash(&token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
