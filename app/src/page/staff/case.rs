//! One case: with whom, until when, and what the organisation decides about it: closing it, opening it again, extending it.

use base::Timestamp;
use jiff::civil::Date;
use leptos::either::Either;
use leptos::prelude::*;
use portal::{CaseExtension, SentRecipient, StaffCase, StaffCaseMessage};

use super::cases::{recipient, state};
use crate::component::form::{self, Field, Kind, refusal};
use crate::component::{back_link, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// What was filled in to extend a case.
#[derive(Clone, Debug, Default)]
pub struct ExtendForm {
    /// The last day (ISO 8601), as it was written.
    pub last_day: String,
    /// Why.
    pub reason: String,
    /// What was wrong.
    pub problem: Option<ExtendProblem>,
}

/// What can be wrong with extending a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendProblem {
    /// The last day is none.
    Day,
    /// The case is kept for as long anyhow.
    NotLater,
    /// The operator lets it be kept until this day.
    AboveCeiling(Date),
    /// The reason is missing or too long.
    Reason,
    /// Nothing of it can be read any more.
    TooLate,
}

/// What the reader's role lets them decide about cases.
#[derive(Clone, Copy, Debug)]
pub struct CaseRights {
    /// Close them and open them again.
    pub close: bool,
    /// Extend them.
    pub extend: bool,
}

/// The page.
#[must_use]
pub fn staff_case_page(
    layout: &Layout,
    case: &StaffCase,
    form: &ExtendForm,
    rights: CaseRights,
    flash: Option<Flash>,
    now: Timestamp,
) -> Page {
    let texts = Texts::of(layout.language);
    let title = match &case.recipient {
        SentRecipient::Forgotten => texts.get("staff-case-title-forgotten"),
        known => texts.with("staff-case-title", &[("recipient", recipient(texts, known).into())]),
    };
    let head = Head::plain(form::title(texts, "staff-case-page", form.problem.is_some()));
    let too_late = (form.problem == Some(ExtendProblem::TooLate)).then(|| refusal(texts.get("staff-case-too-late")));
    let told = told(texts, flash);
    let stands = match case.closed_at {
        None => view! { <span class="state good">{texts.get("staff-case-is-open")}</span> },
        Some(closed) => {
            let when = at(texts, case, closed);
            view! { <span class="state">{texts.with("staff-case-closed", &[("when", when.into())])}</span> }
        }
    };
    let messages: Vec<_> = case
        .messages
        .iter()
        .map(|each| message(texts, case, each, now))
        .collect();
    let lives = case.messages.iter().any(|message| message.status.is_living());
    let closing = (rights.close && lives).then(|| closing(texts, case));
    let extending = match (rights.extend, case.extensible) {
        (true, Some(days)) => Some(Either::Left(extending(texts, case, form, days))),
        (true, None) if lives => Some(Either::Right(extended_fully(texts))),
        _ => None,
    };
    let extensions = extensions(texts, case);
    render(layout, head, move || {
        view! {
            {back_link("/staff/cases".to_owned(), texts.get("staff-cases-title"))}
            {told}
            {too_late}
            <h1>{title}</h1>
            <p>{stands}</p>
            <ul class="cards">{messages}</ul>
            {closing}
            {extending}
            {extensions}
        }
    })
}

fn at(texts: &Texts, case: &StaffCase, at: Timestamp) -> String {
    dates::day_and_time(texts, at, &case.time_zone)
}

/// What was sent, and until when it is kept by which rule.
fn message(
    texts: &'static Texts,
    case: &StaffCase,
    message: &StaffCaseMessage,
    now: Timestamp,
) -> impl IntoView + use<> {
    let gone = message.title.is_none();
    let gone_key = if message.held {
        "staff-case-hidden"
    } else {
        "staff-case-gone"
    };
    let title = message.title.clone().unwrap_or_else(|| texts.get(gone_key));
    let mut facts = vec![texts.with("staff-case-sent", &[("at", at(texts, case, message.sent_at).into())])];
    facts.extend(message.document_type.clone());
    let living = message.status.is_living();
    if living {
        let last_day = dates::last_day(texts, message.status.expires_at, &case.time_zone);
        facts.push(texts.with("staff-case-kept-until", &[("last_day", last_day.into())]));
        if let Some(days) = message.days_after_closing {
            facts.push(texts.with("staff-case-days-after-closing", &[("days", days.into())]));
        }
    }
    let facts: Vec<_> = facts.into_iter().map(|fact| view! { <li>{fact}</li> }).collect();
    let (class, words) = state(texts, &message.status, &case.time_zone);
    let left = living.then(|| dates::time_left(texts, now, message.status.expires_at, &case.time_zone));
    let held = message
        .held
        .then(|| view! { <span class="state">{texts.get("staff-case-held")}</span> });
    view! {
        <li class="card">
            <h2 class:gone=gone>{title}</h2>
            <ul class="facts">{facts}</ul>
            <ul class="deliveries">
                <li>
                    <span class=class>{words}</span>
                    {left.map(|left| view! { <span class=if left.soon { "left soon" } else { "left" }>{left.text}</span> })}
                    {held}
                </li>
            </ul>
        </li>
    }
}

