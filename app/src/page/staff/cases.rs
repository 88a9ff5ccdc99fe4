//! What the organisation has sent, and what happened to it: the page on which staff land.

use base::{Personnummer, Timestamp};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{DeliveryStatus, KnownAs, SentDelivery, SentMessage, SentMessages, SentRecipient};

use crate::component::{icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The organisation's messages with their status for each recipient. `is_first` says that nothing newer was left out, `may_hold` whether
/// the reader's role lets them place holds.
#[must_use]
pub fn sent_messages_page(
    layout: &Layout,
    sent: &SentMessages,
    is_first: bool,
    may_hold: bool,
    flash: Option<Flash>,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let entries: Vec<_> = sent
        .messages
        .iter()
        .map(|message| entry(texts, message, may_hold, now, time_zone))
        .collect();
    let older = sent.older_than.map(|id| format!("/staff/cases?older-than={id}"));
    render(layout, Head::plain(texts.get("staff-cases-title")), move || {
        view! {
            {told}
            <h1>{texts.get("staff-cases-title")}</h1>
            {if entries.is_empty() {
                view! {
                    <div class="empty">
                        {icon("mark")}
                        <h2>{texts.get("staff-cases-empty")}</h2>
                        <p>{texts.get("staff-cases-empty-body")}</p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <p class="lead">{texts.get("staff-cases-lead")}</p>
                    <ul class="cards">{entries}</ul>
                }
                    .into_any()
            }}
            <nav class="pages" aria-label=texts.get("staff-cases-pages")>
                {(!is_first).then(|| view! { <a class="button quiet" href="/staff/cases">{texts.get("staff-cases-latest")}</a> })}
                {older.map(|older| view! { <a class="button quiet" href=older>{texts.get("staff-cases-older")}</a> })}
            </nav>
        }
    })
}

fn entry(
    texts: &'static Texts,
    message: &SentMessage,
    may_hold: bool,
    now: Timestamp,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let held = message.deliveries.iter().any(|delivery| delivery.held);
    let gone_key = if held { "staff-case-hidden" } else { "staff-case-gone" };
    let title = message.title.clone().unwrap_or_else(|| texts.get(gone_key));
    let gone = message.title.is_none();
    let sent = dates::day_and_time(texts, message.sent_at, time_zone);
    let sent = texts.with("staff-case-sent", &[("at", sent.into())]);
    let kind = message.document_type.clone();
    let deliveries: Vec<_> = message
        .deliveries
        .iter()
        .map(|delivery| line(texts, delivery, may_hold, now, time_zone))
        .collect();
    view! {
        <li class="card">
            <h2 class:gone=gone>{title}</h2>
            <ul class="facts">
                <li>{sent}</li>
                {kind.map(|kind| view! { <li>{kind}</li> })}
            </ul>
            <ul class="deliveries">{deliveries}</ul>
        </li>
    }
}

/// One recipient, and how far the delivery has come.
fn line(
    texts: &'static Texts,
    delivery: &SentDelivery,
    may_hold: bool,
    now: Timestamp,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let recipient = recipient(texts, &delivery.recipient);
    let (class, state) = state(texts, &delivery.status, time_zone);
    let left = delivery
        .status
        .is_living()
        .then(|| dates::time_left(texts, now, delivery.status.expires_at, time_zone));
    let held = delivery
        .held
        .then(|| view! { <span class="state">{texts.get("staff-case-held")}</span> });
    let case = format!("/staff/cases/{}", delivery.status.case);
    let hold = (may_hold && delivery.status.purged_at.is_none()).then(|| {
        let address = format!("/staff/holds/new?case={}", delivery.status.case);
        // Begins with what is seen, and says of whom.
        let (label, whole) = match delivery.held {
            // One that was lifted still keeps for a while, and one on a case can be followed by one on its recipient.
            true => ("staff-case-hold-more", "staff-case-hold-more-of"),
            false => ("staff-case-hold", "staff-case-hold-of"),
        };
        let whole = texts.with(whole, &[("recipient", recipient.clone().into())]);
        view! {
            <a href=address aria-label=whole>
                {texts.get(label)}
            </a>
        }
    });
    view! {
        <li>
            <a href=case>
                <span class="recipient">{recipient}</span>
            </a>
            <span class=class>{state}</span>
            {left.map(|left| view! { <span class=if left.soon { "left soon" } else { "left" }>{left.text}</span> })}
            {held}
            {hold}
        </li>
    }
}

/// Who a recipient is, as far as it can be shown.
pub(super) fn recipient(texts: &Texts, recipient: &SentRecipient) -> String {
    match recipient {
        SentRecipient::Known(KnownAs::Number(digits)) => number(digits),
        SentRecipient::Known(KnownAs::Prid(prid)) => {
            texts.with("staff-case-prid", &[("prid", prid.expose().to_owned().into())])
        }
        SentRecipient::Known(KnownAs::WorkAccount(Some(address))) => {
            texts.with("staff-case-work-account", &[("address", address.clone().into())])
        }
        SentRecipient::Known(KnownAs::WorkAccount(None)) => texts.get("staff-case-work-account-unknown"),
        SentRecipient::Unreadable => texts.get("staff-case-unreadable"),
        SentRecipient::Forgotten => texts.get("staff-case-forgotten"),
    }
}

/// A number as people write it, `YYYYMMDD-NNNC`.
fn number(number: &Personnummer) -> String {
    let digits = number.expose();
    match digits.split_at_checked(8) {
        Some((day, last)) => format!("{day}-{last}"),
        None => digits.to_owned(),
    }
}

pub(super) fn state(texts: &Texts, status: &DeliveryStatus, time_zone: &TimeZone) -> (&'static str, String) {
    let on = |key, at| {
        let day = dates::date(texts, dates::local_date(at, time_zone));
        texts.with(key, &[("day", day.into())])
    };
    if let Some(at) = status.revoked_at {
        ("state bad", on("staff-state-revoked", at))
    } else if let Some(at) = status.purged_at {
        ("state", on("staff-state-purged", at))
    } else if status.expired {
        ("state", texts.get("staff-state-expired"))
    } else if let Some(at) = status.opened_at {
        ("state good", on("staff-state-opened", at))
    } else {
        ("state soon", texts.get("staff-state-waiting"))
    }
}
