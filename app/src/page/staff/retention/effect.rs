//! What a change of the rules would do, before it is saved.

use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Affected, RetentionEffect, UnsentType};

use crate::component::form::{confirm_first, refusal, title};
use crate::component::icon;
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;
use crate::texts::dates::day;

/// What keeps a change from being saved until somebody has done something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectProblem {
    /// Who saves must prove anew that it is them.
    ConfirmFirst,
    /// More would be gone today than the page said that they saved from. It says now how much.
    MoreGoesToday,
}

/// Why a change can't be saved any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSaved {
    /// Somebody else changed the rules meanwhile.
    ChangedMeanwhile,
    /// Another change waits for a second admin, so that this one can't.
    AlreadyWaits,
}

/// What the page of an effect shows and sends back.
#[derive(Clone, Copy, Debug)]
pub struct RetentionEffectPage<'a> {
    /// What would happen.
    pub effect: &'a RetentionEffect,
    /// The version that the change began with.
    pub version: u32,
    /// The rules as the form sends them back.
    pub policy: &'a str,
    /// The document type that was said to be new.
    pub declared: Option<&'a str>,
    /// What was wrong.
    pub problem: Option<EffectProblem>,
    /// Whether a second admin is asked for what shortens.
    pub needs_approval: bool,
    /// The organisation's.
    pub time_zone: &'a TimeZone,
}

/// The page of an effect.
#[must_use]
pub fn retention_effect_page(layout: &Layout, shown: RetentionEffectPage<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "retention-effect-title", shown.problem.is_some()));
    let problem = shown.problem.map(|problem| match problem {
        EffectProblem::ConfirmFirst => confirm_first(texts).into_any(),
        EffectProblem::MoreGoesToday => refusal(texts.get("retention-effect-more-goes")).into_any(),
    });
    let effect = effect_of(texts, shown.effect, shown.time_zone);
    let version = shown.version.to_string();
    let policy = shown.policy.to_owned();
    let declared = shown
        .declared
        .map(|name| view! { <input type="hidden" name="declared" value=name.to_owned() /> });
    // What they save must do no more.
    let gone_today = shown.effect.counted_today.to_string();
    let waits = shown.needs_approval && shown.effect.shortens;
    let told = waits.then(|| view! { <p>{texts.get("retention-effect-needs-approval")}</p> });
    let button = if waits { "retention-ask" } else { "retention-save" };
    // What is asked for does nothing yet.
    let class = if shown.effect.gone_today.messages > 0 && !waits {
        "button danger"
    } else {
        "button"
    };
    render(layout, head, move || {
        view! {
            {problem}
            <h1>{texts.get("retention-effect-title")}</h1>
            <p class="lead">{texts.get("retention-effect-lead")}</p>
            {told}
            {effect}
            <form method="post" action="/staff/retention">
                <input type="hidden" name="version" value=version />
                <input type="hidden" name="policy" value=policy />
                <input type="hidden" name="gone_today" value=gone_today />
                {declared}
                <button class=class>{texts.get(button)}</button>
            </form>
            <p>
                <a href="/staff/retention">{texts.get("retention-effect-leave")}</a>
            </p>
        }
    })
}

/// The page of a change that can't be saved any more: it does nothing, whatever it would have done.
#[must_use]
pub fn retention_not_saved_page(layout: &Layout, why: NotSaved) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "retention-effect-refused", true));
    let why = refusal(texts.get(match why {
        NotSaved::ChangedMeanwhile => "retention-effect-changed-meanwhile",
        NotSaved::AlreadyWaits => "retention-effect-already-waits",
    }));
    render(layout, head, move || {
        view! {
            {why}
            <h1>{texts.get("retention-effect-refused")}</h1>
            <p>
                <a href="/staff/retention">{texts.get("retention-effect-back")}</a>
            </p>
        }
    })
}

/// What would happen, what is gone today first.
pub(super) fn effect_of(
    texts: &'static Texts,
    effect: &RetentionEffect,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let gone = Some(effect.gone_today).filter(|gone| gone.messages > 0);
    let gone = gone.map(|gone| {
        let counts = counts(&gone);
        let sent = sent(texts, &gone, time_zone);
        view! {
            <div class="notice wrong">
                {icon("info")} <div>
                    <p>
                        <strong>{texts.with("retention-effect-gone", &counts)}</strong>
                    </p>
                    <p>{sent}</p>
                    <p>{texts.get("retention-effect-gone-hint")}</p>
                </div>
            </div>
        }
    });
    // Those of the earlier ones that are told of for themselves too.
    let today = (effect.gone_today.messages > 0).then(|| texts.get("retention-effect-earlier-today"));
    let held = Some(effect.held).filter(|held| held.messages > 0);
    let held = held.map(|held| texts.with("retention-effect-earlier-held", &counts(&held)));
    let moved: Vec<_> = [
        ("retention-effect-earlier", effect.earlier, [today, held]),
        ("retention-effect-later", effect.later, [None, None]),
        ("retention-effect-unchanged", effect.unchanged, [None, None]),
    ]
    .into_iter()
    .filter(|(_, affected, _)| affected.messages > 0)
    .map(|(key, affected, among)| {
        let text = texts.with(key, &counts(&affected));
        let more = [sent(texts, &affected, time_zone)].into_iter().chain(among).flatten();
        let more: Vec<_> = more.map(|text| view! { <p>{text}</p> }).collect();
        view! {
            <li class="card">
                <p>
                    <strong>{text}</strong>
                </p>
                {more}
            </li>
        }
    })
    .collect();
    let nothing = moved
        .is_empty()
        .then(|| view! { <p>{texts.get("retention-effect-nothing")}</p> });
    let moved = (!moved.is_empty()).then(|| view! { <ul class="cards">{moved}</ul> });
    let unsent: Vec<_> = effect.unsent.iter().map(|it| unsent(texts, it)).collect();
    view! {
        {gone}
        {unsent}
        {nothing}
        {moved}
    }
}

/// That a rule is for nothing that was sent, which a slip of the pen would make it too.
fn unsent(texts: &'static Texts, unsent: &UnsentType) -> impl IntoView + use<> {
    let name = [("type", unsent.document_type.as_str().into())];
    let nothing_sent = texts.with("retention-effect-unsent", &name);
    let meant = unsent.most_alike.as_deref().map(|other| {
        let text = texts.with("retention-effect-unsent-alike", &[("type", other.into())]);
        view! { <p>{text}</p> }
    });
    view! {
        <div class="notice soon">
            {icon("info")} <div>
                <p>
                    <strong>{nothing_sent}</strong>
                </p>
                {meant}
            </div>
        </div>
    }
}

fn counts(affected: &Affected) -> [(&'static str, FluentValue<'static>); 2] {
    [
        ("documents", affected.documents.into()),
        ("messages", affected.messages.into()),
    ]
}

/// "Sent from 3 March to 9 November".
fn sent(texts: &Texts, affected: &Affected, time_zone: &TimeZone) -> Option<String> {
    let (oldest, newest) = affected.sent?;
    let (oldest, newest) = (day(texts, oldest, time_zone), day(texts, newest, time_zone));
    Some(if oldest == newest {
        texts.with("retention-effect-sent-on", &[("day", oldest.into())])
    } else {
        texts.with(
            "retention-effect-sent-between",
            &[("oldest", oldest.into()), ("newest", newest.into())],
        )
    })
}
