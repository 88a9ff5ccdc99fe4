//! An admin's pages for systems: the list, a new one, and the secret that is shown once.

use base::{InvalidNetworks, SystemId};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Scope, System};

use crate::component::form::{Field, Kind, confirm_first, refusal, tick, title};
use crate::component::{back_link, icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// The organisation's systems. `may_change` says whether the reader's role lets them add one.
#[must_use]
pub fn systems_page(
    layout: &Layout,
    systems: &[System],
    may_change: bool,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let entries: Vec<_> = systems.iter().map(|system| entry(texts, system, time_zone)).collect();
    let add = may_change.then(|| {
        view! {
            <div class="actions">
                <a class="button" href="/staff/systems/new">
                    {icon("plus")}
                    {texts.get("systems-new")}
                </a>
            </div>
        }
    });
    render(layout, Head::plain(texts.get("systems-title")), move || {
        view! {
            {told}
            <h1>{texts.get("systems-title")}</h1>
            {if entries.is_empty() {
                view! {
                    <div class="empty">
                        {icon("mark")}
                        <h2>{texts.get("systems-empty")}</h2>
                        <p>{texts.get("systems-empty-body")}</p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <p class="lead">{texts.get("systems-lead")}</p>
                    <ul class="cards">{entries}</ul>
                }
                    .into_any()
            }}
            {add}
        }
    })
}

fn entry(texts: &'static Texts, system: &System, time_zone: &TimeZone) -> impl IntoView + use<> {
    let href = format!("/staff/systems/{}", system.id);
    let created = dates::date(texts, dates::local_date(system.created_at, time_zone));
    let created = texts.with("system-credential-created", &[("day", created.into())]);
    view! {
        <li class="card linked">
            <h2>
                <a href=href>{system.name.clone()}</a>
            </h2>
            <ul class="facts">
                <li>{created}</li>
            </ul>
            <p>{state(texts, system)}</p>
        </li>
    }
}

/// Whether a system is let in.
pub(super) fn state(texts: &Texts, system: &System) -> impl IntoView + use<> {
    let (class, key) = if system.disabled_at.is_some() {
        ("state", "system-state-disabled")
    } else {
        ("state good", "system-state-enabled")
    };
    view! { <span class=class>{texts.get(key)}</span> }
}

/// What was filled in on the page of a new system, and what was wrong with it.
#[derive(Clone, Debug)]
pub struct NewSystemForm {
    /// The name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// From where, as it was written.
    pub networks: String,
    /// What was wrong.
    pub problem: Option<SystemProblem>,
}

impl Default for NewSystemForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            scopes: Scope::ALL.to_vec(),
            networks: String::new(),
            problem: None,
        }
    }
}

/// What can be wrong with what an admin says of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemProblem {
    /// The name is empty or too long.
    Name,
    /// It may do nothing.
    Scopes,
    /// The networks can't be read.
    Networks(InvalidNetworks),
    /// The organisation has as many systems as it may have.
    TooMany {
        /// The most that are not disabled.
        limit: usize,
    },
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// What is wrong with a list of networks.
pub(super) fn networks_problem(texts: &Texts, problem: InvalidNetworks) -> String {
    match problem {
        InvalidNetworks::Form { entry } | InvalidNetworks::HostBits { entry } => {
            texts.with("system-networks-wrong", &[("entry", entry.into())])
        }
        InvalidNetworks::TooMany => texts.get("system-networks-too-many"),
    }
}

/// The box for networks, one a line.
pub(super) fn networks_field(texts: &Texts, hint: String, written: &str, problem: Option<String>) -> Field {
    const LINES: u8 = 4;
    Field::new("networks", Kind::Text, texts.get("system-networks"))
        .hint(hint)
        .value(written)
        .problem(problem)
        .lines(LINES)
}

/// What a system may do, to be ticked; `wrong` when nothing was.
pub(super) fn scopes_field(texts: &'static Texts, ticked: &[Scope], wrong: bool) -> impl IntoView + use<> {
    let scopes: Vec<_> = Scope::ALL
        .into_iter()
        .map(|each| tick(each.as_str(), texts.get(scope(each)), None, ticked.contains(&each)))
        .collect();
    let problem = wrong.then(|| texts.get("system-scopes-wrong"));
    let described_by = wrong.then_some("scopes-problem");
    view! {
        <fieldset class="choices" class:wrong=wrong aria-describedby=described_by>
            <legend>{texts.get("system-scopes")}</legend>
            {problem.map(|problem| view! { <p class="problem" id="scopes-problem" role="alert">{problem}</p> })}
            {scopes}
        </fieldset>
    }
}

/// What a scope is called.
pub(super) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::MessagesSend => "system-scope-send",
        Scope::MessagesRead => "system-scope-read",
        Scope::RecipientsMatch => "system-scope-match",
        Scope::EventsRead => "system-scope-events",
    }
}

/// The page that adds a system.
#[must_use]
pub fn new_system_page(layout: &Layout, form: &NewSystemForm) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "systems-new", form.problem.is_some()));
    let name = Field::new("name", Kind::OtherName, texts.get("system-name"))
        .hint(texts.get("system-name-hint"))
        .value(&form.name)
        .problem((form.problem == Some(SystemProblem::Name)).then(|| texts.get("system-name-wrong")));
    let scopes = scopes_field(texts, &form.scopes, form.problem == Some(SystemProblem::Scopes));
    let confirm = (form.problem == Some(SystemProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let too_many = match form.problem {
        Some(SystemProblem::TooMany { limit }) => {
            Some(refusal(texts.with("systems-too-many", &[("limit", limit.into())])))
        }
        _ => None,
    };
    let wrong_networks = match form.problem {
        Some(SystemProblem::Networks(problem)) => Some(networks_problem(texts, problem)),
        _ => None,
    };
    let networks = networks_field(texts, texts.get("system-networks-hint"), &form.networks, wrong_networks);
    render(layout, head, move || {
        view! {
            {back_link("/staff/systems".to_owned(), texts.get("system-back"))}
            {confirm}
            {too_many}
            <h1>{texts.get("systems-new")}</h1>
            <form method="post" action="/staff/systems" class="form" novalidate>
                {name.view()} {scopes} {networks.view()} <button class="button">{texts.get("system-create")} {icon("forward")}</button>
            </form>
        }
    })
}

/// The page that shows a system's secret, this once.
#[must_use]
pub fn secret_page(layout: &Layout, system: SystemId, secret: &str) -> Page {
    let texts = Texts::of(layout.language);
    let layout = layout.once();
    let (href, secret) = (format!("/staff/systems/{system}"), secret.to_owned());
    render(&layout, Head::plain(texts.get("system-secret-title")), move || {
        view! {
            <h1>{texts.get("system-secret-title")}</h1>
            <p class="lead">{texts.get("system-secret-lead")}</p>
            <dl class="pairs secret">
                <dt>{texts.get("system-client-id")}</dt>
                <dd class="code">{system.to_string()}</dd>
                <dt>{texts.get("system-client-secret")}</dt>
                <dd class="code">{secret}</dd>
            </dl>
            <a class="button" href=href>
                {texts.get("system-secret-done")}
                {icon("forward")}
            </a>
        }
    })
}
