//! One hold: on what, since when and why, and what lifts it.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::Hold;

use super::super::words;
use super::list::{facts, title};
use crate::component::back_link;
use crate::component::form::{self, Field, Kind, confirm_first};
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

/// The page. `may_lift` says whether the reader's role lets them lift it.
#[must_use]
pub fn hold_page(layout: &Layout, hold: &Hold, form: &LiftForm, may_lift: bool, zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "hold-title", form.problem.is_some()));
    let confirm = (form.problem == Some(LiftProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let facts: Vec<_> = facts(texts, hold, zone)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let mut said = vec![("hold-case", hold.case.to_string())];
    // Of one that is over nothing is kept, whatever became of it before.
    let is_over = hold.lifted.as_ref().is_some_and(|lifted| lifted.is_over);
    let why = |reason: &Option<String>, lost: bool, key| match reason {
        Some(reason) => reason.clone(),
        None if lost && !is_over => texts.get(key),
        None => texts.get("hold-reason-forgotten"),
    };
    said.push(("hold-reason", why(&hold.reason, hold.restored, "hold-restored")));
    if let Some(lifted) = &hold.lifted {
        let reason = why(&lifted.reason, lifted.restored, "hold-lift-restored");
        said.push(("hold-lift-reason", reason));
    }
    let due = hold
        .review_due
        .then(|| view! { <p class="notice soon">{texts.get("hold-review-due")}</p> });
    let lift = (may_lift && hold.lifted.is_none()).then(|| lift(texts, hold, form));
    let title = title(texts, hold);
    render(layout, head, move || {
        view! {
            {confirm}
            {back_link("/staff/holds".to_owned(), texts.get("holds-title"))}
            <h1>{title}</h1>
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
                {reason.view()} <button class="button">{texts.get("hold-lift-button")}</button>
            </form>
        </section>
    }
}
