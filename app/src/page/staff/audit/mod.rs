//! The organisation's audit log: what happened, the latest first, its newest checkpoint, the way to an export, to whom it
//! goes by itself, and the webhook that its checkpoints go to.

mod receiver;
mod webhook;
mod words;

pub use webhook::{WebhookForm, WebhookFormProblem};
pub(crate) use words::{audit_actor, audit_words};

use std::collections::HashMap;

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{AuditEvent, AuditEvents};

use crate::component::form::{confirm_first, title};
use crate::component::{icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page. `names` are those of the organisation's staff and systems by their ids; `is_first` says that nothing newer was left out; there is a
/// form for who may decide about the webhook.
#[must_use]
pub fn audit_page(
    layout: &Layout,
    log: &AuditEvents,
    names: &HashMap<String, String>,
    is_first: bool,
    form: Option<&WebhookForm>,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let entries: Vec<_> = log
        .events
        .iter()
        .map(|event| entry(texts, event, names, time_zone))
        .collect();
    let older = log.older_than.map(|row| format!("/staff/audit?older-than={row}"));
    // What happened is long, and stands last so that what went wrong with a receiver is seen before it.
    let jump = (is_first && !entries.is_empty()).then(|| {
        view! {
            <p>
                <a href="#events">{texts.get("audit-to-events")}</a>
            </p>
        }
    });
    let files = is_first.then(|| {
        let files = files(texts, log.checkpoint, time_zone);
        view! {
            {files}
            {receiver::receivers(texts, &log.receivers, time_zone)}
            {webhook::webhook(texts, log.webhook.as_ref(), form, time_zone)}
        }
    });
    let problem = form.and_then(|form| form.problem);
    let confirm = (problem == Some(WebhookFormProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let head = Head::plain(title(texts, "audit-title", problem.is_some()));
    render(layout, head, move || {
        view! {
            {told}
            {confirm}
            <h1>{texts.get("audit-title")}</h1>
            {jump}
            {files}
            {if entries.is_empty() {
                view! {
                    <section>
                        <div class="empty">
                            {icon("mark")}
                            <h2>{texts.get("audit-empty")}</h2>
                        </div>
                    </section>
                }
                    .into_any()
            } else {
                view! {
                    <section aria-labelledby="events">
                        <h2 id="events">{texts.get("audit-events-title")}</h2>
                        <p>{texts.get("audit-lead")}</p>
                        <ul class="cards">{entries}</ul>
                    </section>
                }
                    .into_any()
            }}
            <nav class="pages" aria-label=texts.get("audit-pages")>
                {(!is_first).then(|| view! { <a class="button quiet" href="/staff/audit">{texts.get("audit-latest")}</a> })}
                {older.map(|older| view! { <a class="button quiet" href=older>{texts.get("audit-older")}</a> })}
            </nav>
        }
    })
}

/// What can be taken away: the newest checkpoint, and everything.
fn files(texts: &'static Texts, checkpoint: Option<(u64, Timestamp)>, time_zone: &TimeZone) -> impl IntoView + use<> {
    let latest = checkpoint.map(|(row, at)| {
        let at = dates::day_and_time(texts, at, time_zone);
        texts.with(
            "audit-checkpoint-latest",
            &[("row", row.to_string().into()), ("at", at.into())],
        )
    });
    let get = latest.is_some().then(|| {
        view! {
            <p>
                <a class="button quiet" href="/staff/audit/checkpoint">
                    {texts.get("audit-checkpoint-get")}
                </a>
            </p>
        }
    });
    view! {
        <section>
            <h2>{texts.get("audit-checkpoint-title")}</h2>
            <p>{texts.get("audit-checkpoint-body")}</p>
            <p>{latest.unwrap_or_else(|| texts.get("audit-checkpoint-none"))}</p>
            {get}
        </section>
        <section>
            <h2>{texts.get("audit-export-title")}</h2>
            <p>{texts.get("audit-export-body")}</p>
            <p>
                <a class="button quiet" href="/staff/audit/export">
                    {texts.get("audit-export-get")}
                </a>
            </p>
        </section>
    }
}

fn entry(
    texts: &'static Texts,
    event: &AuditEvent,
    names: &HashMap<String, String>,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let what = audit_words(texts, &event.action);
    let at = dates::day_and_time(texts, event.at, time_zone);
    let row = texts.with("audit-row", &[("row", event.row.to_string().into())]);
    let from = event
        .address
        .clone()
        .map(|address| texts.with("audit-from", &[("address", address.into())]));
    let about = event
        .target
        .clone()
        .map(|id| texts.with("audit-about", &[("id", id.into())]));
    view! {
        <li class="card">
            <h3>{what}</h3>
            <ul class="facts">
                <li>{at}</li>
                <li>{who(texts, event, names)}</li>
                {from.map(|from| view! { <li>{from}</li> })}
                {about.map(|about| view! { <li>{about}</li> })}
                <li>{row}</li>
            </ul>
        </li>
    }
}

/// Who did it, in words.
fn who(texts: &Texts, event: &AuditEvent, names: &HashMap<String, String>) -> String {
    let name = event.actor_id.as_ref().and_then(|id| names.get(id)).cloned();
    audit_actor(texts, &event.actor_kind, name)
}
