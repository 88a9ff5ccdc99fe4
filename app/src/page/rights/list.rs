//! What a person can ask for, by whom it is answered, and what they have asked for.

use leptos::prelude::*;
use portal::OwnDataRequest;

use super::one::{facts, title};
use super::words::state;
use crate::component::{back_link, told};
use crate::context::{Flash, Layout, PageContext};
use crate::page::data_protection::SUPERVISION;
use crate::page::error::fault;
use crate::page::{ErrorPage, Page, error_page};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The page of the person who is signed in.
pub async fn rights(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_requests(actor).await {
        Ok(requests) => rights_page(&context.layout, &requests, context.flash),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page from values.
#[must_use]
pub fn rights_page(layout: &Layout, requests: &[OwnDataRequest], flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let cards: Vec<_> = requests.iter().map(|request| card(texts, request)).collect();
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
                <p>
                    {texts.get("rights-complain")} " "
                    <a href=SUPERVISION rel="noreferrer">
                        {texts.get("data-rights-supervision")}
                    </a>
                </p>
            </section>
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
                        <a href="/data-protection">{texts.get("rights-self-data")}</a>
                    </li>
                </ul>
            </section>
        }
    })
}

fn card(texts: &'static Texts, request: &OwnDataRequest) -> impl IntoView + use<> {
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
            <p>{state(texts, request.kind, request.state, request.waits)}</p>
            <ul class="facts">{facts}</ul>
        </li>
    }
}
