//! Where an admin makes an extract of what the organisation has registered about a person, and sees which were made.

use base::{InvalidPersonnummer, RegisterExtractId};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{MadeOrganisationExtract, ORGANISATION_EXTRACTS_A_DAY, OrganisationExtracts};

use crate::component::form::{self, Field, Kind, confirm_first, refusal};
use crate::component::{icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// An extract as it was asked for.
#[derive(Clone)]
pub struct ExtractForm {
    /// Names this form, so that one that is sent twice makes one extract.
    pub id: RegisterExtractId,
    /// The number, as it was written.
    pub number: String,
    /// Why.
    pub reason: String,
    /// What was wrong.
    pub problem: Option<ExtractFormProblem>,
}

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtractFormProblem {
    /// The number is none.
    Number(InvalidPersonnummer),
    /// The reason is missing or too long.
    Reason,
    /// An extract was asked for with this form before.
    Used,
    /// The organisation has asked for as many as it may within a day.
    TooMany,
    /// One is being made for the organisation.
    UnderWay,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// The page; `made` are those that were made before.
#[must_use]
pub fn extracts_page(
    layout: &Layout,
    made: Option<&OrganisationExtracts>,
    form: &ExtractForm,
    flash: Option<Flash>,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "extracts-title", form.problem.is_some()));
    let whole = match form.problem {
        Some(ExtractFormProblem::ConfirmFirst) => Some(confirm_first(texts).into_any()),
        Some(ExtractFormProblem::Used) => Some(refusal(texts.get("extracts-used")).into_any()),
        Some(ExtractFormProblem::UnderWay) => Some(refusal(texts.get("extracts-under-way")).into_any()),
        Some(ExtractFormProblem::TooMany) => {
            let most = [("count", ORGANISATION_EXTRACTS_A_DAY.into())];
            Some(refusal(texts.with("extracts-too-many", &most)).into_any())
        }
        Some(ExtractFormProblem::Number(_) | ExtractFormProblem::Reason) | None => None,
    };
    let wrong_number = match form.problem {
        Some(ExtractFormProblem::Number(problem)) => Some(texts.get(match problem {
            InvalidPersonnummer::Form => "extracts-number-form",
            InvalidPersonnummer::Date => "extracts-number-date",
            InvalidPersonnummer::CheckDigit => "extracts-number-check-digit",
        })),
        _ => None,
    };
    let wrong_reason = (form.problem == Some(ExtractFormProblem::Reason)).then(|| texts.get("extracts-reason-wrong"));
    let number = Field::new("number", Kind::IdentityNumber, texts.get("extracts-number"))
        .hint(texts.get("extracts-number-hint"))
        .value(&form.number)
        .problem(wrong_number);
    let reason = Field::new("reason", Kind::Text, texts.get("extracts-reason"))
        .hint(texts.get("extracts-reason-hint"))
        .value(&form.reason)
        .problem(wrong_reason);
    let id = form.id.to_string();
    let made = made.map(|extracts| self::made(texts, extracts));
    let told = told(texts, flash);
    render(layout, head, move || {
        view! {
            {told}
            {whole}
            <h1>{texts.get("extracts-title")}</h1>
            <p class="lead">{texts.get("extracts-lead")}</p>
            <p>{texts.get("extracts-contents")}</p>
            <form method="post" action="/staff/extracts" class="form" novalidate>
                <input type="hidden" name="form" value=id/>
                {number.view()}
                {reason.view()}
                <p class="hint">{texts.get("extracts-on-device")}</p>
                <button class="button">{icon("download")} {texts.get("extracts-make")}</button>
            </form>
            {made}
        }
    })
}

fn made(texts: &'static Texts, extracts: &OrganisationExtracts) -> impl IntoView + use<> {
    let cards: Vec<_> = extracts
        .made
        .iter()
        .map(|extract| card(texts, extract, &extracts.time_zone))
        .collect();
    let body = if cards.is_empty() {
        view! { <p>{texts.get("extracts-none")}</p> }.into_any()
    } else {
        view! {
            <p>{texts.get("extracts-made-body")}</p>
            <ul class="cards">{cards}</ul>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="made">
            <h2 id="made">{texts.get("extracts-made")}</h2>
            {body}
        </section>
    }
}

fn card(texts: &'static Texts, extract: &MadeOrganisationExtract, zone: &TimeZone) -> impl IntoView + use<> {
    let when = dates::day_and_time(texts, extract.made_at, zone);
    let who = match &extract.made_by {
        Some(who) => texts.with("extracts-by", &[("who", who.as_str().into())]),
        None => texts.get("extracts-by-unknown"),
    };
    let nothing = (!extract.found).then(|| view! { <li>{texts.get("extracts-nothing")}</li> });
    view! {
        <li class="card">
            <h3>{when}</h3>
            <ul class="facts">
                <li>{who}</li>
                <li>{extract.reason.clone()}</li>
                {nothing}
            </ul>
        </li>
    }
}
