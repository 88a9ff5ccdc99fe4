//! The terms: what a recipient accepts before they read, with what happens when they don't, and the text that they accepted.

use leptos::prelude::*;
use portal::{OwnTerms, Terms};

use super::error::fault;
use super::{ErrorPage, Page, error_page};
use crate::component::back_link;
use crate::component::form::{self, must_tick, refusal};
use crate::context::{Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::{Language, Texts, dates};

/// Why terms were not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsProblem {
    /// The box was not ticked.
    NotTicked,
    /// There are others by now.
    Changed,
}

/// The terms in force, for the person who is signed in.
pub async fn terms(context: &PageContext, problem: Option<TermsProblem>) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_terms(actor).await {
        Ok(OwnTerms { in_force: None, .. }) => error_page(&context.layout, ErrorPage::NotFound),
        Ok(OwnTerms {
            in_force: Some(terms),
            accepted,
        }) => {
            let is_accepted = actor.has_accepted_terms();
            terms_page(&context.layout, &terms, is_accepted, accepted.is_some(), problem)
        }
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The text that the person who is signed in accepted last.
pub async fn accepted_terms(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_terms(actor).await {
        Ok(OwnTerms {
            accepted: Some(accepted),
            ..
        }) => {
            let texts = Texts::of(context.layout.language);
            let at = dates::day_and_time(texts, accepted.at, &context.time_zone);
            accepted_terms_page(&context.layout, &accepted.terms, at)
        }
        Ok(_) => error_page(&context.layout, ErrorPage::NotFound),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page of terms from values. `has_accepted_others` says whether the person accepted others before, or took these back.
#[must_use]
pub fn terms_page(
    layout: &Layout,
    terms: &Terms,
    is_accepted: bool,
    has_accepted_others: bool,
    problem: Option<TermsProblem>,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(form::title(texts, "terms-title", problem.is_some()));
    let refused = (problem == Some(TermsProblem::Changed)).then(|| refusal(texts.get("terms-changed")));
    let not_ticked = (problem == Some(TermsProblem::NotTicked)).then(|| texts.get("terms-not-ticked"));
    let lead = match (is_accepted, has_accepted_others) {
        (true, _) => "terms-lead-accepted",
        (false, true) => "terms-lead-again",
        (false, false) => "terms-lead",
    };
    let version = texts.with("terms-version", &[("version", terms.version.as_str().into())]);
    let text = text(layout.language, terms);
    let hash = terms.hash();
    let ask = (!is_accepted).then(|| {
        view! {
            <form method="post" action="/terms/accept" class="form" novalidate>
                <input type="hidden" name="terms" value=hash/>
                {must_tick("accepted", texts.get("terms-accept"), not_ticked)}
                <button class="button">{texts.get("terms-continue")}</button>
            </form>
            <section aria-labelledby="without">
                <h2 id="without">{texts.get("terms-without-title")}</h2>
                <p>{texts.get("terms-without")}</p>
                <p>
                    <a href="/rights">{texts.get("terms-to-rights")}</a>
                </p>
                <form method="post" action="/sign-out" class="actions">
                    <button class="button quiet">{texts.get("terms-leave")}</button>
                </form>
            </section>
        }
    });
    render(layout, head, move || {
        view! {
            {refused}
            <h1>{texts.get("terms-title")}</h1>
            <p class="lead">{texts.get(lead)}</p>
            <p class="hint">{version}</p>
            {text}
            {ask}
        }
    })
}

/// The page of a text that was accepted, from values.
#[must_use]
pub fn accepted_terms_page(layout: &Layout, terms: &Terms, at: String) -> Page {
    let texts = Texts::of(layout.language);
    let accepted = texts.with(
        "terms-accepted-then",
        &[("version", terms.version.as_str().into()), ("at", at.into())],
    );
    let text = text(layout.language, terms);
    render(layout, Head::plain(texts.get("terms-accepted-title")), move || {
        view! {
            {back_link("/rights".to_owned(), texts.get("rights-title"))}
            <h1>{texts.get("terms-accepted-title")}</h1>
            <p class="lead">{accepted}</p>
            {text}
        }
    })
}

/// The text: parts between empty lines, of which one that begins with `# ` is a heading.
fn text(language: Language, terms: &Terms) -> impl IntoView + use<> {
    let whole = match language {
        Language::Swedish => &terms.swedish,
        Language::English => &terms.english,
    };
    let whole = whole.replace("\r\n", "\n");
    let parts: Vec<_> = whole
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| match part.strip_prefix("# ") {
            Some(heading) => view! { <h2>{heading.to_owned()}</h2> }.into_any(),
            None => view! { <p class="said">{part.to_owned()}</p> }.into_any(),
        })
        .collect();
    view! { <div class="terms">{parts}</div> }
}
