//! One request: what is asked for, until when it is to be answered, and the forms that answer it.

use std::collections::BTreeSet;

use base::CaseId;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{DataRequest, DataRequestKind, DataRequestState, RequestedCase};

use super::super::words::{case_link, pairs};
use super::list::{facts, states, title};
use crate::component::form::{self, Field, Kind, boxes_of, confirm_first, refusal};
use crate::component::{Tone, back_link, notice, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// Which of the page's forms was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestAnswer {
    /// Somebody takes care of it.
    TakeUp,
    /// It is granted.
    Grant,
    /// It is declined.
    Decline,
    /// More time is taken.
    Extend,
}

/// What was filled in to answer a request.
#[derive(Clone, Debug)]
pub struct AnswerForm {
    /// Which form it was.
    pub answer: RequestAnswer,
    /// The cases that were chosen to be erased.
    pub cases: BTreeSet<CaseId>,
    /// What is said to the person.
    pub words: String,
    /// What was wrong.
    pub problem: AnswerProblem,
}

/// What can be wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerProblem {
    /// The words are missing or too long.
    Words,
    /// No case was chosen, or one that is not there.
    Cases,
    /// Somebody has answered, or the person took it back.
    AlreadyAnswered,
    /// More time can't be taken any more.
    TooLateToExtend,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// The page. `may_answer` says whether the reader's role lets them answer.
#[must_use]
pub fn request_page(
    layout: &Layout,
    request: &DataRequest,
    cases: &[RequestedCase],
    form: Option<&AnswerForm>,
    may_answer: bool,
    zone: &TimeZone,
    flash: Option<Flash>,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let wrong = |problem| form.is_some_and(|form| form.problem == problem);
    let head = Head::plain(form::title(texts, "requests-title", form.is_some()));
    let confirm = wrong(AnswerProblem::ConfirmFirst).then(|| confirm_first(texts));
    let refused = [
        (AnswerProblem::AlreadyAnswered, "request-answered-by-somebody"),
        (AnswerProblem::TooLateToExtend, "request-extend-too-late"),
    ];
    let refused = refused.into_iter().find(|(problem, _)| wrong(*problem));
    let refused = refused.map(|(_, key)| refusal(texts.get(key)));
    let heading = title(texts, request);
    let mut facts = facts(texts, request, zone);
    if let Some(at) = request.extended_at {
        let at = dates::day_and_time(texts, at, zone);
        facts.push(texts.with("request-staff-extended", &[("at", at.into())]));
    }
    if let Some(until) = request.kept_until {
        let last = dates::last_day(texts, until, zone);
        facts.push(texts.with("request-staff-kept-until", &[("day", last.into())]));
    }
    let facts: Vec<_> = facts.into_iter().map(|fact| view! { <li>{fact}</li> }).collect();
    let becomes = match request.state {
        DataRequestState::Granted if request.waits => Some("request-staff-waits"),
        DataRequestState::Granted => Some("request-staff-granted"),
        _ => None,
    };
    let becomes = becomes.map(|key| notice(Tone::Calm, texts.get(key)));
    let asked = may_answer.then(|| {
        let text = request.text.clone();
        let answers = [
            ("request-extend-reason", request.extension.clone()),
            ("request-answer-words", request.answer.clone()),
        ];
        let answers: Vec<_> = answers
            .into_iter()
            .filter_map(|(key, words)| Some(said(texts, key, words?)))
            .collect();
        let text = text.unwrap_or_else(|| texts.get("request-staff-no-text"));
        let about = match request.case {
            Some(case) => case_link(texts, case).into_any(),
            None => texts.get("request-staff-everything").into_any(),
        };
        view! {
            {pairs(texts, vec![("request-staff-case", about)])}
            {said(texts, "request-staff-text", text)}
            {answers}
        }
    });
    let hidden = (!may_answer).then(|| view! { <p>{texts.get("request-staff-hidden")}</p> });
    let answers = (may_answer && request.state.is_open()).then(|| answers(texts, request, cases, form, zone));
    let states = states(texts, request);
    render(layout, head, move || {
        view! {
            {back_link("/staff/requests".to_owned(), texts.get("requests-title"))}
            {confirm}
            {refused}
            {told}
            <h1>{heading}</h1>
            <p>{states}</p>
            <ul class="facts">{facts}</ul>
            {becomes}
            {hidden}
            {asked}
            {answers}
        }
    })
}

/// Something that somebody wrote, as they wrote it.
fn said(texts: &'static Texts, heading: &'static str, words: String) -> impl IntoView + use<> {
    let id = format!("said-{heading}");
    let labelled = id.clone();
    view! {
        <section aria-labelledby=labelled>
            <h2 id=id>{texts.get(heading)}</h2>
            <p class="said">{words}</p>
        </section>
    }
}

