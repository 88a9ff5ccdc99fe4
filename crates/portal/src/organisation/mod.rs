//! Organisations: the senders, each with a key, a retention and a time zone of its own.

pub(crate) mod entity;

use base::{OrganisationId, Timestamp};
use jiff::tz::TimeZone;

use crate::actor::{OperatorActor, SystemActor};
use crate::{Fault, Portal};

/// An organisation to create.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// The name that recipients see; 1 to 100 characters.
    pub name: String,
    /// How many days its messages may be read, when they do not say otherwise; the portal's default when `None`.
    pub retention_days: Option<u32>,
    /// Where its days end; the portal's time zone when `None`.
    pub time_zone: Option<TimeZone>,
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// The name that recipients see.
    pub name: String,
    /// How many days its messages may be read, when they do not say otherwise.
    pub retention_days: u32,
    /// Where its days end.
    pub time_zone: TimeZone,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Why an organisation or one of its systems could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The name is empty, too long, or holds control characters.
    #[error("the name must be 1 to 100 characters in one line")]
    InvalidName,
    /// The retention is zero days or longer than the operator's ceiling.
    #[error("the retention must be 1 to {ceiling_days} days")]
    RetentionOutsideLimits {
        /// The longest retention, in days.
        ceiling_days: u32,
    },
    /// The time zone has no name in the IANA time zone database.
    #[error("the time zone has no name")]
    UnnamedTimeZone,
    /// There is no such organisation.
    #[error("no such organisation")]
    NoSuchOrganisation,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for SetUpError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// Creates an organisation with a key of its own.
    ///
    /// # Errors
    ///
    /// [`SetUpError`].
    pub async fn create_organisation(
        &self,
        _actor: &OperatorActor,
        _new: NewOrganisation,
    ) -> Result<Organisation, SetUpError> {
        todo!()
    }

    /// Every organisation, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn list_organisations(&self, _actor: &OperatorActor) -> Result<Vec<Organisation>, Fault> {
        todo!()
    }
}

impl Portal {
    /// The organisation that a system acts for, as recipients are told of it.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn sender(&self, _actor: &SystemActor) -> Result<Organisation, Fault> {
        todo!()
    }
}
