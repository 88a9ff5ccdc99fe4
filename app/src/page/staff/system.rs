//! An admin's page for one system: what it proves itself with, from where, and shutting it out.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Credential, CredentialKind, CredentialState, InvalidKey, System};

use super::systems::{networks_field, networks_problem, scope, state};
use super::words;
use crate::component::form::{Field, Kind, refusal, title};
use crate::component::{back_link, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// What was filled in when it was wrong, and why.
#[derive(Clone, Debug)]
pub enum CredentialProblem {
    /// The days of a secret are no number, none or too many.
    Days {
        /// What was filled in.
        given: String,
        /// The most days.
        most: u32,
    },
    /// As many secrets hold as may at once.
    TooManySecrets,
    /// The key can't be registered.
    Key(InvalidKey),
    /// The system has this key already, or another with its name.
    KeyTaken,
    /// There are as many keys as there may be.
    TooManyKeys,
    /// The networks can't be read; what was filled in.
    Networks(String, base::InvalidNetworks),
}

/// The page of one system. `may_change` says whether the reader's role lets them decide anything here.
#[must_use]
pub fn system_page(
    layout: &Layout,
    system: &System,
    may_change: bool,
    problem: Option<&CredentialProblem>,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "systems-title", problem.is_some()));
    let told = told(texts, flash);
    let refused = match problem {
        Some(CredentialProblem::TooManySecrets) => Some("system-too-many-secrets"),
        Some(CredentialProblem::TooManyKeys) => Some("system-too-many-keys"),
        _ => None,
    };
    let scopes: Vec<String> = system.scopes.iter().map(|each| texts.get(scope(*each))).collect();
    let written = system.networks.to_string();
    let networks = if written.is_empty() {
        texts.get("system-networks-none")
    } else {
        written
    };
    let facts = vec![
        ("system-client-id", system.id.to_string()),
        (
            "system-created",
            dates::date(texts, dates::local_date(system.created_at, time_zone)),
        ),
        ("system-scopes", scopes.join(", ")),
        ("system-networks", networks),
    ];
    let name = system.name.clone();
    let state = state(texts, system);
    let may_change = may_change && system.disabled_at.is_none();
    let list: Vec<_> = system
        .credentials
        .iter()
        .map(|credential| credential_line(texts, system, credential, may_change, time_zone))
        .collect();
    let forms = may_change.then(|| forms(texts, system, problem));
    render(layout, head, move || {
        view! {
            {told}
            {refused.map(|refused| refusal(texts.get(refused)))}
            {back_link("/staff/systems".to_owned(), texts.get("system-back"))}
            <div class="title">
                <h1>{name}</h1>
                <p>{state}</p>
            </div>
            {words::pairs(texts, facts)}
            <section aria-labelledby="credentials">
                <h2 id="credentials">{texts.get("system-credentials")}</h2>
                <p>{texts.get("system-credentials-lead")}</p>
                <ul class="cards">{list}</ul>
            </section>
            {forms}
        }
    })
}

