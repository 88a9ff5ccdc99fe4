//! A document: shown in the page when a browser can show it safely, and always there to download.

use base::{DocumentId, Timestamp};
use futures::StreamExt as _;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{ContentUse, DocumentView, Preview, ReadError, RecipientActor, RequestedRange};

use super::error::read_error;
use super::locked_document::locked_document;
use super::preview_frame::preview_files;
use super::text_content::decode;
use super::{ErrorPage, Page, error_page};
use crate::component::{Tone, back_link, file_facts, icon, notice, sent_title};
use crate::context::{Layout, PageContext};
use crate::island::PdfPreview;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};
use crate::wire::{PreviewSource, PreviewTexts};

/// Above that many bytes a PDF is not fetched into the page: a phone's browser would run out of memory.
const PDF_LIMIT: u64 = 64 * 1024 * 1024;

/// Above that many bytes an image is not shown in the page.
const IMAGE_LIMIT: u64 = 32 * 1024 * 1024;

/// That many bytes of a plain text are shown; the rest is in the download.
const TEXT_LIMIT: u64 = 200 * 1024;

/// What the page shows of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A PDF, in the preview frame.
    Pdf,
    /// An image.
    Image,
    /// The beginning of a plain text, and whether that is all of it.
    Text {
        /// The text.
        text: String,
        /// Whether the document ends there.
        complete: bool,
    },
    /// Nothing, because it is too large to show.
    TooLarge,
    /// Nothing, because a browser can't show such a file safely.
    Nothing,
}

/// The page of the document with that id; an id that is none is a document that does not exist.
pub async fn document(context: &PageContext, id: &str) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let Ok(id) = id.parse::<DocumentId>() else {
        return error_page(&context.layout, ErrorPage::NotFound);
    };
    match load(context, actor, id).await {
        Ok((view, shown)) => document_page(&context.layout, &view, &shown, context.now, &context.time_zone),
        Err(ReadError::LevelTooLow { level }) => locked_document(context, actor, id, level).await,
        Err(error) => read_error(&context.layout, &error),
    }
}

async fn load(
    context: &PageContext,
    actor: &RecipientActor,
    id: DocumentId,
) -> Result<(DocumentView, Shown), ReadError> {
    let view = context.portal.document(actor, id).await?;
    let size = view.summary.size;
    let shown = match view.summary.preview {
        Preview::Pdf if size <= PDF_LIMIT => Shown::Pdf,
        Preview::Image if size <= IMAGE_LIMIT => Shown::Image,
        Preview::Pdf | Preview::Image => Shown::TooLarge,
        Preview::Text => text(context, actor, id).await?,
        Preview::None => Shown::Nothing,
    };
    Ok((view, shown))
}

async fn text(context: &PageContext, actor: &RecipientActor, id: DocumentId) -> Result<Shown, ReadError> {
    let range = RequestedRange::From {
        first: 0,
        last: Some(TEXT_LIMIT - 1),
    };
    let mut content = context
        .portal
        .open_content(actor, id, ContentUse::View, Some(range))
        .await?;
    let mut bytes = Vec::new();
    while let Some(piece) = content.stream.next().await {
        // What broke off is not shown as if it were whole.
        bytes.extend_from_slice(&piece.map_err(|_| ReadError::Damaged)?);
    }
    let complete = content.range.end == content.size;
    Ok(Shown::Text {
        text: decode(&bytes, complete),
        complete,
    })
}

