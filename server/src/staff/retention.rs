//! An admin's pages for how long the organisation keeps what it sends: the rules in force, the form, what a change would do, and
//! saving it.

use std::collections::HashMap;

use app::page::staff::{
    EffectProblem, NotSaved, RetentionEffectPage, RetentionForm, RetentionPage, RetentionProblem, RuleForm, RulePlace,
    TypeForm, retention_effect_page, retention_form_page, retention_not_saved_page, retention_page,
    retention_versions_page,
};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use portal::{
    Action, ChangeRetentionError, CountedFrom, Decided, Denied, PolicyProblem, RetentionInForce, RetentionPolicy,
    RetentionReason, RetentionRule, SeenEffect, StaffActor, TypeRule,
};
use serde::Deserialize;

use super::Place;
use super::denied::{denied, denied_page};
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// More types than the form ever shows.
const MAX_TYPES: usize = 200;

/// Which part of the list of versions is asked for.
#[derive(Deserialize)]
pub(super) struct From {
    before: Option<String>,
}

/// `GET /staff/retention`: the rules in force; with a version's number, those before it.
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let portal = state.portal();
    if let Some(before) = from.before {
        return versions(&state, &actor, &visitor, &before).await;
    }
    let seen = async {
        let in_force = portal.retention(&actor).await?;
        // The rules are told also where what falls due by them can't be.
        let due = match portal.due_weeks(&actor).await {
            Err(ChangeRetentionError::Busy) => None,
            due => Some(due?),
        };
        let held = portal.held_documents(&actor).await?;
        let approval = portal.retention_approval(&actor).await?;
        Ok((
            in_force,
            due,
            held,
            portal.retention_versions(&actor, None).await?,
            approval,
        ))
    };
    let (in_force, due, held, versions, approval) = match seen.await {
        Ok(seen) => seen,
        Err(error) => return refused(error, &visitor),
    };
    let shown = RetentionPage {
        in_force: &in_force,
        due: due.as_deref(),
        held,
        versions: &versions,
        approval: &approval,
        may_change: actor.role().allows(Action::ChangeRetention),
    };
    flash::tell(&headers, |flash| retention_page(&visitor.layout, shown, flash))
}

async fn versions(state: &AppState, actor: &StaffActor, visitor: &Visitor, before: &str) -> Response {
    let Ok(before) = before.parse() else {
        return answer::error(ErrorPage::NotFound, visitor);
    };
    let seen = async {
        let versions = state.portal().retention_versions(actor, Some(before)).await?;
        Ok((versions, state.portal().retention(actor).await?.time_zone))
    };
    match seen.await {
        Ok((versions, _)) if versions.versions.is_empty() => answer::error(ErrorPage::NotFound, visitor),
        Ok((versions, time_zone)) => retention_versions_page(&visitor.layout, &versions, &time_zone).into_response(),
        Err(error) => refused(error, visitor),
    }
}

/// `GET /staff/retention/change`
pub(super) async fn form(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    if let Err(no) = actor.require(Action::ChangeRetention) {
        return denied_page(no, &Place::RetentionChange, &visitor);
    }
    match state.portal().retention(&actor).await {
        Ok(now) => {
            let form = RetentionForm::of(now.version, &now.policy, &now.types_in_use, now.ceiling_days);
            retention_form_page(&visitor.layout, &form).into_response()
        }
        Err(error) => refused(error, &visitor),
    }
}

/// `POST /staff/retention/effect`: what the rules would do. Changes nothing.
pub(super) async fn effect(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let in_force = match state.portal().retention(&actor).await {
        Ok(in_force) => in_force,
        Err(error) => return refused(error, &visitor),
    };
    let form = filled_in(&fields, &in_force);
    let problem = match policy(&form) {
        Err(problem) => problem,
        Ok(policy) => {
            let change = Change {
                version: form.version,
                policy,
                declared: declared(&form),
            };
            match effect_page(&state, &actor, &visitor, &change, None).await {
                Ok(page) => return page.into_response(),
                Err(error) => match problem_of(&error, &form) {
                    Some(problem) => problem,
                    None => return refused(error, &visitor),
                },
            }
        }
    };
    let form = RetentionForm {
        problem: Some(problem),
        ..form
    };
    unprocessable(retention_form_page(&visitor.layout, &form))
}

/// Rules that are to take the place of those that somebody saw.
struct Change<'a> {
    /// The version of what they saw.
    version: u32,
    policy: RetentionPolicy,
    /// The document type that they say is new.
    declared: Option<&'a str>,
}

