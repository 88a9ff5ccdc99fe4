//! The preview of a PDF: fetches the document, hands it to the frame that draws it, and turns its pages.

#![expect(missing_docs, reason = "the island macro makes a struct without documentation")]

#[cfg(feature = "hydrate")]
mod browser;

use leptos::html;
use leptos::prelude::*;

use crate::icon::icon;
use crate::wire::{PreviewSource, PreviewTexts};

/// How far the preview has come.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "the server shows the first phase only")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing has begun; without JavaScript it stays so, and the page around says what to do.
    Waiting,
    /// The document is being fetched; percent.
    Fetching(u32),
    /// The frame has the document and is opening it.
    Drawing,
    /// The pages can be seen.
    Shown,
    /// There is nothing to see.
    Failed(Failure),
}

/// Why there is nothing to see.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "the server shows the first phase only")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// The connection broke.
    Unreachable,
    /// The server did not give the document.
    Refused,
    /// pdf.js can't draw it.
    Unreadable,
    /// It asks for a password.
    Protected,
}

/// Widths of a page in relation to the frame.
const ZOOM: [f64; 5] = [1.0, 1.25, 1.5, 2.0, 3.0];

/// What the island shows; each part changes on its own.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server scrolls nothing"))]
#[derive(Clone, Copy)]
struct State {
    phase: RwSignal<Phase>,
    page: RwSignal<u32>,
    pages: RwSignal<u32>,
    /// Place in [`ZOOM`].
    zoom: RwSignal<usize>,
    /// How far down the document the reader is, as a part of its height, while a new zoom takes effect.
    place: StoredValue<Option<f64>>,
    frame: NodeRef<html::Iframe>,
}

/// The preview of a PDF. Without JavaScript it shows nothing; the page around it says what to do then.
#[island]
pub fn PdfPreview(
    /// Where the document and the frame are.
    source: PreviewSource,
    /// What the preview says.
    texts: PreviewTexts,
) -> impl IntoView {
    let state = State {
        phase: RwSignal::new(Phase::Waiting),
        page: RwSignal::new(1),
        pages: RwSignal::new(0),
        zoom: RwSignal::new(0),
        place: StoredValue::new(None),
        frame: NodeRef::new(),
    };
    let title = texts.frame.clone();
    let (previous, next) = (texts.previous.clone(), texts.next.clone());
    let (smaller, larger) = (texts.smaller.clone(), texts.larger.clone());
    let position_text = texts.position.clone();
    let position = move || fill(&position_text, state.page.get(), state.pages.get());
    let status_texts = texts.clone();
    let status = move || status(&status_texts, state.phase.get());
    let unseen = move || state.phase.get() != Phase::Shown;
    let quiet = move || matches!(state.phase.get(), Phase::Waiting | Phase::Shown);
    let failed = move || matches!(state.phase.get(), Phase::Failed(_));
    let unframed = move || !matches!(state.phase.get(), Phase::Drawing | Phase::Shown);

    let at_first = move || state.page.get() <= 1;
    let at_last = move || state.page.get() >= state.pages.get();
    let smallest = move || state.zoom.get() == 0;
    let largest = move || state.zoom.get() + 1 >= ZOOM.len();

    #[cfg(feature = "hydrate")]
    let preview = browser::start(state, source, texts);
    #[cfg(feature = "hydrate")]
    let (turn, resize) = (preview.turn(), preview.resize());
    #[cfg(not(feature = "hydrate"))]
    let (turn, resize) = {
        // The server only draws the empty frame.
        let _ = (source, texts);
        (|_: i32| {}, |_: i32| {})
    };

    view! {
        <div class="pdf">
            <p class="status" role="status" class:failed=failed hidden=quiet>
                {status}
            </p>
            <div class="bar" hidden=unseen>
                <button
                    type="button"
                    aria-label=previous.clone()
                    title=previous
                    disabled=at_first
                    on:click=move |_| turn(-1)
                >
                    {icon("up")}
                </button>
                <span class="position" aria-live="polite">
                    {position}
                </span>
                <button
                    type="button"
                    aria-label=next.clone()
                    title=next
                    disabled=at_last
                    on:click=move |_| turn(1)
                >
                    {icon("down")}
                </button>
                <span class="space"></span>
                <button
                    type="button"
                    aria-label=smaller.clone()
                    title=smaller
                    disabled=smallest
                    on:click=move |_| resize(-1)
                >
                    {icon("minus")}
                </button>
                <button
                    type="button"
                    aria-label=larger.clone()
                    title=larger
                    disabled=largest
                    on:click=move |_| resize(1)
                >
                    {icon("plus")}
                </button>
            </div>
            <iframe
                node_ref=state.frame
                class="frame"
                title=title
                sandbox="allow-scripts"
                hidden=unframed
            ></iframe>
        </div>
    }
}

fn status(texts: &PreviewTexts, phase: Phase) -> String {
    match phase {
        Phase::Waiting | Phase::Shown => String::new(),
        Phase::Fetching(percent) => texts.loading.replace("{percent}", &percent.to_string()),
        Phase::Drawing => texts.drawing.clone(),
        Phase::Failed(Failure::Unreachable) => texts.unreachable.clone(),
        Phase::Failed(Failure::Refused) => texts.refused.clone(),
        Phase::Failed(Failure::Unreadable) => texts.unreadable.clone(),
        Phase::Failed(Failure::Protected) => texts.protected.clone(),
    }
}

fn fill(text: &str, page: u32, pages: u32) -> String {
    text.replace("{page}", &page.to_string())
        .replace("{pages}", &pages.to_string())
}
