//! The router: every route, and the layers that it lies behind.

use std::sync::Arc;

use app::ErrorPage;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::IntoResponse;
use base::Ids;
use http::Method;
use portal::SessionKind;
use web::guard::guard;
use web::{Guard, HeaderPolicy, OriginRule, Problem, RateLimit, Refusal};

use crate::api::ApiState;
use crate::config::Config;
use crate::routes::{Access, Route, Routes};
use crate::scim::{self, ScimError, ScimState};
use crate::state::AppState;
use crate::visitor::{self, Visitor};
use crate::{
    answer, api, assets, content, form_body, health, language, pages, session, session_end, sign_in, signing_keys,
    staff,
};

/// The whole program behind its layers, and the table of its routes.
pub fn router(state: &AppState, config: &Config) -> (Router, Vec<Route>) {
    let refusing = state.clone();
    let Routes { router, mut table } = routes(state);
    table.extend(api::table());
    table.extend(scim::table());
    let refused_tokens = Arc::new(RateLimit::per_minute(config.rates.refused_tokens_per_minute));
    let api = api::router(ApiState {
        portal: state.portal().clone(),
        key_sets: state.key_sets().clone(),
        clock: state.clock().clone(),
        address: config.origin.host_and_port().to_owned(),
        audiences: [
            config.origin.address_of(&format!("{API}token")),
            config.origin.as_str().to_owned(),
        ],
        refused_tokens: Arc::clone(&refused_tokens),
    });
    let scim = scim::router(ScimState {
        portal: state.portal().clone(),
        clock: state.clock().clone(),
        base: config.origin.address_of(scim::BASE_PATH).into(),
        refused_tokens,
    });
    let router = router
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .with_state(state.clone())
        .merge(api)
        .merge(scim);
    let directory = format!("{}/", scim::BASE_PATH);
    let machines: Vec<String> = [API.to_owned(), directory.clone()]
        .into_iter()
        .chain(sign_in::back_channel_paths(&config.providers))
        .collect();
    let guarded = guard(
        router,
        Guard {
            ids: Ids::new(state.clock().clone()),
            trusted_proxies: config.listen.trusted_proxies.clone(),
            headers: HeaderPolicy::new(&config.origin, &content_policy(config)),
            origin: OriginRule::new(&config.origin, &machines.iter().map(String::as_str).collect::<Vec<_>>()),
            idle: config.listen.limits().idle,
            refuse: Arc::new(move |refusal, context, parts| {
                let page = match refusal {
                    Refusal::ForeignOrigin => ErrorPage::ForbiddenOrigin,
                    Refusal::Panicked => ErrorPage::Internal,
                };
                if parts.uri.path().starts_with(API) {
                    return Problem::of(page.status()).request(context.id).into_response();
                }
                if parts.uri.path().starts_with(&directory) {
                    return ScimError::of(page.status()).answer(context.id);
                }
                answer::error(page, &Visitor::unknown(&refusing, context, parts))
            }),
        },
    );
    (guarded, table)
}

/// Where API v1 begins. Its routes never look at cookies: a request without any is exempt from the origin rule, and one
/// with cookies must pass it like a page's.
const API: &str = "/api/v1/";

fn routes(state: &AppState) -> Routes {
    let private = Routes::default()
        .add(
            Method::GET,
            "/documents/{id}/content",
            Access::Recipient,
            content::content,
        )
        .merge(pages::private())
        .map(|router| router.layer(from_fn(visitor::require)));
    let visited = Routes::default()
        .add(Method::POST, "/sign-in/{provider}", Access::Public, sign_in::start)
        .add(
            Method::GET,
            "/sign-in/{provider}/callback",
            Access::Public,
            sign_in::callback,
        )
        .add(Method::POST, "/sign-out", Access::Public, sign_in::sign_out)
        .add(Method::POST, "/language", Access::Public, language::choose)
        .merge(pages::public())
        .merge(private)
        .map(|router| router.layer(from_fn_with_state(state.clone(), visitor::recognise)))
        // Asked by the countdown, which is no use of the session.
        .add(Method::GET, "/session", Access::Public, session_end::of_recipient)
        .map(|router| {
            router
                .layer(session::layer(state.portal(), SessionKind::Recipient))
                .layer(map_response(session::complete_removal))
                .layer(from_fn_with_state(state.clone(), form_body::whole))
        });
    Routes::default()
        .add(Method::GET, "/healthz", Access::Public, health::healthz)
        .add(Method::GET, "/readyz", Access::Public, health::readyz)
        .add(Method::GET, signing_keys::PATH, Access::Public, signing_keys::list)
        .add(Method::GET, "/assets/{file}", Access::Public, assets::serve)
        .add(Method::GET, "/sign-in/{provider}/jwks", Access::Public, sign_in::jwks)
        .add(Method::GET, "/sign-in/{provider}/logo", Access::Public, sign_in::logo)
        .add(
            Method::POST,
            "/sign-in/{provider}/back-channel-logout",
            Access::Public,
            sign_in::back_channel_logout,
        )
        .add(
            Method::GET,
            "/sign-in/{provider}/front-channel-logout",
            Access::Public,
            sign_in::front_channel_logout,
        )
        .map(|router| router.layer(DefaultBodyLimit::max(form_body::MAX_BYTES)))
        .merge(visited)
        .merge(staff::routes(state))
}

/// Scripts by nonce and from us; WebAssembly for the islands; forms to us and, by redirect, to the providers.
fn content_policy(config: &Config) -> String {
    let forms = sign_in::form_origins(&config.providers).join(" ");
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{{nonce}}' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; \
         form-action 'self' {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
}
