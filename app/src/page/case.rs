//! A case: what one organisation has sent to one person, the latest message first.

use base::{CaseId, DocumentId, Timestamp};
use leptos::prelude::*;
use portal::{AssuranceLevel, CaseView, DocumentSummary, ListedDocument, MessageView, RetentionReason, ShownHold};

use super::error::read_error;
use super::{ErrorPage, Page, error_page};
use crate::component::{Tone, back_link, file_facts, file_icon, icon, notice, sent_title};
use crate::context::{Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The case with that id; an id that is none is a case that does not exist.
pub async fn case(context: &PageContext, id: &str) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let Ok(id) = id.parse::<CaseId>() else {
        return error_page(&context.layout, ErrorPage::NotFound);
    };
    match context.portal.case(actor, id).await {
        Ok(case) => case_page(&context.layout, &case, context.now),
        Err(error) => read_error(&context.layout, &error),
    }
}

/// The case page from values.
#[must_use]
pub fn case_page(layout: &Layout, case: &CaseView, now: Timestamp) -> Page {
    let texts = Texts::of(layout.language);
    let left = dates::time_left(texts, now, case.expires_at, &case.time_zone);
    let last_day = dates::last_day(texts, case.expires_at, &case.time_zone);
    let last_day = ("last_day", last_day.into());
    let purging = match case.hold {
        None => texts.with("case-purging", &[last_day]),
        Some(ShownHold { keeps_until: None }) => texts.with("case-held", &[last_day]),
        Some(ShownHold {
            keeps_until: Some(until),
        }) => {
            let until = dates::day(texts, until, &case.time_zone);
            texts.with("case-held-until", &[last_day, ("until", until.into())])
        }
    };
    let closed = case.closed_at.map(|at| {
        let day = dates::day(texts, at, &case.time_zone);
        let words = [("organisation", case.organisation.clone().into()), ("day", day.into())];
        notice(Tone::Calm, texts.with("case-closed", &words))
    });
    let extended = case.extended.then(|| {
        let words = [("organisation", case.organisation.clone().into())];
        let line = texts.with("case-extended", &words);
        view! { <p class="sent">{line}</p> }
    });
    let tone = if left.soon { Tone::Soon } else { Tone::Calm };
    let alone = case.messages.len() == 1;
    let messages: Vec<_> = case
        .messages
        .iter()
        .map(|each| message(texts, each, case, alone))
        .collect();
    let history = format!("/cases/{}/history", case.id);
    let title = case.title.clone().unwrap_or_else(|| texts.get("inbox-damaged"));
    let sender = texts.with("case-sender", &[("organisation", case.organisation.clone().into())]);
    render(layout, Head::plain(title.clone()), move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            {sent_title(title)}
            <p class="lead">{sender}</p>
            {closed}
            {messages}
            {extended}
            <p>
                <a href=history>{texts.get("history-link")}</a>
            </p>
            {notice(tone, purging)}
        }
    })
}

