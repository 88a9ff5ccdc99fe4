//! The pages. Each has a loader, which asks the portal, and a pure view, which shows what the portal answered; the
//! views take nothing but values, so tests and the gallery show them without a portal.

mod accessibility;
mod case;
mod case_history;
mod data_protection;
mod document;
mod error;
mod inbox;
mod landing;
mod locked_document;
mod new_devices;
mod own_mail;
mod preview_frame;
pub(crate) mod rights;
pub(crate) mod sessions;
mod sign_ins;
mod signed_out;
pub mod staff;
mod terms;
mod text_content;
mod your_data;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use accessibility::accessibility;
pub use case::{case, case_page};
pub use case_history::{case_history, case_history_page};
pub use data_protection::data_protection;
pub use document::{Shown, document, document_page};
pub use error::{ErrorPage, SignInProblem, error_page};
pub use inbox::{inbox, inbox_page};
pub use landing::{landing, landing_page};
pub use locked_document::locked_document_page;
pub use own_mail::{MailProblem, RefusedMail, given_mail_consent, given_mail_consent_page, own_mail, own_mail_page};
pub use preview_frame::{preview_frame, preview_frame_policy};
pub use rights::{
    NewRequestForm, NewRequestProblem, new_request, new_request_page, own_request, own_request_page, rights,
    rights_page,
};
pub use sessions::{SessionsOf, sessions, sessions_page};
pub use sign_ins::{sign_ins, sign_ins_page};
pub use signed_out::signed_out;
pub use terms::{TermsProblem, accepted_terms, accepted_terms_page, terms, terms_page};
pub use your_data::{ShownExtracts, your_data, your_data_page};

/// A complete page, ready to be sent.
#[derive(Clone, Debug)]
pub struct Page {
    /// The status of the response.
    pub status: StatusCode,
    /// The document.
    pub html: String,
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (
            self.status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            self.html,
        )
            .into_response()
    }
}
