//! An admin's pages for how long the organisation keeps what it sends: the rules in force, the form, what a change would do, and
//! saving it.

use std::collections::HashMap;

use app::page::staff::{
    EffectProblem, RetentionEffectPage, RetentionForm, RetentionPage, RetentionProblem, RuleForm, RulePlace, TypeForm,
    retention_effect_page, retention_form_page, retention_page, retention_versions_page,
};
use app::{ErrorPage, Flash};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use jiff::tz::TimeZone;
use portal::{
    Action, ChangeRetentionError, CountedFrom, Decided, Denied, PolicyProblem, RetentionEffect, RetentionInForce,
    RetentionPolicy, RetentionReason, RetentionRule, SeenEffect, StaffActor, TypeRule,
};
use serde::Deserialize;

use super::Place;
use super::denied::{denied, denied_page};
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
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
        let due = portal.due_weeks(&actor).await?;
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
        due: &due,
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
    match looked_at(&state, &actor, &visitor, &form).await {
        Ok(page) => page,
        Err(Refusal::Form(problem)) => {
            let form = RetentionForm {
                problem: Some(problem),
                ..form
            };
            unprocessable(retention_form_page(&visitor.layout, &form))
        }
        Err(Refusal::Other(error)) => refused(error, &visitor),
    }
}

/// What keeps a change from being looked at.
enum Refusal {
    /// What was filled in comes back with what was wrong.
    Form(RetentionProblem),
    Other(ChangeRetentionError),
}

async fn looked_at(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    form: &RetentionForm,
) -> Result<Response, Refusal> {
    // What was filled in stays on the page meanwhile.
    if actor.require(Action::ChangeRetention) == Err(Denied::StepUpNeeded) {
        return Err(Refusal::Form(RetentionProblem::ConfirmFirst));
    }
    let policy = policy(form).map_err(Refusal::Form)?;
    let declared = declared(form);
    let effect = state.portal().retention_effect(actor, policy.clone(), declared).await;
    let effect = effect.map_err(|error| refusal(error, form))?;
    let seen = state.portal().retention(actor).await.map_err(Refusal::Other)?;
    let approval = state.portal().retention_approval(actor).await.map_err(Refusal::Other)?;
    let policy = policy.to_json().map_err(|fault| Refusal::Other(fault.into()))?;
    let shown = RetentionEffectPage {
        effect: Some(&effect),
        version: form.version,
        policy: &policy,
        declared,
        gone_today: effect.counted_today,
        problem: (seen.version != form.version).then_some(EffectProblem::ChangedMeanwhile),
        shortens: effect.shortens,
        needs_approval: approval.required,
        time_zone: &seen.time_zone,
    };
    Ok(retention_effect_page(&visitor.layout, shown).into_response())
}

/// A change as the page of its effect sends it back.
#[derive(Deserialize)]
pub(super) struct Decision {
    version: Option<String>,
    policy: Option<String>,
    declared: Option<String>,
    /// How much goes today by the page that was seen.
    gone_today: Option<String>,
    /// Whether anything becomes shorter by the page that was seen. Only said again: what waits is worked out anew.
    shortens: Option<String>,
}

