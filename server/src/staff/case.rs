//! The page of one case, and what staff decide about it.

use app::page::staff::{CaseRights, ExtendForm, ExtendProblem, staff_case_page};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::Response;
use base::CaseId;
use http::HeaderMap;
use portal::{Action, CaseError, StaffActor};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::id::Id;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// `GET /staff/cases/{id}`
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<CaseId>,
    headers: HeaderMap,
) -> Response {
    let case = match state.portal().staff_case(&actor, id).await {
        Ok(case) => case,
        Err(error) => return refused(error, id, &visitor),
    };
    let now = state.clock().now();
    flash::tell(&headers, |flash| {
        staff_case_page(
            &visitor.layout,
            &case,
            &ExtendForm::default(),
            rights(&actor),
            flash,
            now,
        )
    })
}

/// `POST /staff/cases/{id}/close`
pub(super) async fn close(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<CaseId>,
) -> Response {
    match state.portal().close_case(&actor, id).await {
        Ok(()) => done(&Place::Case(id), Flash::CaseClosed),
        Err(error) => refused(error, id, &visitor),
    }
}

/// `POST /staff/cases/{id}/reopen`
pub(super) async fn reopen(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<CaseId>,
) -> Response {
    match state.portal().reopen_case(&actor, id).await {
        Ok(()) => done(&Place::Case(id), Flash::CaseReopened),
        Err(error) => refused(error, id, &visitor),
    }
}

/// Until when a case is to be kept, and why.
#[derive(Deserialize)]
pub(super) struct Extended {
    #[serde(default)]
    last_day: String,
    #[serde(default)]
    reason: String,
}

/// `POST /staff/cases/{id}/extend`
pub(super) async fn extend(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<CaseId>,
    Form(given): Form<Extended>,
) -> Response {
    let problem = match given.last_day.trim().parse() {
        Err(_) => ExtendProblem::Day,
        Ok(last_day) => match state.portal().extend_case(&actor, id, last_day, &given.reason).await {
            Ok(()) => return done(&Place::Case(id), Flash::CaseExtended),
            Err(CaseError::NotLater) => ExtendProblem::NotLater,
            Err(CaseError::AboveCeiling { latest }) => ExtendProblem::AboveCeiling(latest),
            Err(CaseError::InvalidReason) => ExtendProblem::Reason,
            Err(CaseError::TooLate) => ExtendProblem::TooLate,
            Err(error) => return refused(error, id, &visitor),
        },
    };
    let form = ExtendForm {
        last_day: given.last_day,
        reason: given.reason,
        problem: Some(problem),
    };
    match shown(&state, &actor, &visitor, id, &form).await {
        Ok(page) => unprocessable(page),
        Err(error) => refused(error, id, &visitor),
    }
}

async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    id: CaseId,
    form: &ExtendForm,
) -> Result<Page, CaseError> {
    let case = state.portal().staff_case(actor, id).await?;
    let now = state.clock().now();
    Ok(staff_case_page(&visitor.layout, &case, form, rights(actor), None, now))
}

/// What the actor's role lets them decide.
fn rights(actor: &StaffActor) -> CaseRights {
    CaseRights {
        close: actor.role().allows(Action::CloseCase),
        extend: actor.role().allows(Action::ExtendCase),
    }
}

fn refused(error: CaseError, id: CaseId, visitor: &Visitor) -> Response {
    match error {
        CaseError::Denied(no) => denied(no, &Place::Case(id), visitor),
        CaseError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        CaseError::Fault(fault) => answer::fault(&fault, visitor),
        CaseError::InvalidReason | CaseError::NotLater | CaseError::AboveCeiling { .. } | CaseError::TooLate => {
            answer::error(ErrorPage::BadRequest, visitor)
        }
    }
}
