//! Parts that several pages are made of.

mod frame;

use leptos::prelude::*;
use portal::{DocumentSummary, Preview};

pub(crate) use crate::icon::icon;
pub(crate) use frame::{footer, header};

use crate::texts::{Texts, sizes};

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Good to know.
    Calm,
    /// Soon gone.
    Soon,
}

/// A sentence that stands out from the page.
pub(crate) fn notice(tone: Tone, text: String) -> impl IntoView {
    let (class, name) = match tone {
        Tone::Calm => ("notice", "info"),
        Tone::Soon => ("notice soon", "clock"),
    };
    view! {
        <div class=class>
            {icon(name)} <p>{text}</p>
        </div>
    }
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
    let kind = match document.media_type.as_str() {
        "application/pdf" => "PDF".to_owned(),
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" => texts.get("kind-image"),
        "text/plain" => texts.get("kind-text"),
        // A person knows the ending of a file's name, which stands right there, better than a media type.
        _ => texts.get("kind-other"),
    };
    let size = sizes::size(texts, document.size);
    texts.with("file-facts", &[("kind", kind.into()), ("size", size.into())])
}
