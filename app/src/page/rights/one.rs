//! One of a person's requests: what they asked for, what became of it, and the way to take it back.

use base::{DataRequestId, Timestamp};
use leptos::prelude::*;
use portal::{DataRequestKind, DataRequestState, OwnDataRequest};

use super::words::{complain, is_overdue, states};
use crate::component::{Tone, back_link, notice, told};
use crate::context::{Flash, Layout, PageContext};
use crate::page::error::read_error;
use crate::page::{ErrorPage, Page, error_page};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page of a request of the person who is signed in.
pub async fn own_request(context: &PageContext, id: &str) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let Ok(id) = id.parse::<DataRequestId>() else {
        return error_page(&context.layout, ErrorPage::NotFound);
    };
    match context.portal.own_request(actor, id).await {
        Ok(request) => own_request_page(&context.layout, &request, context.now, context.flash),
        Err(problem) => read_error(&context.layout, &problem),
    }
}

/// The page of one request from values.
#[must_use]
pub fn own_request_page(layout: &Layout, request: &OwnDataRequest, now: Timestamp, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let title = title(texts, request);
    let facts: Vec<_> = facts(texts, request)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let becomes = match request.state {
        _ if request.organisation_deleted => Some("request-organisation-deleted"),
        DataRequestState::Granted if request.waits => Some("request-waits"),
        DataRequestState::Granted => Some("request-granted"),
        _ => None,
    };
    let becomes = becomes.map(|key| notice(Tone::Calm, texts.get(key)));
    let wrote = request.text.clone().unwrap_or_else(|| texts.get("request-no-text"));
    let answer = request
        .answer
        .clone()
        .map(|answer| said(texts, "request-answer", answer));
    let extension = request
        .extension
        .clone()
        .map(|why| said(texts, "request-extension", why));
    let case = request.case.filter(|_| request.state.is_open());
    let case = case.map(|case| {
        let address = format!("/cases/{case}");
        view! {
            <p>
                <a href=address>{texts.get("request-about-case-link")}</a>
            </p>
        }
    });
    let withdraw = request.state.is_open().then(|| {
        let action = format!("/rights/{}/withdraw", request.id);
        view! {
            <section aria-labelledby="withdraw">
                <h2 id="withdraw">{texts.get("request-withdraw")}</h2>
                <p>{texts.get("request-withdraw-body")}</p>
                <form method="post" action=action class="actions">
                    <button class="button quiet">{texts.get("request-withdraw")}</button>
                </form>
            </section>
        }
    });
    let may_complain = request.state == DataRequestState::Declined || is_overdue(request, now);
    let complain = may_complain.then(|| complain(texts));
    let states = states(texts, request, now);
    render(layout, Head::plain(title.clone()), move || {
        view! {
            {back_link("/rights".to_owned(), texts.get("rights-title"))}
            {told}
            <h1>{title}</h1>
            <p>{states}</p>
            <ul class="facts">{facts}</ul>
            {becomes}
            {answer}
            {extension}
            {complain}
            {said(texts, "request-text", wrote)}
            {case}
            {withdraw}
        }
    })
}

/// Something that somebody wrote, as they wrote it.
fn said(texts: &'static Texts, heading: &'static str, words: String) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby=heading>
            <h2 id=heading>{texts.get(heading)}</h2>
            <p class="said">{words}</p>
        </section>
    }
}

/// What a request is called.
pub(super) fn title(texts: &Texts, request: &OwnDataRequest) -> String {
    let key = match request.kind {
        DataRequestKind::Erasure => "request-erasure-of",
        DataRequestKind::Rectification => "request-rectification-of",
    };
    texts.with(key, &[("organisation", request.organisation.clone().into())])
}

/// What else is known of it, in a few words each.
pub(super) fn facts(texts: &Texts, request: &OwnDataRequest) -> Vec<String> {
    let at = |at| dates::day_and_time(texts, at, &request.time_zone);
    let mut facts = vec![
        texts.get(match request.case {
            Some(_) => "request-about-case",
            None => "request-about-everything",
        }),
        texts.with("request-received", &[("at", at(request.received_at).into())]),
    ];
    if request.state.is_open() {
        let key = match request.extension {
            Some(_) => "request-answer-by-extended",
            None => "request-answer-by",
        };
        facts.push(texts.with(key, &[("day", dates::date(texts, request.answer_by).into())]));
    }
    if let Some(answered_at) = request.answered_at {
        facts.push(texts.with("request-answered", &[("at", at(answered_at).into())]));
    }
    let is_erased = request.kind == DataRequestKind::Erasure && request.state == DataRequestState::Done;
    if let Some(done_at) = request.done_at.filter(|_| is_erased) {
        facts.push(texts.with("request-done-at", &[("at", at(done_at).into())]));
    }
    if let Some(until) = request.kept_until {
        let last = dates::last_day(texts, until, &request.time_zone);
        facts.push(texts.with("request-kept-until", &[("day", last.into())]));
    }
    facts
}
