//! Which organisation's staff signed in on this device last, so that they need not say it again. The browser keeps its name in
//! addresses; it gives nothing.

use http::{HeaderMap, HeaderValue};

use super::Place;
use crate::cookie;

const COOKIE: &str = "__Host-staff-organisation";

/// Half a year, in seconds.
const COOKIE_SECONDS: u32 = 180 * 24 * 60 * 60;

/// The line that remembers an organisation by its name in addresses.
pub(super) fn remember(address: &str) -> Option<HeaderValue> {
    cookie::keep(COOKIE, address, COOKIE_SECONDS)
}

/// The name that the browser remembers; anybody may have written it, so it is one only when it could stand in an address.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    let address = cookie::read(headers, COOKIE)?;
    match Place::parse(&format!("/staff/sign-in/{address}")) {
        Some(Place::SignIn(address)) => Some(address),
        _ => None,
    }
}