/// Closing it, or opening it again.
fn closing(texts: &'static Texts, case: &StaffCase) -> impl IntoView + use<> {
    let counted = case
        .messages
        .iter()
        .filter(|message| message.status.is_living())
        .any(|message| message.days_after_closing.is_some());
    let (act, heading, lead) = match (case.closed_at.is_some(), counted) {
        (false, true) => ("close", "staff-case-close", "staff-case-close-counted"),
        (false, false) => ("close", "staff-case-close", "staff-case-close-lead"),
        (true, true) => ("reopen", "staff-case-reopen", "staff-case-reopen-counted"),
        (true, false) => ("reopen", "staff-case-reopen", "staff-case-reopen-lead"),
    };
    let action = format!("/staff/cases/{}/{act}", case.id);
    view! {
        <section aria-labelledby="closing">
            <h2 id="closing">{texts.get(heading)}</h2>
            <p>{texts.get(lead)}</p>
            <form method="post" action=action>
                <button class="button quiet">{texts.get(heading)}</button>
            </form>
        </section>
    }
}

fn extending(
    texts: &'static Texts,
    case: &StaffCase,
    form: &ExtendForm,
    (first, last): (Date, Date),
) -> impl IntoView + use<> {
    let on = |day| dates::date(texts, day);
    let wrong_day = match form.problem {
        Some(ExtendProblem::Day) => Some(texts.get("staff-case-day-missing")),
        Some(ExtendProblem::NotLater) => Some(texts.get("staff-case-day-not-later")),
        Some(ExtendProblem::AboveCeiling(latest)) => {
            Some(texts.with("staff-case-day-above", &[("latest", on(latest).into())]))
        }
        Some(ExtendProblem::Reason | ExtendProblem::TooLate) | None => None,
    };
    let wrong_reason = (form.problem == Some(ExtendProblem::Reason)).then(|| texts.get("hold-reason-wrong"));
    let hint = texts.with(
        "staff-case-last-day-hint",
        &[("first", on(first).into()), ("last", on(last).into())],
    );
    let day = Field::new("last_day", Kind::Date, texts.get("staff-case-last-day"))
        .hint(hint)
        .value(&form.last_day)
        .problem(wrong_day);
    let reason = Field::new("reason", Kind::Text, texts.get("hold-reason"))
        .hint(texts.get("hold-reason-hint"))
        .value(&form.reason)
        .problem(wrong_reason);
    let action = format!("/staff/cases/{}/extend", case.id);
    view! {
        <section aria-labelledby="extending">
            <h2 id="extending">{texts.get("staff-case-extend")}</h2>
            <p>{texts.get("staff-case-extend-lead")}</p>
            <form method="post" action=action class="form" novalidate>
                {day.view()} {reason.view()} <button class="button quiet">{texts.get("staff-case-extend")}</button>
            </form>
        </section>
    }
}

/// Why there is no form to extend a case with.
fn extended_fully(texts: &'static Texts) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="extending">
            <h2 id="extending">{texts.get("staff-case-extend")}</h2>
            <p>{texts.get("staff-case-extended-fully")}</p>
        </section>
    }
}

/// Each time that it was extended.
fn extensions(texts: &'static Texts, case: &StaffCase) -> Option<impl IntoView + use<>> {
    let extension = |extension: &CaseExtension| {
        let day = dates::date(texts, extension.last_day);
        let when = at(texts, case, extension.at);
        let decided = match &extension.by {
            Some(who) => texts.with(
                "staff-case-extended-by",
                &[("when", when.into()), ("who", who.as_str().into())],
            ),
            None => texts.with("staff-case-extended", &[("when", when.into())]),
        };
        let forgotten = || texts.get("hold-reason-forgotten");
        let reason = extension.reason.clone().unwrap_or_else(forgotten);
        view! {
            <li class="card">
                <h3>{texts.with("staff-case-extended-to", &[("day", day.into())])}</h3>
                <p>{reason}</p>
                <ul class="facts">
                    <li>{decided}</li>
                </ul>
            </li>
        }
    };
    let cards: Vec<_> = case.extensions.iter().map(extension).collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section aria-labelledby="extensions">
                <h2 id="extensions">{texts.get("staff-case-extensions")}</h2>
                <ul class="cards">{cards}</ul>
            </section>
        }
    })
}
