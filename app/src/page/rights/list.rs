//! What a person can ask for, by whom it is answered, and what they have asked for.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{OwnDataRequest, OwnTerms};

use super::one::{facts, title};
use super::words::{complain, states};
use crate::component::{back_link, told};
use crate::context::{Flash, Layout, PageContext};
use crate::page::error::fault;
use crate::page::{ErrorPage, Page, error_page};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page of the person who is signed in.
pub async fn rights(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let requests = match context.portal.own_requests(actor).await {
        Ok(requests) => requests,
        Err(problem) => return fault(&context.layout, &problem),
    };
    match context.portal.own_terms(actor).await {
        Ok(terms) => rights_page(
            &context.layout,
            &requests,
            &terms,
            context.now,
            &context.time_zone,
            context.flash,
        ),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page from values.
#[must_use]
pub fn rights_page(
    layout: &Layout,
    requests: &[OwnDataRequest],
    terms: &OwnTerms,
    now: Timestamp,
    time_zone: &TimeZone,
    flash: Option<Flash>,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let cards: Vec<_> = requests.iter().map(|request| card(texts, request, now)).collect();
    let terms = own_terms(texts, terms, time_zone);
    render(layout, Head::plain(texts.get("rights-title")), move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            {told}
            <h1>{texts.get("rights-title")}</h1>
            <p class="lead">{texts.get("rights-lead")}</p>
            <p class="actions">
                <a class="button" href="/rights/new">
                    {texts.get("rights-ask")}
                </a>
            </p>
            <section aria-labelledby="own">
                <h2 id="own">{texts.get("rights-own")}</h2>
                {if cards.is_empty() {
                    view! { <p>{texts.get("rights-own-none")}</p> }.into_any()
                } else {
                    view! { <ul class="cards">{cards}</ul> }.into_any()
                }}
            </section>
            <section aria-labelledby="who">
                <h2 id="who">{texts.get("rights-who-title")}</h2>
                <p>{texts.get("rights-who")}</p>
                <p>{texts.get("rights-keep")}</p>
                {complain(texts)}
            </section>
            {terms}
            <section aria-labelledby="self">
                <h2 id="self">{texts.get("rights-self-title")}</h2>
                <ul>
                    <li>
                        <a href="/mail">{texts.get("rights-self-mail")}</a>
                    </li>
                    <li>
                        <a href="/sign-ins">{texts.get("rights-self-sign-ins")}</a>
                    </li>
                    <li>
                        <a href="/your-data">{texts.get("rights-self-extract")}</a>
                    </li>
                    <li>
                        <a href="/data-protection">{texts.get("rights-self-data")}</a>
                    </li>
                </ul>
            </section>
        }
    })
}

/// Which terms the person accepted, and the way to take that back; nothing where there have never been any.
fn own_terms(texts: &'static Texts, terms: &OwnTerms, time_zone: &TimeZone) -> Option<impl IntoView + use<>> {
    let in_force = terms.in_force.is_some();
    let accepted = terms.accepted.as_ref();
    if !in_force && accepted.is_none() {
        return None;
    }
    let said = match accepted {
        None => texts.get("terms-none-accepted"),
        Some(accepted) => {
            let (key, at) = match accepted.withdrawn_at {
                Some(at) => ("terms-withdrawn-then", at),
                None => ("terms-accepted-then", accepted.at),
            };
            let at = dates::day_and_time(texts, at, time_zone);
            let version = accepted.terms.version.as_str();
            texts.with(key, &[("version", version.into()), ("at", at.into())])
        }
    };
    let shown = accepted.map(|_| {
        view! {
            <p>
                <a href="/terms/accepted">{texts.get("terms-show-accepted")}</a>
            </p>
        }
    });
    let stands = accepted.is_some_and(|accepted| accepted.withdrawn_at.is_none());
    let reads_by_them = in_force && stands && accepted.is_some_and(|accepted| accepted.is_in_force);
    let is_asked = in_force && !reads_by_them;
    let ask = is_asked.then(|| {
        view! {
            <p>
                <a href="/terms">{texts.get("terms-show")}</a>
            </p>
        }
    });
    let withdraw = stands.then(|| {
        let then = reads_by_them.then(|| texts.get("terms-withdraw-then"));
        view! {
            <p>{texts.get("terms-withdraw-body")} " " {then}</p>
            <form method="post" action="/terms/withdraw" class="actions">
                <button class="button quiet">{texts.get("terms-withdraw")}</button>
            </form>
        }
    });
    Some(view! {
        <section aria-labelledby="terms">
            <h2 id="terms">{texts.get("terms-title")}</h2>
            <p>{said}</p>
            {shown}
            {ask}
            {withdraw}
        </section>
    })
}

fn card(texts: &'static Texts, request: &OwnDataRequest, now: Timestamp) -> impl IntoView + use<> {
    let facts: Vec<_> = facts(texts, request)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let address = format!("/rights/{}", request.id);
    view! {
        <li class="card">
            <h3>
                <a href=address>{title(texts, request)}</a>
            </h3>
            <p>{states(texts, request, now)}</p>
            <ul class="facts">{facts}</ul>
        </li>
    }
}
