//! What is held about a person: the page on which they order a copy of all of it, see how far it has come, and get it.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{EXTRACTS_A_DAY, ExtractState, KeptOrganisationExtract, OwnExtract};

use super::error::fault;
use super::locked_document::leads_to;
use super::sessions::moment;
use super::{ErrorPage, Page, error_page};
use crate::component::{SignsInFor, back_link, icon, told, way_in};
use crate::context::{Flash, Layout, PageContext, ProviderChoice};
use crate::extract_words::made_by;
use crate::shell::{Head, render};
use crate::texts::Texts;

const PATH: &str = "/your-data";

/// The page of the person who is signed in.
pub async fn your_data(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let loaded = async {
        let extracts = context.portal.register_extracts_of(actor).await?;
        let is_fresh = context.portal.is_sign_in_fresh(actor).await?;
        let made = context.portal.extracts_by_organisations(actor).await?;
        Ok::<_, portal::Fault>((extracts, made, is_fresh, context.portal.identifier_kind(actor).await?))
    };
    let (extracts, made, is_fresh, kind) = match loaded.await {
        Ok(loaded) => loaded,
        Err(problem) => return fault(&context.layout, &problem),
    };
    let mut providers = context.providers.clone();
    providers.retain(|provider| {
        let is_the_same = context.came_by.as_deref() == Some(&*provider.name);
        leads_to(provider, actor.level(), kind, is_the_same)
    });
    let shown = ShownExtracts {
        ordered: &extracts,
        by_organisations: &made,
    };
    your_data_page(
        &context.layout,
        shown,
        (!is_fresh).then_some(&*providers),
        actor.has_accepted_terms(),
        context.flash,
        context.now,
        &context.time_zone,
    )
}

/// The extracts that the page shows.
#[derive(Debug, Clone, Copy)]
pub struct ShownExtracts<'a> {
    /// Those that the person ordered.
    pub ordered: &'a [OwnExtract],
    /// Those that organisations made about them.
    pub by_organisations: &'a [KeptOrganisationExtract],
}

