//! The layers that every route of a program lies behind, in the one order that is right.
//!
//! From the outside in: request id and log line, security headers, caught panics, idle limit on the request's body,
//! origin rule, then the program's routes. So a refused or panicked request still has its id, headers and log line.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use base::Ids;
use futures::FutureExt;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::headers::{HeaderPolicy, Nonce};
use crate::{Network, OriginRule, RequestContext, request};

/// Why the guard answers in place of the program's own route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The origin rule refused: answer 403.
    ForeignOrigin,
    /// The route panicked: answer 500.
    Panicked,
}

/// Makes the answer to a refusal; it gets the request's head, without the body.
pub type Refuse = Arc<dyn Fn(Refusal, RequestContext, &http::request::Parts) -> Response + Send + Sync>;

/// How the layers are to behave.
#[derive(Clone)]
pub struct Guard {
    /// Where request ids come from.
    pub ids: Ids,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Security headers.
    pub headers: HeaderPolicy,
    /// Where mutations may come from.
    pub origin: OriginRule,
    /// How long a request's body may stand still.
    pub idle: Duration,
    /// Makes the answers to refusals, in the program's own look.
    pub refuse: Refuse,
}

/// Puts `router` behind the layers.
pub fn guard(router: Router, guard: Guard) -> Router {
    let idle = guard.idle;
    let guard = Arc::new(guard);
    let (outer, headers, inner) = (Arc::clone(&guard), Arc::clone(&guard), guard);
    // The layer added last is the outermost.
    router
        .layer(from_fn(move |request: Request, next: Next| {
            let guard = Arc::clone(&inner);
            async move { check_and_catch(&guard, request, next).await }
        }))
        .layer(RequestBodyTimeoutLayer::new(idle))
        .layer(from_fn(move |mut request: Request, next: Next| {
            let guard = Arc::clone(&headers);
            async move {
                let nonce = Nonce::new();
                request.extensions_mut().insert(nonce.clone());
                let mut response = next.run(request).await;
                guard.headers.apply(&nonce, response.headers_mut());
                response
            }
        }))
        .layer(from_fn(move |request: Request, next: Next| {
            let guard = Arc::clone(&outer);
            async move { request::identify(&guard, request, next).await }
        }))
}

async fn check_and_catch(guard: &Guard, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Some(context) = parts.extensions.get::<RequestContext>().copied() else {
        return Response::default();
    };
    if guard
        .origin
        .check(&parts.method, parts.uri.path(), &parts.headers)
        .is_err()
    {
        return (guard.refuse)(Refusal::ForeignOrigin, context, &parts);
    }
    let head = parts.clone();
    match AssertUnwindSafe(next.run(Request::from_parts(parts, body)))
        .catch_unwind()
        .await
    {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(message = panic_message(&*panic), "a route panicked");
            (guard.refuse)(Refusal::Panicked, context, &head)
        }
    }
}

/// Only literal messages: a formatted one may hold what must not be logged.
fn panic_message(panic: &(dyn Any + Send)) -> &'static str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("see the panic's own line")
}

#[cfg(test)]
mod tests;
