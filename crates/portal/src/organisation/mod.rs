//! Organisations: the senders, each with a key, a retention and a time zone of its own.

pub(crate) mod entity;
#[cfg(test)]
mod tests;

use base::{OrganisationId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder};

use crate::actor::{OperatorActor, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::message::is_line;
use crate::{Fault, Portal, retention};

/// The longest name of an organisation or system, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 100;

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

/// Why an organisation could not be set up.
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
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for SetUpError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Organisation {
    fn from_row(row: entity::Model) -> Result<Self, Fault> {
        Ok(Self {
            id: OrganisationId::from_uuid(row.id),
            name: row.name,
            retention_days: u32::try_from(row.retention_days).map_err(Fault::new)?,
            time_zone: TimeZone::get(&row.time_zone).map_err(Fault::new)?,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

/// The organisation with that id.
pub(crate) async fn find(on: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<Organisation>, Fault> {
    let row = entity::Entity::find_by_id(*id.as_uuid()).one(on).await?;
    row.map(Organisation::from_row).transpose()
}

impl Portal {
    /// Creates an organisation with a key of its own.
    ///
    /// # Errors
    ///
    /// [`SetUpError`].
    pub async fn create_organisation(
        &self,
        actor: &OperatorActor,
        new: NewOrganisation,
    ) -> Result<Organisation, SetUpError> {
        let context = &*self.0;
        let name = new.name.trim().to_owned();
        if !is_line(&name, MAX_NAME_CHARS) {
            return Err(SetUpError::InvalidName);
        }
        let ceiling_days = context.settings.retention_ceiling_days;
        let retention_days = match new.retention_days {
            None => retention::DEFAULT_DAYS.min(ceiling_days),
            Some(days) => retention::within_limits(days, ceiling_days)
                .map_err(|_| SetUpError::RetentionOutsideLimits { ceiling_days })?,
        };
        let time_zone = new.time_zone.unwrap_or_else(|| context.settings.time_zone.clone());
        let zone_name = time_zone.iana_name().ok_or(SetUpError::UnnamedTimeZone)?.to_owned();
        let id: OrganisationId = context.ids.next();
        let now = context.now();
        // The key comes first, so that no organisation is ever seen without one.
        context.vault.create_organisation_key(id).await?;
        let row = entity::Model {
            id: *id.as_uuid(),
            name,
            retention_days: i32::try_from(retention_days)
                .map_err(|_| SetUpError::RetentionOutsideLimits { ceiling_days })?,
            time_zone: zone_name,
            event_sequence: 0,
            created_at: now.as_millis(),
        };
        let transaction = context.database.write().await?;
        entity::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::OrganisationCreated)
            .within(id)
            .about(AuditTarget::Organisation(id));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(Organisation::from_row(row)?)
    }

    /// Every organisation, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn list_organisations(&self, _actor: &OperatorActor) -> Result<Vec<Organisation>, Fault> {
        let rows = entity::Entity::find()
            .order_by_asc(entity::Column::CreatedAt)
            .order_by_asc(entity::Column::Id)
            .all(self.0.database.reader())
            .await?;
        rows.into_iter().map(Organisation::from_row).collect()
    }

    /// The organisation that a system acts for, as recipients are told of it.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn sender(&self, actor: &SystemActor) -> Result<Organisation, Fault> {
        find(self.0.database.reader(), actor.organisation_id())
            .await?
            .ok_or_else(|| Fault::new("a system's organisation is missing"))
    }
}
