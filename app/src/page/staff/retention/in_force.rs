//! The rules in force, with what falls due by them and the versions before.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{
    CountedFrom, DueWeek, RetentionApproval, RetentionInForce, RetentionPolicy, RetentionReason, RetentionRule,
    RetentionVersion, RetentionVersions,
};

use super::approval::{approval, waiting};
use super::due::due;
use crate::component::{Tone, notice, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;
use crate::texts::dates::day_and_time;

/// What the page of retention shows.
#[derive(Clone, Copy, Debug)]
pub struct RetentionPage<'a> {
    /// The policy in force.
    pub in_force: &'a RetentionInForce,
    /// What falls due in the weeks to come; `None` while that is worked out for too many others.
    pub due: Option<&'a [DueWeek]>,
    /// How many documents are held, so that they don't.
    pub held: u64,
    /// The latest versions that were decided on.
    pub versions: &'a RetentionVersions,
    /// Whether a second admin is asked for what shortens, and what waits for one.
    pub approval: &'a RetentionApproval,
    /// Whether the reader's role lets them change it.
    pub may_change: bool,
}

/// How long the organisation keeps what it sends.
#[must_use]
pub fn retention_page(layout: &Layout, shown: RetentionPage<'_>, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(texts.get("retention-title"));
    let told = told(texts, flash);
    let RetentionPage {
        in_force,
        due: weeks,
        held,
        versions,
        approval: asked,
        may_change,
    } = shown;
    let waiting = waiting(texts, asked, &in_force.time_zone);
    let approval = approval(texts, asked, may_change);
    let rules = rules(texts, &in_force.policy);
    let limits = texts.with(
        "retention-limits",
        &[
            ("least", in_force.policy.minimum_days.into()),
            ("most", in_force.policy.maximum_days.into()),
            ("ceiling", in_force.ceiling_days.into()),
        ],
    );
    let following = (in_force.still_following_before > 0).then(|| {
        let count = [("count", in_force.still_following_before.into())];
        notice(Tone::Calm, texts.with("retention-still-following", &count))
    });
    let change = may_change.then(|| {
        view! {
            <p>
                <a class="button" href="/staff/retention/change">
                    {texts.get("retention-change")}
                </a>
            </p>
        }
    });
    let due = due(texts, weeks, held);
    let history = (!versions.versions.is_empty()).then(|| {
        let cards = cards(texts, &versions.versions, &in_force.time_zone, |number| {
            view! { <h3>{number}</h3> }.into_any()
        });
        let older = older(texts, versions);
        view! {
            <section aria-labelledby="versions">
                <h2 id="versions">{texts.get("retention-versions")}</h2>
                <p>{texts.get("retention-versions-lead")}</p>
                <ol class="cards">{cards}</ol>
                {older
                    .map(|older| {
                        view! {
                            <nav class="pages" aria-label=texts.get("retention-versions-pages")>
                                {older}
                            </nav>
                        }
                    })}
            </section>
        }
    });
    render(layout, head, move || {
        view! {
            {told}
            <h1>{texts.get("retention-title")}</h1>
            <p class="lead">{texts.get("retention-lead")}</p>
            {waiting}
            {following}
            <section aria-labelledby="rules">
                <h2 id="rules">{texts.get("retention-rules")}</h2>
                {rules}
                <p>{limits}</p>
                {change}
            </section>
            {due}
            {approval}
            {history}
        }
    })
}

/// Versions from before those on the page of the rules in force.
#[must_use]
pub fn retention_versions_page(layout: &Layout, shown: &RetentionVersions, time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(texts.get("retention-versions-before"));
    let cards = cards(texts, &shown.versions, time_zone, |number| {
        view! { <h2>{number}</h2> }.into_any()
    });
    let older = older(texts, shown);
    render(layout, head, move || {
        view! {
            <h1>{texts.get("retention-versions-before")}</h1>
            <ol class="cards">{cards}</ol>
            <nav class="pages" aria-label=texts.get("retention-versions-pages")>
                <a class="button quiet" href="/staff/retention">
                    {texts.get("retention-versions-latest")}
                </a>
                {older}
            </nav>
        }
    })
}

/// The way on to the versions before.
fn older(texts: &'static Texts, shown: &RetentionVersions) -> Option<impl IntoView + use<>> {
    let href = format!("/staff/retention?before={}", shown.before?);
    Some(view! { <a class="button quiet" href=href>{texts.get("retention-versions-older")}</a> })
}

/// A card for each version: its number, who decided on it and when, and its rules to unfold.
fn cards(
    texts: &'static Texts,
    versions: &[RetentionVersion],
    time_zone: &TimeZone,
    heading: fn(String) -> AnyView,
) -> Vec<impl IntoView + use<>> {
    let card = |version: &RetentionVersion| {
        let when = day_and_time(texts, version.decided_at, time_zone);
        let approved = version.approved_by.as_ref().map(|who| {
            let words = [("who", who.as_str().into())];
            view! { <p>{texts.with("retention-approved-by", &words)}</p> }
        });
        let facts = match &version.decided_by {
            Some(who) => texts.with(
                "retention-decided-by",
                &[("when", when.into()), ("who", who.as_str().into())],
            ),
            None => texts.with("retention-decided", &[("when", when.into())]),
        };
        let number = texts.with("retention-version", &[("version", version.version.into())]);
        let rules = rules(texts, &version.policy);
        view! {
            <li class="card">
                {heading(number)}
                <p>{facts}</p>
                {approved}
                <details class="more">
                    <summary>{texts.get("retention-version-rules")}</summary>
                    {rules}
                </details>
            </li>
        }
    };
    versions.iter().map(card).collect()
}

/// Each rule of a policy, those of types first and what holds for everything else last.
pub(super) fn rules(texts: &'static Texts, policy: &RetentionPolicy) -> impl IntoView + use<> {
    let rest = if policy.types.is_empty() {
        "retention-everything"
    } else {
        "retention-everything-else"
    };
    let of_types = policy.types.iter().map(|it| (it.document_type.clone(), &it.rule));
    let all = of_types.chain(std::iter::once((texts.get(rest), &policy.default)));
    let rows: Vec<_> = all
        .map(|(name, rule)| {
            let reason = reason(texts, &rule.reason);
            view! {
                <li>
                    <p class="name">{name}</p>
                    <p>{span(texts, rule, policy.maximum_days)}</p>
                    {reason}
                </li>
            }
        })
        .collect();
    view! { <ul class="rules">{rows}</ul> }
}

/// "30 days from when it was sent".
fn span(texts: &Texts, rule: &RetentionRule, maximum_days: u32) -> String {
    let key = match rule.counted_from {
        CountedFrom::Sent => "retention-days-from-sent",
        CountedFrom::FirstOpened => "retention-days-from-opening",
        CountedFrom::CaseClosed => "retention-days-from-closing",
    };
    texts.with(key, &[("days", rule.days.into()), ("most", maximum_days.into())])
}

/// What it is kept for and by which law, as far as it was said.
fn reason(texts: &'static Texts, reason: &RetentionReason) -> Option<impl IntoView + use<>> {
    let said = |key: &str, text: &str| {
        let text = text.to_owned();
        (!text.is_empty()).then(|| view! { <dt>{texts.get(key)}</dt> <dd>{text}</dd> })
    };
    let purpose = said("retention-purpose", &reason.purpose);
    let ground = said("retention-legal-ground", &reason.legal_ground);
    (purpose.is_some() || ground.is_some()).then(|| view! { <dl class="pairs">{purpose} {ground}</dl> })
}