fn credential_line(
    texts: &'static Texts,
    system: &System,
    credential: &Credential,
    may_change: bool,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let day = |at: Timestamp| dates::date(texts, dates::local_date(at, time_zone));
    let on = |key, at| texts.with(key, &[("day", day(at).into())]);
    let kind = match credential.kind {
        CredentialKind::Secret => "system-credential-secret",
        CredentialKind::PublicKey => "system-credential-key",
    };
    let (class, key) = match credential.state {
        CredentialState::Valid => ("state good", "system-credential-valid"),
        CredentialState::Ended => ("state", "system-credential-ended"),
        CredentialState::Withdrawn => ("state", "system-credential-withdrawn"),
    };
    let valid = credential.state == CredentialState::Valid;
    let created = on("system-credential-created", credential.created_at);
    let expires = credential
        .expires_at
        .filter(|_| valid)
        .map(|at| on("system-credential-expires", at));
    let used = credential.last_used_at.map_or_else(
        || texts.get("system-credential-never-used"),
        |at| {
            let at = dates::day_and_time(texts, at, time_zone);
            texts.with("system-credential-used", &[("at", at.into())])
        },
    );
    // A key's name tells it from the others.
    let key_id = credential.key.as_ref().map(|key| key.key_id.clone());
    let id = credential.id.to_string();
    let (name, button) = (format!("credential-{id}"), format!("withdraw-{id}"));
    let labelled_by = format!("{button} {name}");
    let action = format!("/staff/systems/{}/credentials/{id}/withdraw", system.id);
    let withdraw = (valid && may_change).then(|| {
        view! {
            <form method="post" action=action>
                <button class="link" id=button aria-labelledby=labelled_by>
                    {texts.get("system-withdraw")}
                </button>
            </form>
        }
    });
    view! {
        <li class="card">
            <h3 id=name>{texts.get(kind)} " " <span class=class>{texts.get(key)}</span></h3>
            {key_id.map(|key_id| view! { <p class="code">{key_id}</p> })}
            <ul class="facts">
                <li>{created}</li>
                {expires.map(|expires| view! { <li>{expires}</li> })}
                <li>{used}</li>
            </ul>
            {withdraw}
        </li>
    }
}

/// What an admin can do to a system that is not disabled.
fn forms(texts: &'static Texts, system: &System, problem: Option<&CredentialProblem>) -> impl IntoView + use<> {
    const KEY_LINES: u8 = 8;
    let id = system.id;
    let (given, wrong_days) = match problem {
        Some(CredentialProblem::Days { given, most }) => (
            given.clone(),
            Some(texts.with("system-secret-days-wrong", &[("most", (*most).into())])),
        ),
        _ => (String::new(), None),
    };
    let days = Field::new("days", Kind::Number, texts.get("system-secret-days"))
        .hint(texts.get("system-secret-days-hint"))
        .value(given)
        .problem(wrong_days);
    let wrong_key = match problem {
        Some(CredentialProblem::Key(InvalidKey::Private)) => Some("system-key-private"),
        Some(CredentialProblem::Key(_)) => Some("system-key-wrong"),
        Some(CredentialProblem::KeyTaken) => Some("system-key-taken"),
        _ => None,
    };
    let key = Field::new("key", Kind::Text, texts.get("system-key"))
        .hint(texts.get("system-key-hint"))
        .problem(wrong_key.map(|wrong| texts.get(wrong)))
        .lines(KEY_LINES);
    let (written, wrong_networks) = match problem {
        Some(CredentialProblem::Networks(written, problem)) => {
            (written.clone(), Some(networks_problem(texts, *problem)))
        }
        _ => (
            system.networks.iter().map(|network| format!("{network}\n")).collect(),
            None,
        ),
    };
    let networks = networks_field(texts, texts.get("system-networks-hint"), &written, wrong_networks);
    view! {
        <section aria-labelledby="add-secret">
            <h2 id="add-secret">{texts.get("system-add-secret")}</h2>
            <form method="post" action=format!("/staff/systems/{id}/secrets") class="form" novalidate>
                {days.view()} <button class="button quiet">{texts.get("system-add-secret")}</button>
            </form>
        </section>
        <section aria-labelledby="add-key">
            <h2 id="add-key">{texts.get("system-add-key")}</h2>
            <form method="post" action=format!("/staff/systems/{id}/keys") class="form" novalidate>
                {key.view()} <button class="button quiet">{texts.get("system-add-key")}</button>
            </form>
        </section>
        <section aria-labelledby="networks-title">
            <h2 id="networks-title">{texts.get("system-networks")}</h2>
            <form method="post" action=format!("/staff/systems/{id}/networks") class="form" novalidate>
                {networks.view()} <button class="button quiet">{texts.get("system-save-networks")}</button>
            </form>
        </section>
        <section aria-labelledby="disable">
            <h2 id="disable">{texts.get("system-disable")}</h2>
            <p>{texts.get("system-disable-hint")}</p>
            <form method="post" action=format!("/staff/systems/{id}/disable") class="actions">
                <button class="button danger">{texts.get("system-disable")}</button>
            </form>
        </section>
    }
}
