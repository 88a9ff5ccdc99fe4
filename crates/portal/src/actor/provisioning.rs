//! An organisation's directory, which provisions the organisation's staff.

use base::{OrganisationId, ProvisioningTokenId, TenantId};

use super::RequestInfo;

/// A directory that came with a valid token. Everything that it sees and changes is of its organisation; and of one directory of
/// Entra ID, where the token is bound to one.
#[derive(Clone, Debug)]
pub struct ProvisioningActor {
    token: ProvisioningTokenId,
    organisation: OrganisationId,
    tenant: Option<TenantId>,
    request: RequestInfo,
}

impl ProvisioningActor {
    pub(crate) const fn new(
        token: ProvisioningTokenId,
        organisation: OrganisationId,
        tenant: Option<TenantId>,
        request: RequestInfo,
    ) -> Self {
        Self {
            token,
            organisation,
            tenant,
            request,
        }
    }

    /// The token that it came with.
    #[must_use]
    pub const fn token_id(&self) -> ProvisioningTokenId {
        self.token
    }

    /// Whose staff it provisions.
    #[must_use]
    pub const fn organisation_id(&self) -> OrganisationId {
        self.organisation
    }

    /// The directory of Entra ID whose work accounts it provisions; `None` for a directory whose people sign in with passwords.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// The request that this actor was made for.
    #[must_use]
    pub const fn request(&self) -> &RequestInfo {
        &self.request
    }
}
