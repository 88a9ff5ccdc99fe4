//! What an admin can do to a system that is not disabled: a form each.

use leptos::prelude::*;
use portal::{InvalidKey, System};

use super::system::{CredentialProblem, KeySetFormProblem, key_set_problem};
use super::systems::{networks_field, networks_problem, scopes_field};
use crate::component::form::{Field, Kind};
use crate::texts::Texts;

/// All the forms; what was filled in comes back with its problem.
pub(super) fn forms(
    texts: &'static Texts,
    system: &System,
    problem: Option<&CredentialProblem>,
) -> impl IntoView + use<> {
    let action = |what: &str| format!("/staff/systems/{}/{what}", system.id);
    let secret = secret_field(texts, problem).view();
    let key = key_field(texts, problem).view();
    let [address, days] = key_set_fields(texts, problem);
    let key_set = view! { {address.view()} {days.view()} };
    let no_scope = matches!(problem, Some(CredentialProblem::Scopes));
    let ticked: &[_] = if no_scope { &[] } else { &system.scopes };
    let scopes = view! {
        <p class="hint">{texts.get("system-scopes-hint")}</p>
        {scopes_field(texts, ticked, no_scope)}
    };
    let networks = own_networks_field(texts, system, problem).view();
    view! {
        {section(texts, "system-add-secret", "system-add-secret", action("secrets"), secret)}
        {section(texts, "system-add-key", "system-add-key", action("keys"), key)}
        {section(texts, "system-add-key-set", "system-add-key-set", action("key-sets"), key_set)}
        {section(texts, "system-change-scopes", "system-save-scopes", action("scopes"), scopes)}
        {section(texts, "system-networks", "system-save-networks", action("networks"), networks)}
        <section aria-labelledby="disable">
            <h2 id="disable">{texts.get("system-disable")}</h2>
            <p>{texts.get("system-disable-hint")}</p>
            <form method="post" action=action("disable") class="actions">
                <button class="button danger">{texts.get("system-disable")}</button>
            </form>
        </section>
    }
}

/// A form under its heading, with its button; `title` is the heading's id too.
fn section(
    texts: &'static Texts,
    title: &'static str,
    button: &'static str,
    action: String,
    fields: impl IntoView,
) -> impl IntoView {
    view! {
        <section aria-labelledby=title>
            <h2 id=title>{texts.get(title)}</h2>
            <form method="post" action=action class="form" novalidate>
                {fields} <button class="button quiet">{texts.get(button)}</button>
            </form>
        </section>
    }
}

fn secret_field(texts: &Texts, problem: Option<&CredentialProblem>) -> Field {
    let (given, wrong) = match problem {
        Some(CredentialProblem::Days { given, most }) => (given.clone(), Some(wrong_days(texts, *most))),
        _ => (String::new(), None),
    };
    Field::new("days", Kind::Number, texts.get("system-secret-days"))
        .hint(texts.get("system-secret-days-hint"))
        .value(given)
        .problem(wrong)
}

fn wrong_days(texts: &Texts, most: u32) -> String {
    texts.with("system-secret-days-wrong", &[("most", most.into())])
}

fn key_field(texts: &Texts, problem: Option<&CredentialProblem>) -> Field {
    const LINES: u8 = 8;
    let wrong = match problem {
        Some(CredentialProblem::Key(InvalidKey::Private)) => Some("system-key-private"),
        Some(CredentialProblem::Key(_)) => Some("system-key-wrong"),
        Some(CredentialProblem::KeyTaken) => Some("system-key-taken"),
        _ => None,
    };
    Field::new("key", Kind::Text, texts.get("system-key"))
        .hint(texts.get("system-key-hint"))
        .problem(wrong.map(|wrong| texts.get(wrong)))
        .lines(LINES)
}

fn key_set_fields(texts: &Texts, problem: Option<&CredentialProblem>) -> [Field; 2] {
    let mut given = (String::new(), String::new());
    let (mut wrong_address, mut days_wrong) = (None, None);
    if let Some(CredentialProblem::KeySet { address, days, problem }) = problem {
        given = (address.clone(), days.clone());
        match problem {
            KeySetFormProblem::Address(problem) => wrong_address = Some(texts.get(key_set_problem(*problem))),
            KeySetFormProblem::Taken => wrong_address = Some(texts.get("system-key-set-taken")),
            KeySetFormProblem::Days { most } => days_wrong = Some(wrong_days(texts, *most)),
        }
    }
    let address = Field::new("address", Kind::WebAddress, texts.get("system-key-set-address"))
        .hint(texts.get("system-key-set-address-hint"))
        .value(given.0)
        .problem(wrong_address);
    let days = Field::new("key_set_days", Kind::Number, texts.get("system-key-set-days"))
        .hint(texts.get("system-key-set-days-hint"))
        .value(given.1)
        .problem(days_wrong);
    [address, days]
}

fn own_networks_field(texts: &Texts, system: &System, problem: Option<&CredentialProblem>) -> Field {
    let (written, wrong) = match problem {
        Some(CredentialProblem::Networks(written, problem)) => {
            (written.clone(), Some(networks_problem(texts, *problem)))
        }
        _ => (
            system.networks.iter().map(|network| format!("{network}\n")).collect(),
            None,
        ),
    };
    networks_field(texts, texts.get("system-networks-hint"), &written, wrong)
}
