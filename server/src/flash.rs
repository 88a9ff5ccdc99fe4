//! A message for the next page that is shown once, kept in a cookie meanwhile: it says nothing of anybody, and whoever gets one
//! may have no session.

use std::fmt::Display;

use app::{Flash, Page};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue};

use crate::cookie;

const COOKIE: &str = "__Host-flash";

/// The page comes at once; whoever never gets there is not told tomorrow.
const COOKIE_SECONDS: u32 = 300;

/// The line that leaves a message.
pub(crate) fn leave(flash: Flash) -> Option<HeaderValue> {
    cookie::keep(COOKIE, flash.name(), COOKIE_SECONDS)
}

/// To a page that tells this.
pub(crate) fn to(page: impl Display, flash: Flash) -> Response {
    let mut response = Redirect::to(&page.to_string()).into_response();
    cookie::set(response.headers_mut(), leave(flash));
    response
}

/// A page that tells the message that was left, which is taken away.
pub(crate) fn tell(headers: &HeaderMap, page: impl FnOnce(Option<Flash>) -> Page) -> Response {
    let (flash, told) = take(headers);
    let mut response = page(flash).into_response();
    cookie::set(response.headers_mut(), told);
    response
}

/// As [`tell`], of a page that is yet to be loaded.
pub(crate) async fn tell_loaded<P: IntoResponse>(
    headers: &HeaderMap,
    page: impl AsyncFnOnce(Option<Flash>) -> P,
) -> Response {
    let (flash, told) = take(headers);
    let mut response = page(flash).await.into_response();
    cookie::set(response.headers_mut(), told);
    response
}

/// The message that was left, and the line that takes it away.
fn take(headers: &HeaderMap) -> (Option<Flash>, Option<HeaderValue>) {
    match cookie::read(headers, COOKIE) {
        Some(name) => (Flash::from_name(name), cookie::forget(COOKIE)),
        None => (None, None),
    }
}
