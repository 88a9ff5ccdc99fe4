//! A message for the landing page or the page of sign-ins that is shown once, kept in a cookie meanwhile: it says nothing of anybody, and whoever
//! gets one may have no session.

use app::Flash;
use http::{HeaderMap, HeaderValue};

use crate::cookie;

const COOKIE: &str = "__Host-flash";

/// The page comes at once; whoever never gets there is not told tomorrow.
const COOKIE_SECONDS: u32 = 300;

/// The line that leaves a message.
pub(crate) fn leave(flash: Flash) -> Option<HeaderValue> {
    let name = match flash {
        Flash::SignInFirst => "sign-in-first",
        Flash::SessionEnded => "session-ended",
        Flash::SignInCancelled => "sign-in-cancelled",
        Flash::OneEnded => "one-ended",
        Flash::OthersEnded => "others-ended",
    };
    cookie::keep(COOKIE, name, COOKIE_SECONDS)
}

/// The message that was left, and the line that takes it away.
pub(crate) fn take(headers: &HeaderMap) -> (Option<Flash>, Option<HeaderValue>) {
    let Some(name) = cookie::read(headers, COOKIE) else {
        return (None, None);
    };
    let flash = match name {
        "sign-in-first" => Some(Flash::SignInFirst),
        "session-ended" => Some(Flash::SessionEnded),
        "sign-in-cancelled" => Some(Flash::SignInCancelled),
        "one-ended" => Some(Flash::OneEnded),
        "others-ended" => Some(Flash::OthersEnded),
        _ => None,
    };
    (flash, cookie::forget(COOKIE))
}
