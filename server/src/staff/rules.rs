//! An admin's page for how the organisation's staff sign in.

use app::page::staff::{RulesForm, RulesProblem, rules_page};
use app::{ErrorPage, Flash};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use portal::{Action, ChangeStaffError, Denied, SignInRules};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// `GET /staff/sign-in-rules`
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    let rules = match state.portal().sign_in_rules(&actor).await {
        Ok(rules) => rules,
        Err(error) => return refused(error, &visitor),
    };
    let form = RulesForm {
        second_factor_required: rules.second_factor_required,
        operator_requires: state.portal().requires_second_factor_of_everybody(),
        password_days: rules
            .password_max_age_days
            .map(|days| days.to_string())
            .unwrap_or_default(),
        version: rules.version(),
        work_account_required: match state.portal().directory_of(actor.organisation_id()).await {
            // One that is required can be seen, and taken back, whatever became of the directory.
            Ok(directory) => {
                (directory.is_some() || rules.work_account_required).then_some(rules.work_account_required)
            }
            Err(fault) => return answer::fault(&fault, &visitor),
        },
        networks: rules.networks.iter().map(|network| format!("{network}\n")).collect(),
        address: address(&visitor),
        problem: None,
    };
    let may_change = actor.role().allows(Action::ChangeSignInRules);
    flash::tell(&headers, |flash| rules_page(&visitor.layout, &form, may_change, flash))
}

fn address(visitor: &Visitor) -> Option<String> {
    visitor
        .request
        .address
        .map(|address| address.to_canonical().to_string())
}

/// The rules as the form describes them. A box that is not ticked, or not shown, sends nothing.
#[derive(Deserialize)]
pub(super) struct Given {
    second_factor: Option<String>,
    work_account: Option<String>,
    version: String,
    password_days: String,
    networks: String,
}

/// `POST /staff/sign-in-rules`
pub(super) async fn change(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Given>,
) -> Response {
    let operator_requires = state.portal().requires_second_factor_of_everybody();
    let has_work_accounts = match state.portal().directory_of(actor.organisation_id()).await {
        Ok(directory) => directory.is_some(),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let work_account_required = given.work_account.is_some();
    let again_with = |problem, version: String| {
        let form = RulesForm {
            version,
            work_account_required: (has_work_accounts || work_account_required).then_some(work_account_required),
            second_factor_required: given.second_factor.is_some(),
            operator_requires,
            password_days: given.password_days.clone(),
            networks: given.networks.clone(),
            address: address(&visitor),
            problem: Some(problem),
        };
        unprocessable(rules_page(&visitor.layout, &form, true, None))
    };
    let again = |problem| again_with(problem, given.version.clone());
    let before = match actor.require(Action::ChangeSignInRules) {
        Ok(()) => state.portal().sign_in_rules(&actor).await,
        // What was filled in stays on the page meanwhile.
        Err(Denied::StepUpNeeded) => return again(RulesProblem::ConfirmFirst),
        Err(no) => return denied(no, &Place::SignInRules, &visitor),
    };
    let before = match before {
        Ok(before) => before,
        Err(error) => return refused(error, &visitor),
    };
    let wrong_days = RulesProblem::PasswordDays {
        least: 1,
        most: SignInRules::MAX_PASSWORD_AGE_DAYS,
    };
    let days = match given.password_days.trim() {
        "" => None,
        days => match days.parse() {
            Ok(days) => Some(days),
            Err(_) => return again(wrong_days),
        },
    };
    let networks = match given.networks.parse() {
        Ok(networks) => networks,
        Err(problem) => return again(RulesProblem::Networks(problem)),
    };
    let rules = SignInRules {
        // What the operator decides can't be seen here, so it does not change what the organisation had chosen.
        second_factor_required: if operator_requires {
            before.second_factor_required
        } else {
            given.second_factor.is_some()
        },
        password_max_age_days: days,
        work_account_required,
        networks,
    };
    match state.portal().change_sign_in_rules(&actor, &given.version, rules).await {
        Ok(()) => done(&Place::SignInRules, Flash::RulesSaved),
        Err(ChangeStaffError::ExcludesYourself) => again(RulesProblem::ShutsOut),
        Err(ChangeStaffError::ChangedMeanwhile) => match state.portal().sign_in_rules(&actor).await {
            Ok(now) => again_with(RulesProblem::ChangedMeanwhile, now.version()),
            Err(error) => refused(error, &visitor),
        },
        Err(ChangeStaffError::WorkAccountNeeded) => again(RulesProblem::WorkAccountNeeded),
        Err(ChangeStaffError::InvalidPasswordAge) => again(wrong_days),
        Err(error) => refused(error, &visitor),
    }
}

fn refused(error: ChangeStaffError, visitor: &Visitor) -> Response {
    match error {
        ChangeStaffError::Denied(no) => denied(no, &Place::SignInRules, visitor),
        ChangeStaffError::Fault(fault) => answer::fault(&fault, visitor),
        _ => answer::error(ErrorPage::BadRequest, visitor),
    }
}
