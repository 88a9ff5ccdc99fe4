//! The page of a change of retention that waits for a second admin, and whether one is asked.

use app::page::staff::{ApprovalProblem, PendingRetentionPage, pending_retention_page};
use app::{ErrorPage, Flash, Page};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::PendingRetentionId;
use portal::{Action, ChangeRetentionError, Decided, Denied, PolicyProblem, StaffActor};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::retention::refused;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::answer;
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;

/// `GET /staff/retention/pending`
pub(super) async fn page(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match shown(&state, &actor, &visitor, None).await {
        Ok(page) => page.into_response(),
        Err(error) => refused(error, &visitor),
    }
}

async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    problem: Option<ApprovalProblem>,
) -> Result<Page, ChangeRetentionError> {
    let (pending, effect) = state.portal().pending_retention(actor).await?;
    let in_force = state.portal().retention(actor).await?;
    let shown = PendingRetentionPage {
        pending: &pending,
        effect: effect.as_ref(),
        may_change: actor.role().allows(Action::ChangeRetention),
        problem,
        time_zone: &in_force.time_zone,
    };
    Ok(pending_retention_page(&visitor.layout, shown))
}

/// Which change somebody decides about.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    id: String,
}

fn which(actor: &StaffActor, id: &str) -> Result<PendingRetentionId, ChangeRetentionError> {
    actor.require(Action::ChangeRetention)?;
    id.parse().map_err(|_| ChangeRetentionError::NothingWaits)
}

/// What somebody approves.
#[derive(Deserialize)]
pub(super) struct Approval {
    #[serde(default)]
    id: String,
    /// How much goes today by the page that they saw; none when that is not told.
    #[serde(default)]
    gone_today: String,
}

/// `POST /staff/retention/pending/approve`
pub(super) async fn approve(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Approval>,
) -> Response {
    let seen = given.gone_today.parse().unwrap_or_default();
    let decided = match which(&actor, &given.id) {
        Ok(id) => state.portal().approve_retention(&actor, id, seen).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(()) => done(&Place::Retention, Flash::RetentionSaved),
        Err(error) => again(&state, &actor, &visitor, error).await,
    }
}

/// `POST /staff/retention/pending/withdraw`
pub(super) async fn withdraw(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Which>,
) -> Response {
    let decided = match which(&actor, &given.id) {
        Ok(id) => state.portal().withdraw_retention(&actor, id).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(()) => done(&Place::Retention, Flash::RetentionWithdrawn),
        Err(error) => again(&state, &actor, &visitor, error).await,
    }
}

/// The page once more with what was wrong.
async fn again(state: &AppState, actor: &StaffActor, visitor: &Visitor, error: ChangeRetentionError) -> Response {
    let problem = match error {
        ChangeRetentionError::Denied(Denied::StepUpNeeded) => ApprovalProblem::ConfirmFirst,
        ChangeRetentionError::OwnChange => ApprovalProblem::OwnChange,
        ChangeRetentionError::MoreGoesToday => ApprovalProblem::MoreGoesToday,
        ChangeRetentionError::Policy(PolicyProblem::AboveCeiling { .. }) => ApprovalProblem::AboveCeiling,
        error => return refused(error, visitor),
    };
    match shown(state, actor, visitor, Some(problem)).await {
        Ok(page) => unprocessable(page),
        Err(ChangeRetentionError::NothingWaits) if problem == ApprovalProblem::ConfirmFirst => {
            denied(Denied::StepUpNeeded, &Place::Retention, visitor)
        }
        Err(error) => refused(error, visitor),
    }
}

/// Whether a second admin is to be asked.
#[derive(Deserialize)]
pub(super) struct Demand {
    #[serde(default)]
    required: String,
}

/// `POST /staff/retention/approval`
pub(super) async fn demand(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Demand>,
) -> Response {
    let required = match given.required.as_str() {
        "yes" => true,
        "no" => false,
        _ if actor.require(Action::ChangeRetention).is_ok() => return answer::error(ErrorPage::BadRequest, &visitor),
        // Whoever may not is told so first.
        _ => true,
    };
    match state.portal().require_retention_approval(&actor, required).await {
        Ok(Decided::InForce) => done(&Place::Retention, Flash::RetentionApprovalOn),
        Ok(Decided::Waits) => done(&Place::Retention, Flash::RetentionWaits),
        // Somebody else did it before, or it can't be: the page says how it stands.
        Err(
            ChangeRetentionError::Unchanged | ChangeRetentionError::AlreadyWaits | ChangeRetentionError::TooFewAdmins,
        ) => axum::response::Redirect::to(&Place::Retention.to_string()).into_response(),
        Err(error) => refused(error, &visitor),
    }
}
