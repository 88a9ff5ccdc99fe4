//! The inbox: one line a case, the latest first.

use std::collections::HashMap;

use base::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{InboxEntry, NewDevice};

use super::error::{fault, read_error};
use super::new_devices::new_devices;
use super::{ErrorPage, Page, error_page};
use crate::component::icon;
use crate::context::{Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::dates::TimeLeft;
use crate::texts::{Texts, dates};

/// The inbox of the person who is signed in.
pub async fn inbox(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let new_devices = match context.portal.new_devices(actor).await {
        Ok(new_devices) => new_devices,
        Err(problem) => return fault(&context.layout, &problem),
    };
    match context.portal.inbox(actor).await {
        Ok(entries) => inbox_page(
            &context.layout,
            actor.name(),
            &new_devices,
            &entries,
            context.now,
            &context.time_zone,
        ),
        Err(error) => read_error(&context.layout, &error),
    }
}

/// The inbox from values. `time_zone` is the one in which dates and times are shown.
#[must_use]
pub fn inbox_page(
    layout: &Layout,
    name: Option<&str>,
    new: &[NewDevice],
    entries: &[InboxEntry],
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let name = name.map(|name| texts.with("inbox-signed-in-as", &[("name", name.into())]));
    let new = new_devices(texts, new, now, time_zone);
    let unread = entries.iter().filter(|entry| entry.unread).count();
    let count = texts.with("inbox-unread", &[("count", unread.into())]);
    let mut words = Words::default();
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| line(texts, words.of(texts, entry, now, time_zone), entry))
        .collect();
    render(layout, Head::plain(texts.get("inbox-title")), move || {
        view! {
            <div class="title">
                <h1>{texts.get("inbox-title")}</h1>
                {name.map(|name| view! { <p class="person">{name}</p> })}
            </div>
            {new}
            {if lines.is_empty() {
                view! {
                    <div class="empty">
                        {icon("mark")}
                        <h2>{texts.get("inbox-empty")}</h2>
                        <p>{texts.get("inbox-empty-body")}</p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <p class="lead">{count}</p>
                    <ul class="inbox">{lines}</ul>
                    <p class="hint">{texts.get("inbox-purging")}</p>
                }
                    .into_any()
            }}
        }
    })
}

/// What the lines of one page say in words, each written out once: many lines say the same.
#[derive(Default)]
struct Words {
    sent: HashMap<Date, String>,
    documents: HashMap<u32, String>,
    left: HashMap<Timestamp, TimeLeft>,
}

/// What one line says in words.
struct Facts {
    sent: String,
    documents: String,
    left: TimeLeft,
}

impl Words {
    fn of(&mut self, texts: &Texts, entry: &InboxEntry, now: Timestamp, time_zone: &TimeZone) -> Facts {
        let sent = dates::local_date(entry.sent_at, time_zone);
        let sent = self.sent.entry(sent).or_insert_with(|| dates::date(texts, sent));
        let documents = self.documents.entry(entry.documents);
        let documents = documents.or_insert_with(|| texts.with("documents", &[("count", entry.documents.into())]));
        let left = self.left.entry(entry.expires_at);
        let left = left.or_insert_with(|| dates::time_left(texts, now, entry.expires_at, time_zone));
        Facts {
            sent: sent.clone(),
            documents: documents.clone(),
            left: left.clone(),
        }
    }
}

fn line(texts: &'static Texts, facts: Facts, entry: &InboxEntry) -> impl IntoView + use<> {
    let Facts { sent, documents, left } = facts;
    let title = entry.title.clone().unwrap_or_else(|| texts.get("inbox-damaged"));
    let new = entry
        .unread
        .then(|| view! { <strong class="new">{texts.get("inbox-new")}</strong> });
    view! {
        <li class=if entry.unread { "entry unread" } else { "entry" }>
            <p class="sender">{entry.organisation.clone()} " " {new}</p>
            <h2>
                <a href=format!("/cases/{}", entry.case)>{title}</a>
            </h2>
            <ul class="facts">
                <li>{sent}</li>
                <li>{documents}</li>
                <li class=if left.soon { "left soon" } else { "left" }>{left.text}</li>
            </ul>
        </li>
    }
}
