//! Why a system or one of its credentials could not be set up.

use crate::Fault;
use crate::actor::Denied;

/// Why a system or one of its credentials could not be set up or changed.
#[derive(Debug, thiserror::Error)]
pub enum SystemSetUpError {
    /// The name is empty, too long, or holds control characters.
    #[error("the name must be 1 to 100 characters in one line")]
    InvalidName,
    /// There is no such organisation, or none that the actor may know of.
    #[error("no such organisation")]
    NoSuchOrganisation,
    /// There is no such system, or none that the actor may know of.
    #[error("no such system")]
    NoSuchSystem,
    /// The system has no such credential.
    #[error("the system has no such credential")]
    NoSuchCredential,
    /// The organisation has as many systems as it may have.
    #[error("an organisation has {limit} systems at most: disable one that is not used")]
    TooManySystems {
        /// The most that are not disabled.
        limit: usize,
    },
    /// As many secrets hold as may at once.
    #[error("{limit} secrets hold already: withdraw one first")]
    TooManySecrets {
        /// The most.
        limit: usize,
    },
    /// As many public keys are registered as may be at once.
    #[error("{limit} keys are registered already: withdraw one first")]
    TooManyKeys {
        /// The most.
        limit: usize,
    },
    /// As many key sets are registered as may be at once.
    #[error("{limit} key sets are registered already: withdraw one first")]
    TooManyKeySets {
        /// The most.
        limit: usize,
    },
    /// It is no address that a key set can have.
    #[error("the address must be one of the web, in ASCII and of at most 500 characters")]
    InvalidAddress,
    /// The system has a key set with this address already.
    #[error("the system has a key set with this address already")]
    KeySetTaken,
    /// The system has this key already, or another with its name.
    #[error("the system has this key, or another with the same kid, already")]
    KeyTaken,
    /// It is no key that can be registered.
    #[error(transparent)]
    InvalidKey(super::InvalidKey),
    /// The period is zero days or too long.
    #[error("a credential holds for 1 to {max_days} days")]
    InvalidPeriod {
        /// The longest, in days.
        max_days: u32,
    },
    /// The system is disabled, for good.
    #[error("the system is disabled")]
    Disabled,
    /// The staff member may not do this, or not now.
    #[error(transparent)]
    Denied(Denied),
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for SystemSetUpError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}
