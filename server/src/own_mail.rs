//! The mails that a recipient gets: the page that says to which address, and the forms that say no to them or take that back.

use app::{ErrorPage, Flash, page};
use axum::extract::{Extension, State};
use axum::response::Response;
use http::{HeaderMap, Method};
use portal::Fault;

use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash, pages};

const PAGE: &str = "/mail";

/// The page and its forms.
pub(crate) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, PAGE, Access::RecipientBeforeTerms, show)
        .add(Method::POST, "/mail/refuse", Access::RecipientBeforeTerms, refuse)
        .add(Method::POST, "/mail/allow", Access::RecipientBeforeTerms, allow)
}

/// `GET /mail`: to which address the person is written, and whether they want it.
async fn show(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let mut context = pages::context(&state, visitor);
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::own_mail(&context).await
    })
    .await
}

/// `POST /mail/refuse`: the address is erased, and no mail is sent any more.
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
