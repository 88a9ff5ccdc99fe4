//! The requests that wait for an answer, those that were answered, and the line on the first page that says how many wait.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{DataRequest, DataRequests, ListPart};

use super::super::cases::recipient;
use crate::component::{pages, told};
use crate::context::{Flash, Layout};
use crate::page::{Page, rights};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page, or another part of one of its lists.
#[must_use]
pub fn requests_page(layout: &Layout, requests: &DataRequests, part: ListPart, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let whole = part == ListPart::Beginning;
    let open = (!matches!(part, ListPart::Closed(_))).then(|| open(texts, requests, whole));
    let answered = match part {
        ListPart::Beginning if requests.answered.is_empty() => None,
        ListPart::Open(_) => None,
        ListPart::Beginning | ListPart::Closed(_) => Some(answered(texts, requests, whole)),
    };
    render(layout, Head::plain(texts.get("requests-title")), move || {
        view! {
            {told}
            <h1>{texts.get("requests-title")}</h1>
            <p class="lead">{texts.get("requests-lead")}</p>
            {open}
            {answered}
        }
    })
}

/// A part of those that wait. `is_first` says that none was left out before it.
fn open(texts: &'static Texts, requests: &DataRequests, is_first: bool) -> impl IntoView + use<> {
    let none = if is_first { "requests-none" } else { "requests-no-more" };
    let cards = cards(texts, &requests.open, &requests.time_zone, none);
    let first = (!is_first).then(|| ("/staff/requests", texts.get("requests-first")));
    let next = requests
        .more_open
        .map(|cursor| format!("/staff/requests?open-after={cursor}"));
    let next = next.map(|href| (href, texts.get("requests-next")));
    view! {
        <section aria-labelledby="open">
            <h2 id="open">{texts.get("requests-open")}</h2>
            {cards}
            {pages(texts.get("requests-open-pages"), first, next)}
        </section>
    }
}

/// A part of the others, as [`open`].
fn answered(texts: &'static Texts, requests: &DataRequests, is_first: bool) -> impl IntoView + use<> {
    let cards = cards(texts, &requests.answered, &requests.time_zone, "requests-no-more");
    let first = (!is_first).then(|| ("/staff/requests", texts.get("requests-first")));
    let next = requests
        .more_answered
        .map(|cursor| format!("/staff/requests?answered-before={cursor}"));
    let next = next.map(|href| (href, texts.get("requests-older")));
    view! {
        <section aria-labelledby="answered">
            <h2 id="answered">{texts.get("requests-answered")}</h2>
            {cards}
            {pages(texts.get("requests-answered-pages"), first, next)}
        </section>
    }
}

/// A card for each of some requests, or a line that says that there is none.
fn cards(texts: &'static Texts, requests: &[DataRequest], zone: &TimeZone, none: &str) -> AnyView {
    if requests.is_empty() {
        return view! { <p>{texts.get(none)}</p> }.into_any();
    }
    let cards: Vec<_> = requests.iter().map(|request| card(texts, request, zone)).collect();
    view! { <ul class="cards">{cards}</ul> }.into_any()
}

fn card(texts: &'static Texts, request: &DataRequest, zone: &TimeZone) -> impl IntoView + use<> {
    let facts: Vec<_> = facts(texts, request, zone)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let address = format!("/staff/requests/{}", request.id);
    view! {
        <li class="card">
            <h3>
                <a href=address>{title(texts, request)}</a>
            </h3>
            <p>{states(texts, request)}</p>
            <ul class="facts">{facts}</ul>
        </li>
    }
}

/// How far it has come, and whether it is late.
pub(super) fn states(texts: &'static Texts, request: &DataRequest) -> impl IntoView + use<> {
    let overdue = request
        .overdue
        .then(|| view! { <span class="state bad">{texts.get("request-overdue")}</span> " " });
    let state = rights::state(texts, request.kind, request.state, request.waits);
    view! {
        {overdue}
        {state}
    }
}

/// What is asked for, and by whom where that is seen.
pub(super) fn title(texts: &Texts, request: &DataRequest) -> String {
    let kind = texts.get(rights::kind(request.kind));
    match &request.recipient {
        Some(who) => {
            let who = recipient(texts, who);
            texts.with("request-from", &[("kind", kind.into()), ("who", who.into())])
        }
        None => kind,
    }
}

/// What else is known of it, in a few words each.
pub(super) fn facts(texts: &Texts, request: &DataRequest, zone: &TimeZone) -> Vec<String> {
    let at = |at| dates::day_and_time(texts, at, zone);
    let mut facts = vec![texts.with("request-received", &[("at", at(request.received_at).into())])];
    if request.state.is_open() {
        let key = match request.extended_at {
            Some(_) => "request-answer-by-extended",
            None => "request-answer-by",
        };
        facts.push(texts.with(key, &[("day", dates::date(texts, request.answer_by).into())]));
        if let Some(who) = &request.taken_up_by {
            facts.push(texts.with("request-taken-up-by", &[("who", who.as_str().into())]));
        }
    }
    if let Some(answered_at) = request.answered_at {
        let answered = at(answered_at);
        facts.push(match &request.answered_by {
            Some(who) => texts.with(
                "request-answered-by",
                &[("at", answered.into()), ("who", who.as_str().into())],
            ),
            None => texts.with("request-answered", &[("at", answered.into())]),
        });
    }
    facts
}
