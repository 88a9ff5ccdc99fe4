//! An admin's pages for the organisation's systems and what they prove themselves with.

use app::page::staff::{
    CredentialProblem, NewSystemForm, SystemProblem, new_system_page, secret_page, system_page, systems_page,
};
use app::{ErrorPage, Flash};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::{AllowedNetworks, CredentialId, SystemId};
use http::HeaderMap;
use portal::{Action, Denied, NewSystem, Scope, StaffActor, SystemSetUpError};
use serde::Deserialize;

use super::Place;
use super::denied::{denied, denied_page};
use super::id::Id;
use super::sign_in::unprocessable;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// `GET /staff/systems`
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    let systems = match state.portal().list_systems(&*actor, actor.organisation_id()).await {
        Ok(systems) => systems,
        Err(error) => return refused(error, &Place::Systems, &visitor),
    };
    let may_change = actor.role().allows(Action::ChangeSystems);
    flash::tell(&headers, |flash| {
        systems_page(&visitor.layout, &systems, may_change, flash, state.time_zone())
    })
}

/// `GET /staff/systems/new`
pub(super) async fn new_form(Staff { actor, visitor }: Staff) -> Response {
    match actor.require(Action::ChangeSystems) {
        Ok(()) => new_system_page(&visitor.layout, &NewSystemForm::default()).into_response(),
        Err(no) => denied_page(no, &Place::NewSystem, &visitor),
    }
}

/// What a system may do, as a form says it. A box that is not ticked sends nothing.
#[derive(Deserialize)]
pub(super) struct Scopes {
    #[serde(rename = "messages:send")]
    send: Option<String>,
    #[serde(rename = "messages:read")]
    read: Option<String>,
    #[serde(rename = "recipients:match")]
    recipients: Option<String>,
    #[serde(rename = "events:read")]
    events: Option<String>,
}

impl Scopes {
    fn ticked(&self) -> Vec<Scope> {
        let ticked = |scope| match scope {
            Scope::MessagesSend => self.send.is_some(),
            Scope::MessagesRead => self.read.is_some(),
            Scope::RecipientsMatch => self.recipients.is_some(),
            Scope::EventsRead => self.events.is_some(),
        };
        Scope::ALL.into_iter().filter(|scope| ticked(*scope)).collect()
    }
}

/// A system as the form describes it.
#[derive(Deserialize)]
pub(super) struct New {
    name: String,
    networks: String,
    #[serde(flatten)]
    scopes: Scopes,
}

/// `POST /staff/systems`: adds a system, with its first secret, which the answer shows this once.
pub(super) async fn create(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<New>,
) -> Response {
    let scopes = given.scopes.ticked();
    let again = |problem| {
        let form = NewSystemForm {
            name: given.name.clone(),
            scopes: given.scopes.ticked(),
            networks: given.networks.clone(),
            problem: Some(problem),
        };
        unprocessable(new_system_page(&visitor.layout, &form))
    };
    match actor.require(Action::ChangeSystems) {
        Ok(()) => {}
        // What was filled in stays on the page meanwhile.
        Err(Denied::StepUpNeeded) => return again(SystemProblem::ConfirmFirst),
        Err(no) => return denied(no, &Place::NewSystem, &visitor),
    }
    if scopes.is_empty() {
        return again(SystemProblem::Scopes);
    }
    let networks: AllowedNetworks = match given.networks.parse() {
        Ok(networks) => networks,
        Err(problem) => return again(SystemProblem::Networks(problem)),
    };
    let new = NewSystem {
        name: given.name.clone(),
        scopes,
        networks,
    };
    let created = async {
        let portal = state.portal();
        let system = portal.create_system(&*actor, actor.organisation_id(), new).await?;
        Ok::<_, SystemSetUpError>((system, portal.add_secret(&*actor, system, None).await?))
    };
    match created.await {
        Ok((system, made)) => secret_page(&visitor.layout, system, made.secret.expose()).into_response(),
        Err(SystemSetUpError::InvalidName) => again(SystemProblem::Name),
        Err(SystemSetUpError::TooManySystems { limit }) => again(SystemProblem::TooMany { limit }),
        Err(error) => refused(error, &Place::NewSystem, &visitor),
    }
}

/// `GET /staff/systems/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    headers: HeaderMap,
) -> Response {
    flash::tell_loaded(&headers, async |flash| {
        shown(&state, &actor, &visitor, id, None, flash).await
    })
    .await
}

/// The page of a system, perhaps with what was wrong.
pub(super) async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    id: SystemId,
    problem: Option<&CredentialProblem>,
    flash: Option<Flash>,
) -> Response {
    let system = match state.portal().find_system(actor, id).await {
        Ok(system) => system,
        Err(error) => return refused(error, &Place::System(id), visitor),
    };
    let may_change = actor.role().allows(Action::ChangeSystems);
    let troubles = state.key_sets().troubles(&system);
    let time_zone = state.time_zone();
    let page = system_page(
        &visitor.layout,
        &system,
        &troubles,
        may_change,
        problem,
        flash,
        time_zone,
    );
    if problem.is_some() {
        unprocessable(page)
    } else {
        page.into_response()
    }
}

/// For how many days a new secret is valid.
#[derive(Deserialize)]
pub(super) struct Period {
    days: String,
}

