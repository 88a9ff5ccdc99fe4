//! `GET /sign-in/{provider}/front-channel-logout`: a provider has loaded us in a frame of the page on which somebody signs out there
//! (OpenID Connect Front-Channel Logout 1.0).
//!
//! A browser keeps our cookies from a frame on another site, so the session is found by what the provider calls its own, as with
//! logout tokens. Nobody proves anything: whoever knows that name can end what it began here, and nothing else comes of it. A name
//! that is no session's costs one look-up, as a cookie that is none does, so nothing counts them: a count would refuse real
//! logouts of an office that shares an address.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::SecretString;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use portal::RequestInfo;
use serde::Deserialize;
use url::Url;
use web::{Problem, RequestContext};

use super::back_channel::MAX_NAME_BYTES;
use crate::answer;
use crate::config::ProviderSection;
use crate::query::MaybeQuery;
use crate::state::AppState;

/// Where a provider of this name loads us.
pub(super) fn path(provider: &str) -> String {
    format!("/sign-in/{provider}/front-channel-logout")
}

/// What a provider says (section 2). Entra ID leaves out the issuer, which the address names too.
#[derive(Deserialize)]
pub(crate) struct LogoutQuery {
    iss: Option<String>,
    sid: Option<String>,
}

/// Ends the sessions that began in the provider's. Whatever comes of it, the answer is an empty page: nobody looks at it, and it
/// tells nobody whether there was a session.
pub(crate) async fn front_channel_logout(
    State(state): State<AppState>,
    Path(name): Path<String>,
    context: RequestContext,
    MaybeQuery(query): MaybeQuery<LogoutQuery>,
) -> Response {
    let provider = state.providers().any(&name);
    let Some(provider) = provider.filter(|provider| provider.record.front_channel_logout) else {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    };
    let session = query.and_then(|query| session(&provider.record, query));
    if let Some(session) = session {
        let request = RequestInfo {
            id: context.id,
            address: context.address,
        };
        match state.portal().end_session_at_provider(&name, &session, &request).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(provider = name, count, "a provider ended sessions from a frame"),
            Err(fault) => {
                answer::log_fault(&fault);
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    }
    empty_page(&provider.record)
}

/// What the provider calls its session; `None` when it says nothing that may end one.
fn session(record: &ProviderSection, query: LogoutQuery) -> Option<SecretString> {
    let is_theirs = query.iss.is_none_or(|issuer| record.is_issuer(&issuer));
    let session = query.sid.filter(|sid| (1..=MAX_NAME_BYTES).contains(&sid.len()));
    session.filter(|_| is_theirs).map(SecretString::new)
}

/// A page that the provider's own pages may hold in a frame, and no other. Browsers that know `frame-ancestors` go by it and not by
/// `X-Frame-Options`, which says for the others that none may.
fn empty_page(record: &ProviderSection) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    let issuer = Url::parse(&record.issuer).ok();
    let policy = issuer.and_then(|issuer| {
        let origin = issuer.origin().ascii_serialization();
        HeaderValue::from_str(&format!("default-src 'none'; frame-ancestors {origin}")).ok()
    });
    // Without one of its own the page gets everybody's, by which no page may hold it.
    headers.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    headers.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(issuer: &str, iss: Option<&str>, sid: Option<&str>) -> Option<String> {
        let text = format!("label = \"Somebody\"\nissuer = \"{issuer}\"\nclient_id = \"postvalv\"");
        let record: ProviderSection = toml::from_str(&text).unwrap();
        let (iss, sid) = (iss.map(str::to_owned), sid.map(str::to_owned));
        session(&record, LogoutQuery { iss, sid }).map(|session| session.expose().clone())
    }

    #[test]
    fn only_a_session_of_this_issuer_is_named() {
        let issuer = "https://login.example/one";
        assert_eq!(said(issuer, Some(issuer), Some("sid")).as_deref(), Some("sid"));
        assert_eq!(said(issuer, None, Some("sid")).as_deref(), Some("sid"));
        for iss in [
            "",
            "https://login.example",
            "https://login.example/one/",
            "https://other.example/one",
        ] {
            assert_eq!(said(issuer, Some(iss), Some("sid")), None, "{iss}");
        }
        for sid in [None, Some(""), Some(&*"x".repeat(MAX_NAME_BYTES + 1))] {
            assert_eq!(said(issuer, Some(issuer), sid), None);
        }
    }

    #[test]
    fn each_directory_is_an_issuer_where_the_record_is_of_all() {
        let issuer = "https://login.example/{tenantid}/v2.0";
        let iss = "https://login.example/11111111-2222-4333-8444-555555555555/v2.0";
        assert_eq!(said(issuer, Some(iss), Some("sid")).as_deref(), Some("sid"));
        for iss in [
            issuer,
            "https://login.example/common/v2.0",
            "https://login.example//v2.0",
            "https://login.example/v2.0",
        ] {
            assert_eq!(said(issuer, Some(iss), Some("sid")), None, "{iss}");
        }
    }
}
