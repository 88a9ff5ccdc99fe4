//! The form that places a hold.

use base::{CaseId, HoldId};
use leptos::prelude::*;
use portal::{HoldScope, InvalidHold, SentRecipient};

use super::super::cases::recipient;
use crate::component::back_link;
use crate::component::form::{self, Choice, Field, Kind, choices, refusal};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// A hold as it was filled in.
#[derive(Clone)]
pub struct NewHoldForm {
    /// Names this form, so that one that is sent twice places one hold.
    pub id: HoldId,
    /// The case that it is about.
    pub case: CaseId,
    /// Whom that case is with.
    pub recipient: SentRecipient,
    /// What the hold is on.
    pub scope: HoldScope,
    /// Why.
    pub reason: String,
    /// On which day somebody is to look at it again (ISO 8601).
    pub review_on: String,
    /// What was wrong.
    pub problem: Option<NewHoldProblem>,
}

/// What can be wrong with a new hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewHoldProblem {
    /// The reason, the day of the review, or both.
    Fields(InvalidHold),
    /// All of the case is being purged already.
    TooLate,
    /// Another hold was placed with this form before.
    Used,
}

/// The page of the form.
#[must_use]
pub fn new_hold_page(layout: &Layout, form: &NewHoldForm) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "hold-new-title", form.problem.is_some()));
    let whole = match form.problem {
        Some(NewHoldProblem::TooLate) => Some("hold-all-too-late"),
        Some(NewHoldProblem::Used) => Some("hold-form-used"),
        Some(NewHoldProblem::Fields(_)) | None => None,
    };
    let whole = whole.map(|key| refusal(texts.get(key)));
    let (wrong_reason, wrong_review) = match form.problem {
        Some(NewHoldProblem::Fields(wrong)) => (wrong.reason, wrong.review_on),
        _ => (false, false),
    };
    let whom = recipient(texts, &form.recipient);
    let choice = |value: &str, label, hint| Choice {
        value: value.to_owned(),
        label: texts.get(label),
        hint: Some(texts.get(hint)),
    };
    let chosen = match form.scope {
        HoldScope::Case => "case",
        HoldScope::Recipient => "recipient",
    };
    let scope = choices(
        "scope",
        texts.get("hold-scope"),
        vec![
            choice("case", "hold-scope-case", "hold-scope-case-hint"),
            choice("recipient", "hold-scope-recipient", "hold-scope-recipient-hint"),
        ],
        chosen,
        None,
    );
    let reason = Field::new("reason", Kind::Text, texts.get("hold-reason"))
        .hint(texts.get("hold-reason-hint"))
        .value(&form.reason)
        .problem(wrong_reason.then(|| texts.get("hold-reason-wrong")));
    let review = Field::new("review_on", Kind::Date, texts.get("hold-review"))
        .hint(texts.get("hold-review-hint"))
        .value(&form.review_on)
        .problem(wrong_review.then(|| texts.get("hold-review-wrong")))
        .leaves_focus(wrong_reason);
    let (id, case) = (form.id.to_string(), form.case.to_string());
    let about = texts.with("hold-new-about", &[("recipient", whom.into())]);
    render(layout, head, move || {
        view! {
            {back_link("/staff/cases".to_owned(), texts.get("staff-cases-title"))}
            {whole}
            <h1>{texts.get("hold-new-title")}</h1>
            <p class="lead">{about}</p>
            <p>{texts.get("hold-new-lead")}</p>
            <form method="post" action="/staff/holds" class="form" novalidate>
                <input type="hidden" name="form" value=id/>
                <input type="hidden" name="case" value=case/>
                {scope} {reason.view()} {review.view()} <button class="button">{texts.get("hold-place")}</button>
            </form>
        }
    })
}
