//! Organisations with staff for tests.

use base::{OrganisationId, SecretString};

use super::TestPortal;
use crate::{
    AcceptedInvitation, Invitation, NewStaffMember, Role, SessionCreation, SessionKey, SignInStep, StaffActor,
    StaffProof, StaffSignInError, StaffVisitor, Validity, Whereabouts,
};

/// A password that may be set, of everybody who has no other.
pub(crate) const PASSWORD: &str = "kruka sadel blixt tvål";

/// A text as a secret.
pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

/// Somebody to invite.
pub(crate) fn new_member(name: &str, email: &str, role: Role) -> NewStaffMember {
    NewStaffMember {
        name: name.to_owned(),
        email: email.to_owned(),
        role,
        validity: Validity::default(),
    }
}

impl TestPortal {
    /// Karin, the first admin of a new organisation "Norrby kommun", signed in.
    pub(crate) async fn first_admin(&self) -> StaffActor {
        let organisation = self.organisation("Norrby kommun").await;
        self.first_admin_of(organisation).await
    }

    /// Karin, the first admin of an organisation, signed in.
    pub(crate) async fn first_admin_of(&self, organisation: OrganisationId) -> StaffActor {
        let (operator, email) = (self.operator(), "karin@norrby.example");
        let invited = self
            .portal
            .invite_first_admin(&operator, organisation, "Karin Ödegård", email);
        self.accept(&invited.await.unwrap()).await
    }

    /// Somebody whom an admin invites and who accepts, signed in.
    pub(crate) async fn member(&self, admin: &StaffActor, email: &str, role: Role) -> StaffActor {
        let new = new_member("Olle Berg", email, role);
        let invited = self.portal.invite_staff(admin, new).await.unwrap();
        self.accept(&invited).await
    }

    /// Accepts an invitation with [`PASSWORD`], in a session of its own.
    pub(crate) async fn accept(&self, invitation: &Invitation) -> StaffActor {
        let (password, request) = (secret(PASSWORD), self.request());
        let accepted = self.portal.accept_invitation(&invitation.token, &password, &request);
        let key = SessionKey::of_staff(invitation.token.expose().as_bytes());
        let AcceptedInvitation::SignIn(proof) = accepted.await.unwrap() else {
            panic!("the first day has not come");
        };
        self.continue_to(&key, proof).await.unwrap();
        self.staff_in(&key).await.unwrap()
    }

    /// Goes on with a sign-in in a new session of that key.
    pub(crate) async fn continue_to(
        &self,
        key: &SessionKey,
        proof: StaffProof,
    ) -> Result<SignInStep, StaffSignInError> {
        self.continue_from(Whereabouts::UNKNOWN, key, proof).await
    }

    /// The same from there.
    pub(crate) async fn continue_from(
        &self,
        from: Whereabouts,
        key: &SessionKey,
        proof: StaffProof,
    ) -> Result<SignInStep, StaffSignInError> {
        self.portal.delete_session(key).await.unwrap();
        let created = self.portal.create_session(key, b"{}").await.unwrap();
        assert_eq!(created, SessionCreation::Created);
        self.portal
            .continue_staff_sign_in(key, proof, from, &self.request())
            .await
    }

    /// Gives a password, and goes on in a new session of that key.
    pub(crate) async fn staff_sign_in(
        &self,
        key: &SessionKey,
        organisation: OrganisationId,
        email: &str,
        password: &str,
    ) -> Result<SignInStep, StaffSignInError> {
        let organisation = organisation.to_string();
        let proof = self
            .portal
            .staff_password(&organisation, email, &secret(password), &self.request())
            .await?;
        self.continue_to(key, proof).await
    }

    /// Who comes with a session of staff.
    pub(crate) async fn staff_visitor(&self, key: &SessionKey) -> StaffVisitor {
        self.portal.staff_visitor(key, self.request()).await.unwrap()
    }

    /// The staff member who is signed in to a session.
    pub(crate) async fn staff_in(&self, key: &SessionKey) -> Option<StaffActor> {
        match self.staff_visitor(key).await {
            StaffVisitor::Staff(actor) => Some(actor),
            StaffVisitor::Gone
            | StaffVisitor::NetworkNotAllowed
            | StaffVisitor::MoreAsked
            | StaffVisitor::Candidate(_) => None,
        }
    }
}
