//! An admin's page for the tokens by which the organisation's directory provisions its staff, and the token that is shown once.

use base::TenantId;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{ProvisioningToken, ProvisioningTokenState};

use super::credential::{self, Card};
use crate::component::form::{Choice, Field, Kind, choices, confirm_first, refusal, title};
use crate::component::{icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// What the page of provisioning shows.
#[derive(Clone, Copy, Debug)]
pub struct ProvisioningPage<'a> {
    /// The address that the directory is to send to.
    pub address: &'a str,
    /// The organisation's directory of Entra ID, if it has one.
    pub tenant: Option<TenantId>,
    /// The organisation's tokens, oldest first.
    pub tokens: &'a [ProvisioningToken],
    /// The token to make, for whom may make one.
    pub form: Option<&'a TokenForm>,
}

/// What was filled in to make a token, and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub struct TokenForm {
    /// What it is to be called.
    pub name: String,
    /// How many days it is to hold, as it was written.
    pub days: String,
    /// For which directory it is to be: the id of one of Entra ID, or [`Self::OTHER_DIRECTORY`].
    pub directory: String,
    /// What was wrong.
    pub problem: Option<TokenProblem>,
}

impl TokenForm {
    /// How a form names a directory that is not one of Entra ID.
    pub const OTHER_DIRECTORY: &'static str = "other";
}

/// What can be wrong with a token to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    /// The name is empty or too long.
    Name,
    /// The days are no number, none or too many.
    Days {
        /// The most days.
        most: u32,
    },
    /// The directory is none of the organisation's.
    Directory,
    /// As many tokens hold as may at once.
    TooMany {
        /// The most.
        limit: usize,
    },
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// What provisioning is, where the directory sends to, and with what tokens.
#[must_use]
pub fn provisioning_page(
    layout: &Layout,
    shown: ProvisioningPage<'_>,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let problem = shown.form.and_then(|form| form.problem);
    let head = Head::plain(title(texts, "provisioning-title", problem.is_some()));
    let told = told(texts, flash);
    let confirm = (problem == Some(TokenProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let refused = match problem {
        Some(TokenProblem::TooMany { limit }) => {
            Some(refusal(texts.with("provisioning-too-many", &[("limit", limit.into())])))
        }
        Some(TokenProblem::Directory) => Some(refusal(texts.get("provisioning-directory-wrong"))),
        _ => None,
    };
    let may_change = shown.form.is_some();
    // What holds comes first, and of each kind what is newest.
    let (holding, over): (Vec<_>, Vec<_>) = shown.tokens.iter().rev().partition(|token| holds(token));
    let card = |token: &&ProvisioningToken| token_card(texts, token, may_change, time_zone);
    let holding: Vec<_> = holding.iter().map(card).collect();
    let over: Vec<_> = over.iter().map(card).collect();
    let none_holds = holding.is_empty();
    let over = (!over.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{texts.get("provisioning-over")}</summary>
                <ul class="cards">{over}</ul>
            </details>
        }
    });
    let form = shown.form.map(|form| token_form(texts, form, shown.tenant));
    let address = shown.address.to_owned();
    render(layout, head, move || {
        view! {
            {told}
            {confirm}
            {refused}
            <h1>{texts.get("provisioning-title")}</h1>
            <p class="lead">{texts.get("provisioning-lead")}</p>
            <p>{texts.get("provisioning-meaning")}</p>
            <section aria-labelledby="address">
                <h2 id="address">{texts.get("provisioning-address")}</h2>
                <p>{texts.get("provisioning-address-hint")}</p>
                <p class="codes code">{address}</p>
            </section>
            <section aria-labelledby="tokens">
                <h2 id="tokens">{texts.get("provisioning-tokens")}</h2>
                {if none_holds {
                    view! { <p>{texts.get("provisioning-none")}</p> }.into_any()
                } else {
                    view! {
                        <p>{texts.get("provisioning-tokens-lead")}</p>
                        <ul class="cards">{holding}</ul>
                    }
                        .into_any()
                }}
                {over}
            </section>
            {form}
        }
    })
}

/// Whether a token counts among those that hold: also one that would let its directory in if that were the organisation's.
fn holds(token: &ProvisioningToken) -> bool {
    match token.state {
        ProvisioningTokenState::Valid | ProvisioningTokenState::DirectoryRemoved => true,
        ProvisioningTokenState::Ended | ProvisioningTokenState::Withdrawn => false,
    }
}