/// The forms that answer, what is asked for first.
fn answers(
    texts: &'static Texts,
    request: &DataRequest,
    cases: &[RequestedCase],
    form: Option<&AnswerForm>,
    zone: &TimeZone,
) -> impl IntoView + use<> {
    let of = |answer| form.filter(|form| form.answer == answer);
    let take_up = (request.state == DataRequestState::Received).then(|| {
        view! {
            <section aria-labelledby="take-up">
                <h2 id="take-up">{texts.get("request-take-up-title")}</h2>
                <p>{texts.get("request-take-up-body")}</p>
                <form method="post" action=action(request, "take-up") class="actions">
                    <button class="button quiet">{texts.get("request-take-up")}</button>
                </form>
            </section>
        }
    });
    let grant = grant(texts, request, cases, of(RequestAnswer::Grant), zone);
    let decline = {
        let form = of(RequestAnswer::Decline);
        let words = words(
            "reason",
            texts.get("request-answer-words"),
            texts,
            form,
            "request-answer-hint",
        );
        view! {
            <section aria-labelledby="decline">
                <h2 id="decline">{texts.get("request-decline-title")}</h2>
                <p>{texts.get("request-decline-body")}</p>
                <form method="post" action=action(request, "decline") class="form" novalidate>
                    {words.view()} <button class="button quiet">{texts.get("request-decline")}</button>
                </form>
            </section>
        }
    };
    let extend = request.may_extend.then(|| {
        let form = of(RequestAnswer::Extend);
        let label = texts.get("request-extend-reason");
        let words = words("extension", label, texts, form, "request-answer-hint");
        view! {
            <section aria-labelledby="extend">
                <h2 id="extend">{texts.get("request-extend-title")}</h2>
                <p>{texts.get("request-extend-body")}</p>
                <form method="post" action=action(request, "extend") class="form" novalidate>
                    {words.view()} <button class="button quiet">{texts.get("request-extend")}</button>
                </form>
            </section>
        }
    });
    view! {
        {take_up}
        {grant}
        {decline}
        {extend}
    }
}

fn action(request: &DataRequest, what: &str) -> String {
    format!("/staff/requests/{}/{what}", request.id)
}

fn words(name: &'static str, label: String, texts: &Texts, form: Option<&AnswerForm>, hint: &str) -> Field {
    let wrong = form.is_some_and(|form| form.problem == AnswerProblem::Words);
    Field::new(name, Kind::Text, label)
        .hint(texts.get(hint))
        .value(form.map_or("", |form| &form.words))
        .lines(5)
        .problem(wrong.then(|| texts.get("request-answer-wrong")))
}

fn grant(
    texts: &'static Texts,
    request: &DataRequest,
    cases: &[RequestedCase],
    form: Option<&AnswerForm>,
    zone: &TimeZone,
) -> impl IntoView + use<> {
    let is_erasure = request.kind == DataRequestKind::Erasure;
    let (title, body, hint, button) = match (is_erasure, cases.is_empty()) {
        (true, false) => (
            "request-grant-title-erasure",
            "request-grant-erasure",
            "request-answer-hint-erasure",
            "request-erase",
        ),
        (true, true) => (
            "request-grant-title-erasure",
            "request-grant-nothing",
            "request-answer-hint",
            "request-answer-done",
        ),
        (false, _) => (
            "request-grant-title-rectification",
            "request-grant-rectification",
            "request-answer-hint",
            "request-answer-done",
        ),
    };
    let class = match button {
        "request-erase" => "button danger",
        _ => "button",
    };
    let choice = (!cases.is_empty()).then(|| {
        let chosen = |case: &RequestedCase| form.is_some_and(|form| form.cases.contains(&case.id));
        let wrong = form.is_some_and(|form| form.problem == AnswerProblem::Cases);
        let problem = wrong.then(|| texts.get("request-cases-wrong"));
        let boxes = cases.iter().enumerate();
        let boxes = boxes
            .map(|(index, case)| tick(texts, case, chosen(case), wrong && index == 0, zone))
            .collect();
        boxes_of("case", texts.get("request-cases"), problem, boxes)
    });
    let words = words("answer", texts.get("request-answer-words"), texts, form, hint);
    view! {
        <section aria-labelledby="grant">
            <h2 id="grant">{texts.get(title)}</h2>
            <p>{texts.get(body)}</p>
            <form method="post" action=action(request, "grant") class="form" novalidate>
                {choice} {words.view()} <button class=class>{texts.get(button)}</button>
            </form>
        </section>
    }
}

/// A case to choose. None is chosen from the beginning: what is erased can't be brought back.
fn tick(
    texts: &'static Texts,
    case: &RequestedCase,
    chosen: bool,
    focused: bool,
    zone: &TimeZone,
) -> impl IntoView + use<> {
    let id = format!("case-{}", case.id);
    let hint_id = format!("{id}-hint");
    let kind = case
        .document_type
        .clone()
        .unwrap_or_else(|| texts.get("request-case-no-type"));
    let at = dates::day_and_time(texts, case.sent_at, zone);
    let label = texts.with("request-case", &[("type", kind.into()), ("at", at.into())]);
    let counts = [("messages", case.messages.into()), ("documents", case.documents.into())];
    let mut hint = texts.with("request-case-facts", &counts);
    if case.held {
        hint = format!("{hint}. {}", texts.get("request-case-held"));
    } else {
        hint.push('.');
    }
    view! {
        <div class="tick">
            <input
                id=id.clone()
                name="case"
                type="checkbox"
                value=case.id.to_string()
                checked=chosen
                autofocus=focused
                aria-describedby=hint_id.clone()
            />
            <label for=id>{label}</label>
            <p class="hint" id=hint_id>
                {hint} " " {case_link(texts, case.id)}
            </p>
        </div>
    }
}
