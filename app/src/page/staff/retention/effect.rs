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

/// What keeps a change from being saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectProblem {
    /// Who saves must prove anew that it is them.
    ConfirmFirst,
    /// Somebody else changed the rules meanwhile.
    ChangedMeanwhile,
    /// Another change waits for a second admin, so that this one can't.
    AlreadyWaits,
    /// More would be gone today than the page said that they saved from. It says now how much.
    MoreGoesToday,
}

/// What the page of an effect shows and sends back.
#[derive(Clone, Copy, Debug)]
pub struct RetentionEffectPage<'a> {
    /// What would happen; `None` where that is not told again.
    pub effect: Option<&'a RetentionEffect>,
    /// The version that the change began with.
    pub version: u32,
    /// The rules as the form sends them back.
    pub policy: &'a str,
    /// The document type that was said to be new.
    pub declared: Option<&'a str>,
    /// How much would be gone today by what they were told last: what they save must do no more.
    pub gone_today: u64,
    /// What was wrong.
    pub problem: Option<EffectProblem>,
    /// Whether the change shortens anything.
    pub shortens: bool,
    /// Whether a second admin is asked for what shortens.
    pub needs_approval: bool,
    /// The organisation's.
    pub time_zone: &'a TimeZone,
}

/// The page of an effect.
#[must_use]
pub fn retention_effect_page(layout: &Layout, shown: RetentionEffectPage<'_>) -> Page {
    let texts = Texts::of(layout.language);
    // What can't be saved any more does nothing, whatever it would have done.
    let is_over = matches!(
        shown.problem,
        Some(EffectProblem::ChangedMeanwhile | EffectProblem::AlreadyWaits)
    );
    let (heading, leave) = if is_over {
        ("retention-effect-refused", "retention-effect-back")
    } else {
        ("retention-effect-title", "retention-effect-leave")
    };
    let lead = (!is_over).then(|| view! { <p class="lead">{texts.get("retention-effect-lead")}</p> });
    let head = Head::plain(title(texts, heading, shown.problem.is_some()));
    let problem = shown.problem.map(|problem| match problem {
        EffectProblem::ConfirmFirst => confirm_first(texts).into_any(),
        EffectProblem::ChangedMeanwhile => refusal(texts.get("retention-effect-changed-meanwhile")).into_any(),
        EffectProblem::AlreadyWaits => refusal(texts.get("retention-effect-already-waits")).into_any(),
        EffectProblem::MoreGoesToday => refusal(texts.get("retention-effect-more-goes")).into_any(),
    });
    let effect = shown.effect.filter(|_| !is_over);
    let goes_today = effect.map_or(shown.gone_today > 0, |effect| effect.gone_today.messages > 0);
    let effect = effect.map(|effect| effect_of(texts, effect, shown.time_zone));
    let version = shown.version.to_string();
    let policy = shown.policy.to_owned();
    let declared = shown
        .declared
        .map(|name| view! { <input type="hidden" name="declared" value=name.to_owned() /> });
    let gone_today = shown.gone_today.to_string();
    let waits = shown.needs_approval && shown.shortens;
    let told = (waits && !is_over).then(|| view! { <p>{texts.get("retention-effect-needs-approval")}</p> });
    let button = if waits { "retention-ask" } else { "retention-save" };
    // What is asked for does nothing yet.
    let class = if goes_today && !waits {
        "button danger"
    } else {
        "button"
    };
    let shortens = shown
        .shortens
        .then(|| view! { <input type="hidden" name="shortens" value="yes" /> });
    let save = (!is_over).then(|| {
        view! {
            <form method="post" action="/staff/retention">
                <input type="hidden" name="version" value=version />
                <input type="hidden" name="policy" value=policy />
                <input type="hidden" name="gone_today" value=gone_today />
                {shortens}
                {declared}
                <button class=class>{texts.get(button)}</button>
            </form>
        }
    });
    render(layout, head, move || {
        view! {
            {problem}
            <h1>{texts.get(heading)}</h1>
            {lead}
            {told}
            {effect}
            {save}
            <p>
                <a href="/staff/retention">{texts.get(leave)}</a>
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
