//! What the log is to say: who did what to what.

use base::{OrganisationId, ProvisioningTokenId, RecipientId, StaffId, SystemId};

use super::{AuditAction, AuditTarget};
use crate::{OperatorActor, ProvisioningActor, RecipientActor, RequestInfo, StaffActor, SystemActor};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Recipient(RecipientId),
    System(SystemId),
    Staff(StaffId),
    /// An organisation's directory, by the token that it came with.
    Directory(ProvisioningTokenId),
    Operator,
    /// A provider of identities, whose configured name is the detail.
    Provider,
    /// The portal by itself, as time goes by.
    Portal,
    /// Somebody who was not let in.
    Nobody,
}

impl Who {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Recipient(_) => "recipient",
            Self::System(_) => "system",
            Self::Staff(_) => "staff",
            Self::Directory(_) => "directory",
            Self::Operator => "operator",
            Self::Provider => "provider",
            Self::Portal => "portal",
            Self::Nobody => "nobody",
        }
    }

    pub(super) const fn id(&self) -> Option<&uuid::Uuid> {
        match self {
            Self::Recipient(id) => Some(id.as_uuid()),
            Self::System(id) => Some(id.as_uuid()),
            Self::Staff(id) => Some(id.as_uuid()),
            Self::Directory(id) => Some(id.as_uuid()),
            Self::Operator | Self::Provider | Self::Portal | Self::Nobody => None,
        }
    }
}

/// What the log is to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuditEntry<'a> {
    pub(super) who: Who,
    pub(super) action: AuditAction,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) target: Option<AuditTarget>,
    pub(super) detail: Option<&'a str>,
    pub(super) request: Option<&'a RequestInfo>,
}

impl<'a> AuditEntry<'a> {
    const fn new(who: Who, action: AuditAction, request: Option<&'a RequestInfo>) -> Self {
        Self {
            who,
            action,
            organisation: None,
            target: None,
            detail: None,
            request,
        }
    }

    /// A signed-in person did it.
    pub(crate) const fn by_recipient(actor: &'a RecipientActor, action: AuditAction) -> Self {
        Self::new(Who::Recipient(actor.recipient_id()), action, Some(actor.request()))
    }

    /// An organisation's system did it.
    pub(crate) const fn by_system(actor: &'a SystemActor, action: AuditAction) -> Self {
        Self::new(Who::System(actor.system_id()), action, Some(actor.request())).within(actor.organisation_id())
    }

    /// A staff member did it who is signed in.
    pub(crate) const fn by_staff(actor: &'a StaffActor, action: AuditAction) -> Self {
        Self::new(Who::Staff(actor.staff_id()), action, Some(actor.request())).within(actor.organisation_id())
    }

    /// An organisation's directory did it.
    pub(crate) const fn by_directory(actor: &'a ProvisioningActor, action: AuditAction) -> Self {
        Self::new(Who::Directory(actor.token_id()), action, Some(actor.request())).within(actor.organisation_id())
    }

    /// A staff member did it who is on the way in and has proven something of who they are.
    pub(crate) const fn by_incoming_staff(staff: StaffId, action: AuditAction, request: &'a RequestInfo) -> Self {
        Self::new(Who::Staff(staff), action, Some(request))
    }

    /// The operator did it.
    pub(crate) const fn by_operator(actor: &'a OperatorActor, action: AuditAction) -> Self {
        Self::new(Who::Operator, action, Some(actor.request()))
    }

    /// The operator did it, or the portal, since the ledger tells of it.
    pub(crate) fn by_operator_or_portal(actor: Option<&'a OperatorActor>, action: AuditAction) -> Self {
        actor.map_or_else(|| Self::by_portal(action), |actor| Self::by_operator(actor, action))
    }

    /// A provider of identities did it.
    pub(crate) const fn by_provider(action: AuditAction, request: &'a RequestInfo) -> Self {
        Self::new(Who::Provider, action, Some(request))
    }

    /// The portal did it by itself.
    pub(crate) const fn by_portal(action: AuditAction) -> Self {
        Self::new(Who::Portal, action, None)
    }

    /// Somebody did it who was not let in.
    pub(crate) const fn by_nobody(action: AuditAction, request: &'a RequestInfo) -> Self {
        Self::new(Who::Nobody, action, Some(request))
    }

    /// In whose log it belongs.
    pub(crate) const fn within(mut self, organisation: OrganisationId) -> Self {
        self.organisation = Some(organisation);
        self
    }

    /// What it was done to.
    pub(crate) const fn about(mut self, target: AuditTarget) -> Self {
        self.target = Some(target);
        self
    }

    /// In which of their sign-ins a person did it, when that is known: the detail is the session's name.
    pub(crate) const fn in_sign_in(mut self, sign_in: Option<&'a str>) -> Self {
        self.detail = sign_in;
        self
    }

    /// A few words more, from a fixed list or the configuration: never what came from outside.
    pub(crate) const fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }
}
