//! An admin's page for the tokens by which the organisation's directory provisions its staff.

use app::page::staff::{ProvisioningPage, TokenForm, TokenProblem, provisioning_page, provisioning_token_page};
use app::{ErrorPage, Flash};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::ProvisioningTokenId;
use http::HeaderMap;
use portal::{Action, Denied, NewProvisioningToken, Portal, ProvisioningTokenError, StaffActor};
use serde::Deserialize;

use super::Place;
use super::denied::denied;
use super::id::Id;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::scim;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// `GET /staff/provisioning`
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    flash::tell_loaded(&headers, async |flash| {
        shown(&state, &actor, &visitor, None, flash).await
    })
    .await
}

/// The page, perhaps with what was filled in and what was wrong with it.
async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    filled_in: Option<TokenForm>,
    flash: Option<Flash>,
) -> Response {
    let (portal, organisation) = (state.portal(), actor.organisation_id());
    let tokens = match portal.list_provisioning_tokens(actor, organisation).await {
        Ok(tokens) => tokens,
        Err(error) => return refused(error, visitor),
    };
    let tenant = match portal.directory_of(organisation).await {
        Ok(tenant) => tenant,
        Err(fault) => return answer::fault(&fault, visitor),
    };
    let is_wrong = filled_in.is_some();
    let empty = || TokenForm {
        days: Portal::PROVISIONING_TOKEN_DAYS.to_string(),
        directory: tenant.map_or_else(|| TokenForm::OTHER_DIRECTORY.to_owned(), |tenant| tenant.to_string()),
        ..TokenForm::default()
    };
    let may_change = actor.role().allows(Action::ChangeProvisioning);
    let form = may_change.then(|| filled_in.unwrap_or_else(empty));
    let page = ProvisioningPage {
        address: &address(state),
        tenant,
        tokens: &tokens,
        form: form.as_ref(),
    };
    let page = provisioning_page(&visitor.layout, page, flash, state.time_zone());
    if is_wrong {
        unprocessable(page)
    } else {
        page.into_response()
    }
}

/// Where directories send to.
fn address(state: &AppState) -> String {
    state.origin().address_of(scim::BASE_PATH)
}

/// A token as the form describes it.
#[derive(Deserialize)]
pub(super) struct New {
    name: String,
    days: String,
    directory: String,
}

impl New {
    /// The token that it describes; `None` where it names no directory.
    fn read(&self) -> Option<NewProvisioningToken> {
        let tenant = match self.directory.as_str() {
            TokenForm::OTHER_DIRECTORY => None,
            tenant => Some(tenant.parse().ok()?),
        };
        Some(NewProvisioningToken {
            name: self.name.clone(),
            tenant,
            // No number is as wrong as none at all, which the use case refuses with the longest that there may be.
            days: self.days.trim().parse().unwrap_or(0),
        })
    }
}

/// `POST /staff/provisioning/tokens`: makes a token, which the answer shows this once.
pub(super) async fn create(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<New>,
) -> Response {
    let made = async {
        actor.require(Action::ChangeProvisioning)?;
        let new = given.read().ok_or(ProvisioningTokenError::UnknownTenant)?;
        let made = state
            .portal()
            .create_provisioning_token(&*actor, actor.organisation_id(), new);
        made.await
    };
    let problem = match made.await {
        Ok(made) => {
            let page = provisioning_token_page(&visitor.layout, &address(&state), made.token.expose());
            return page.into_response();
        }
        Err(ProvisioningTokenError::InvalidName) => TokenProblem::Name,
        Err(ProvisioningTokenError::InvalidPeriod { max_days }) => TokenProblem::Days { most: max_days },
        Err(ProvisioningTokenError::UnknownTenant) => TokenProblem::Directory,
        Err(ProvisioningTokenError::TooMany { limit }) => TokenProblem::TooMany { limit },
        // What was filled in stays on the page meanwhile.
        Err(ProvisioningTokenError::Denied(Denied::StepUpNeeded)) => TokenProblem::ConfirmFirst,
        Err(error) => return refused(error, &visitor),
    };
    let form = TokenForm {
        name: given.name,
        days: given.days,
        directory: given.directory,
        problem: Some(problem),
    };
    shown(&state, &actor, &visitor, Some(form), None).await
}

/// `POST /staff/provisioning/tokens/{id}/withdraw`: from the directory's next request on.
pub(super) async fn withdraw(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<ProvisioningTokenId>,
) -> Response {
    let organisation = actor.organisation_id();
    match state
        .portal()
        .withdraw_provisioning_token(&*actor, organisation, id)
        .await
    {
        Ok(()) => done(&Place::Provisioning, Flash::CredentialWithdrawn),
        Err(error) => refused(error, &visitor),
    }
}

fn refused(error: ProvisioningTokenError, visitor: &Visitor) -> Response {
    match error {
        ProvisioningTokenError::Denied(no) => denied(no, &Place::Provisioning, visitor),
        ProvisioningTokenError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        ProvisioningTokenError::InvalidName
        | ProvisioningTokenError::UnknownTenant
        | ProvisioningTokenError::TooMany { .. }
        | ProvisioningTokenError::InvalidPeriod { .. } => answer::error(ErrorPage::BadRequest, visitor),
        ProvisioningTokenError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
