//! Parts that several pages are made of.

mod countdown;
pub(crate) mod form;
mod frame;
mod passkey;
mod way_in;

use leptos::prelude::*;
use portal::{DocumentSummary, Preview};

pub(crate) use crate::icon::icon;
pub(crate) use countdown::countdown;
pub(crate) use frame::{footer, header};
pub(crate) use passkey::{Does, PasskeyForm, passkey_form};
pub(crate) use way_in::{SignsInFor, way_in};

use crate::context::Flash;
use crate::texts::{Texts, sizes};

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Good to know.
    Calm,
    /// Soon gone.
    Soon,
    /// Not as it should be.
    Wrong,
}

/// A sentence that stands out from the page.
pub(crate) fn notice(tone: Tone, text: String) -> impl IntoView {
    let (class, name) = match tone {
        Tone::Calm => ("notice", "info"),
        Tone::Soon => ("notice soon", "clock"),
        Tone::Wrong => ("notice soon", "info"),
    };
    view! {
        <div class=class>
            {icon(name)} <p>{text}</p>
        </div>
    }
}

/// What a person is told once.
pub(crate) fn told(texts: &Texts, flash: Option<Flash>) -> Option<impl IntoView + use<>> {
    Some(notice(Tone::Calm, texts.get(flash?.name())))
}

/// The ways on from a part of a list: to its beginning, where this isn't it, and to the next part, where there is one.
pub(crate) fn pages(
    label: String,
    first: Option<(&'static str, String)>,
    next: Option<(String, String)>,
) -> impl IntoView {
    let way = |(href, text): (String, String)| view! { <a class="button quiet" href=href>{text}</a> };
    let first = first.map(|(href, text)| (href.to_owned(), text));
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pages" aria-label=label>
                {first.map(way)}
                {next.map(way)}
            </nav>
        }
    })
}

/// A text whose first `part` is set in a way of its own, wherever the language has it.
pub(crate) fn set_part<V: IntoView + 'static>(text: &str, part: &str, set: fn(String) -> V) -> impl IntoView + use<V> {
    let (before, after) = text.split_once(part).unwrap_or((text, ""));
    let part = text.contains(part).then(|| set(part.to_owned()));
    (before.to_owned(), part, after.to_owned())
}

/// A heading that a sender wrote, set smaller when it is long.
pub(crate) fn sent_title(title: String) -> impl IntoView {
    const LONG: usize = 48;
    let long = title.chars().count() > LONG;
    view! { <h1 class:long=long>{title}</h1> }
}

/// The way back to the page above.
pub(crate) fn back_link(href: String, text: String) -> impl IntoView {
    view! {
        <p class="back">
            <a href=href>
                {icon("back")}
                <span>{text}</span>
            </a>
        </p>
    }
}

/// The icon of a kind of file.
pub(crate) fn file_icon(preview: Preview) -> impl IntoView {
    let name = match preview {
        Preview::Pdf | Preview::Text => "document",
        Preview::Image => "image",
        Preview::None => "file",
    };
    icon(name)
}

/// The kind and size of a file, such as `PDF, 1,2 MB`.
pub(crate) fn file_facts(texts: &Texts, document: &DocumentSummary) -> String {
    let kind = match document.preview {
        Preview::Pdf => "PDF".to_owned(),
        Preview::Image => texts.get("kind-image"),
        Preview::Text => texts.get("kind-text"),
        Preview::None => ending(&document.file_name).unwrap_or_else(|| texts.get("kind-other")),
    };
    let size = sizes::size(texts, document.size);
    texts.with("file-facts", &[("kind", kind.into()), ("size", size.into())])
}

/// The ending of a file's name, such as `DOCX`, which people know better than a media type.
fn ending(file_name: &str) -> Option<String> {
    let (_, ending) = file_name.rsplit_once('.')?;
    let known = (2..=5).contains(&ending.len()) && ending.chars().all(|character| character.is_ascii_alphanumeric());
    known.then(|| ending.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_the_ending_of_its_name() {
        assert_eq!(ending("Genomförandeplan.docx").as_deref(), Some("DOCX"));
        for without in ["README", "slut.", "a.versionen", "14 §. och mer"] {
            assert_eq!(ending(without), None, "{without}");
        }
    }
}
