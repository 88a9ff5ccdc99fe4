//! An admin's page for one system: what it may do and what it proves itself with. What they can change stands in `system_forms`.

use base::CredentialId;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Credential, CredentialKind, CredentialState, InvalidKey, System};

use super::credential::{self, Card};
use super::system_forms::forms;
use super::systems::{scope, state};
use super::words;
use crate::component::form::{refusal, title};
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
    /// There are as many key sets as there may be.
    TooManyKeySets,
    /// The key set can't be registered.
    KeySet {
        /// The address that was filled in.
        address: String,
        /// The days that were filled in.
        days: String,
        /// Why.
        problem: KeySetFormProblem,
    },
    /// It may do nothing.
    Scopes,
    /// The networks can't be read; what was filled in.
    Networks(String, base::InvalidNetworks),
}

/// What can be wrong with a key set as it was filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySetFormProblem {
    /// The address can't be used.
    Address(KeySetProblem),
    /// The system has it already.
    Taken,
    /// The days are no number, none or too many.
    Days {
        /// The most days.
        most: u32,
    },
}

/// Why no keys could be had from an address: all that anybody is told who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetProblem {
    /// It is no address, or not one that is reached over TLS.
    #[error("it must be an https:// address of at most 500 characters")]
    Address,
    /// It leads where the portal does not go.
    #[error("it leads to a network that is not allowed: see systems.key_set_networks")]
    NotAllowed,
    /// Nothing answered there in time.
    #[error("nothing answered there")]
    Unreachable,
    /// What answered there was no set of keys.
    #[error("what answered is no JSON Web Key Set")]
    NoKeySet,
    /// None of its keys can be used.
    #[error("it has no key that can be used")]
    NoFitKey,
}

/// The page of one system. `may_change` says whether the reader's role lets them decide anything here; `troubles` are what was wrong
/// when key sets were last fetched.
#[must_use]
pub fn system_page(
    layout: &Layout,
    system: &System,
    troubles: &[(CredentialId, KeySetProblem)],
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
        Some(CredentialProblem::TooManyKeySets) => Some("system-too-many-key-sets"),
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
        .map(|credential| {
            let trouble = troubles.iter().find(|(id, _)| *id == credential.id);
            let trouble = trouble.map(|(_, problem)| *problem);
            credential_card(texts, system, credential, trouble, may_change, time_zone)
        })
        .collect();
    let forms = may_change.then(|| forms(texts, system, problem));
    render(layout, head, move || {
        view! {
            {back_link("/staff/systems".to_owned(), texts.get("system-back"))}
            {told}
            {refused.map(|refused| refusal(texts.get(refused)))}
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

fn credential_card(
    texts: &'static Texts,
    system: &System,
    credential: &Credential,
    trouble: Option<KeySetProblem>,
    may_change: bool,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let kind = match credential.kind {
        CredentialKind::Secret => "system-credential-secret",
        CredentialKind::PublicKey => "system-credential-key",
        CredentialKind::KeySet => "system-credential-key-set",
    };
    let valid = credential.state == CredentialState::Valid;
    let expires_at = credential.expires_at.filter(|_| valid);
    let (id, last_used_at) = (credential.id.to_string(), credential.last_used_at);
    let key_id = credential.key.as_ref().map(|key| key.key_id.clone());
    Card {
        title: texts.get(kind),
        state: match credential.state {
            CredentialState::Valid => credential::VALID,
            CredentialState::Ended => credential::ENDED,
            CredentialState::Withdrawn => credential::WITHDRAWN,
        },
        // A key's name tells it from the others, and an address does.
        code: key_id.or_else(|| credential.key_set_address.clone()),
        trouble: trouble.filter(|_| valid).map(|problem| {
            let problem = texts.get(key_set_problem(problem));
            texts.with("system-key-set-trouble", &[("problem", problem.into())])
        }),
        facts: credential::times(texts, credential.created_at, expires_at, last_used_at, time_zone),
        withdraw: (valid && may_change).then(|| format!("/staff/systems/{}/credentials/{id}/withdraw", system.id)),
        id,
    }
    .view(texts)
}

/// What is wrong with an address, and what to do about it.
pub(super) const fn key_set_problem(problem: KeySetProblem) -> &'static str {
    match problem {
        KeySetProblem::Address => "system-key-set-address-wrong",
        KeySetProblem::NotAllowed => "system-key-set-not-allowed",
        KeySetProblem::Unreachable => "system-key-set-unreachable",
        KeySetProblem::NoKeySet => "system-key-set-none",
        KeySetProblem::NoFitKey => "system-key-set-no-fit-key",
    }
}
