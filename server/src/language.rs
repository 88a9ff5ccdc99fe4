//! Which language a person reads: by the form on each page, its cookie, and `Accept-Language`.

use app::{ErrorPage, Language};
use axum::extract::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use crate::form_body::Form;
use crate::return_to::Page;
use crate::visitor::Visitor;
use crate::{answer, cookie};

/// The cookie with the chosen language.
const COOKIE: &str = "__Host-language";

/// A year, in seconds.
const COOKIE_SECONDS: u32 = 365 * 24 * 3600;

/// What the person chose, else what the browser prefers, else Swedish.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    chosen(headers).unwrap_or_else(|| Language::preferred(accepted.unwrap_or_default()))
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    cookie::read(headers, COOKIE).and_then(Language::from_tag)
}

/// The language form: the language, and the page to come back to.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
    #[serde(default)]
    to: String,
}

/// `POST /language`: keeps the choice in a cookie and goes back to the page.
pub(crate) async fn choose(Extension(visitor): Extension<Visitor>, Form(choice): Form<Choice>) -> Response {
    let Some(language) = Language::from_tag(&choice.language) else {
        return answer::error(ErrorPage::BadRequest, &visitor);
    };
    let page = Page::of(&choice.to).to_string();
    match cookie::keep(COOKIE, language.tag(), COOKIE_SECONDS) {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(&page)).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_headers(cookie: &str, accept: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        of(&headers)
    }

    #[test]
    fn what_was_chosen_comes_before_what_the_browser_prefers() {
        assert_eq!(of_headers("a=b; __Host-language=en", "sv"), Language::English);
        assert_eq!(of_headers("__Host-language=xx", "en-GB,en;q=0.9"), Language::English);
        assert_eq!(of_headers("a=b", "de,sv-FI;q=0.8,en;q=0.5"), Language::Swedish);
        assert_eq!(of_headers("a=b", "en;q=0, sv"), Language::Swedish);
        assert_eq!(of_headers("a=b", "de"), Language::Swedish);
    }
}
