//! What a provider says of a person at its UserInfo endpoint (OpenID Connect Core 1.0 section 5.3), signed or not.

use std::sync::Arc;

use base::Timestamp;
use http::{HeaderMap, StatusCode, header};
use openidconnect::{AccessToken, AsyncHttpClient as _, HttpRequest};
use serde_json::{Map, Value};

use super::jws::{self, Problem};
use super::provider::{Metadata, Provider};
use super::verify::{LEEWAY, Refused, invalid, unavailable};

const JSON: &str = "application/json";
const JWT: &str = "application/jwt";

/// The claims about the person with this subject, when they are the provider's and about them.
pub(super) async fn user_info(
    provider: &Provider,
    metadata: &Arc<Metadata>,
    access_token: &AccessToken,
    subject: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, Refused> {
    let answer = provider
        .http
        .call(request(provider, metadata, access_token)?)
        .await
        .map_err(|_| unavailable("the UserInfo endpoint did not answer"))?;
    if answer.status() != StatusCode::OK {
        return Err(unavailable("the UserInfo endpoint refused"));
    }
    let claims = match media_type(answer.headers()).as_deref() {
        Some(JWT) => {
            let token = std::str::from_utf8(answer.body()).map_err(|_| invalid("UserInfo can't be read"))?;
            signed_claims(provider, metadata, token.trim_end(), now).await?
        }
        Some(JSON) if provider.record.signed_user_info => return Err(invalid("UserInfo is not signed")),
        Some(JSON) => match serde_json::from_slice(answer.body()) {
            Ok(Value::Object(claims)) => claims,
            _ => return Err(invalid("UserInfo can't be read")),
        },
        _ => return Err(invalid("UserInfo is of another kind")),
    };
    // Of all that the two have to say to each other, this alone keeps somebody else's UserInfo out (section 5.3.2).
    if jws::text(&claims, "sub") == Some(subject) {
        Ok(claims)
    } else {
        Err(invalid("UserInfo is somebody else's"))
    }
}

fn request(provider: &Provider, metadata: &Metadata, access_token: &AccessToken) -> Result<HttpRequest, Refused> {
    let endpoint = metadata.userinfo_endpoint();
    let endpoint = endpoint.ok_or(unavailable("there is no UserInfo endpoint"))?;
    let accepted = if provider.record.signed_user_info { JWT } else { JSON };
    http::Request::get(endpoint.as_str())
        .header(header::ACCEPT, accepted)
        .header(header::AUTHORIZATION, format!("Bearer {}", access_token.secret()))
        .body(Vec::new())
        .map_err(|_| invalid("the access token is no header value"))
}

/// What the provider says that its answer is, without parameters, in small letters.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

async fn signed_claims(
    provider: &Provider,
    metadata: &Arc<Metadata>,
    token: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, Refused> {
    let verified = jws::verify(provider, metadata, token)
        .await
        .map_err(|problem| match problem {
            Problem::Malformed => invalid("UserInfo can't be read"),
            Problem::Algorithm => invalid("UserInfo's algorithm is not accepted"),
            Problem::Key => invalid("UserInfo's signature does not match a key"),
            Problem::Unavailable => unavailable("no newer keys"),
        });
    let claims = verified?.claims;
    if jws::text(&claims, "iss") != Some(&provider.record.issuer) {
        return Err(invalid("UserInfo is another issuer's"));
    }
    if !jws::is_audience(&claims, &provider.record.client_id) {
        return Err(invalid("UserInfo is for another audience"));
    }
    // Not asked for by the standard; honoured where it is said.
    let expiry = claims.get("exp").map(Value::as_i64);
    if expiry.is_some_and(|expiry| expiry.is_none_or(|expiry| expiry <= (now - LEEWAY).as_seconds())) {
        return Err(invalid("UserInfo is not valid at this time"));
    }
    Ok(claims)
}
