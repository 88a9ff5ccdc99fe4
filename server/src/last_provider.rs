//! The way in that was used last on this device, so that it comes first the next time. The browser keeps the provider's name
//! and nothing else; it says nothing of who signed in, and gives nothing.

use http::{HeaderMap, HeaderValue};

use crate::cookie;

const COOKIE: &str = "__Host-last-provider";

/// People come when something is sent to them, which may be a few times a year.
const COOKIE_SECONDS: u32 = 180 * 24 * 60 * 60;

/// The line that remembers a provider.
pub(crate) fn remember(name: &str) -> Option<HeaderValue> {
    cookie::keep(COOKIE, name, COOKIE_SECONDS)
}

/// The name that the browser remembers; anybody may have written it.
pub(crate) fn read(headers: &HeaderMap) -> Option<&str> {
    cookie::read(headers, COOKIE)
}
