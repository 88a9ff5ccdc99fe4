//! What roles and spans of time are called on the staff's pages.

use base::{CaseId, Day};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Role, StaffState, Validity};

use crate::texts::{Texts, dates};

/// The key of a role's name.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Sender => "role-sender",
        Role::Admin => "role-admin",
        Role::Auditor => "role-auditor",
    }
}

/// The key of what a role may, in one sentence.
pub(super) const fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Sender => "role-sender-hint",
        Role::Admin => "role-admin-hint",
        Role::Auditor => "role-auditor-hint",
    }
}

/// How a state looks and what it is called.
pub(super) fn state(texts: &Texts, state: StaffState) -> impl IntoView + use<> {
    let (class, key) = match state {
        StaffState::Invited { until: Some(_) } => ("state soon", "member-state-invited"),
        StaffState::Invited { until: None } => ("state bad", "member-state-invitation-over"),
        StaffState::Active => ("state good", "member-state-active"),
        StaffState::Locked { .. } => ("state bad", "member-state-locked"),
        StaffState::NotYet => ("state soon", "member-state-not-yet"),
        StaffState::Over => ("state", "member-state-over"),
        StaffState::Deactivated { by_directory: false } => ("state", "member-state-deactivated"),
        StaffState::Deactivated { by_directory: true } => ("state", "member-state-deactivated-by-directory"),
    };
    view! { <span class=class>{texts.get(key)}</span> }
}

/// When an account is valid, in words.
pub(super) fn validity(texts: &Texts, validity: Validity) -> String {
    let words = |written| day(texts, written);
    match (validity.first.map(words), validity.last.map(words)) {
        (None, None) => texts.get("account-valid-always"),
        (Some(from), None) => texts.with("account-valid-from", &[("from", from.into())]),
        (None, Some(until)) => texts.with("account-valid-until", &[("until", until.into())]),
        (Some(from), Some(until)) => texts.with(
            "account-valid-between",
            &[("from", from.into()), ("until", until.into())],
        ),
    }
}

/// A calendar day, written out.
pub(super) fn day(texts: &Texts, day: Day) -> String {
    dates::date(texts, day.start().to_jiff().to_zoned(TimeZone::UTC).date())
}

/// Facts in pairs: what they are called, and what they are.
pub(super) fn pairs<V: IntoView + 'static>(
    texts: &'static Texts,
    facts: Vec<(&'static str, V)>,
) -> impl IntoView + use<V> {
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(key, value)| view! { <dt>{texts.get(key)}</dt> <dd>{value}</dd> })
        .collect();
    view! { <dl class="pairs">{facts}</dl> }
}

/// The way to a case from a page with a form: in another tab, so that what was filled in stays.
pub(super) fn case_link(texts: &Texts, case: CaseId) -> impl IntoView + use<> {
    view! {
        <a href=format!("/staff/cases/{case}") target="_blank" rel="noopener">
            {texts.get("staff-case-open")}
        </a>
    }
}
