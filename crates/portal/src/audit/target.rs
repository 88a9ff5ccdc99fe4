//! What something can be done to, in the words of the log.

use base::{
    CaseId, CredentialId, DataRequestId, DeliveryId, DocumentId, GroupId, MessageId, OrganisationId,
    ProvisioningTokenId, RecipientId, RegisterExtractId, SessionId, StaffId, SystemId, TenantId,
};

/// What it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuditTarget {
    Organisation(OrganisationId),
    Tenant(TenantId),
    System(SystemId),
    Credential(CredentialId),
    Staff(StaffId),
    ProvisioningToken(ProvisioningTokenId),
    Group(GroupId),
    Recipient(RecipientId),
    DataRequest(DataRequestId),
    Case(CaseId),
    Message(MessageId),
    Delivery(DeliveryId),
    Document(DocumentId),
    Session(SessionId),
    RegisterExtract(RegisterExtractId),
}

impl AuditTarget {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Organisation(_) => "organisation",
            Self::Tenant(_) => "tenant",
            Self::System(_) => "system",
            Self::Credential(_) => "credential",
            Self::Staff(_) => "staff",
            Self::ProvisioningToken(_) => "provisioning-token",
            Self::Group(_) => "group",
            Self::Recipient(_) => "recipient",
            Self::DataRequest(_) => "data-request",
            Self::Case(_) => "case",
            Self::Message(_) => "message",
            Self::Delivery(_) => "delivery",
            Self::Document(_) => "document",
            Self::Session(_) => "session",
            Self::RegisterExtract(_) => "register-extract",
        }
    }

    pub(super) const fn id(&self) -> &uuid::Uuid {
        match self {
            Self::Organisation(id) => id.as_uuid(),
            Self::Tenant(id) => id.as_uuid(),
            Self::System(id) => id.as_uuid(),
            Self::Credential(id) => id.as_uuid(),
            Self::Staff(id) => id.as_uuid(),
            Self::ProvisioningToken(id) => id.as_uuid(),
            Self::Group(id) => id.as_uuid(),
            Self::Recipient(id) => id.as_uuid(),
            Self::DataRequest(id) => id.as_uuid(),
            Self::Case(id) => id.as_uuid(),
            Self::Message(id) => id.as_uuid(),
            Self::Delivery(id) => id.as_uuid(),
            Self::Document(id) => id.as_uuid(),
            Self::Session(id) => id.as_uuid(),
            Self::RegisterExtract(id) => id.as_uuid(),
        }
    }
}
