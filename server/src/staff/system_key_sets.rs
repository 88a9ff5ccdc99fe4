//! An admin's form for the address at which a system publishes its keys.

use app::Flash;
use app::page::staff::{CredentialProblem, KeySetFormProblem, KeySetProblem};
use axum::extract::State;
use axum::response::Response;
use base::SystemId;
use portal::{Action, SystemSetUpError};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::id::Id;
use super::systems::{done, period, refused, shown};
use super::visitor::Staff;
use crate::answer;
use crate::form_body::Form;
use crate::state::AppState;

/// A key set as it was filled in.
#[derive(Deserialize)]
pub(super) struct KeySet {
    address: String,
    key_set_days: String,
}

/// `POST /staff/systems/{id}/key-sets`: registers the address of a key set from which keys can be had.
pub(super) async fn add(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Form(given): Form<KeySet>,
) -> Response {
    // All that can be refused beforehand is, so that nothing is fetched for whoever may not change this system.
    if let Err(no) = actor.require(Action::ChangeSystems) {
        return denied(no, &Place::System(id), &visitor);
    }
    match state.portal().find_system(&*actor, id).await {
        Ok(system) if system.disabled_at.is_none() => {}
        Ok(_) => return refused(SystemSetUpError::Disabled, &Place::System(id), &visitor),
        Err(error) => return refused(error, &Place::System(id), &visitor),
    }
    if let Err(refused) = state.key_sets().take_try(&visitor.request) {
        return answer::too_often(refused, &visitor);
    }
    let problem = match state.key_sets().try_address(given.address.trim()).await {
        Ok(address) => {
            let days = period(&given.key_set_days);
            match state.portal().add_key_set(&*actor, id, &address, days).await {
                Ok(_) => return done(&Place::System(id), Flash::KeySetAdded),
                Err(SystemSetUpError::InvalidAddress) => KeySetFormProblem::Address(KeySetProblem::Address),
                Err(SystemSetUpError::InvalidPeriod { max_days }) => KeySetFormProblem::Days { most: max_days },
                Err(SystemSetUpError::KeySetTaken) => KeySetFormProblem::Taken,
                Err(SystemSetUpError::TooManyKeySets { .. }) => {
                    let problem = CredentialProblem::TooManyKeySets;
                    return shown(&state, &actor, &visitor, id, Some(&problem), None).await;
                }
                Err(error) => return refused(error, &Place::System(id), &visitor),
            }
        }
        Err(problem) => KeySetFormProblem::Address(problem),
    };
    let problem = CredentialProblem::KeySet {
        address: given.address,
        days: given.key_set_days,
        problem,
    };
    shown(&state, &actor, &visitor, id, Some(&problem), None).await
}
