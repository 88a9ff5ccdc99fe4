//! SCIM 2.0 (RFC 7643, RFC 7644) at `/scim/v2`: how an organisation's directory provisions its staff.
//!
//! Owns the routes, how resources, filters and changes are read from the network, and how every refusal looks. Filters and changes
//! are pure functions over tables of attributes; what they mean for accounts is the module `provisioning`'s in `portal`. Knows no
//! session and no page.

mod authentication;
mod condition;
mod discovery;
mod error;
mod filter;
mod groups;
mod patch;
mod request;
mod resource;
mod response;
mod schema;
mod users;
mod value;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, delete, get, patch as patched, post, put};
use base::Clock;
use http::{Method, StatusCode};
use portal::Portal;
use web::RateLimit;

pub(crate) use error::ScimError;

use crate::routes::{Access, Route};

/// Where SCIM begins. Its routes never look at cookies.
pub(crate) const BASE_PATH: &str = "/scim/v2";

/// The most bytes in the body of a request: a group with as many members as there may be, as it is sent.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// What the routes of SCIM work with.
#[derive(Clone)]
pub(crate) struct ScimState {
    /// The use cases.
    pub(crate) portal: Portal,
    /// What time it is, for the limit on wrong tokens.
    pub(crate) clock: Clock,
    /// The address that SCIM is reached at, without a slash at its end.
    pub(crate) base: Arc<str>,
    /// How many requests with wrong tokens an address may make.
    pub(crate) refused_tokens: Arc<RateLimit>,
}

/// Every route: the router and the table are made of this one list.
fn routes() -> Vec<(Method, &'static str, MethodRouter<ScimState>)> {
    vec![
        (Method::POST, "/Users", post(users::create)),
        (Method::GET, "/Users", get(users::list)),
        (Method::POST, "/Users/.search", post(users::search)),
        (Method::GET, "/Users/{id}", get(users::read)),
        (Method::PUT, "/Users/{id}", put(users::replace)),
        (Method::PATCH, "/Users/{id}", patched(users::change)),
        (Method::DELETE, "/Users/{id}", delete(users::delete)),
        (Method::POST, "/Groups", post(groups::create)),
        (Method::GET, "/Groups", get(groups::list)),
        (Method::POST, "/Groups/.search", post(groups::search)),
        (Method::GET, "/Groups/{id}", get(groups::read)),
        (Method::PUT, "/Groups/{id}", put(groups::replace)),
        (Method::PATCH, "/Groups/{id}", patched(groups::change)),
        (Method::DELETE, "/Groups/{id}", delete(groups::delete)),
        (Method::POST, "/.search", post(discovery::search)),
        (
            Method::GET,
            "/ServiceProviderConfig",
            get(discovery::service_provider_config),
        ),
        (Method::GET, "/ResourceTypes", get(discovery::resource_types)),
        (Method::GET, "/ResourceTypes/{name}", get(discovery::resource_type)),
        (Method::GET, "/Me", get(discovery::me)),
        (Method::GET, "/Schemas", get(discovery::all_schemas)),
        (Method::GET, "/Schemas/{urn}", get(discovery::one_schema)),
    ]
}

/// The routes of SCIM, with their whole paths. They need the layers of `web::guard` around them.
pub(crate) fn router(state: ScimState) -> Router {
    let router = routes()
        .into_iter()
        .fold(Router::new(), |router, (_, path, handler)| router.route(path, handler))
        .fallback(async || ScimError::of(StatusCode::NOT_FOUND))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new()
        .nest(BASE_PATH, router)
        .method_not_allowed_fallback(async || ScimError::of(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn(error::write_errors))
        .with_state(state)
}

/// What the table of routes says of SCIM: all of it is for directories.
pub(crate) fn table() -> Vec<Route> {
    let routes = routes().into_iter().map(|(method, path, _)| Route {
        method,
        path: format!("{BASE_PATH}{path}"),
        access: Access::Directory,
    });
    routes.collect()
}
