//! The organisation's holds: those in force, those that were lifted, and whether recipients see them.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Hold, HoldScope, Holds, ListPart, SentRecipient};

use super::super::cases::recipient;
use crate::component::form::tick;
use crate::component::{pages, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The page, or another part of one of its lists. `may_place` says whether the reader's role lets them place holds.
#[must_use]
pub fn holds_page(layout: &Layout, holds: &Holds, part: ListPart, may_place: bool, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let whole = part == ListPart::Beginning;
    let how = (may_place && whole).then(|| view! { <p>{texts.get("holds-how")}</p> });
    let standing = (!matches!(part, ListPart::Closed(_))).then(|| standing(texts, holds, whole));
    let lifted = match part {
        ListPart::Beginning if holds.lifted.is_empty() => None,
        ListPart::Open(_) => None,
        ListPart::Beginning | ListPart::Closed(_) => Some(lifted(texts, holds, whole)),
    };
    let shown = whole.then(|| shown(texts, holds.shown_to_recipients, may_place));
    render(layout, Head::plain(texts.get("holds-title")), move || {
        view! {
            {told}
            <h1>{texts.get("holds-title")}</h1>
            <p class="lead">{texts.get("holds-lead")}</p>
            {how}
            {standing}
            {lifted}
            {shown}
        }
    })
}

/// A part of those in force. `is_first` says that none was left out before it.
fn standing(texts: &'static Texts, holds: &Holds, is_first: bool) -> impl IntoView + use<> {
    let none = if is_first { "holds-none" } else { "holds-no-more" };
    let cards = cards(texts, &holds.standing, &holds.time_zone, none);
    let first = (!is_first).then(|| ("/staff/holds", texts.get("holds-first")));
    let next = holds
        .more_standing
        .map(|cursor| format!("/staff/holds?standing-after={cursor}"));
    let next = next.map(|href| (href, texts.get("holds-next")));
    view! {
        <section aria-labelledby="standing">
            <h2 id="standing">{texts.get("holds-standing")}</h2>
            {cards}
            {pages(texts.get("holds-standing-pages"), first, next)}
        </section>
    }
}

/// A part of those that were lifted, as [`standing`].
fn lifted(texts: &'static Texts, holds: &Holds, is_first: bool) -> impl IntoView + use<> {
    let cards = cards(texts, &holds.lifted, &holds.time_zone, "holds-no-more");
    let first = (!is_first).then(|| ("/staff/holds", texts.get("holds-first")));
    let next = holds
        .more_lifted
        .map(|cursor| format!("/staff/holds?lifted-before={cursor}"));
    let next = next.map(|href| (href, texts.get("holds-older")));
    view! {
        <section aria-labelledby="lifted">
            <h2 id="lifted">{texts.get("holds-lifted")}</h2>
            <p>{texts.get("holds-lifted-lead")}</p>
            {cards}
            {pages(texts.get("holds-lifted-pages"), first, next)}
        </section>
    }
}

/// The form that decides whether recipients see that there are holds.
fn shown(texts: &'static Texts, shown: bool, may_place: bool) -> impl IntoView + use<> {
    view! {
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
}

/// A card for each of some holds, or a line that says that there is none.
fn cards(texts: &'static Texts, holds: &[Hold], zone: &TimeZone, none: &str) -> AnyView {
    if holds.is_empty() {
        return view! { <p>{texts.get(none)}</p> }.into_any();
    }
    let cards: Vec<_> = holds.iter().map(|hold| card(texts, hold, zone)).collect();
    view! { <ul class="cards">{cards}</ul> }.into_any()
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
