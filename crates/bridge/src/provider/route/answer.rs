//! Answers that several routes give.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::Url;

use crate::provider::Bridge;
use crate::provider::authorization::ToldError;
use crate::provider::page::{self, Frame};
use crate::provider::texts::Language;

/// The language of a browser that has not chosen one.
pub(super) fn language(headers: &HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Language::from_accept_language)
        .unwrap_or(Language::Swedish)
}

/// The frame of a page that nothing comes after.
pub(super) fn frame<'a>(bridge: &'a Bridge, headers: &HeaderMap) -> Frame<'a> {
    Frame {
        assets: &bridge.0.assets,
        language: language(headers),
        language_form: None,
        live: false,
    }
}

/// A page that says one thing.
pub(super) fn notice(bridge: &Bridge, headers: &HeaderMap, title: &str, text: &str) -> Html<String> {
    notice_with_id(bridge, headers, title, text, None)
}

/// A page that says one thing and names the request.
pub(super) fn notice_with_id(
    bridge: &Bridge,
    headers: &HeaderMap,
    title: &str,
    text: &str,
    id: Option<&str>,
) -> Html<String> {
    Html(page::notice(&frame(bridge, headers), title, text, id).into_string())
}

/// Sends the browser on with GET (303). Addresses with a code in them must not leak by `Referer`.
pub(super) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (
            StatusCode::SEE_OTHER,
            [
                (header::LOCATION, location),
                (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            ],
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Sends the browser back to the relying party with `parameters` and, after RFC 9207, who answers.
pub(super) fn to_relying_party(
    bridge: &Bridge,
    redirect_uri: &str,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> Response {
    let Ok(mut address) = Url::parse(redirect_uri) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    {
        let mut query = address.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", bridge.0.origin.as_str());
    }
    see_other(address.as_str())
}

/// Tells the relying party of an error.
pub(super) fn told(bridge: &Bridge, error: &ToldError) -> Response {
    to_relying_party(
        bridge,
        &error.redirect_uri,
        error.state.as_deref(),
        &[("error", error.code), ("error_description", error.description)],
    )
}

/// The content policy of a page whose forms may lead back to the relying party: browsers hold a form to its policy
/// across redirects.
pub(super) fn policy_towards(redirect_uri: &str) -> [(HeaderName, HeaderValue); 1] {
    let origin = Url::parse(redirect_uri).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
    let policy = super::CONTENT_POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
    let value = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    [(header::CONTENT_SECURITY_POLICY, value)]
}
