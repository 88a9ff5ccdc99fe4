//! Whether a second admin is asked for what shortens retention, and the change that waits for one.

use jiff::tz::TimeZone;
use leptos::either::Either;
use leptos::prelude::*;
use portal::{PendingRetention, RetentionApproval, RetentionEffect};

use super::effect::effect_of;
use super::in_force::rules;
use crate::component::form::{confirm_first, refusal, title};
use crate::component::{back_link, icon};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;
use crate::texts::dates::{day, day_and_time};

/// What keeps a decision about a waiting change from being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalProblem {
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
    /// They asked for it themselves.
    OwnChange,
    /// More would be gone today than the page said from which they approved. It says now how much.
    MoreGoesToday,
    /// The operator's ceiling was lowered below it, as the page says.
    AboveCeiling,
}

/// What the page of a waiting change shows.
#[derive(Clone, Copy, Debug)]
pub struct PendingRetentionPage<'a> {
    /// The change.
    pub pending: &'a PendingRetention,
    /// What it would do if it were approved now, when it is a policy.
    pub effect: Option<&'a RetentionEffect>,
    /// Whether the reader's role lets them decide.
    pub may_change: bool,
    /// What was wrong.
    pub problem: Option<ApprovalProblem>,
    /// The organisation's.
    pub time_zone: &'a TimeZone,
}

/// The page of a waiting change.
#[must_use]
pub fn pending_retention_page(layout: &Layout, shown: PendingRetentionPage<'_>) -> Page {
    let texts = Texts::of(layout.language);
    let PendingRetentionPage {
        pending,
        effect,
        may_change,
        problem,
        time_zone,
    } = shown;
    let head = Head::plain(title(texts, "retention-pending-title", problem.is_some()));
    let confirm = (problem == Some(ApprovalProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let refused = match problem {
        Some(ApprovalProblem::OwnChange) => Some("retention-pending-own"),
        Some(ApprovalProblem::MoreGoesToday) => Some("retention-effect-more-goes"),
        Some(ApprovalProblem::ConfirmFirst | ApprovalProblem::AboveCeiling) | None => None,
    };
    let refused = refused.map(|why| refusal(texts.get(why)));
    let asked = asked(texts, pending, time_zone);
    let change = match &pending.policy {
        Some(policy) => view! {
            <section aria-labelledby="rules">
                <h2 id="rules">{texts.get("retention-pending-rules")}</h2>
                {rules(texts, policy)}
            </section>
        }
        .into_any(),
        None => view! { <p>{texts.get("retention-pending-no-approval")}</p> }.into_any(),
    };
    let gone_today = effect.map_or(0, |effect| effect.counted_today).to_string();
    let effect = effect.map(|effect| {
        view! {
            <section aria-labelledby="effect">
                <h2 id="effect">{texts.get("retention-pending-effect")}</h2>
                {effect_of(texts, effect, time_zone)}
            </section>
        }
    });
    let id = pending.id.to_string();
    let withdrawn = id.clone();
    let above = pending.above_ceiling.map(|days| {
        let why = texts.with("retention-pending-above", &[("days", days.into())]);
        match problem {
            Some(ApprovalProblem::AboveCeiling) => Either::Left(refusal(why)),
            _ => Either::Right(view! {
                <div class="notice soon">
                    {icon("info")} <p>{why}</p>
                </div>
            }),
        }
    });
    let approve = (may_change && !pending.is_own && pending.above_ceiling.is_none()).then(|| {
        view! {
            <form method="post" action="/staff/retention/pending/approve">
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="gone_today" value=gone_today />
                <button class="button">{texts.get("retention-pending-approve")}</button>
            </form>
        }
    });
    let waits = (may_change && pending.is_own).then(|| view! { <p>{texts.get("retention-pending-waits")}</p> });
    let withdraw = may_change.then(|| {
        view! {
            <form method="post" action="/staff/retention/pending/withdraw">
                <input type="hidden" name="id" value=withdrawn />
                <button class="button quiet">{texts.get("retention-pending-withdraw")}</button>
            </form>
        }
    });
    render(layout, head, move || {
        view! {
            {back_link("/staff/retention".to_owned(), texts.get("retention-title"))}
            {confirm}
            {refused}
            {above}
            <h1>{texts.get("retention-pending-title")}</h1>
            <p class="lead">{asked}</p>
            {change}
            {effect}
            {waits}
            {approve}
            {withdraw}
        }
    })
}

/// Who asked, when, and until when it can be approved, if it can.
fn asked(texts: &Texts, pending: &PendingRetention, time_zone: &TimeZone) -> String {
    let when = ("when", day_and_time(texts, pending.asked_at, time_zone).into());
    let asked = match &pending.asked_by {
        Some(who) => texts.with("retention-pending-asked-by", &[when, ("who", who.as_str().into())]),
        None => texts.with("retention-pending-asked", &[when]),
    };
    if pending.above_ceiling.is_some() {
        return asked;
    }
    let until = day(texts, pending.lapses_at, time_zone);
    format!(
        "{asked} {}",
        texts.with("retention-pending-until", &[("until", until.into())])
    )
}

/// On the page of retention: that a change waits.
pub(super) fn waiting(
    texts: &'static Texts,
    approval: &RetentionApproval,
    time_zone: &TimeZone,
) -> Option<impl IntoView + use<>> {
    approval.pending.as_ref().map(|pending| {
        let asked = asked(texts, pending, time_zone);
        view! {
            <div class="notice soon">
                {icon("clock")}
                <div>
                    <p>
                        <strong>
                            <a href="/staff/retention/pending">{texts.get("retention-pending-link")}</a>
                        </strong>
                    </p>
                    <p>{asked}</p>
                </div>
            </div>
        }
    })
}

/// On the page of retention: whether a second admin is asked, and how to change that.
pub(super) fn approval(texts: &'static Texts, approval: &RetentionApproval, may_change: bool) -> impl IntoView + use<> {
    let alone = approval.admins < 2;
    let state = match (approval.required, alone) {
        (true, false) => "retention-approval-on",
        (true, true) => "retention-approval-on-alone",
        (false, false) => "retention-approval-off",
        (false, true) => "retention-approval-off-alone",
    };
    let may_change = may_change && approval.pending.is_none() && !alone;
    let (value, button) = if approval.required {
        ("no", "retention-approval-stop")
    } else {
        ("yes", "retention-approval-start")
    };
    let form = may_change.then(|| {
        view! {
            <form method="post" action="/staff/retention/approval">
                <input type="hidden" name="required" value=value />
                <button class="button quiet">{texts.get(button)}</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="approval">
            <h2 id="approval">{texts.get("retention-approval")}</h2>
            <p>{texts.get(state)}</p>
            {form}
        </section>
    }
}