/// The page of what a change would do as things stand now, perhaps with what keeps it from being saved.
async fn effect_page(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    change: &Change<'_>,
    problem: Option<EffectProblem>,
) -> Result<Page, ChangeRetentionError> {
    let portal = state.portal();
    let effect = portal.retention_effect(actor, change.policy.clone(), change.declared);
    let effect = effect.await?;
    let in_force = portal.retention(actor).await?;
    if in_force.version != change.version {
        return Err(ChangeRetentionError::ChangedMeanwhile);
    }
    let shown = RetentionEffectPage {
        effect: &effect,
        version: change.version,
        policy: &change.policy.to_json()?,
        declared: change.declared,
        problem,
        needs_approval: portal.retention_approval(actor).await?.required,
        time_zone: &in_force.time_zone,
    };
    Ok(retention_effect_page(&visitor.layout, shown))
}

/// A change as the page of its effect sends it back.
#[derive(Deserialize)]
pub(super) struct Decision {
    version: Option<String>,
    policy: Option<String>,
    declared: Option<String>,
    /// How much goes today by the page that was seen.
    gone_today: Option<String>,
}

/// `POST /staff/retention`: decides.
pub(super) async fn save(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Decision>,
) -> Response {
    let Some(policy) = given.policy.as_deref().and_then(RetentionPolicy::from_json) else {
        return match actor.require(Action::ChangeRetention) {
            Ok(()) => answer::error(ErrorPage::BadRequest, &visitor),
            // Whoever may not is told so first.
            Err(no) => denied(no, &Place::Retention, &visitor),
        };
    };
    let change = Change {
        // What is no version is none that anybody saw, so nothing is decided.
        version: given
            .version
            .and_then(|version| version.parse().ok())
            .unwrap_or(u32::MAX),
        policy,
        declared: given.declared.as_deref(),
    };
    let seen = SeenEffect {
        version: change.version,
        gone_today: given.gone_today.and_then(|gone| gone.parse().ok()).unwrap_or_default(),
    };
    let decided = state
        .portal()
        .change_retention(&actor, seen, change.policy.clone(), change.declared);
    let problem = match decided.await {
        Ok(Decided::InForce) => return done(&Place::Retention, Flash::RetentionSaved),
        Ok(Decided::Waits) => return done(&Place::Retention, Flash::RetentionWaits),
        Err(ChangeRetentionError::MoreGoesToday) => EffectProblem::MoreGoesToday,
        Err(ChangeRetentionError::Denied(Denied::StepUpNeeded)) => EffectProblem::ConfirmFirst,
        Err(error) => return refused(error, &visitor),
    };
    match effect_page(&state, &actor, &visitor, &change, Some(problem)).await {
        Ok(page) => unprocessable(page),
        // It is as they want it, so there is nothing to come back to.
        Err(ChangeRetentionError::Unchanged) => denied_page(Denied::StepUpNeeded, &Place::Retention, &visitor),
        Err(error) => refused(error, &visitor),
    }
}

/// The form as its fields describe it.
fn filled_in(fields: &HashMap<String, String>, in_force: &RetentionInForce) -> RetentionForm {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let rule = |suffix: &str| RuleForm {
        days: field(&format!("days{suffix}")),
        counted_from: match field(&format!("counted_from{suffix}")).as_str() {
            "first_opened" => CountedFrom::FirstOpened,
            "case_closed" => CountedFrom::CaseClosed,
            _ => CountedFrom::Sent,
        },
        purpose: field(&format!("purpose{suffix}")),
        legal_ground: field(&format!("legal_ground{suffix}")),
    };
    let of_type = |index: usize| {
        let document_type = fields.get(&format!("type_{index}"))?.clone();
        Some(TypeForm {
            document_type,
            rule: rule(&format!("_{index}")),
        })
    };
    RetentionForm {
        version: field("version").parse().unwrap_or_default(),
        ceiling_days: in_force.ceiling_days,
        minimum_days: field("minimum_days"),
        maximum_days: field("maximum_days"),
        default: rule(""),
        types: (0..MAX_TYPES).map_while(of_type).collect(),
        new_type: TypeForm {
            document_type: field("type_new").trim().to_owned(),
            rule: rule("_new"),
        },
        problem: None,
    }
}

