//! The form by which a person asks an organisation to erase or correct something.

use base::DataRequestId;
use leptos::prelude::*;
use portal::{DataRequestKind, RequestableOrganisation};

use crate::component::back_link;
use crate::component::form::{self, Choice, Field, Kind, choices, refusal};
use crate::context::{Layout, PageContext};
use crate::page::error::read_error;
use crate::page::{ErrorPage, Page, error_page};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// A request as it was filled in.
#[derive(Clone)]
pub struct NewRequestForm {
    /// Names the form, so that it makes one request however often it is sent.
    pub form: DataRequestId,
    /// What it is about: an organisation's id, or an organisation's and a case's with a slash between.
    pub about: String,
    /// What the person wants, when they chose.
    pub kind: Option<DataRequestKind>,
    /// In their own words.
    pub text: String,
    /// What was wrong.
    pub problem: Option<NewRequestProblem>,
}

/// What can be wrong with a new request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewRequestProblem {
    /// Nothing was chosen that it is about.
    About,
    /// Neither was chosen.
    Kind,
    /// The text is missing or too long.
    Text,
    /// Five wait already.
    TooMany,
    /// Ten were sent within a day.
    TooManyToday,
    /// The organisation has nothing for the person any more.
    NothingThere,
}

/// The form for the person who is signed in, with whom they can ask.
pub async fn new_request(context: &PageContext, form: &NewRequestForm) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.requestable(actor).await {
        Ok(organisations) => new_request_page(&context.layout, &organisations, form),
        Err(problem) => read_error(&context.layout, &problem),
    }
}

/// The page of the form from values.
#[must_use]
pub fn new_request_page(layout: &Layout, organisations: &[RequestableOrganisation], form: &NewRequestForm) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "request-new-title", form.problem.is_some()));
    let refused = match form.problem {
        Some(NewRequestProblem::TooMany) => Some("request-too-many"),
        Some(NewRequestProblem::TooManyToday) => Some("request-too-many-today"),
        Some(NewRequestProblem::NothingThere) => Some("request-nothing-there"),
        _ => None,
    };
    let refused = refused.map(|key| refusal(texts.get(key)));
    let kind = choices(
        "kind",
        texts.get("request-kind"),
        vec![
            choice(
                texts,
                DataRequestKind::Erasure,
                "request-erasure-label",
                "request-erasure-hint",
            ),
            choice(
                texts,
                DataRequestKind::Rectification,
                "request-rectification-label",
                "request-rectification-hint",
            ),
        ],
        form.kind.map_or("", DataRequestKind::as_str),
        (form.problem == Some(NewRequestProblem::Kind)).then(|| texts.get("request-kind-wrong")),
    );
    let words = Field::new("text", Kind::Text, texts.get("request-words"))
        .hint(texts.get("request-words-hint"))
        .value(&form.text)
        .lines(8)
        .problem((form.problem == Some(NewRequestProblem::Text)).then(|| texts.get("request-words-wrong")));
    let id = form.form.to_string();
    let about = about(texts, organisations, form);
    let nobody = organisations.is_empty();
    render(layout, head, move || {
        let fields = view! {
            <p>{texts.get("request-new-lead")}</p>
            <form method="post" action="/rights/new" class="form" novalidate>
                <input type="hidden" name="form" value=id/>
                {about} {kind} {words.view()} <button class="button">{texts.get("request-send")}</button>
            </form>
        };
        view! {
            {back_link("/rights".to_owned(), texts.get("rights-title"))}
            {refused}
            <h1>{texts.get("request-new-title")}</h1>
            {if nobody {
                view! { <p class="lead">{texts.get("rights-nobody")}</p> }.into_any()
            } else {
                fields.into_any()
            }}
        }
    })
}

fn choice(texts: &Texts, kind: DataRequestKind, label: &str, hint: &str) -> Choice {
    Choice {
        value: kind.as_str().to_owned(),
        label: texts.get(label),
        hint: Some(texts.get(hint)),
    }
}

/// What the request is about: everything from an organisation, or one of its cases.
fn about(
    texts: &'static Texts,
    organisations: &[RequestableOrganisation],
    form: &NewRequestForm,
) -> impl IntoView + use<> {
    let option = |value: String, label: String| {
        let selected = value == form.about;
        view! {
            <option value=value selected=selected>
                {label}
            </option>
        }
    };
    let groups: Vec<_> = organisations
        .iter()
        .map(|organisation| {
            let everything = texts.with(
                "request-about-all",
                &[("organisation", organisation.name.as_str().into())],
            );
            let everything = option(organisation.id.to_string(), everything);
            let cases: Vec<_> = organisation
                .cases
                .iter()
                .map(|case| {
                    let title = case.title.clone().unwrap_or_else(|| texts.get("request-untitled"));
                    let day = dates::day(texts, case.sent_at, &organisation.time_zone);
                    let label = texts.with("request-about-of-case", &[("title", title.into()), ("day", day.into())]);
                    option(format!("{}/{}", organisation.id, case.id), label)
                })
                .collect();
            view! {
                <optgroup label=organisation.name.clone()>
                    {everything}
                    {cases}
                </optgroup>
            }
        })
        .collect();
    let problem = (form.problem == Some(NewRequestProblem::About)).then(|| texts.get("request-about-wrong"));
    let wrong = problem.is_some();
    let described_by = wrong.then_some("about-problem");
    let invalid = wrong.then_some("true");
    view! {
        <div class="field" class:wrong=wrong>
            <label for="about">{texts.get("request-about")}</label>
            {problem.map(|problem| view! { <p class="problem" id="about-problem">{problem}</p> })}
            <select id="about" name="about" aria-describedby=described_by aria-invalid=invalid autofocus=wrong>
                <option value="">{texts.get("request-about-choose")}</option>
                {groups}
            </select>
        </div>
    }
}
