//! All of a person's own sign-ins for as long as they are kept, what is unusual of each, and the way to say that it was not them.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{PAST_SIGN_IN_DAYS, PastSignIn, PastSignIns};

use super::error::fault;
use super::sessions::{device, moment, place_in_words};
use super::{ErrorPage, Page, error_page};
use crate::component::{back_link, icon, told};
use crate::context::{Flash, Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The sign-ins of the person who is signed in.
pub async fn sign_ins(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.past_sign_ins(actor).await {
        Ok(sign_ins) => sign_ins_page(
            &context.layout,
            &sign_ins,
            context.flash,
            context.now,
            &context.time_zone,
        ),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page of all sign-ins from values. `time_zone` is the one in which times are shown.
#[must_use]
pub fn sign_ins_page(
    layout: &Layout,
    sign_ins: &PastSignIns,
    flash: Option<Flash>,
    now: Timestamp,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let PastSignIns { sign_ins, has_more } = sign_ins;
    let told = told(texts, flash);
    let days = [("days", PAST_SIGN_IN_DAYS.into())];
    let unusual = sign_ins.iter().filter(|each| is_unusual(each)).count();
    let entries: Vec<_> = sign_ins
        .iter()
        .enumerate()
        .map(|(number, sign_in)| entry(texts, number, sign_in, now, time_zone))
        .collect();
    let lead = texts.with("sign-ins-lead", &[("unusual", unusual.into())]);
    let can_report = sign_ins.iter().any(can_be_reported);
    let before = can_report.then(|| view! { <p>{texts.get("sign-ins-report-body")}</p> });
    let has_more = has_more.then(|| view! { <p class="hint">{texts.get("sign-ins-more")}</p> });
    let kept = texts.with("sign-ins-kept", &days);
    let contact = contact(layout, texts);
    render(layout, Head::plain(texts.get("sign-ins-title")), move || {
        view! {
            {back_link("/sessions".to_owned(), texts.get("sessions-title"))}
            {told}
            <h1>{texts.get("sign-ins-title")}</h1>
            <p class="lead">{lead}</p>
            {before}
            <ul class="sign-ins">{entries}</ul>
            {has_more}
            <section class="aside" aria-labelledby="not-me">
                <h2 id="not-me">{texts.get("sign-ins-not-me")}</h2>
                <p>{texts.get("sign-ins-not-me-body")}</p>
                {contact}
            </section>
            <p class="hint">{kept}</p>
            <p class="hint">{texts.get("sessions-described")} " " {texts.get("sessions-place-described")}</p>
        }
    })
}

/// Whom to ask, when the configuration says who runs the portal.
fn contact(layout: &Layout, texts: &'static Texts) -> Option<impl IntoView + use<>> {
    let contact = layout.contact.clone()?;
    let words = texts.with("sign-ins-contact", &[("operator", contact.operator.into())]);
    let address = format!("mailto:{}", contact.email);
    Some(view! {
        <p>
            {words} " " <a href=address>{contact.email}</a>
        </p>
    })
}

const fn is_unusual(sign_in: &PastSignIn) -> bool {
    (sign_in.is_new_device || sign_in.is_new_country) && sign_in.reported_at.is_none()
}

const fn can_be_reported(sign_in: &PastSignIn) -> bool {
    !sign_in.is_this && sign_in.reported_at.is_none()
}

/// One sign-in. Its button is called by what it does, by the device and by when, since all the buttons say the same.
fn entry(
    texts: &'static Texts,
    number: usize,
    sign_in: &PastSignIn,
    now: Timestamp,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let place = sign_in.from.place.as_ref().map(|place| place_in_words(texts, place));
    let at = moment(texts, sign_in.at, now, time_zone);
    let reported = sign_in.reported_at.map(|at| {
        let at = moment(texts, at, now, time_zone);
        texts.with("sign-ins-reported-at", &[("at", at.into())])
    });
    let this = sign_in
        .is_this
        .then(|| view! { <strong class="new">{texts.get("sessions-this")}</strong> });
    let marks: Vec<_> = [
        (sign_in.is_new_device, "sign-ins-new-device"),
        (sign_in.is_new_country, "sign-ins-new-country"),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds && sign_in.reported_at.is_none())
    .map(|(_, key)| view! { <strong class="new unusual">{texts.get(key)}</strong> })
    .collect();
    let (name, when, button) = (
        format!("device-{number}"),
        format!("when-{number}"),
        format!("report-{number}"),
    );
    let report = can_be_reported(sign_in).then(|| {
        view! {
            <form method="post" action=format!("/sign-ins/{}/report", sign_in.id)>
                <button class="link" id=button.clone() aria-labelledby=format!("{button} {name} {when}")>
                    {icon("flag")}
                    {texts.get("sign-ins-report")}
                </button>
            </form>
        }
    });
    view! {
        <li class="sign-in">
            <h2 id=name>{device(texts, sign_in.from.device)}</h2>
            {this}
            {marks}
            <ul class="facts">
                <li id=when>{at}</li>
                {place.map(|place| view! { <li>{place}</li> })}
                {reported.map(|reported| view! { <li>{reported}</li> })}
            </ul>
            {report}
        </li>
    }
}
