//! The terms: the page that a recipient meets before they read anything, when there are terms, and the forms that accept them or take
//! that back.

use app::{ErrorPage, Flash, page};
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use portal::AcceptTermsError;
use serde::Deserialize;

use crate::form_body::Form;
use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, pages, return_to};

/// Where the terms in force are.
pub(crate) const PAGE: &str = "/terms";

/// The pages and their forms.
pub(crate) fn routes() -> Routes {
    let access = Access::RecipientBeforeTerms;
    Routes::default()
        .add(Method::GET, PAGE, access, show)
        .add(Method::GET, "/terms/accepted", access, accepted)
        .add(Method::POST, "/terms/accept", access, accept)
        .add(Method::POST, "/terms/withdraw", access, withdraw)
}

/// `GET /terms`: the terms in force, and the form that accepts them.
async fn show(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    page::terms(&pages::context(&state, visitor), None)
        .await
        .into_response()
}

/// `GET /terms/accepted`: the text that the person accepted last, as it was then.
async fn accepted(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    page::accepted_terms(&pages::context(&state, visitor))
        .await
        .into_response()
}

/// What the form says. A box that is not ticked sends nothing.
#[derive(Deserialize)]
struct Given {
    /// Names the text that was shown.
    terms: String,
    accepted: Option<String>,
}

/// `POST /terms/accept`
async fn accept(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    given: Result<Form<Given>, Response>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let given = match given {
        Ok(Form(given)) => given,
        Err(refused) => return refused,
    };
    let problem = if given.accepted.is_none() {
        page::TermsProblem::NotTicked
    } else {
        match state.portal().accept_terms(actor, &given.terms).await {
            Ok(()) => return Redirect::to(&return_to::read(&headers).to_string()).into_response(),
            Err(AcceptTermsError::NotInForce) => page::TermsProblem::Changed,
            Err(AcceptTermsError::Fault(fault)) => return answer::fault(&fault, &visitor),
        }
    };
    let mut response = page::terms(&pages::context(&state, visitor), Some(problem))
        .await
        .into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST /terms/withdraw`
async fn withdraw(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    match state.portal().withdraw_terms(actor).await {
        Ok(()) => {
            let mut response = Redirect::to("/rights").into_response();
            cookie::set(response.headers_mut(), flash::leave(Flash::TermsWithdrawn));
            response
        }
        Err(fault) => answer::fault(&fault, &visitor),
    }
}
