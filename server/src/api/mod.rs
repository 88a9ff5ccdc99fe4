//! API v1: what an organisation's systems send and ask.
//!
//! Owns the routes under `/api/v1`, who may call them, how a message is read from the network, and how every refusal
//! looks. The wire types stand in the crate `api`, the rules in `portal`; here one is translated into the other. Knows
//! no session and no page.

mod authentication;
mod body;
mod cases;
mod events;
mod messages;
mod problems;
mod recipients;
mod refusal;
mod token;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use base::Clock;
use http::Method;
use portal::Portal;
use utoipa::OpenApi;
use utoipa::openapi::PathItem;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::RateLimit;

pub(crate) use refusal::Refusal;

use crate::key_sets::KeySets;
use crate::routes::{Access, Route};

/// The most bytes in the body of any request but `POST /messages`.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What the routes of API v1 work with.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub portal: Portal,
    /// What systems publish.
    pub key_sets: KeySets,
    /// What day it is, for reading a personnummer.
    pub clock: Clock,
    /// The address that people reach the portal at, as a person types it and as it stands in letters:
    /// `post.example.se`.
    pub address: String,
    /// For whom a signed assertion may be: the token endpoint and the origin.
    pub audiences: [String; 2],
    /// How many token requests with wrong credentials an address may make.
    pub refused_tokens: Arc<RateLimit>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Postvalv API",
        version = "1",
        description = "Hand confidential documents to named persons. An organisation's systems send messages, follow \
                       what happens to them and take them back. Every refusal is a problem detail (RFC 9457) with a \
                       stable code. A personnummer stands only ever in a body, never in an address.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    components(schemas(::api::ProblemCode, ::api::EventKind)),
    modifiers(&Security),
    tags(
        (name = "token", description = "Getting an access token"),
        (name = "recipients", description = "Who can be reached"),
        (name = "messages", description = "Sending, following and taking back"),
        (name = "cases", description = "Closing cases, and opening them again"),
        (name = "events", description = "What has happened"),
        (name = "description", description = "This description and the problems"),
    ),
)]
struct Description;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scopes = Scopes::from_iter([
            (
                "messages:send",
                "Send messages and take them back, close cases and open them again",
            ),
            ("messages:read", "Ask how the organisation's messages fare"),
            ("recipients:match", "Ask whether people can be notified"),
            ("events:read", "Follow what happens to the organisation's messages"),
        ]);
        let flow = Flow::ClientCredentials(ClientCredentials::new("/api/v1/token", scopes));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("system", SecurityScheme::OAuth2(OAuth2::new([flow])));
    }
}

fn routes() -> OpenApiRouter<ApiState> {
    let bounded = OpenApiRouter::new()
        .routes(routes!(token::issue))
        .routes(routes!(recipients::match_recipients))
        .routes(routes!(messages::status, messages::revoke))
        .routes(routes!(cases::close, cases::reopen))
        .routes(routes!(events::list))
        .routes(routes!(problems::explain))
        .routes(routes!(problems::description))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    // A message is read as a stream that is bounded part by part, so the limit on whole bodies isn't for it.
    let streamed = OpenApiRouter::new().routes(routes!(messages::send));
    OpenApiRouter::with_openapi(Description::openapi())
        .nest(::api::BASE_PATH, bounded.merge(streamed).fallback(problems::not_found))
}

/// The routes of API v1, with their whole paths. They need the layers of `web::guard` around them: without a request's
/// context every one of them answers 500.
pub fn router(state: ApiState) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .method_not_allowed_fallback(problems::method_not_allowed)
        .layer(middleware::from_fn(refusal::write_problems))
        .with_state(state)
}

/// What the table of routes says of the API: an operation that the description gives no security is for anybody.
pub(crate) fn table() -> Vec<Route> {
    let paths = routes().to_openapi().paths.paths;
    let of_path = |(path, item): (String, PathItem)| {
        let operations = [
            (Method::GET, item.get),
            (Method::POST, item.post),
            (Method::PUT, item.put),
            (Method::PATCH, item.patch),
            (Method::DELETE, item.delete),
        ];
        operations.into_iter().filter_map(move |(method, operation)| {
            let secured = operation?.security.is_some_and(|security| !security.is_empty());
            let access = if secured { Access::System } else { Access::Public };
            Some(Route {
                method,
                path: path.clone(),
                access,
            })
        })
    };
    paths.into_iter().flat_map(of_path).collect()
}

/// The description of the API (OpenAPI 3.1) as JSON, indented, with a line break at its end: what is served, what
/// stands in `docs/openapi.json` and what `postvalv openapi` prints.
pub fn openapi_json() -> String {
    let mut text = routes().to_openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == super::openapi_json(),
            "docs/openapi.json is out of date: run `cargo run -p server -- openapi > docs/openapi.json`"
        );
    }
}
