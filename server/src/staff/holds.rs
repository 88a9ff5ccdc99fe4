//! The pages on which an admin stops the purge of a case, and lets it go on again.

use app::page::staff::{
    HoldRights, LiftForm, LiftProblem, NewHoldForm, NewHoldProblem, hold_page, holds_page, new_hold_page,
};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{CaseId, HoldId};
use http::HeaderMap;
use portal::{Action, Denied, HoldError, HoldScope, ListPart, NewHold, StaffActor};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::id::Id;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// From where to go on, in one of the page's lists.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct From {
    standing_after: Option<String>,
    lifted_before: Option<String>,
}

/// `GET /staff/holds`: those in force, the next review first, and those that were lifted, the latest first; some at a time.
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let part = ListPart::parse(from.standing_after.as_deref(), from.lifted_before.as_deref());
    let Ok(part) = part else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let holds = match state.portal().holds(&actor, part).await {
        Ok(holds) => holds,
        Err(error) => return refused(error, &visitor),
    };
    let may_place = actor.role().allows(Action::PlaceHold);
    flash::tell(&headers, |flash| {
        holds_page(&visitor.layout, &holds, part, may_place, flash)
    })
}

/// The case that a hold is to be placed on.
#[derive(Deserialize)]
pub(super) struct On {
    case: Option<String>,
}

/// `GET /staff/holds/new`
pub(super) async fn form(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(on): Query<On>,
) -> Response {
    let Some(case) = on.case.and_then(|case| case.parse::<CaseId>().ok()) else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    match state.portal().case_to_hold(&actor, case).await {
        Ok(recipient) => {
            let form = NewHoldForm {
                id: state.portal().new_hold_form(),
                case,
                recipient,
                scope: HoldScope::Case,
                reason: String::new(),
                review_on: String::new(),
                problem: None,
            };
            new_hold_page(&visitor.layout, &form).into_response()
        }
        Err(error) => refused(error, &visitor),
    }
}

/// A hold as the form describes it.
#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    form: String,
    case: String,
    scope: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    review_on: String,
}

/// `POST /staff/holds`
pub(super) async fn place(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Given>,
) -> Response {
    let Ok(case) = given.case.parse::<CaseId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let Ok(form) = given.form.parse::<HoldId>() else {
        return answer::error(ErrorPage::BadRequest, &visitor);
    };
    let scope = match given.scope.as_deref() {
        Some("case") => HoldScope::Case,
        Some("recipient") => HoldScope::Recipient,
        _ => return answer::error(ErrorPage::BadRequest, &visitor),
    };
    let new = NewHold {
        form,
        case,
        scope,
        reason: given.reason.clone(),
        review_on: given.review_on.trim().parse().ok(),
    };
    let problem = match state.portal().place_hold(&actor, &new).await {
        Ok(placed) if placed.too_late > 0 => return done(&Place::Holds, Flash::HoldPlacedInPart),
        Ok(_) => return done(&Place::Holds, Flash::HoldPlaced),
        Err(HoldError::Invalid(wrong)) => NewHoldProblem::Fields(wrong),
        Err(HoldError::TooLate) => NewHoldProblem::TooLate,
        Err(HoldError::FormUsed) => NewHoldProblem::Used,
        Err(error) => return refused(error, &visitor),
    };
    match state.portal().case_to_hold(&actor, case).await {
        Ok(recipient) => {
            let form = NewHoldForm {
                id: state.portal().new_hold_form(),
                case,
                recipient,
                scope,
                reason: given.reason,
                review_on: given.review_on,
                problem: Some(problem),
            };
            unprocessable(new_hold_page(&visitor.layout, &form))
        }
        Err(error) => refused(error, &visitor),
    }
}

/// `GET /staff/holds/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<HoldId>,
) -> Response {
    match shown(&state, &actor, &visitor, id, &LiftForm::default()).await {
        Ok(page) => page.into_response(),
        Err(error) => refused(error, &visitor),
    }
}

async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    id: HoldId,
    form: &LiftForm,
) -> Result<Page, HoldError> {
    let (hold, zone) = state.portal().hold(actor, id).await?;
    let role = actor.role();
    let rights = HoldRights {
        see_case: role.allows(Action::SeeCases),
        lift: role.allows(Action::LiftHold),
    };
    Ok(hold_page(&visitor.layout, &hold, form, rights, &zone))
}

/// Why a hold is lifted.
#[derive(Deserialize)]
pub(super) struct Lifted {
    #[serde(default)]
    reason: String,
}

/// `POST /staff/holds/{id}/lift`
pub(super) async fn lift(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<HoldId>,
    Form(given): Form<Lifted>,
) -> Response {
    let problem = match state.portal().lift_hold(&actor, id, &given.reason).await {
        Ok(()) => return done(&Place::Holds, Flash::HoldLifted),
        // What was filled in stays on the page meanwhile.
        Err(HoldError::Denied(Denied::StepUpNeeded)) => LiftProblem::ConfirmFirst,
        Err(HoldError::InvalidReason) => LiftProblem::Reason,
        // The page says by whom, and when.
        Err(HoldError::AlreadyLifted) => {
            return axum::response::Redirect::to(&Place::Hold(id).to_string()).into_response();
        }
        Err(error) => return refused(error, &visitor),
    };
    let form = LiftForm {
        reason: given.reason,
        problem: Some(problem),
    };
    match shown(&state, &actor, &visitor, id, &form).await {
        Ok(page) => unprocessable(page),
        Err(HoldError::NotFound) if form.problem == Some(LiftProblem::ConfirmFirst) => {
            denied(Denied::StepUpNeeded, &Place::Holds, &visitor)
        }
        Err(error) => refused(error, &visitor),
    }
}

/// Whether recipients see holds. A box that is not ticked sends nothing.
#[derive(Deserialize)]
pub(super) struct Shown {
    shown: Option<String>,
}

/// `POST /staff/holds/shown`
pub(super) async fn show(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Shown>,
) -> Response {
    match state.portal().show_holds(&actor, given.shown.is_some()).await {
        Ok(()) => done(&Place::Holds, Flash::HoldsShownSaved),
        Err(error) => refused(error, &visitor),
    }
}

fn refused(error: HoldError, visitor: &Visitor) -> Response {
    match error {
        HoldError::Denied(no) => denied(no, &Place::Holds, visitor),
        HoldError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        HoldError::Fault(fault) => answer::fault(&fault, visitor),
        HoldError::Invalid(_)
        | HoldError::InvalidReason
        | HoldError::TooLate
        | HoldError::FormUsed
        | HoldError::AlreadyLifted => answer::error(ErrorPage::BadRequest, visitor),
    }
}
