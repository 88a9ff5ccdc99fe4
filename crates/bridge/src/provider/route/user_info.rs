//! UserInfo (OpenID Connect Core 1.0 section 5.3): who the person is, for whoever holds the access token.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::provider::{Bridge, claims};

pub(super) async fn get(State(bridge): State<Bridge>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else {
        return unauthorised("Bearer realm=\"userinfo\"");
    };
    let access = bridge.0.grants.access(token, bridge.0.clock.now());
    let known = access.and_then(|access| {
        let client = bridge.0.clients.find(&access.client_id)?;
        Some((access, client))
    });
    let Some((access, client)) = known else {
        return unauthorised("Bearer realm=\"userinfo\", error=\"invalid_token\"");
    };
    let mut claims = claims::user_info(&access.subject, client, access.scopes);
    if !client.signed_userinfo() {
        return Json(claims).into_response();
    }
    claims.insert("iss".to_owned(), bridge.0.origin.as_str().into());
    claims.insert("aud".to_owned(), client.id.as_str().into());
    let signed = bridge.0.keys.sign(&claims.into());
    ([(header::CONTENT_TYPE, "application/jwt")], signed).into_response()
}

/// The token of an `Authorization` header (RFC 6750 section 2.1); never from an address.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn unauthorised(challenge: &'static str) -> Response {
    let challenge = HeaderValue::from_static(challenge);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}
