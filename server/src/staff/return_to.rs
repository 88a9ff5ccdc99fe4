//! Where a staff member was going before they had to sign in or confirm that it is them. Their browser keeps it; only pages of
//! ours are read back.

use http::{HeaderMap, HeaderValue};

use super::Place;
use crate::cookie;

const COOKIE: &str = "__Host-staff-return-to";

/// Time to sign in, also with a new app.
const COOKIE_SECONDS: u32 = 15 * 60;

/// The line that writes down where they were going, when that is a page to come back to.
pub(super) fn remember(path: &str) -> Option<HeaderValue> {
    let place = Place::parse(path).filter(Place::is_private)?;
    cookie::keep(COOKIE, &place.to_string(), COOKIE_SECONDS)
}

/// Where they were going, and the line that forgets it; the landing page when it is not known.
pub(super) fn take(headers: &HeaderMap) -> (Place, Option<HeaderValue>) {
    let Some(path) = cookie::read(headers, COOKIE) else {
        return (Place::Landing, None);
    };
    let place = Place::parse(path).filter(Place::is_private);
    (place.unwrap_or(Place::Landing), cookie::forget(COOKIE))
}
