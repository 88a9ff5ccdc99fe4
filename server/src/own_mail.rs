//! The mails that a recipient gets: the page that says to which address, the forms by which they give and prove one of their own, and
//! those that say no to mails or take that back.

use app::page::{MailProblem, RefusedMail};
use app::{ErrorPage, Flash, mail_consent, page};
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use portal::{Fault, GiveAddressError, ProveAddressError};
use serde::Deserialize;

use crate::form_body::Form;
use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash, pages};

const PAGE: &str = "/mail";

/// The pages and their forms.
pub(crate) fn routes() -> Routes {
    let access = Access::RecipientBeforeTerms;
    Routes::default()
        .add(Method::GET, PAGE, access, show)
        .add(Method::GET, "/mail/consent", access, consent)
        .add(Method::POST, "/mail/address", access, give)
        .add(Method::POST, "/mail/address/drop", access, give_up)
        .add(Method::POST, "/mail/code", access, prove)
        .add(Method::POST, "/mail/code/again", access, again)
        .add(Method::POST, "/mail/refuse", access, refuse)
        .add(Method::POST, "/mail/allow", access, allow)
}

/// `GET /mail`: to which address the person is written, and whether they want it.
async fn show(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::own_mail(&context, None).await
    })
    .await
}

/// `GET /mail/consent`: the text that the person agreed to last, as it was then.
async fn consent(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let context = pages::context(&state, visitor);
    page::given_mail_consent(&context).await.into_response()
}

/// What the form of an address says. A box that is not ticked sends nothing.
#[derive(Deserialize)]
struct Given {
    address: String,
    /// Names the text that was shown.
    consent: String,
    agreed: Option<String>,
}

/// `POST /mail/address`: a code is sent to the address.
async fn give(
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
    if given.agreed.is_none() {
        return refused(&state, visitor, MailProblem::NotTicked, given.address).await;
    }
    let agreed = mail_consent();
    let done = state
        .portal()
        .give_address(actor, &given.address, &agreed, &given.consent);
    match done.await {
        Ok(()) => Redirect::to(PAGE).into_response(),
        Err(error) => not_given(&state, visitor, error, given.address).await,
    }
}

/// `POST /mail/code/again`: another code is sent to the address that is to be proven.
async fn again(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    match state.portal().send_another_code(actor).await {
        Ok(()) => done(Ok(()), Flash::CodeSentAgain, &visitor),
        Err(error) => not_given(&state, visitor, error, String::new()).await,
    }
}

/// The answer for an address that was not taken.
async fn not_given(state: &AppState, visitor: Visitor, error: GiveAddressError, address: String) -> Response {
    let problem = match error {
        GiveAddressError::NotAnAddress => MailProblem::NotAnAddress,
        GiveAddressError::OtherConsent => MailProblem::ConsentChanged,
        GiveAddressError::TooMany => MailProblem::TooMany,
        GiveAddressError::NothingToProve => MailProblem::CodeOver,
        // The page has no such form then.
        GiveAddressError::NotSent => return Redirect::to(PAGE).into_response(),
        GiveAddressError::Fault(fault) => return answer::fault(&fault, &visitor),
    };
    refused(state, visitor, problem, address).await
}

/// What the form of a code says.
#[derive(Deserialize)]
struct Typed {
    code: String,
}

/// `POST /mail/code`: the address is the person's when it is the code that was sent there.
async fn prove(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    typed: Result<Form<Typed>, Response>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let typed = match typed {
        Ok(Form(typed)) => typed,
        Err(refused) => return refused,
    };
    let problem = match state.portal().prove_address(actor, &typed.code).await {
        Ok(()) => return done(Ok(()), Flash::AddressProven, &visitor),
        Err(ProveAddressError::NotACode) => MailProblem::NotACode,
        Err(ProveAddressError::Wrong { left }) => MailProblem::WrongCode { left },
        Err(ProveAddressError::TooManyTries) => MailProblem::TooManyTries,
        Err(ProveAddressError::NothingToProve) => MailProblem::CodeOver,
        Err(ProveAddressError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    refused(&state, visitor, problem, String::new()).await
}

/// `POST /mail/address/drop`: the address that is to be proven is forgotten.
async fn give_up(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let dropped = state.portal().drop_unproven_address(actor).await;
    done(dropped, Flash::AddressDropped, &visitor)
}

/// The page with what was wrong.
async fn refused(state: &AppState, visitor: Visitor, problem: MailProblem, address: String) -> Response {
    let context = pages::context(state, visitor);
    let page = page::own_mail(&context, Some(RefusedMail { problem, address }));
    let mut response = page.await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST /mail/refuse`: every address is erased, consent is withdrawn, and no mail is sent any more.
async fn refuse(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    done(state.portal().refuse_mail(actor).await, Flash::MailRefused, &visitor)
}

/// `POST /mail/allow`: senders' addresses are kept again.
async fn allow(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    done(state.portal().allow_mail(actor).await, Flash::MailAllowed, &visitor)
}

fn done(result: Result<(), Fault>, tells: Flash, visitor: &Visitor) -> Response {
    match result {
        Ok(()) => flash::to(PAGE, tells),
        Err(fault) => answer::fault(&fault, visitor),
    }
}