/// `POST /staff/retention`: decides.
pub(super) async fn save(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Decision>,
) -> Response {
    // What is no version is none that anybody saw, so nothing is decided.
    let version = given
        .version
        .and_then(|version| version.parse().ok())
        .unwrap_or(u32::MAX);
    let text = given.policy.unwrap_or_default();
    let seen = SeenEffect {
        version,
        gone_today: given.gone_today.and_then(|gone| gone.parse().ok()).unwrap_or_default(),
    };
    let declared = given.declared.as_deref();
    let seen_shorter = given.shortens.is_some();
    let allowed = actor.require(Action::ChangeRetention);
    if let Err(no @ (Denied::Forbidden | Denied::OrganisationGone)) = allowed {
        return denied(no, &Place::Retention, &visitor);
    }
    let needs_approval = match state.portal().retention_approval(&actor).await {
        Ok(approval) => approval.required,
        Err(error) => return refused(error, &visitor),
    };
    let again_with = |problem, effect: Option<&RetentionEffect>, time_zone: &TimeZone| {
        unprocessable(retention_effect_page(
            &visitor.layout,
            RetentionEffectPage {
                effect,
                version,
                policy: &text,
                declared,
                gone_today: effect.map_or(seen.gone_today, |effect| effect.counted_today),
                problem: Some(problem),
                shortens: effect.map_or(seen_shorter, |effect| effect.shortens),
                needs_approval,
                time_zone,
            },
        ))
    };
    let again = |problem| again_with(problem, None, state.time_zone());
    if allowed == Err(Denied::StepUpNeeded) {
        return again(EffectProblem::ConfirmFirst);
    }
    let Some(policy) = RetentionPolicy::from_json(&text) else {
        return answer::error(ErrorPage::BadRequest, &visitor);
    };
    let decided = state.portal().change_retention(&actor, seen, policy.clone(), declared);
    match decided.await {
        Ok(Decided::InForce) => done(&Place::Retention, Flash::RetentionSaved),
        Ok(Decided::Waits) => done(&Place::Retention, Flash::RetentionWaits),
        Err(ChangeRetentionError::ChangedMeanwhile) => again(EffectProblem::ChangedMeanwhile),
        Err(ChangeRetentionError::AlreadyWaits) => again(EffectProblem::AlreadyWaits),
        Err(ChangeRetentionError::MoreGoesToday) => {
            let looked = async {
                let effect = state.portal().retention_effect(&actor, policy, declared).await?;
                Ok((effect, state.portal().retention(&actor).await?.time_zone))
            };
            match looked.await {
                Ok((effect, time_zone)) => again_with(EffectProblem::MoreGoesToday, Some(&effect), &time_zone),
                Err(error) => refused(error, &visitor),
            }
        }
        Err(ChangeRetentionError::Denied(Denied::StepUpNeeded)) => again(EffectProblem::ConfirmFirst),
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

fn refusal(error: ChangeRetentionError, form: &RetentionForm) -> Refusal {
    let place = |document_type: &Option<String>| {
        let Some(name) = document_type else {
            return RulePlace::Default;
        };
        let index = form.types.iter().position(|it| it.document_type == *name);
        index.map_or(RulePlace::New, RulePlace::Type)
    };
    Refusal::Form(match &error {
        ChangeRetentionError::Policy(problem) => match problem {
            PolicyProblem::MinimumBelowOne | PolicyProblem::MinimumAboveMaximum => RetentionProblem::Minimum,
            PolicyProblem::AboveCeiling { .. } => RetentionProblem::Maximum,
            PolicyProblem::OutsideLimits { document_type } => RetentionProblem::Days(place(document_type)),
            PolicyProblem::InvalidReason { document_type } => RetentionProblem::Reason(place(document_type)),
            PolicyProblem::InvalidType { .. } => RetentionProblem::TypeName,
            PolicyProblem::TwoRules { .. } => RetentionProblem::TypeKnown,
            PolicyProblem::TooManyTypes => RetentionProblem::TooManyTypes,
            // The form names only types that are known, or the new one.
            PolicyProblem::UnknownType { .. } => return Refusal::Other(error),
        },
        ChangeRetentionError::Unchanged => RetentionProblem::Unchanged,
        ChangeRetentionError::ChangedMeanwhile => RetentionProblem::ChangedMeanwhile,
        ChangeRetentionError::Denied(Denied::StepUpNeeded) => RetentionProblem::ConfirmFirst,
        ChangeRetentionError::Denied(Denied::Forbidden | Denied::OrganisationGone)
        | ChangeRetentionError::AlreadyWaits
        | ChangeRetentionError::NothingWaits
        | ChangeRetentionError::OwnChange
        | ChangeRetentionError::MoreGoesToday
        | ChangeRetentionError::TooFewAdmins
        | ChangeRetentionError::Busy
        | ChangeRetentionError::Fault(_) => return Refusal::Other(error),
    })
}

pub(super) fn refused(error: ChangeRetentionError, visitor: &Visitor) -> Response {
    match error {
        ChangeRetentionError::Denied(no) => denied(no, &Place::Retention, visitor),
        ChangeRetentionError::Fault(fault) => answer::fault(&fault, visitor),
        ChangeRetentionError::Busy => answer::error(ErrorPage::Unavailable, visitor),
        ChangeRetentionError::NothingWaits => done(&Place::Retention, Flash::RetentionGone),
        ChangeRetentionError::Policy(_)
        | ChangeRetentionError::ChangedMeanwhile
        | ChangeRetentionError::Unchanged
        | ChangeRetentionError::AlreadyWaits
        | ChangeRetentionError::OwnChange
        | ChangeRetentionError::MoreGoesToday
        | ChangeRetentionError::TooFewAdmins => answer::error(ErrorPage::BadRequest, visitor),
    }
}
