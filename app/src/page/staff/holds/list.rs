//! The organisation's holds: those in force, those that were lifted, and whether recipients see them.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Hold, HoldScope, Holds, SentRecipient};

use super::super::cases::recipient;
use crate::component::form::tick;
use crate::component::{Tone, notice, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page. `may_place` says whether the reader's role lets them place holds.
#[must_use]
pub fn holds_page(layout: &Layout, holds: &Holds, may_place: bool, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let cards = |holds: &[Hold], zone: &TimeZone| holds.iter().map(|hold| card(texts, hold, zone)).collect::<Vec<_>>();
    let standing = cards(&holds.standing, &holds.time_zone);
    let lifted = cards(&holds.lifted, &holds.time_zone);
    let more = holds.more.then(|| notice(Tone::Calm, texts.get("holds-more")));
    let lifted = (!lifted.is_empty()).then(|| {
        view! {
            <section aria-labelledby="lifted">
                <h2 id="lifted">{texts.get("holds-lifted")}</h2>
                <p>{texts.get("holds-lifted-lead")}</p>
                <ul class="cards">{lifted}</ul>
            </section>
        }
    });
    let shown = holds.shown_to_recipients;
    let how = may_place.then(|| view! { <p>{texts.get("holds-how")}</p> });
    render(layout, Head::plain(texts.get("holds-title")), move || {
        view! {
            {told}
            <h1>{texts.get("holds-title")}</h1>
            <p class="lead">{texts.get("holds-lead")}</p>
            {how}
            <section aria-labelledby="standing">
                <h2 id="standing">{texts.get("holds-standing")}</h2>
                {if standing.is_empty() {
                    view! { <p>{texts.get("holds-none")}</p> }.into_any()
                } else {
                    view! { {more} <ul class="cards">{standing}</ul> }.into_any()
                }}
            </section>
            {lifted}
            <section aria-labelledby="what-recipients-see">
                <h2 id="what-recipients-see">{texts.get("holds-shown-title")}</h2>
                <form method="post" action="/staff/holds/shown" novalidate>
                    <fieldset class="form plain" disabled=!may_place>
                        {tick("shown", texts.get("holds-shown"), Some(texts.get("holds-shown-hint")), shown)}
                        {may_place.then(|| view! { <button class="button quiet">{texts.get("holds-shown-save")}</button> })}
                    </fieldset>
                </form>
            </section>
        }
    })
}

fn card(texts: &'static Texts, hold: &Hold, zone: &TimeZone) -> impl IntoView + use<> {
    let facts: Vec<_> = facts(texts, hold, zone)
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect();
    let address = format!("/staff/holds/{}", hold.id);
    let due = hold.review_due.then(|| {
        view! {
            <p>
                <span class="state soon">{texts.get("hold-review-due")}</span>
            </p>
        }
    });
    view! {
        <li class="card">
            <h3>
                <a href=address>{title(texts, hold)}</a>
            </h3>
            {due}
            <ul class="facts">{facts}</ul>
        </li>
    }
}

/// What a hold is on.
pub(super) fn title(texts: &Texts, hold: &Hold) -> String {
    let known = hold
        .recipient
        .as_ref()
        .filter(|whom| **whom != SentRecipient::Forgotten);
    let whom = known.map(|whom| recipient(texts, whom));
    match (hold.scope, whom) {
        (HoldScope::Case, Some(whom)) => texts.with("hold-on-case-with", &[("recipient", whom.into())]),
        (HoldScope::Recipient, Some(whom)) => texts.with("hold-on-everything-to", &[("recipient", whom.into())]),
        (HoldScope::Case, None) => texts.get("hold-on-case"),
        (HoldScope::Recipient, None) => texts.get("hold-on-everything"),
    }
}

/// What else is known of it, in a few words each.
pub(super) fn facts(texts: &Texts, hold: &Hold, zone: &TimeZone) -> Vec<String> {
    let at = |at| dates::day_and_time(texts, at, zone);
    let mut facts = Vec::new();
    if hold.lifted.is_none() {
        facts.push(texts.with("hold-messages", &[("count", hold.messages.into())]));
    }
    if hold.too_late > 0 {
        facts.push(texts.with("hold-too-late", &[("count", hold.too_late.into())]));
    }
    let placed = at(hold.placed_at);
    facts.push(match &hold.placed_by {
        Some(who) => texts.with(
            "hold-placed-by",
            &[("when", placed.into()), ("who", who.as_str().into())],
        ),
        None => texts.with("hold-placed", &[("when", placed.into())]),
    });
    match &hold.lifted {
        None => {
            let day = dates::date(texts, hold.review_on);
            facts.push(texts.with("hold-review-on", &[("day", day.into())]));
        }
        Some(lifted) => {
            let when = at(lifted.at);
            facts.push(match &lifted.by {
                Some(who) => texts.with("hold-lifted-by", &[("when", when.into()), ("who", who.as_str().into())]),
                None => texts.with("hold-lifted", &[("when", when.into())]),
            });
            if !lifted.is_over {
                facts.push(texts.with("hold-keeps-until", &[("when", at(lifted.keeps_until).into())]));
            }
        }
    }
    facts
}
