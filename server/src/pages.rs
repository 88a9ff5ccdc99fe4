//! The pages that `app` renders, one route each.

use app::{ErrorPage, Page, PageContext, page};
use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower_sessions::Session;
use web::{Problem, RequestContext};

use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, data_protection, flash, last_provider, own_mail, own_sessions, rights, sign_in, terms, your_data};

/// Pages for anybody.
pub(crate) fn public() -> Routes {
    Routes::default()
        .add(Method::GET, "/", Access::Public, landing)
        .add(Method::GET, "/signed-out", Access::Public, signed_out)
        .add(Method::GET, "/accessibility", Access::Public, accessibility)
        .add(Method::GET, "/data-protection", Access::Public, data_protection::show)
        .add(Method::GET, "/preview", Access::Public, preview_frame)
}

/// Pages for signed-in recipients.
pub(crate) fn private() -> Routes {
    Routes::default()
        .add(Method::GET, "/inbox", Access::Recipient, inbox)
        .add(Method::GET, "/cases/{id}", Access::Recipient, case)
        .add(Method::GET, "/cases/{id}/history", Access::Recipient, case_history)
        .add(Method::GET, "/documents/{id}", Access::Recipient, document)
        .merge(own_sessions::routes())
        .merge(own_mail::routes())
        .merge(your_data::routes())
        .merge(rights::routes())
        .merge(terms::routes())
}

async fn landing(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let mode = visitor.mode;
    let mut context = context(&state, visitor);
    let last_used = last_provider::read(&headers);
    context.providers = state.providers().choices(context.layout.language, last_used, mode);
    flash::tell(&headers, |flash| {
        context.flash = flash;
        page::landing(&context)
    })
}

async fn signed_out(Extension(visitor): Extension<Visitor>) -> Page {
    page::signed_out(&visitor.layout)
}

async fn accessibility(Extension(visitor): Extension<Visitor>) -> Page {
    page::accessibility(&visitor.layout)
}

async fn inbox(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Page {
    page::inbox(&context(&state, visitor)).await
}

async fn case(State(state): State<AppState>, Path(id): Path<String>, Extension(visitor): Extension<Visitor>) -> Page {
    page::case(&context(&state, visitor), &id).await
}

async fn case_history(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Page {
    page::case_history(&context(&state, visitor), &id).await
}

async fn document(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
) -> Page {
    let mut context = context(&state, visitor);
    context.came_by = sign_in::came_by(&session).await;
    page::document(&context, &id).await
}

/// The frame in which documents are drawn: of an opaque origin, with a policy of its own.
async fn preview_frame(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let policy = page::preview_frame_policy(&visitor.layout.nonce, state.origin().as_str());
    let mut response = page::preview_frame(&visitor.layout).into_response();
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return answer::error(ErrorPage::Internal, &visitor);
    };
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
        .headers_mut()
        .insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// What a page loads from.
pub(crate) fn context(state: &AppState, visitor: Visitor) -> PageContext {
    PageContext {
        providers: state.providers().choices(visitor.layout.language, None, visitor.mode),
        came_by: None,
        layout: visitor.layout,
        portal: state.portal().clone(),
        actor: visitor.actor,
        now: state.clock().now(),
        time_zone: state.time_zone().clone(),
        flash: None,
    }
}

/// What no route matches.
pub(crate) async fn not_found(State(state): State<AppState>, context: RequestContext, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if parts.uri.path().starts_with("/api/") {
        return Problem::of(StatusCode::NOT_FOUND).request(context.id).into_response();
    }
    answer::error(ErrorPage::NotFound, &Visitor::unknown(&state, context, &parts))
}

/// A route matches, but not its method.
pub(crate) async fn method_not_allowed(
    State(state): State<AppState>,
    context: RequestContext,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if parts.uri.path().starts_with("/api/") {
        return Problem::of(status).request(context.id).into_response();
    }
    answer::error_with(
        status,
        ErrorPage::BadRequest,
        &Visitor::unknown(&state, context, &parts),
    )
}
