//! One hold: on what, since when and why, and what lifts it.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Hold, HoldScope};

use super::super::words;
use super::list::{facts, title};
use crate::component::form::{self, Field, Kind, confirm_first};
use crate::component::{Tone, back_link, notice};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// What was filled in to lift a hold.
#[derive(Clone, Debug, Default)]
pub struct LiftForm {
    /// Why.
    pub reason: String,
    /// What was wrong.
    pub problem: Option<LiftProblem>,
}

/// What can be wrong with lifting a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiftProblem {
    /// The reason is missing or too long.
    Reason,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// What a reader's role lets them do with a hold.
#[derive(Clone, Copy, Debug)]
pub struct HoldRights {
    /// See what its case is about.
    pub see_case: bool,
    /// Lift it.
    pub lift: bool,
}

/// The page.
#[must_use]
pub fn hold_page(layout: &Layout, hold: &Hold, form: &LiftForm, rights: HoldRights, zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "hold-title", form.problem.is_some()));
    let confirm = (form.problem == Some(LiftProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let facts: Vec<_> = facts(texts, hold, zone)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let case = rights.see_case.then(|| words::case_link(texts, hold.case));
    let case = view! {
        <p>{hold.case.to_string()}</p>
        {case.map(|link| view! { <p>{link}</p> })}
    };
    // Of a hold on everything it says no more than from where it was placed.
    let of_case = match hold.scope {
        HoldScope::Case => "hold-case",
        HoldScope::Recipient => "hold-case-from",
    };
    let mut said = vec![(of_case, case.into_any())];
    // Of one that is over nothing is kept, whatever became of it before.
    let is_over = hold.lifted.as_ref().is_some_and(|lifted| lifted.is_over);
    let why = |reason: &Option<String>, lost: bool, key| match reason {
        Some(reason) => reason.clone(),
        None if lost && !is_over => texts.get(key),
        None => texts.get("hold-reason-forgotten"),
    };
    let mut reason = why(&hold.reason, hold.restored, "hold-restored");
    if hold.restored && hold.reason.is_none() && hold.lifted.is_none() {
        reason = format!("{reason} {}", texts.get("hold-restored-review"));
    }
    said.push(("hold-reason", reason.into_any()));
    if let Some(lifted) = &hold.lifted {
        let reason = why(&lifted.reason, lifted.restored, "hold-lift-restored");
        said.push(("hold-lift-reason", reason.into_any()));
    }
    let due = hold
        .review_due
        .then(|| notice(Tone::Soon, texts.get("hold-review-due")));
    let is_lifted = hold.lifted.is_some().then(|| {
        view! {
            <p>
                <span class="state">{texts.get("hold-is-lifted")}</span>
            </p>
        }
    });
    let lift = (rights.lift && hold.lifted.is_none()).then(|| lift(texts, hold, form));
    let title = title(texts, hold);
    render(layout, head, move || {
        view! {
            {back_link("/staff/holds".to_owned(), texts.get("holds-title"))}
            {confirm}
            <h1>{title}</h1>
            {is_lifted}
            {due}
            <ul class="facts">{facts}</ul>
            {words::pairs(texts, said)}
            {lift}
        }
    })
}

fn lift(texts: &'static Texts, hold: &Hold, form: &LiftForm) -> impl IntoView + use<> {
    let wrong = (form.problem == Some(LiftProblem::Reason)).then(|| texts.get("hold-reason-wrong"));
    let reason = Field::new("reason", Kind::Text, texts.get("hold-lift-reason"))
        .hint(texts.get("hold-reason-hint"))
        .value(&form.reason)
        .problem(wrong);
    let action = format!("/staff/holds/{}/lift", hold.id);
    view! {
        <section aria-labelledby="lift">
            <h2 id="lift">{texts.get("hold-lift")}</h2>
            <p>{texts.get("hold-lift-lead")}</p>
            <form method="post" action=action class="form" novalidate>
                {reason.view()} <button class="button danger">{texts.get("hold-lift-button")}</button>
            </form>
        </section>
    }
}