/// The policy that the form describes.
fn policy(form: &RetentionForm) -> Result<RetentionPolicy, RetentionProblem> {
    let number = |text: &str, problem| text.trim().parse::<u32>().map_err(|_| problem);
    let rule = |rule: &RuleForm, place| {
        Ok(RetentionRule {
            days: number(&rule.days, RetentionProblem::Days(place))?,
            counted_from: rule.counted_from,
            reason: RetentionReason {
                purpose: rule.purpose.clone(),
                legal_ground: rule.legal_ground.clone(),
            },
        })
    };
    let mut types = Vec::new();
    for (index, it) in form.types.iter().enumerate() {
        if !it.rule.days.trim().is_empty() {
            types.push(TypeRule {
                document_type: it.document_type.clone(),
                rule: rule(&it.rule, RulePlace::Type(index))?,
            });
        }
    }
    let policy = RetentionPolicy {
        minimum_days: number(&form.minimum_days, RetentionProblem::Minimum)?,
        maximum_days: number(&form.maximum_days, RetentionProblem::Maximum)?,
        default: rule(&form.default, RulePlace::Default)?,
        types: match declared(form) {
            Some(name) => {
                if form.types.iter().any(|it| it.document_type.eq_ignore_ascii_case(name)) {
                    return Err(RetentionProblem::TypeKnown);
                }
                types.push(TypeRule {
                    document_type: name.to_owned(),
                    rule: rule(&form.new_type.rule, RulePlace::New)?,
                });
                types
            }
            None if form.new_type.rule.days.trim().is_empty() => types,
            None => return Err(RetentionProblem::TypeName),
        },
    };
    Ok(policy)
}

/// The document type that the form says is new.
fn declared(form: &RetentionForm) -> Option<&str> {
    let name = form.new_type.document_type.as_str();
    (!name.is_empty()).then_some(name)
}

/// What was wrong with a form, where that is why its effect can't be told.
fn problem_of(error: &ChangeRetentionError, form: &RetentionForm) -> Option<RetentionProblem> {
    let place = |document_type: &Option<String>| {
        let Some(name) = document_type else {
            return RulePlace::Default;
        };
        let index = form.types.iter().position(|it| it.document_type == *name);
        index.map_or(RulePlace::New, RulePlace::Type)
    };
    match error {
        ChangeRetentionError::Policy(problem) => match problem {
            PolicyProblem::MinimumBelowOne | PolicyProblem::MinimumAboveMaximum => Some(RetentionProblem::Minimum),
            PolicyProblem::AboveCeiling { .. } => Some(RetentionProblem::Maximum),
            PolicyProblem::OutsideLimits { document_type } => Some(RetentionProblem::Days(place(document_type))),
            PolicyProblem::InvalidReason { document_type } => Some(RetentionProblem::Reason(place(document_type))),
            PolicyProblem::InvalidType { .. } => Some(RetentionProblem::TypeName),
            PolicyProblem::TwoRules { .. } => Some(RetentionProblem::TypeKnown),
            PolicyProblem::TooManyTypes => Some(RetentionProblem::TooManyTypes),
            // The form names only types that are known, or the new one.
            PolicyProblem::UnknownType { .. } => None,
        },
        ChangeRetentionError::Unchanged => Some(RetentionProblem::Unchanged),
        ChangeRetentionError::Denied(_)
        | ChangeRetentionError::ChangedMeanwhile
        | ChangeRetentionError::AlreadyWaits
        | ChangeRetentionError::NothingWaits
        | ChangeRetentionError::OwnChange
        | ChangeRetentionError::MoreGoesToday
        | ChangeRetentionError::TooFewAdmins
        | ChangeRetentionError::Busy
        | ChangeRetentionError::Fault(_) => None,
    }
}

pub(super) fn refused(error: ChangeRetentionError, visitor: &Visitor) -> Response {
    let not_saved = |why| unprocessable(retention_not_saved_page(&visitor.layout, why));
    match error {
        ChangeRetentionError::Denied(no) => denied(no, &Place::Retention, visitor),
        ChangeRetentionError::Fault(fault) => answer::fault(&fault, visitor),
        ChangeRetentionError::Busy => answer::error(ErrorPage::Unavailable, visitor),
        ChangeRetentionError::ChangedMeanwhile => not_saved(NotSaved::ChangedMeanwhile),
        ChangeRetentionError::AlreadyWaits => not_saved(NotSaved::AlreadyWaits),
        ChangeRetentionError::NothingWaits => done(&Place::Retention, Flash::RetentionGone),
        ChangeRetentionError::Policy(_)
        | ChangeRetentionError::Unchanged
        | ChangeRetentionError::OwnChange
        | ChangeRetentionError::MoreGoesToday
        | ChangeRetentionError::TooFewAdmins => answer::error(ErrorPage::BadRequest, visitor),
    }
}
