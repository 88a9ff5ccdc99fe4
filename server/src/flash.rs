//! A message for the next page that is shown once, kept in a cookie meanwhile: it says nothing of anybody, and whoever gets one
//! may have no session.

use app::Flash;
use http::{HeaderMap, HeaderValue};

use crate::cookie;

const COOKIE: &str = "__Host-flash";

/// The page comes at once; whoever never gets there is not told tomorrow.
const COOKIE_SECONDS: u32 = 300;

/// The line that leaves a message.
pub(crate) fn leave(flash: Flash) -> Option<HeaderValue> {
    cookie::keep(COOKIE, flash.name(), COOKIE_SECONDS)
}

/// The message that was left, and the line that takes it away.
pub(crate) fn take(headers: &HeaderMap) -> (Option<Flash>, Option<HeaderValue>) {
    match cookie::read(headers, COOKIE) {
        Some(name) => (Flash::from_name(name), cookie::forget(COOKIE)),
        None => (None, None),
    }
}
