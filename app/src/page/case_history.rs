//! What happened to a case: who sent it and when, and each time that its recipient opened something in it.

use base::{CaseId, Timestamp};
use leptos::prelude::*;
use portal::{CaseAct, CaseActKind, CaseHistory};

use super::error::read_error;
use super::sessions::{device, moment, place_in_words};
use super::{ErrorPage, Page, error_page};
use crate::component::back_link;
use crate::context::{Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The history of the case with that id; an id that is none is a case that does not exist.
pub async fn case_history(context: &PageContext, id: &str) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    let Ok(id) = id.parse::<CaseId>() else {
        return error_page(&context.layout, ErrorPage::NotFound);
    };
    match context.portal.case_history(actor, id).await {
        Ok(history) => case_history_page(&context.layout, &history, context.now),
        Err(error) => read_error(&context.layout, &error),
    }
}

/// The page of a case's history from values.
#[must_use]
pub fn case_history_page(layout: &Layout, history: &CaseHistory, now: Timestamp) -> Page {
    let texts = Texts::of(layout.language);
    let organisation = || [("organisation", history.organisation.clone().into())];
    let lead = texts.with("history-lead", &organisation());
    let staff = texts.with("history-staff", &organisation());
    let acts: Vec<_> = history.acts.iter().map(|each| act(texts, history, each, now)).collect();
    let is_cut = history
        .is_cut
        .then(|| view! { <p class="hint">{texts.get("history-cut")}</p> });
    let back = format!("/cases/{}", history.case);
    let title = history.title.clone().unwrap_or_else(|| texts.get("inbox-damaged"));
    render(layout, Head::plain(texts.get("history-title")), move || {
        view! {
            {back_link(back, title)}
            <h1>{texts.get("history-title")}</h1>
            <p class="lead">{lead}</p>
            <p>{staff}</p>
            <ol class="history">{acts}</ol>
            {is_cut}
            <section class="aside" aria-labelledby="unfamiliar">
                <h2 id="unfamiliar">{texts.get("history-unfamiliar")}</h2>
                <p>{texts.get("history-unfamiliar-body")}</p>
                <p>
                    <a href="/sign-ins">{texts.get("sign-ins-title")}</a>
                </p>
            </section>
            <p class="hint">{texts.get("history-described")}</p>
        }
    })
}

fn act(texts: &'static Texts, history: &CaseHistory, act: &CaseAct, now: Timestamp) -> impl IntoView + use<> {
    let at = moment(texts, act.at, now, &history.time_zone);
    let place = act.from.as_ref().and_then(|from| from.place.as_ref());
    let place = place.map(|place| view! { <li>{place_in_words(texts, place)}</li> });
    let from = act
        .from
        .as_ref()
        .map(|from| view! { <li>{device(texts, from.device)}</li> });
    let here = act
        .is_in_this_session
        .then(|| view! { <li>{texts.get("history-this-session")}</li> });
    view! {
        <li>
            <p class="what">{in_words(texts, history, act)}</p>
            <ul class="facts">
                <li>{at}</li>
                {from}
                {place}
                {here}
            </ul>
        </li>
    }
}

/// Who of the organisation did it: the staff members by name, or else the words that stand under the key.
fn who(texts: &Texts, history: &CaseHistory, by: &[String], unnamed: &str) -> String {
    let organisation = ("organisation", history.organisation.clone().into());
    match by {
        [] => texts.with(unnamed, &[organisation]),
        [name] => texts.with("history-by-named", &[organisation, ("name", name.as_str().into())]),
        [name, other, ..] => {
            let names = [("name", name.as_str().into()), ("other", other.as_str().into())];
            texts.with("history-by-two", &[[organisation].as_slice(), &names].concat())
        }
    }
}

fn in_words(texts: &Texts, history: &CaseHistory, act: &CaseAct) -> String {
    let who = |unnamed| ("who", who(texts, history, &act.by, unnamed).into());
    let organisation = || ("organisation", history.organisation.clone().into());
    let of_document = |name: &Option<String>, key: &str| {
        let name = name.clone().map_or_else(
            || texts.get("history-unnamed-document"),
            |name| texts.with("history-quoted", &[("text", name.into())]),
        );
        texts.with(key, &[("document", name.into())])
    };
    let titled = |title: &Option<String>| {
        let title = title.clone().unwrap_or_else(|| texts.get("history-untitled"));
        ("title", title.into())
    };
    match &act.what {
        CaseActKind::Sent { title } => texts.with("history-sent", &[organisation(), titled(title)]),
        CaseActKind::Notified { title } => texts.with("history-notified", &[titled(title)]),
        CaseActKind::RulesDecided { title } => texts.with("history-rules", &[who("history-by-staff"), titled(title)]),
        CaseActKind::CaseClosed => texts.with("history-case-closed", &[who("history-by-organisation")]),
        CaseActKind::CaseReopened => texts.with("history-case-reopened", &[who("history-by-organisation")]),
        CaseActKind::CaseExtended { last_day: None } => texts.with("history-case-extended", &[who("history-by-staff")]),
        CaseActKind::CaseExtended {
            last_day: Some(last_day),
        } => {
            let last_day = dates::date(texts, *last_day);
            texts.with(
                "history-case-extended-to",
                &[who("history-by-staff"), ("last_day", last_day.into())],
            )
        }
        CaseActKind::ExtractMade => texts.with("history-extract-made", &[who("history-by-admin")]),
        CaseActKind::CaseSeen => texts.with("history-case-seen", &[who("history-by-staff")]),
        CaseActKind::CaseOpened => texts.get("history-case-opened"),
        CaseActKind::HistorySeen => texts.get("history-history-seen"),
        CaseActKind::DocumentViewed { name } => of_document(name, "history-viewed"),
        CaseActKind::DocumentDownloaded { name } => of_document(name, "history-downloaded"),
        CaseActKind::Damaged { name: None } => texts.get("history-damaged"),
        CaseActKind::Damaged { name } => of_document(name, "history-document-damaged"),
    }
}