/// A message. One that stands alone under the case's own title needs no second heading of the same words.
fn message(texts: &'static Texts, message: &MessageView, case: &CaseView, alone: bool) -> impl IntoView + use<> {
    let sent = dates::day_and_time(texts, message.sent_at, &case.time_zone);
    let sent = texts.with("case-sent", &[("at", sent.into())]);
    let title = (!alone || message.title != case.title).then(|| {
        let title = message.title.clone();
        title.unwrap_or_else(|| texts.get("inbox-damaged"))
    });
    let damaged = (!message.is_intact()).then(|| {
        let words = [("organisation", case.organisation.clone().into())];
        notice(Tone::Wrong, texts.with("case-damaged", &words))
    });
    let documents: Vec<_> = message.documents.iter().map(|each| document(texts, each)).collect();
    let reason = reason(texts, &message.reason);
    let counted = message.days_after_closing.filter(|_| !case.extended).map(|days| {
        let key = match case.closed_at {
            None => "case-counted-from-closing",
            Some(_) => "case-counted-since-closing",
        };
        let line = texts.with(
            key,
            &[
                ("days", days.into()),
                ("organisation", case.organisation.clone().into()),
            ],
        );
        view! { <p class="sent">{line}</p> }
    });
    let heading = texts.with("documents", &[("count", documents.len().into())]);
    let body: Vec<_> = paragraphs(message.body.as_deref().unwrap_or_default())
        .into_iter()
        .map(|text| view! { <p>{text}</p> })
        .collect();
    // Under a heading of its own the documents are a level below the message.
    let heading = if title.is_some() {
        view! { <h3 class="small">{heading}</h3> }.into_any()
    } else {
        view! { <h2 class="small">{heading}</h2> }.into_any()
    };
    view! {
        <article class="message">
            {title.map(|title| view! { <h2>{title}</h2> })}
            <p class="sent">{sent}</p>
            {damaged}
            {(!body.is_empty()).then(|| view! { <div class="body">{body}</div> })}
            {(!documents.is_empty())
                .then(|| {
                    view! {
                        {heading}
                        <ul class="documents">{documents}</ul>
                    }
                })}
            {counted}
            {reason}
        </article>
    }
}

/// Why it is kept for as long as it is, where the organisation says it.
fn reason(texts: &Texts, reason: &RetentionReason) -> Vec<AnyView> {
    let said = |key: &str, text: &str| {
        let line = texts.with(key, &[("text", text.to_owned().into())]);
        (!text.is_empty()).then(|| view! { <p class="sent">{line}</p> }.into_any())
    };
    let lines = [
        said("case-purpose", &reason.purpose),
        said("case-legal-ground", &reason.legal_ground),
    ];
    lines.into_iter().flatten().collect()
}

/// The paragraphs of a plain text: what empty lines part. Single line breaks stay; the style keeps them.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        match paragraphs.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn document(texts: &'static Texts, document: &ListedDocument) -> AnyView {
    match document {
        ListedDocument::Open(summary) => open_document(texts, summary).into_any(),
        ListedDocument::Locked { id, level } => locked_document(texts, *id, *level).into_any(),
        ListedDocument::Damaged { .. } => damaged_document(texts).into_any(),
    }
}

/// A document of which the page says that it is there, and no more.
fn locked_document(texts: &Texts, id: DocumentId, level: AssuranceLevel) -> impl IntoView + use<> {
    view! {
        <li>
            <a class="document" href=format!("/documents/{id}")>
                {icon("lock")}
                <span class="name">{texts.get("document-locked")}</span>
                <span class="facts">{texts.with("document-locked-level", &[("level", level.number().into())])}</span>
            </a>
        </li>
    }
}

/// A document that leads nowhere, since nothing of it can be shown.
fn damaged_document(texts: &Texts) -> impl IntoView + use<> {
    view! {
        <li>
            <div class="document">
                {icon("file")}
                <span class="name">{texts.get("document-damaged")}</span>
                <span class="facts">{texts.get("document-damaged-ask")}</span>
            </div>
        </li>
    }
}

fn open_document(texts: &'static Texts, document: &DocumentSummary) -> impl IntoView + use<> {
    view! {
        <li>
            <a class="document" href=format!("/documents/{}", document.id)>
                {file_icon(document.preview)}
                <span class="name">{document.file_name.clone()}</span>
                <span class="facts">{file_facts(texts, document)}</span>
            </a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_part_paragraphs_and_single_breaks_stay() {
        let text = "Hej Anna!\r\n\r\nHär är beslutet.\nRing om du undrar.\n\n\n  \nHälsningar";
        assert_eq!(
            paragraphs(text),
            ["Hej Anna!", "Här är beslutet.\nRing om du undrar.", "Hälsningar"]
        );
        assert!(paragraphs(" \n").is_empty());
    }
}
