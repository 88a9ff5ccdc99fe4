//! An admin's page for how the organisation's staff sign in.

use base::InvalidNetworks;
use leptos::prelude::*;

use super::systems::{networks_field, networks_problem};
use crate::component::form::{Field, Kind, confirm_first, refusal, tick, title};
use crate::component::told;
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The rules as they are, or as they were filled in.
#[derive(Clone, Debug)]
pub struct RulesForm {
    /// Whether everybody with a password needs a second factor.
    pub second_factor_required: bool,
    /// Whether the operator asks it of everybody, so that it can't be chosen here.
    pub operator_requires: bool,
    /// For how many days a password is valid, or nothing.
    pub password_days: String,
    /// Whether staff get in with a work account alone; `None` where the organisation has no directory, and it can't be chosen.
    pub work_account_required: Option<bool>,
    /// The version of the rules that the page shows, which the form sends back.
    pub version: String,
    /// From where staff may sign in, as it was written.
    pub networks: String,
    /// Where the reader comes from, when that is known.
    pub address: Option<String>,
    /// What was wrong.
    pub problem: Option<RulesProblem>,
}

/// What can be wrong with the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesProblem {
    /// The days are no number, too few or too many.
    PasswordDays {
        /// The fewest days.
        least: u32,
        /// The most days.
        most: u32,
    },
    /// The networks can't be read.
    Networks(InvalidNetworks),
    /// The reader would not get in any more.
    ShutsOut,
    /// The reader signed in with a password, and would not get in any more.
    WorkAccountNeeded,
    /// Somebody else changed the rules meanwhile; the page shows what was filled in, and the next try counts.
    ChangedMeanwhile,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// The page of the rules. `may_change` says whether the reader's role lets them change any.
#[must_use]
pub fn rules_page(layout: &Layout, form: &RulesForm, may_change: bool, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "rules-title", form.problem.is_some()));
    let told = told(texts, flash);
    let second_factor = if form.operator_requires {
        view! { <p>{texts.get("rules-second-factor-operator")}</p> }.into_any()
    } else {
        tick(
            "second_factor",
            texts.get("rules-second-factor"),
            Some(texts.get("rules-second-factor-hint")),
            form.second_factor_required,
        )
        .into_any()
    };
    let work_account = form.work_account_required.map(|required| {
        tick(
            "work_account",
            texts.get("rules-work-account"),
            Some(texts.get("rules-work-account-hint")),
            required,
        )
    });
    let needed = match form.problem {
        Some(RulesProblem::WorkAccountNeeded) => Some(refusal(texts.get("rules-work-account-needed"))),
        Some(RulesProblem::ChangedMeanwhile) => Some(refusal(texts.get("rules-changed-meanwhile"))),
        _ => None,
    };
    let version = form.version.clone();
    let confirm = (form.problem == Some(RulesProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let wrong_days = match form.problem {
        Some(RulesProblem::PasswordDays { least, most }) => Some(texts.with(
            "rules-password-days-wrong",
            &[("least", least.into()), ("most", most.into())],
        )),
        _ => None,
    };
    let days = Field::new("password_days", Kind::Number, texts.get("rules-password-days"))
        .hint(texts.get("rules-password-days-hint"))
        .value(&form.password_days)
        .problem(wrong_days);
    let wrong_networks = match form.problem {
        Some(RulesProblem::Networks(problem)) => Some(networks_problem(texts, problem)),
        Some(RulesProblem::ShutsOut) => Some(texts.get("rules-networks-shut-out")),
        _ => None,
    };
    let hint = form.address.as_ref().map_or_else(
        || texts.get("system-networks-hint"),
        |address| texts.with("rules-networks-hint", &[("address", address.as_str().into())]),
    );
    let networks = networks_field(texts, hint, &form.networks, wrong_networks);
    render(layout, head, move || {
        view! {
            {told}
            {confirm}
            {needed}
            <h1>{texts.get("rules-title")}</h1>
            <p class="lead">{texts.get("rules-lead")}</p>
            <form method="post" action="/staff/sign-in-rules" novalidate>
                <fieldset class="form plain" disabled=!may_change>
                    <input type="hidden" name="version" value=version />
                    {work_account} {second_factor} {days.view()} {networks.view()}
                    {may_change.then(|| view! { <button class="button">{texts.get("rules-save")}</button> })}
                </fieldset>
            </form>
        }
    })
}
