//! The answer for a staff member who may not do something, not without proving anew that it is them, or no more.

use app::{Audience, ErrorPage, Flash};
use axum::response::{IntoResponse, Redirect, Response};
use portal::Denied;

use super::{Place, return_to};
use crate::visitor::Visitor;
use crate::{answer, cookie, flash};

/// For what was to be done: the page that says so, or the way to the confirmation, which leads to `back` afterwards. That page
/// tells that nothing is done yet.
pub(super) fn denied(denied: Denied, back: &Place, visitor: &Visitor) -> Response {
    let mut response = denied_page(denied, back, visitor);
    if denied == Denied::StepUpNeeded {
        cookie::set(response.headers_mut(), flash::leave(Flash::NotDoneYet));
    }
    response
}

/// For a page that was to be opened: as [`denied`], and nothing is to be done again.
pub(super) fn denied_page(denied: Denied, back: &Place, visitor: &Visitor) -> Response {
    match denied {
        Denied::Forbidden => answer::error(ErrorPage::Forbidden, visitor),
        Denied::StepUpNeeded => {
            let mut response = Redirect::to(&Place::Confirm.to_string()).into_response();
            cookie::set(response.headers_mut(), return_to::remember(&back.to_string()));
            response
        }
        Denied::OrganisationGone => {
            // Nothing of the organisation's leads anywhere any more.
            let mut visitor = visitor.clone();
            visitor.layout.audience = Audience::StaffVisitor;
            visitor.layout.session_ends_in = None;
            answer::error(ErrorPage::OrganisationGone, &visitor)
        }
    }
}