/// The page from values. `sign_in_again` are the ways in when the sign-in is not fresh; who has not accepted the terms is told what they
/// don't get.
#[must_use]
pub fn your_data_page(
    layout: &Layout,
    shown: ShownExtracts<'_>,
    sign_in_again: Option<&[ProviderChoice]>,
    has_accepted_terms: bool,
    flash: Option<Flash>,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let ShownExtracts {
        ordered: extracts,
        by_organisations: made,
    } = shown;
    let under_way = extracts.iter().find_map(|extract| match extract.state {
        ExtractState::UnderWay { done, total } => Some((done, total)),
        ExtractState::Ready { .. } | ExtractState::Broken => None,
    });
    let progress = under_way
        .map(|(done, total)| texts.with("extract-progress", &[("done", done.into()), ("total", total.into())]));
    // A page that comes anew is announced by its title.
    let title = match &progress {
        Some(progress) => format!("{} – {progress}", texts.get("extract-page-title")),
        None => texts.get("extract-page-title"),
    };
    let head = Head::plain(title);
    let is_ready = |extract: &&OwnExtract| matches!(extract.state, ExtractState::Ready { .. });
    let has_ready = extracts.iter().any(|extract| is_ready(&extract));
    let is_fresh = sign_in_again.is_none();
    let entries: Vec<_> = extracts
        .iter()
        .enumerate()
        .map(|(number, extract)| entry(texts, number, extract, is_fresh, now, time_zone))
        .collect();
    let ways_in: Option<Vec<_>> = sign_in_again.filter(|_| has_ready).map(|providers| {
        let way = |provider: &ProviderChoice| {
            let action = format!("/sign-in/{}", provider.name);
            way_in(texts, provider, action, true, SignsInFor::Page(PATH))
        };
        providers.iter().map(way).collect()
    });
    let again = ways_in.map(|ways_in| {
        view! {
            <section aria-labelledby="again">
                <h2 id="again">{texts.get("extract-sign-in-again")}</h2>
                <p>{texts.get("extract-sign-in-again-body")}</p>
                <div class="ways-in">{ways_in}</div>
            </section>
        }
    });
    let without_terms = (!has_accepted_terms).then(|| {
        view! {
            <section class="notice" aria-labelledby="terms">
                {icon("info")}
                <div>
                    <h2 id="terms" class="small">
                        {texts.get("extract-without-terms-title")}
                    </h2>
                    <p>{texts.get("extract-without-terms")}</p>
                    <p>
                        <a href="/terms">{texts.get("extract-to-terms")}</a>
                    </p>
                </div>
            </section>
        }
    });
    let what = match has_accepted_terms {
        true => "extract-what-body",
        false => "extract-what-body-without-terms",
    };
    let opens = has_accepted_terms.then(|| view! { <p>{texts.get("extract-opens")}</p> });
    let order = (under_way.is_none()).then(|| {
        let class = if has_ready { "button quiet" } else { "button" };
        let most = texts.with("extract-most", &[("count", EXTRACTS_A_DAY.into())]);
        view! {
            <form method="post" action="/your-data/order" class="actions">
                <button class=class>{texts.get("extract-order")}</button>
            </form>
            <p class="hint">{most}</p>
        }
    });
    let going_on = progress.map(|progress| {
        let (done, total) = under_way.unwrap_or_default();
        let max = total.max(1);
        view! {
            <section class="making" aria-labelledby="under-way">
                <h2 id="under-way">{texts.get("extract-under-way")}</h2>
                <p role="status">{progress}</p>
                <progress value=done max=max aria-labelledby="under-way"></progress>
                <p class="hint">{texts.get("extract-under-way-body")}</p>
                <p class="actions">
                    <a class="button quiet" href=PATH>
                        {texts.get("extract-look-again")}
                    </a>
                </p>
            </section>
        }
    });
    let made = (!made.is_empty()).then(|| by_organisations(texts, made, now, time_zone));
    let list = (!entries.is_empty()).then(|| view! { <ul class="extracts">{entries}</ul> });
    render(layout, head, move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            {told}
            <h1>{texts.get("extract-page-title")}</h1>
            <p class="lead">{texts.get("extract-lead")}</p>
            {without_terms}
            {going_on}
            {list}
            {again}
            {order}
            {made}
            <section class="aside" aria-labelledby="what">
                <h2 id="what">{texts.get("extract-what")}</h2>
                <p>{texts.get(what)}</p>
                {opens}
                <p>{texts.get("extract-on-device")}</p>
            </section>
        }
    })
}

/// The extracts that organisations made.
fn by_organisations(
    texts: &'static Texts,
    made: &[KeptOrganisationExtract],
    now: Timestamp,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let entries: Vec<_> = made
        .iter()
        .map(|extract| {
            let at = moment(texts, extract.made_at, now, time_zone);
            view! { <li>{made_by(texts, extract, at)}</li> }
        })
        .collect();
    view! {
        <section aria-labelledby="made">
            <h2 id="made">{texts.get("extract-made-title")}</h2>
            <p>{texts.get("extract-made-body")}</p>
            <ul>{entries}</ul>
        </section>
    }
}

/// One order that is not under way. Its button is called by what it does and by when it was ordered.
fn entry(
    texts: &'static Texts,
    number: usize,
    extract: &OwnExtract,
    is_fresh: bool,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Option<impl IntoView + use<>> {
    let ordered = moment(texts, extract.ordered_at, now, time_zone);
    let ordered = texts.with("extract-ordered-at", &[("at", ordered.into())]);
    let (name, button) = (format!("extract-{number}"), format!("download-{number}"));
    let state = match extract.state {
        ExtractState::UnderWay { .. } => return None,
        ExtractState::Ready { until } => {
            let until = moment(texts, until, now, time_zone);
            texts.with("extract-ready-until", &[("until", until.into())])
        }
        ExtractState::Broken => texts.get("extract-broken"),
    };
    let download = (is_fresh && matches!(extract.state, ExtractState::Ready { .. })).then(|| {
        view! {
            <form method="post" action=format!("/your-data/{}/archive", extract.id) class="actions">
                <button class="button" id=button.clone() aria-labelledby=format!("{button} {name}")>
                    {icon("download")}
                    {texts.get("extract-download")}
                </button>
            </form>
        }
    });
    Some(view! {
        <li class="extract">
            <h2 id=name>{ordered}</h2>
            <p>{state}</p>
            {download}
        </li>
    })
}
