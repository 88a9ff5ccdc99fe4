//! The page of an invitation: what it says, and choosing the password. Looking uses nothing up, since programs that look through
//! mail follow links too.

use app::page::staff::{Invitation, NewPasswordProblem, accepted_early_page, invitation_page, void_invitation_page};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base::SecretString;
use http::HeaderMap;
use portal::{AcceptError, AcceptedInvitation, InvitationView, StaffSignInError};
use tower_sessions::Session;
use web::PublicOrigin;

use super::password::NewPassword;
use super::sign_in::unprocessable;
use super::visitor::Anybody;
use super::{Place, last_organisation, steps};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie};

/// The link of an invitation.
pub(crate) fn invitation_address(origin: &PublicOrigin, token: &SecretString) -> SecretString {
    SecretString::new(origin.address_of(&Place::Invitation(token.expose().clone()).to_string()))
}

/// `GET /staff/invitations/{token}`
pub(super) async fn form(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path(token): Path<SecretString>,
) -> Response {
    match state.portal().invitation(&token).await {
        Ok(Some(invitation)) => page(&state, &visitor, &invitation, None).into_response(),
        Ok(None) => void_invitation_page(&visitor.layout).into_response(),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

fn page(
    state: &AppState,
    visitor: &Visitor,
    invitation: &InvitationView,
    problem: Option<NewPasswordProblem>,
) -> app::Page {
    let shown = Invitation {
        action: &visitor.layout.path,
        organisation: &invitation.organisation,
        name: &invitation.name,
        email: &invitation.email,
        expires_at: invitation.expires_at,
        problem,
    };
    invitation_page(&visitor.layout, &shown, state.time_zone())
}

/// `POST /staff/invitations/{token}`: chooses the password and goes on with signing in.
pub(super) async fn accept(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path(token): Path<SecretString>,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<NewPassword>,
) -> Response {
    let (from, now) = (visitor.request.address, state.clock().now());
    if let Err(refused) = state.staff_tries().take(from, now) {
        return answer::too_often(refused, &visitor);
    }
    let invitation = match state.portal().invitation(&token).await {
        Ok(Some(invitation)) => invitation,
        Ok(None) => return void_invitation_page(&visitor.layout).into_response(),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let again = |problem| unprocessable(page(&state, &visitor, &invitation, Some(problem)));
    let password = match given.agreed() {
        Ok(password) => password,
        Err(problem) => return again(problem),
    };
    match state
        .portal()
        .accept_invitation(&token, &password, &visitor.request)
        .await
    {
        Ok(accepted) => {
            let address = invitation
                .slug
                .unwrap_or_else(|| invitation.organisation_id.to_string());
            let mut response = match accepted {
                AcceptedInvitation::SignIn(proof) => steps::go_on(&state, &visitor, &session, proof, &headers).await,
                AcceptedInvitation::NotYet { first } => {
                    state.staff_tries().give_back(from, now);
                    let sign_in = state.origin().address_of(&Place::SignIn(address.clone()).to_string());
                    accepted_early_page(&visitor.layout, first, &sign_in).into_response()
                }
            };
            cookie::set(response.headers_mut(), last_organisation::remember(&address));
            response
        }
        Err(AcceptError::NoSuchInvitation) => void_invitation_page(&visitor.layout).into_response(),
        Err(AcceptError::NetworkNotAllowed) => steps::refused(&StaffSignInError::NetworkNotAllowed, &visitor),
        Err(AcceptError::Password(problem)) => again(NewPasswordProblem::Refused(problem)),
        Err(AcceptError::Busy) => steps::refused(&StaffSignInError::Busy, &visitor),
        Err(AcceptError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}