fn token_card(
    texts: &'static Texts,
    token: &ProvisioningToken,
    may_change: bool,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let (id, holds) = (token.id.to_string(), holds(token));
    let expires_at = holds.then_some(token.expires_at);
    let directory = match token.tenant {
        // The organisation has one at a time, so its id tells nothing unless it is another.
        Some(tenant) if token.state == ProvisioningTokenState::DirectoryRemoved => {
            texts.with("provisioning-of-removed", &[("tenant", tenant.to_string().into())])
        }
        Some(_) => texts.get("provisioning-of-entra"),
        None => texts.get("provisioning-of-other"),
    };
    let mut facts = vec![directory];
    facts.extend(credential::times(
        texts,
        token.created_at,
        expires_at,
        token.last_used_at,
        time_zone,
    ));
    Card {
        title: token.name.clone(),
        state: match token.state {
            ProvisioningTokenState::Valid => credential::VALID,
            ProvisioningTokenState::DirectoryRemoved => ("state bad", "provisioning-directory-removed"),
            ProvisioningTokenState::Ended => credential::ENDED,
            ProvisioningTokenState::Withdrawn => credential::WITHDRAWN,
        },
        code: None,
        trouble: None,
        facts,
        withdraw: (holds && may_change).then(|| format!("/staff/provisioning/tokens/{id}/withdraw")),
        id,
    }
    .view(texts)
}

fn token_form(texts: &'static Texts, form: &TokenForm, tenant: Option<TenantId>) -> impl IntoView + use<> {
    let wrong_days = match form.problem {
        Some(TokenProblem::Days { most }) => Some(texts.with("provisioning-days-wrong", &[("most", most.into())])),
        _ => None,
    };
    let name = Field::new("name", Kind::OtherName, texts.get("provisioning-name"))
        .hint(texts.get("provisioning-name-hint"))
        .value(&form.name)
        .problem((form.problem == Some(TokenProblem::Name)).then(|| texts.get("system-name-wrong")));
    let days = Field::new("days", Kind::Number, texts.get("provisioning-days"))
        .hint(texts.get("provisioning-days-hint"))
        .value(&form.days)
        .problem(wrong_days);
    let other = TokenForm::OTHER_DIRECTORY;
    let directory = match tenant.map(|tenant| tenant.to_string()) {
        Some(tenant) => {
            let hint = texts.with("provisioning-entra-hint", &[("tenant", tenant.as_str().into())]);
            let offered = vec![
                Choice {
                    value: tenant,
                    label: texts.get("provisioning-entra"),
                    hint: Some(hint),
                },
                Choice {
                    value: other.to_owned(),
                    label: texts.get("provisioning-other"),
                    hint: Some(texts.get("provisioning-other-hint")),
                },
            ];
            choices(
                "directory",
                texts.get("provisioning-directory"),
                offered,
                &form.directory,
                None,
            )
            .into_any()
        }
        None => view! {
            <input type="hidden" name="directory" value=other />
            <p>{texts.get("provisioning-other-hint")} " " {texts.get("provisioning-no-entra")}</p>
        }
        .into_any(),
    };
    view! {
        <section aria-labelledby="new">
            <h2 id="new">{texts.get("provisioning-new")}</h2>
            <form method="post" action="/staff/provisioning/tokens" class="form" novalidate>
                {directory} {name.view()} {days.view()}
                <button class="button">{texts.get("provisioning-new")} {icon("forward")}</button>
            </form>
        </section>
    }
}

/// The page that shows a token, this once, with the address to give it to.
#[must_use]
pub fn provisioning_token_page(layout: &Layout, address: &str, token: &str) -> Page {
    let texts = Texts::of(layout.language);
    let layout = layout.once();
    let (address, token) = (address.to_owned(), token.to_owned());
    render(&layout, Head::plain(texts.get("provisioning-made-title")), move || {
        view! {
            <h1>{texts.get("provisioning-made-title")}</h1>
            <p class="lead">{texts.get("provisioning-made-lead")}</p>
            <dl class="pairs secret">
                <dt>{texts.get("provisioning-address")}</dt>
                <dd class="code">{address}</dd>
                <dt>{texts.get("provisioning-token")}</dt>
                <dd class="code">{token}</dd>
            </dl>
            <a class="button" href="/staff/provisioning">
                {texts.get("provisioning-made-done")}
                {icon("forward")}
            </a>
        }
    })
}
