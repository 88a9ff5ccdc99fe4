//! Staff: somebody who is on the way in, and somebody who is in.

use std::fmt;

use base::{OrganisationId, StaffId, Timestamp};

use super::RequestInfo;
use crate::rights::{Action, Role};
use crate::session::StaffSession;
use crate::{SecondFactors, SessionEnd, SessionKey, SignInStep};

/// A staff member may not do this, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Their role does not allow it.
    #[error("the role does not allow this")]
    Forbidden,
    /// Their role does, but it asks for a fresh sign-in: [`crate::Portal::confirm_staff`].
    #[error("this asks for a fresh sign-in")]
    StepUpNeeded,
    /// Their organisation was deleted since the request began, and their sign-in ended with it.
    #[error("the organisation is no longer there")]
    OrganisationGone,
}

/// What the portal knows of a staff member who acts, read from the rows for this one request.
pub(crate) struct StaffFacts {
    pub(crate) staff: StaffId,
    pub(crate) organisation: OrganisationId,
    pub(crate) organisation_name: String,
    pub(crate) organisation_slug: Option<String>,
    pub(crate) role: Role,
    pub(crate) name: String,
    /// Whether their directory vouches for them, and no password does.
    pub(crate) has_work_account: bool,
    pub(crate) second_factors: SecondFactors,
    /// When the sign-in was complete; while somebody is on the way in, when it began.
    pub(crate) signed_in_at: Timestamp,
}

/// A staff member whose sign-in is complete and still holds: account, dates, role, networks and session were looked at for this
/// very request.
pub struct StaffActor {
    facts: StaffFacts,
    session: SessionKey,
    /// When the request was made, and until when the sign-in counts as fresh.
    at: Timestamp,
    fresh_until: Timestamp,
    session_end: SessionEnd,
    request: RequestInfo,
}

impl StaffActor {
    pub(crate) const fn new(
        facts: StaffFacts,
        session: SessionKey,
        at: Timestamp,
        fresh_until: Timestamp,
        session_end: SessionEnd,
        request: RequestInfo,
    ) -> Self {
        Self {
            facts,
            session,
            at,
            fresh_until,
            session_end,
            request,
        }
    }

    /// Who it is.
    #[must_use]
    pub const fn staff_id(&self) -> StaffId {
        self.facts.staff
    }

    /// Whose staff they are.
    #[must_use]
    pub const fn organisation_id(&self) -> OrganisationId {
        self.facts.organisation
    }

    /// The organisation's name.
    #[must_use]
    pub fn organisation_name(&self) -> &str {
        &self.facts.organisation_name
    }

    /// The organisation's name in addresses; `None` for one from before there were such names.
    #[must_use]
    pub fn organisation_slug(&self) -> Option<&str> {
        self.facts.organisation_slug.as_deref()
    }

    /// Their role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.facts.role
    }

    /// Their name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Whether they sign in with a work account, and not with a password.
    #[must_use]
    pub const fn has_work_account(&self) -> bool {
        self.facts.has_work_account
    }

    /// Which kinds of second factor they have.
    #[must_use]
    pub const fn second_factors(&self) -> SecondFactors {
        self.facts.second_factors
    }

    /// When the sign-in was complete.
    pub(crate) const fn signed_in_at(&self) -> Timestamp {
        self.facts.signed_in_at
    }

    /// Until when the sign-in counts as fresh, for what asks for that.
    #[must_use]
    pub const fn fresh_until(&self) -> Timestamp {
        self.fresh_until
    }

    /// When the session ends by itself.
    #[must_use]
    pub const fn session_end(&self) -> SessionEnd {
        self.session_end
    }

    /// The request that this actor was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }

    /// The session in which they are signed in.
    pub(crate) const fn session(&self) -> &SessionKey {
        &self.session
    }

    /// Passes when the role allows the action and the sign-in is as fresh as it asks for. Each use case asks for its own; a page
    /// may ask earlier, to leave out what would be refused.
    ///
    /// # Errors
    ///
    /// [`Denied::Forbidden`] or [`Denied::StepUpNeeded`]; the role comes first.
    pub fn require(&self, action: Action) -> Result<(), Denied> {
        if !self.facts.role.allows(action) {
            Err(Denied::Forbidden)
        } else if action.needs_step_up() && self.at >= self.fresh_until {
            Err(Denied::StepUpNeeded)
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for StaffActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffActor")
            .field("staff", &self.facts.staff)
            .field("role", &self.facts.role)
            .field("request", &self.request.id)
            .finish_non_exhaustive()
    }
}

/// Somebody who gave the right password but is not in yet: all they can do is the step that is asked for, for a few minutes.
pub struct StaffCandidate {
    facts: StaffFacts,
    session: SessionKey,
    step: SignInStep,
    so_far: StaffSession,
    request: RequestInfo,
}

impl StaffCandidate {
    pub(crate) const fn new(
        facts: StaffFacts,
        session: SessionKey,
        step: SignInStep,
        so_far: StaffSession,
        request: RequestInfo,
    ) -> Self {
        Self {
            facts,
            session,
            step,
            so_far,
            request,
        }
    }

    /// Who it is.
    #[must_use]
    pub const fn staff_id(&self) -> StaffId {
        self.facts.staff
    }

    /// Whose staff they are.
    #[must_use]
    pub const fn organisation_id(&self) -> OrganisationId {
        self.facts.organisation
    }

    /// The organisation's name.
    #[must_use]
    pub fn organisation_name(&self) -> &str {
        &self.facts.organisation_name
    }

    /// The organisation's name in addresses; `None` for one from before there were such names.
    #[must_use]
    pub fn organisation_slug(&self) -> Option<&str> {
        self.facts.organisation_slug.as_deref()
    }

    /// Their name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Which kinds of second factor they have.
    #[must_use]
    pub const fn second_factors(&self) -> SecondFactors {
        self.facts.second_factors
    }

    /// What is asked for next; never [`SignInStep::Complete`].
    #[must_use]
    pub const fn step(&self) -> SignInStep {
        self.step
    }

    /// The request that this candidate was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }

    /// The session of the sign-in.
    pub(crate) const fn session(&self) -> &SessionKey {
        &self.session
    }

    /// What was proven so far, and when that began.
    pub(crate) const fn so_far(&self) -> &StaffSession {
        &self.so_far
    }
}

impl fmt::Debug for StaffCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffCandidate")
            .field("staff", &self.facts.staff)
            .field("step", &self.step)
            .field("request", &self.request.id)
            .finish_non_exhaustive()
    }
}
