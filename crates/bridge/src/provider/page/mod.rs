//! The pages: HTML from values, without decisions.
//!
//! Every page works without JavaScript: the one with an order refreshes itself by a meta tag then. Scripts and styles are
//! files of ours, so the content policy needs no exception.

mod layout;
mod sign_in;

use maud::{Markup, html};

pub(crate) use layout::Frame;
pub(crate) use sign_in::{Live, sign_in};

use super::texts::{Language, Texts};

/// A page that says one thing.
pub(crate) fn notice(frame: &Frame<'_>, title: &str, text: &str, request: Option<&str>) -> Markup {
    let texts = frame.language.texts();
    frame.page(
        title,
        false,
        &html! {
            h1 { (title) }
            p.lead { (text) }
            @if let Some(id) = request {
                p.request { (texts.request) ": " code { (id) } }
            }
        },
    )
}

/// The return address was opened in another browser: in both languages, since nobody knows whose it is.
pub(crate) fn elsewhere(frame: &Frame<'_>) -> Markup {
    let [first, second] = match frame.language {
        Language::Swedish => [Language::Swedish, Language::English],
        Language::English => [Language::English, Language::Swedish],
    };
    let (first_texts, second_texts): (&Texts, &Texts) = (first.texts(), second.texts());
    frame.page(
        first_texts.elsewhere_title,
        false,
        &html! {
            h1 { (first_texts.elsewhere_title) }
            p.lead { (first_texts.elsewhere) }
            hr;
            div lang=(second.tag()) {
                h2 { (second_texts.elsewhere_title) }
                p { (second_texts.elsewhere) }
            }
        },
    )
}
