//! Who asks for a page: worked out once a request, before any page is made.

use app::{Audience, DeviceMode, ErrorPage, Flash, Layout};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode, header};
use portal::{Device, RecipientActor, RequestInfo, Whereabouts};
use tower_sessions::Session;
use tower_sessions::session::Error;
use web::{Nonce, RequestContext};

use crate::return_to::{Arrival, Page};
use crate::state::AppState;
use crate::{answer, cookie, flash, language, return_to, session, session_end, sign_in, terms};

/// Who asks. An extension of each request for a page.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) request: RequestInfo,
    pub(crate) layout: Layout,
    pub(crate) actor: Option<RecipientActor>,
    /// What kind of device the request says it comes from.
    pub(crate) device: Device,
    /// Where somebody with this device has their e-identification.
    pub(crate) mode: DeviceMode,
}

impl Visitor {
    /// Somebody of whom nothing is known but the request.
    pub(crate) fn unknown(state: &AppState, context: RequestContext, parts: &http::request::Parts) -> Self {
        let device = device(&parts.headers);
        let nonce = parts.extensions.get().map(|nonce: &Nonce| nonce.as_str().to_owned());
        Self {
            request: RequestInfo {
                id: context.id,
                address: context.address,
            },
            layout: Layout {
                language: language::of(&parts.headers),
                nonce: nonce.unwrap_or_default(),
                assets: state.assets().names().clone(),
                path: page_path(parts),
                request: context.id,
                audience: Audience::Visitor,
                session_ends_in: None,
                shown_once: false,
                contact: state.contact().cloned(),
            },
            actor: None,
            device,
            mode: sign_in::fitting(&parts.headers, device),
        }
    }

    /// What is known of where the request comes from. Asked for at a sign-in alone, so that nobody is placed who only looks.
    pub(crate) fn whereabouts(&self, state: &AppState) -> Whereabouts {
        Whereabouts {
            device: self.device,
            place: state.places().of(self.request.address),
        }
    }
}

/// The path of the page that answers. A form may be answered at an address that nobody can open.
fn page_path(parts: &http::request::Parts) -> String {
    let path = parts.uri.path();
    if parts.method.is_safe() {
        path.to_owned()
    } else {
        Page::of(path).to_string()
    }
}

/// The page to ask for when the session ends, which says so: the one that answers, or, when a form of it was answered and it is
/// not private, the beginning.
pub(crate) fn leave_for(parts: &http::request::Parts, layout: &Layout, is_private: bool) -> String {
    if parts.method.is_safe() || is_private {
        layout.path.clone()
    } else {
        layout.audience.home().to_owned()
    }
}

fn device(headers: &HeaderMap) -> Device {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    user_agent.map_or(Device::UNKNOWN, Device::of)
}

/// Works out who asks and puts it into the request's extensions.
pub(crate) async fn recognise(
    State(state): State<AppState>,
    context: RequestContext,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut visitor = Visitor::unknown(&state, context, &parts);
    if let Some(key) = session::key(&session) {
        match state.portal().recipient_actor(&key, visitor.request.clone()).await {
            Ok(actor) => visitor.actor = actor,
            Err(fault) => return answer::fault(&fault, &visitor),
        }
    }
    if let Some(actor) = &visitor.actor {
        visitor.layout.audience = Audience::Recipient;
        let leave_for = leave_for(&parts, &visitor.layout, Page::of(&visitor.layout.path).is_private());
        let ends_in = |end| session_end::ends_in(end, state.clock().now(), leave_for);
        visitor.layout.session_ends_in = actor.session_end().map(ends_in);
    }
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

/// Lets only signed-in people through. Others go to the landing page, and their browser keeps where they were going, so that
/// nothing is written for them here; a script or a frame, which can't follow, is refused.
pub(crate) async fn require(session: Session, request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Some(actor) = &visitor.actor {
        // Where somebody was going is kept until they have accepted the terms.
        if !actor.has_accepted_terms() {
            return next.run(request).await;
        }
        let going = Arrival::of(&request);
        return going.answer(next.run(request).await);
    }
    if request.method() != Method::GET || !navigates(&request) {
        return answer::error(ErrorPage::SessionEnded, visitor);
    }
    let flash = match has_run_out(&session).await {
        Ok(true) => Flash::SessionEnded,
        Ok(false) => Flash::SignInFirst,
        Err(error) => return answer::fault(&error, visitor),
    };
    let page = return_to::remember(request.uri().path());
    let mut response = Redirect::to("/").into_response();
    cookie::set(response.headers_mut(), flash::leave(flash).into_iter().chain(page));
    response
}

/// Lets only those through who have accepted the terms, if there are any. Others come to the terms, and their browser keeps where they
/// were going; a script or a frame, which can't follow, is refused.
pub(crate) async fn require_terms(request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let accepted = visitor.actor.as_ref().is_none_or(RecipientActor::has_accepted_terms);
    if accepted {
        return next.run(request).await;
    }
    if !navigates(&request) {
        return answer::error(ErrorPage::Forbidden, visitor);
    }
    // A form was not done anything about; it is sent again afterwards, from its page.
    let mut response = Redirect::to(terms::PAGE).into_response();
    cookie::set(response.headers_mut(), return_to::remember(request.uri().path()));
    response
}

/// Whether a person opens a page, as far as the browser says.
fn navigates(request: &Request) -> bool {
    let dest = request.headers().get("sec-fetch-dest");
    dest.is_none_or(|dest| dest == "document")
}

/// Whether the request came with a session that is there no more.
async fn has_run_out(session: &Session) -> Result<bool, Error> {
    let came_with_session = session.id().is_some();
    // Looking at a session that has run out takes its id away.
    session.get_value("").await?;
    Ok(came_with_session && session.id().is_none())
}
