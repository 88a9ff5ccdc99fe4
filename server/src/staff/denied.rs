//! The answer for a staff member who may not do something, or not without proving anew that it is them.

use app::ErrorPage;
use axum::response::{IntoResponse, Redirect, Response};
use portal::Denied;

use super::{Place, return_to};
use crate::visitor::Visitor;
use crate::{answer, cookie};

/// The page that says so; or the way to the page of the confirmation, which leads to `back` afterwards. A form that was sent
/// meanwhile is to be filled in again there.
pub(super) fn denied(denied: Denied, back: &Place, visitor: &Visitor) -> Response {
    match denied {
        Denied::Forbidden => answer::error(ErrorPage::Forbidden, visitor),
        Denied::StepUpNeeded => {
            let mut response = Redirect::to(&Place::Confirm.to_string()).into_response();
            cookie::set(response.headers_mut(), return_to::remember(&back.to_string()));
            response
        }
    }
}
