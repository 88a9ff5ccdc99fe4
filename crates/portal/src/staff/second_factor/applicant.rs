//! Who sets up a second factor, and what follows when it counts: for an app and for a passkey alike.

use base::StaffId;

use super::{SecondFactorError, SecondFactorKind};
use crate::actor::{RequestInfo, StaffActor, StaffCandidate};
use crate::audit::{AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::rights::Action;
use crate::session::Owner;
use crate::staff::{SignInStep, StaffProof, entity};
use crate::{Context, Device, Fault, NotificationKind, SessionKey, notification, session};

/// Somebody who sets up a second factor: on the way in because one is required, or later of their own accord.
#[derive(Clone, Copy, Debug)]
pub enum Applicant<'a> {
    /// Somebody on the way in.
    Candidate(&'a StaffCandidate),
    /// A staff member.
    Staff(&'a StaffActor),
}

impl<'a> From<&'a StaffCandidate> for Applicant<'a> {
    fn from(candidate: &'a StaffCandidate) -> Self {
        Self::Candidate(candidate)
    }
}

impl<'a> From<&'a StaffActor> for Applicant<'a> {
    fn from(actor: &'a StaffActor) -> Self {
        Self::Staff(actor)
    }
}

impl<'a> Applicant<'a> {
    pub(in crate::staff) async fn may(self, context: &Context) -> Result<(), SecondFactorError> {
        match self {
            Self::Candidate(candidate) if candidate.step() == SignInStep::SetUpSecondFactor => Ok(()),
            Self::Candidate(_) => Err(SecondFactorError::Overtaken),
            Self::Staff(actor) => Ok(context.require(actor, Action::ChangeOwnSecondFactor).await??),
        }
    }

    /// Whether what was looked at for the request still holds: nobody replaces what another session set, or goes past a second
    /// factor that was set meanwhile.
    pub(in crate::staff) fn still_may(self, row: &entity::Model) -> bool {
        let has_second_factor = row.second_factors().any();
        match self {
            Self::Candidate(_) => !has_second_factor && row.password_hash.is_some(),
            // A directory asks for its own.
            Self::Staff(actor) => !row.has_work_account() && (actor.second_factors().any() || !has_second_factor),
        }
    }

    /// The kind of device to tell the person of later. Nothing on the way in: whoever sets up the first second factor there is the
    /// only one who could be told.
    pub(in crate::staff) async fn device_to_tell_of(
        self,
        context: &Context,
        transaction: &WriteTransaction,
    ) -> Result<Option<Device>, Fault> {
        match self {
            Self::Candidate(_) => Ok(None),
            Self::Staff(actor) => Ok(session::device_of(context, transaction, actor.session()).await?),
        }
    }

    /// What follows a second factor that counts from now on: the person's other sessions end, and this one goes on. What comes
    /// back goes on with a sign-in. To somebody who was in already it is no confirmation, since whoever took over a session could
    /// make it fresh with something of their own.
    pub(in crate::staff) async fn go_on_with(
        self,
        context: &Context,
        transaction: &WriteTransaction,
        row: &entity::Model,
        new: SecondFactorKind,
    ) -> Result<Option<StaffProof>, SecondFactorError> {
        let staff = self.staff();
        session::end_all_of_staff(context, transaction, staff, Some(self.session())).await?;
        let kind = NotificationKind::StaffSecondFactorChanged;
        notification::announce(context, transaction, kind, Owner::Staff(staff)).await?;
        let proof = match self {
            Self::Candidate(candidate) => Some(StaffProof::by_second_factor(
                candidate,
                context.clock_time(),
                new.as_proof(),
            )),
            Self::Staff(actor) => {
                if !session::note_new_second_factor(transaction, actor.session()).await? {
                    return Err(SecondFactorError::Overtaken);
                }
                None
            }
        };
        let entry = AuditEntry::by_incoming_staff(staff, new.set(), self.request())
            .within(row.organisation())
            .about(AuditTarget::Staff(staff));
        context.audit.record(transaction, context.now(), &entry).await?;
        Ok(proof)
    }

    pub(in crate::staff) const fn staff(self) -> StaffId {
        match self {
            Self::Candidate(candidate) => candidate.staff_id(),
            Self::Staff(actor) => actor.staff_id(),
        }
    }

    pub(in crate::staff) fn organisation_name(self) -> &'a str {
        match self {
            Self::Candidate(candidate) => candidate.organisation_name(),
            Self::Staff(actor) => actor.organisation_name(),
        }
    }

    pub(in crate::staff) const fn session(self) -> &'a SessionKey {
        match self {
            Self::Candidate(candidate) => candidate.session(),
            Self::Staff(actor) => actor.session(),
        }
    }

    const fn request(self) -> &'a RequestInfo {
        match self {
            Self::Candidate(candidate) => candidate.request(),
            Self::Staff(actor) => actor.request(),
        }
    }
}
