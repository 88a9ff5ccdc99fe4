//! A person's own sign-ins: the page that lists where they are signed in, the forms that end one or all the others, the one that
//! says of a new kind of device that it was them, the page of all sign-ins that are kept, and the form that says of one that it
//! was not them.

use app::{ErrorPage, Flash, page};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::{SessionId, Timestamp};
use http::{HeaderMap, Method};
use portal::{EndSessionError, ReportSignInError};
use serde::Deserialize;

use crate::form_body::Form;
use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash, pages, session_end};

const PAGE: &str = "/sessions";
const ALL: &str = "/sign-ins";

/// The page and its forms.
pub(crate) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, PAGE, Access::RecipientBeforeTerms, list)
        .add(
            Method::POST,
            "/sessions/{id}/end",
            Access::RecipientBeforeTerms,
            end_one,
        )
        .add(
            Method::POST,
            "/sessions/end-others",
            Access::RecipientBeforeTerms,
            end_others,
        )
        .add(Method::GET, ALL, Access::RecipientBeforeTerms, list_all)
        .add(
            Method::POST,
            "/sign-ins/{id}/report",
            Access::RecipientBeforeTerms,
            it_was_not_me,
        )
        .add(Method::POST, "/inbox/new-devices", Access::Recipient, it_was_me)
        .add(Method::POST, "/session", Access::RecipientBeforeTerms, stay)
}

/// `GET /sessions`: where the person is signed in.
async fn list(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::sessions(&context).await
    })
    .await
}

/// `POST /sessions/{id}/end`: ends one; what is not the person's own is not found.
async fn end_one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let Ok(id) = id.parse::<SessionId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    match state.portal().end_session_of(actor, id).await {
        Ok(()) => flash::to(PAGE, Flash::OneEnded),
        Err(EndSessionError::NotFound) => answer::error(ErrorPage::NotFound, &visitor),
        Err(EndSessionError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}

/// `POST /sessions/end-others`: ends all but the one that asks; when there are none, that is so already.
async fn end_others(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    match state.portal().end_other_sessions(actor).await {
        Ok(_) => flash::to(PAGE, Flash::OthersEnded),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

/// `GET /sign-ins`: all the person's sign-ins that are kept.
async fn list_all(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::sign_ins(&context).await
    })
    .await
}

/// `POST /sign-ins/{id}/report`: it was somebody else who signed in there; what is not the person's own is not found.
async fn it_was_not_me(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let Ok(id) = id.parse::<SessionId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    match state.portal().report_sign_in(actor, id).await {
        Ok(is_first) => {
            if is_first {
                tracing::warn!(request = %visitor.layout.request, sign_in = %id, "a recipient says that a sign-in was not theirs");
            }
            flash::to(ALL, Flash::SignInReported)
        }
        Err(ReportSignInError::NotFound) => answer::error(ErrorPage::NotFound, &visitor),
        Err(ReportSignInError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}

/// What the person saw when they said that it was them.
#[derive(Deserialize)]
struct Seen {
    /// When the latest of the sign-ins was that the page told of, in milliseconds.
    until: i64,
}

/// `POST /inbox/new-devices`: it was them who signed in from the new kinds of devices that the inbox told of.
async fn it_was_me(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    seen: Result<Form<Seen>, Response>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let until = match seen {
        Ok(Form(seen)) => Timestamp::from_millis(seen.until),
        Err(refused) => return refused,
    };
    match state.portal().dismiss_new_devices(actor, until).await {
        Ok(()) => Redirect::to("/inbox").into_response(),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

/// `POST /session`: the person stays. That the request came is use of the session already.
async fn stay(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    match visitor.actor.as_ref().and_then(portal::RecipientActor::session_end) {
        Some(end) => session_end::time_left(&state, end),
        None => answer::error(ErrorPage::SessionEnded, &visitor),
    }
}