/// `POST /staff/systems/{id}/secrets`: makes a secret, which the answer shows this once.
pub(super) async fn add_secret(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Form(given): Form<Period>,
) -> Response {
    let problem = match state.portal().add_secret(&*actor, id, period(&given.days)).await {
        Ok(made) => return secret_page(&visitor.layout, id, made.secret.expose()).into_response(),
        Err(SystemSetUpError::InvalidPeriod { max_days }) => CredentialProblem::Days {
            given: given.days,
            most: max_days,
        },
        Err(SystemSetUpError::TooManySecrets { .. }) => CredentialProblem::TooManySecrets,
        Err(error) => return refused(error, &Place::System(id), &visitor),
    };
    shown(&state, &actor, &visitor, id, Some(&problem), None).await
}

/// How many days were asked for, if any. What is no number is as wrong as none at all, which the use case refuses with the
/// longest that there may be.
pub(super) fn period(days: &str) -> Option<u32> {
    let days = days.trim();
    (!days.is_empty()).then(|| days.parse().unwrap_or(0))
}

/// A public key as it was pasted.
#[derive(Deserialize)]
pub(super) struct Key {
    key: String,
}

/// `POST /staff/systems/{id}/keys`: registers a public key.
pub(super) async fn add_key(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Form(given): Form<Key>,
) -> Response {
    let problem = match state.portal().add_public_key(&*actor, id, &given.key).await {
        Ok(_) => return done(&Place::System(id), Flash::KeyAdded),
        Err(SystemSetUpError::InvalidKey(problem)) => CredentialProblem::Key(problem),
        Err(SystemSetUpError::KeyTaken) => CredentialProblem::KeyTaken,
        Err(SystemSetUpError::TooManyKeys { .. }) => CredentialProblem::TooManyKeys,
        Err(error) => return refused(error, &Place::System(id), &visitor),
    };
    shown(&state, &actor, &visitor, id, Some(&problem), None).await
}

/// `POST /staff/systems/{id}/credentials/{credential}/withdraw`
pub(super) async fn withdraw(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Path((_, credential)): Path<(String, String)>,
) -> Response {
    let Ok(credential) = credential.parse::<CredentialId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    match state.portal().withdraw_credential(&*actor, id, credential).await {
        Ok(()) => done(&Place::System(id), Flash::CredentialWithdrawn),
        Err(error) => refused(error, &Place::System(id), &visitor),
    }
}

/// `POST /staff/systems/{id}/scopes`
pub(super) async fn set_scopes(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Form(given): Form<Scopes>,
) -> Response {
    if let Err(no) = actor.require(Action::ChangeSystems) {
        return denied(no, &Place::System(id), &visitor);
    }
    let scopes = given.ticked();
    if scopes.is_empty() {
        return shown(&state, &actor, &visitor, id, Some(&CredentialProblem::Scopes), None).await;
    }
    match state.portal().set_scopes(&*actor, id, &scopes).await {
        Ok(()) => done(&Place::System(id), Flash::SystemSaved),
        Err(error) => refused(error, &Place::System(id), &visitor),
    }
}

/// Networks as they were written.
#[derive(Deserialize)]
pub(super) struct Networks {
    networks: String,
}

/// `POST /staff/systems/{id}/networks`
pub(super) async fn set_networks(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
    Form(given): Form<Networks>,
) -> Response {
    if let Err(no) = actor.require(Action::ChangeSystems) {
        return denied(no, &Place::System(id), &visitor);
    }
    let networks = match given.networks.parse() {
        Ok(networks) => networks,
        Err(problem) => {
            let problem = CredentialProblem::Networks(given.networks, problem);
            return shown(&state, &actor, &visitor, id, Some(&problem), None).await;
        }
    };
    match state.portal().set_networks(&*actor, id, networks).await {
        Ok(()) => done(&Place::System(id), Flash::SystemSaved),
        Err(error) => refused(error, &Place::System(id), &visitor),
    }
}

/// `POST /staff/systems/{id}/disable`
pub(super) async fn disable(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<SystemId>,
) -> Response {
    match state.portal().disable_system(&*actor, id).await {
        Ok(()) => done(&Place::System(id), Flash::SystemDisabled),
        Err(error) => refused(error, &Place::System(id), &visitor),
    }
}

/// Back to a page, which says what was done.
pub(super) fn done(place: &Place, flash: Flash) -> Response {
    flash::to(place, flash)
}

pub(super) fn refused(error: SystemSetUpError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        SystemSetUpError::Denied(no) => denied(no, back, visitor),
        SystemSetUpError::NoSuchOrganisation
        | SystemSetUpError::NoSuchSystem
        | SystemSetUpError::NoSuchCredential
        | SystemSetUpError::Disabled => answer::error(ErrorPage::NotFound, visitor),
        SystemSetUpError::InvalidName
        | SystemSetUpError::TooManySystems { .. }
        | SystemSetUpError::TooManySecrets { .. }
        | SystemSetUpError::TooManyKeys { .. }
        | SystemSetUpError::TooManyKeySets { .. }
        | SystemSetUpError::KeyTaken
        | SystemSetUpError::KeySetTaken
        | SystemSetUpError::InvalidAddress
        | SystemSetUpError::InvalidKey(_)
        | SystemSetUpError::InvalidPeriod { .. } => answer::error(ErrorPage::BadRequest, visitor),
        SystemSetUpError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
