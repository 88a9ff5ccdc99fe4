//! What is known of each request: its id and where it came from. One log line an answer.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use base::RequestId;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;

use crate::Network;
use crate::guard::Guard;

/// Carries the request's id back to the client.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The address that a request came from, after trusted proxies were believed. An extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// What the guard knows of a request; an extractor, and an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// Made anew for each request; what a client sends as `X-Request-Id` is not believed.
    pub id: RequestId,
    /// Where it came from; `None` when the router runs without a socket (tests).
    pub address: Option<IpAddr>,
}

impl<S: Sync> axum::extract::FromRequestParts<S> for RequestContext {
    type Rejection = http::StatusCode;

    /// Fails with 500 on a router that does not lie behind [`crate::guard::guard`].
    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get()
            .copied()
            .ok_or(http::StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Put into a response's extensions by a fallback that wants its name in the log instead of "unmatched".
#[derive(Clone, Copy, Debug)]
pub struct LogPath(pub &'static str);

pub(crate) async fn identify(guard: &Guard, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let address = peer.map(|peer| client_address(peer, request.headers(), &guard.trusted_proxies));
    let context = RequestContext {
        id: guard.ids.next(),
        address,
    };
    request.extensions_mut().insert(context);
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let method = request.method().clone();
    // Neither path nor query: what matched has the parameters' names in place of their values.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id = %context.id, %method, route);
    async move {
        let started = Instant::now();
        let mut response = next.run(request).await;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        match response.extensions().get::<LogPath>() {
            Some(LogPath(path)) => tracing::info!(status, milliseconds, path, "answered"),
            None => tracing::info!(status, milliseconds, "answered"),
        }
        if let Ok(id) = HeaderValue::from_str(&context.id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

/// The rightmost address that is not a trusted proxy's: what stands to its left was written by whoever that is.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if !is_trusted(client) {
        return client;
    }
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(from("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        assert_eq!(
            from("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["unknown, 10.0.0.2"]), "10.0.0.2");
    }
}
