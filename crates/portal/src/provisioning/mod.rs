//! Provisioning: an organisation's directory makes, changes and shuts the accounts of its staff (SCIM 2.0, RFC 7643 and 7644).
//!
//! Owns the tokens that directories come with, what a directory says of people, and its groups. Accounts are the module
//! `staff`'s, and change only through its functions. Everything is scoped by [`crate::ProvisioningActor`], which the token alone
//! gives. Names and addresses are sealed and found by keyed indexes. Knows no HTTP and no filter.
//!
//! Locks are taken in one order, so that nobody waits in a circle: the organisation's row, a group's, then accounts by their ids. What
//! belongs to an account (its memberships, what a directory says of it, its sessions) changes under its lock alone. An account's
//! address, which is unique, and its sessions are written before the first line of the audit log, whose counter is a lock too; names,
//! which are unique as well, after it.

mod attributes;
mod end;
pub(crate) mod entity;
mod follow;
mod group;
mod list;
mod selection;
mod store;
#[cfg(test)]
mod tests;
mod token;
mod user;

pub use attributes::{Email, GroupAttributes, NameParts, RoleValue, UserAttributes};
pub(crate) use end::erase_all;
pub use group::{GroupKey, GroupMembers, ProvisionedGroup};
pub use list::UserKey;
pub use selection::{Selected, Selection};
pub use token::{
    NewProvisioningToken, ProvisioningToken, ProvisioningTokenError, ProvisioningTokenMade, ProvisioningTokenRefused,
    ProvisioningTokenState,
};
pub use user::{GroupReference, ProvisionedUser};

use base::{OrganisationId, TenantId};
use unicode_normalization::UnicodeNormalization;

use crate::organisation::NotLocked;
use crate::staff::NotCreated;
use crate::{Fault, ProvisioningActor};

/// The form of a name in which capitals and ways of writing accents make no difference: userName and displayName are compared so
/// (RFC 7643 section 2.2, `caseExact` false).
#[must_use]
pub fn caseless(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.to_lowercase().nfc().collect()
}

/// What a directory wants can't be done.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    /// There is no such user or group, or none that this directory may know of.
    #[error("not found")]
    NotFound,
    /// Another has this name, or the account is one that this directory does not provision.
    #[error("another has this {0} already")]
    Taken(&'static str),
    /// There are as many as there may be.
    #[error("there are as many {0} as there may be")]
    TooMany(&'static str),
    /// A value is missing, too long, or not what it should be.
    #[error("{0}")]
    Invalid(&'static str),
    /// The value was given once and stays.
    #[error("{0} can't be changed")]
    Immutable(&'static str),
    /// The directory's organisation was deleted since the request began, and its tokens with it.
    #[error("the organisation is no longer there")]
    OrganisationGone,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ProvisioningError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<NotLocked> for ProvisioningError {
    fn from(problem: NotLocked) -> Self {
        problem.or_gone(Self::OrganisationGone)
    }
}

impl From<NotCreated> for ProvisioningError {
    fn from(problem: NotCreated) -> Self {
        match problem {
            NotCreated::Taken => Self::Taken("account"),
            NotCreated::TooMany => Self::TooMany("staff members"),
            NotCreated::OrganisationGone => Self::OrganisationGone,
            NotCreated::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Whose users and groups: those of one organisation, from one directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Directory {
    organisation: OrganisationId,
    tenant: Option<TenantId>,
}

impl Directory {
    const fn of(actor: &ProvisioningActor) -> Self {
        Self {
            organisation: actor.organisation_id(),
            tenant: actor.tenant(),
        }
    }

    /// Whether a row with these columns is this directory's.
    fn has(self, organisation: uuid::Uuid, tenant: Option<uuid::Uuid>) -> bool {
        *self.organisation.as_uuid() == organisation && self.tenant.map(|tenant| *tenant.as_uuid()) == tenant
    }
}
