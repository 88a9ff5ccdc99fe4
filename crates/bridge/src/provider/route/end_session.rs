//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).
//!
//! There is no session here to end, since every sign-in is a new identification. What ends is what the sign-in gave: its
//! access token. Then the person goes to the address that the relying party registered.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use url::Url;

use super::answer;
use crate::provider::Bridge;
use crate::provider::parameters::Parameters;

pub(super) async fn get(State(bridge): State<Bridge>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    end(&bridge, &headers, query.unwrap_or_default().as_bytes())
}

pub(super) async fn post(State(bridge): State<Bridge>, headers: HeaderMap, body: Bytes) -> Response {
    end(&bridge, &headers, &body)
}

fn end(bridge: &Bridge, headers: &HeaderMap, query: &[u8]) -> Response {
    let texts = answer::language(headers).texts();
    match onward(bridge, query) {
        Ok(Some(address)) => answer::see_other(&address),
        Ok(None) => answer::notice(bridge, headers, texts.signed_out_title, texts.signed_out).into_response(),
        Err(Untrusted) => {
            let page = answer::notice(bridge, headers, texts.untrusted_title, texts.untrusted);
            (StatusCode::BAD_REQUEST, page).into_response()
        }
    }
}

/// Nobody known asked, or for an address that is not theirs.
struct Untrusted;

/// Revokes what the hint's sign-in gave; then where to go, if anywhere.
fn onward(bridge: &Bridge, query: &[u8]) -> Result<Option<String>, Untrusted> {
    let parameters = Parameters::parse(query).map_err(|_| Untrusted)?;
    let hint = match parameters.get("id_token_hint") {
        Some(hint) => Some(bridge.0.keys.verify(hint).ok_or(Untrusted)?),
        None => None,
    };
    let text = |claim: &str| hint.as_ref().and_then(|claims| claims.get(claim)?.as_str());
    let client_id = match (text("aud"), parameters.get("client_id")) {
        (Some(hinted), Some(named)) if hinted != named => return Err(Untrusted),
        (hinted, named) => hinted.or(named),
    };
    let client = client_id
        .map(|id| bridge.0.clients.find(id).ok_or(Untrusted))
        .transpose()?;
    if let Some(session) = text("sid") {
        bridge.0.grants.revoke_session(session);
    }
    let Some(address) = parameters.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    if !client.is_some_and(|client| client.may_redirect_after_logout_to(address)) {
        return Err(Untrusted);
    }
    let mut address = Url::parse(address).map_err(|_| Untrusted)?;
    if let Some(state) = parameters.get("state") {
        address.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(address.into()))
}