/// The document page from values. `time_zone` is the one in which dates are shown.
#[must_use]
pub fn document_page(
    layout: &Layout,
    document: &DocumentView,
    shown: &Shown,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let content = format!("/documents/{}/content", document.summary.id);
    let download = format!("{content}?download");
    let title = document.summary.file_name.clone();
    let facts = file_facts(texts, &document.summary);
    let sent = texts.with(
        "document-sent",
        &[
            ("organisation", document.organisation.clone().into()),
            ("day", dates::day(texts, document.sent_at, time_zone).into()),
        ],
    );
    let left = dates::time_left(texts, now, document.expires_at, time_zone);
    let last_day = dates::last_day(texts, document.expires_at, time_zone);
    let keep = texts.with("document-keep", &[("last_day", last_day.into())]);
    let opens_in_browser = matches!(shown, Shown::Pdf | Shown::Image | Shown::Text { .. });
    let back = format!("/cases/{}", document.case);
    let history = format!("/cases/{}/history", document.case);
    let case_title = document.case_title.clone();
    let case_title = case_title.unwrap_or_else(|| texts.get("inbox-damaged"));
    let preview = preview(layout, document, shown, &content);
    let head = if *shown == Shown::Pdf {
        Head::with_islands(title.clone())
    } else {
        Head::plain(title.clone())
    };
    render(layout, head, move || {
        view! {
            {back_link(back, case_title)}
            <div class="file-name">{sent_title(title)}</div>
            <p class="facts">{facts} " · " {sent}</p>
            <div class="actions">
                <a class="button" href=download download="">
                    {icon("download")}
                    {texts.get("document-download")}
                </a>
                {opens_in_browser
                    .then(|| {
                        view! {
                            <a class="button quiet" href=content>
                                {icon("open")}
                                {texts.get("document-open")}
                            </a>
                        }
                    })}
            </div>
            <p class="hint">{texts.get("document-stays")}</p>
            {preview}
            <p>
                <a href=history>{texts.get("history-link")}</a>
            </p>
            {notice(if left.soon { Tone::Soon } else { Tone::Calm }, keep)}
        }
    })
}

fn preview(layout: &Layout, document: &DocumentView, shown: &Shown, content: &str) -> AnyView {
    let texts = Texts::of(layout.language);
    let name = document.summary.file_name.clone();
    match shown {
        Shown::Pdf => {
            let source = PreviewSource {
                content: content.to_owned(),
                size: document.summary.size,
                frame: "/preview".to_owned(),
                files: preview_files(&layout.assets),
            };
            let texts_of_island = preview_texts(texts, &name);
            view! {
                <section class="preview" aria-labelledby="preview">
                    <h2 id="preview">{texts.get("preview-title")}</h2>
                    <PdfPreview source=source texts=texts_of_island/>
                    <noscript>
                        <p>{texts.get("preview-without-script")}</p>
                    </noscript>
                </section>
            }
            .into_any()
        }
        Shown::Image => {
            let alternative = texts.with("preview-image", &[("name", name.into())]);
            view! {
                <section class="preview" aria-labelledby="preview">
                    <h2 id="preview">{texts.get("preview-title")}</h2>
                    <img class="image" src=content.to_owned() alt=alternative/>
                </section>
            }
            .into_any()
        }
        Shown::Text { text, complete } => {
            let text = text.clone();
            let more = (!complete).then(|| view! { <p class="hint">{texts.get("preview-text-cut")}</p> });
            view! {
                <section class="preview" aria-labelledby="preview">
                    <h2 id="preview">{texts.get("preview-title")}</h2>
                    <pre class="text">{text}</pre>
                    {more}
                </section>
            }
            .into_any()
        }
        Shown::TooLarge => view! { <p class="no-preview">{texts.get("preview-too-large")}</p> }.into_any(),
        Shown::Nothing => view! { <p class="no-preview">{texts.get("preview-none")}</p> }.into_any(),
    }
}

/// What the preview says; the island fills in the numbers.
fn preview_texts(texts: &Texts, name: &str) -> PreviewTexts {
    let page = [("page", "{page}".into()), ("pages", "{pages}".into())];
    PreviewTexts {
        frame: texts.with("preview-frame", &[("name", name.into())]),
        loading: texts.with("preview-loading", &[("percent", "{percent}".into())]),
        drawing: texts.get("preview-drawing"),
        position: texts.with("preview-position", &page),
        previous: texts.get("preview-previous"),
        next: texts.get("preview-next"),
        larger: texts.get("preview-larger"),
        smaller: texts.get("preview-smaller"),
        unreachable: texts.get("preview-unreachable"),
        refused: texts.get("preview-refused"),
        unreadable: texts.get("preview-unreadable"),
        protected: texts.get("preview-protected"),
        page: texts.with("preview-page", &page),
    }
}
