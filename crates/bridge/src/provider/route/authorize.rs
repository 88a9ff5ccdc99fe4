//! The authorisation endpoint (OpenID Connect Core 1.0 section 3.1.2): GET and POST.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use web::RequestContext;

use super::answer;
use crate::provider::authorization::{Authorization, Refused, Untrusted};
use crate::provider::sign_in::{Busy, Visitor};
use crate::provider::{Bridge, cookie};

pub(super) async fn get(
    State(bridge): State<Bridge>,
    request: RequestContext,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&bridge, request, &headers, query.unwrap_or_default().as_bytes()).await
}

pub(super) async fn post(
    State(bridge): State<Bridge>,
    request: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    authorize(&bridge, request, &headers, &body).await
}

async fn authorize(bridge: &Bridge, request: RequestContext, headers: &HeaderMap, query: &[u8]) -> Response {
    let authorization = match Authorization::check(query, &bridge.0.clients) {
        Ok(authorization) => authorization,
        Err(Refused::Told(error)) => {
            tracing::info!(error = error.code, "refused an authorisation request");
            return answer::told(bridge, &error);
        }
        Err(Refused::Untrusted(why)) => return untrusted(bridge, headers, why),
    };
    let visitor = Visitor::of(request.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), headers);
    let language = authorization.language.unwrap_or_else(|| answer::language(headers));
    let begun = bridge
        .0
        .sign_ins
        .begin(authorization, visitor, language, cookie::read(headers))
        .await;
    match begun {
        Ok(begun) => {
            let mut response = answer::see_other(&format!("/sign-in/{}", begun.id.expose()));
            if let Some(cookie) = cookie::set(&begun.browser) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(busy) => {
            let texts = language.texts();
            let (status, text) = match busy {
                Busy::Address => (StatusCode::TOO_MANY_REQUESTS, texts.busy_address),
                Busy::Everybody => (StatusCode::SERVICE_UNAVAILABLE, texts.busy_everybody),
            };
            let page = answer::notice(bridge, headers, texts.busy_title, text);
            (status, [(header::RETRY_AFTER, "60")], page).into_response()
        }
    }
}

fn untrusted(bridge: &Bridge, headers: &HeaderMap, why: Untrusted) -> Response {
    tracing::warn!(?why, "an authorisation request can't be trusted");
    let texts = answer::language(headers).texts();
    let page = answer::notice(bridge, headers, texts.untrusted_title, texts.untrusted);
    (StatusCode::BAD_REQUEST, page).into_response()
}
