//! A recipient's rights: the page of what they have asked for, the form that asks an organisation to erase or correct something, and
//! the way to take that back.

use app::page::{NewRequestForm, NewRequestProblem};
use app::{ErrorPage, Flash, Page, page};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use base::{CaseId, DataRequestId, OrganisationId};
use http::{HeaderMap, Method, StatusCode};
use portal::{DataRequestKind, MakeRequestError, NewDataRequest, WithdrawRequestError};
use serde::Deserialize;

use crate::form_body::Form;
use crate::query::Query;
use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash, pages};

const PAGE: &str = "/rights";
const NEW: &str = "/rights/new";

/// The pages and their forms.
pub(crate) fn routes() -> Routes {
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), PAGE, Access::RecipientBeforeTerms, list)
        .add(get.clone(), NEW, Access::RecipientBeforeTerms, form)
        .add(post.clone(), NEW, Access::RecipientBeforeTerms, make)
        .add(get, "/rights/{id}", Access::RecipientBeforeTerms, one)
        .add(post, "/rights/{id}/withdraw", Access::RecipientBeforeTerms, withdraw)
}

/// `GET /rights`: what the person can ask for, and has asked for.
async fn list(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::rights(&context).await
    })
    .await
}

/// `GET /rights/{id}`: one of the person's requests.
async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::own_request(&context, &id).await
    })
    .await
}

/// What the form is to begin with.
#[derive(Deserialize)]
struct Begins {
    about: Option<String>,
}

/// `GET /rights/new`
async fn form(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Query(begins): Query<Begins>,
) -> Page {
    let form = NewRequestForm {
        form: state.portal().new_request_form(),
        about: begins.about.unwrap_or_default(),
        kind: None,
        text: String::new(),
        problem: None,
    };
    page::new_request(&pages::context(&state, visitor), &form).await
}

/// A request as the form describes it.
#[derive(Deserialize)]
struct Given {
    form: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    text: String,
}

/// `POST /rights/new`
async fn make(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    given: Result<Form<Given>, Response>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let given = match given {
        Ok(Form(given)) => given,
        Err(refused) => return refused,
    };
    let Ok(form) = given.form.parse::<DataRequestId>() else {
        return answer::error(ErrorPage::BadRequest, &visitor);
    };
    let kind = DataRequestKind::from_name(&given.kind);
    let problem = match (about(&given.about), kind) {
        (None, _) => NewRequestProblem::About,
        (_, None) => NewRequestProblem::Kind,
        (Some((organisation, case)), Some(kind)) => {
            let new = NewDataRequest {
                form,
                organisation,
                case,
                kind,
                text: given.text.clone(),
            };
            match state.portal().make_request(actor, &new).await {
                Ok(made) => return flash::to(format!("{PAGE}/{made}"), Flash::RequestMade),
                Err(MakeRequestError::InvalidText) => NewRequestProblem::Text,
                Err(MakeRequestError::TooMany) => NewRequestProblem::TooMany,
                Err(MakeRequestError::TooManyToday) => NewRequestProblem::TooManyToday,
                Err(MakeRequestError::NotFound) => NewRequestProblem::NothingThere,
                Err(MakeRequestError::Fault(fault)) => return answer::fault(&fault, &visitor),
            }
        }
    };
    let form = NewRequestForm {
        form,
        about: given.about,
        kind,
        text: given.text,
        problem: Some(problem),
    };
    let mut response = page::new_request(&pages::context(&state, visitor), &form)
        .await
        .into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// What a request is about, as the form names it.
fn about(text: &str) -> Option<(OrganisationId, Option<CaseId>)> {
    match text.split_once('/') {
        None => Some((text.parse().ok()?, None)),
        Some((organisation, case)) => Some((organisation.parse().ok()?, Some(case.parse().ok()?))),
    }
}

/// `POST /rights/{id}/withdraw`
async fn withdraw(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let Ok(id) = id.parse::<DataRequestId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let page = format!("{PAGE}/{id}");
    match state.portal().withdraw_request(actor, id).await {
        Ok(()) => flash::to(&page, Flash::RequestWithdrawn),
        Err(WithdrawRequestError::AlreadyAnswered) => flash::to(&page, Flash::RequestAnsweredAlready),
        Err(WithdrawRequestError::NotFound) => answer::error(ErrorPage::NotFound, &visitor),
        Err(WithdrawRequestError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}
