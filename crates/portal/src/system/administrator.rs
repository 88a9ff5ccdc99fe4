//! Who administers systems, and whose.

use base::OrganisationId;
use uuid::Uuid;

use super::SystemSetUpError;
use crate::Context;
use crate::actor::OperatorActor;
use crate::audit::{AuditAction, AuditEntry};

/// Somebody who sets up systems: the operator, those of every organisation. Made of an actor by `into()`; what the actor
/// may do is asked by each use case.
#[derive(Clone, Copy, Debug)]
pub struct Administrator<'a>(Who<'a>);

#[derive(Clone, Copy, Debug)]
enum Who<'a> {
    Operator(&'a OperatorActor),
}

impl<'a> From<&'a OperatorActor> for Administrator<'a> {
    fn from(actor: &'a OperatorActor) -> Self {
        Self(Who::Operator(actor))
    }
}

impl<'a> Administrator<'a> {
    /// Passes when the actor may look at systems and their credentials.
    pub(super) fn may_see(&self, _context: &Context) -> Result<(), SystemSetUpError> {
        match self.0 {
            Who::Operator(_) => Ok(()),
        }
    }

    /// Passes when the actor may change systems and their credentials, now.
    pub(super) fn may_change(&self, _context: &Context) -> Result<(), SystemSetUpError> {
        match self.0 {
            Who::Operator(_) => Ok(()),
        }
    }

    /// Whether this organisation's systems are the actor's to administer. Others are not there, as far as it can tell.
    pub(super) fn reaches(&self, _organisation: OrganisationId) -> bool {
        match self.0 {
            Who::Operator(_) => true,
        }
    }

    /// What the audit log says that the actor did, in the log of the system's organisation.
    pub(super) fn entry(&self, action: AuditAction, organisation: Uuid) -> AuditEntry<'a> {
        let entry = match self.0 {
            Who::Operator(actor) => AuditEntry::by_operator(actor, action),
        };
        entry.within(OrganisationId::from_uuid(organisation))
    }
}
