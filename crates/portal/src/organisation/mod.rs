//! Organisations: the senders, each with a key, a retention and a time zone of its own.
//!
//! Others find them through `finder.rs` alone, which gives none that was deleted unless it is asked for by name. Deleting one is
//! `delete.rs`, what is left to do then `erase.rs`, and what that waits for `waiting.rs`.

mod content;
mod delete;
#[cfg(test)]
mod deletion_restore_tests;
#[cfg(test)]
mod deletion_tests;
mod entity;
mod erase;
mod finder;
#[cfg(test)]
mod gone_tests;
#[cfg(test)]
mod lives;
mod sign_in_rules;
mod slug;
mod tenant;
mod tenant_entity;
#[cfg(test)]
mod tests;
mod waiting;
#[cfg(test)]
mod waiting_tests;

pub use content::OrganisationContent;
pub use delete::DeleteOrganisationError;
pub(crate) use delete::{delete_as_told, erase_as_told};
pub(crate) use entity::Model as OrganisationRow;
pub(crate) use erase::erase_due;
pub(crate) use finder::{
    NotLocked, find, find_even_deleted, find_row, find_row_by_address, lock_row, lock_row_even_deleted, shows_names,
    stays, with_living, with_names_shown,
};
pub use sign_in_rules::SignInRules;
pub(crate) use sign_in_rules::{let_passwords_in, set_sign_in_rules};
pub use tenant::TenantError;
pub(crate) use tenant::{has_tenant, tenants_of};
pub use waiting::{ErasureObstacle, ErasureWait};

use base::{OrganisationId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::ActiveValue::Set;
use sea_orm::{DbErr, EntityTrait, IntoActiveModel, QueryOrder, SqlErr};

use crate::actor::{OperatorActor, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::message::{SystemError, is_line};
use crate::{Fault, Portal, retention};

/// How often an organisation's slug is chosen anew when another node takes it at the same moment.
const ATTEMPTS: u32 = 3;

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
    /// Its name in the addresses of its staff's pages; `None` when it was created before there were such names, and its id stands
    /// there.
    pub slug: Option<String>,
    /// How many days its messages may be read, when they do not say otherwise.
    pub retention_days: u32,
    /// Where its days end.
    pub time_zone: TimeZone,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
    /// When the last of it was erased but this, if it was.
    pub erased_at: Option<Timestamp>,
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
    pub(crate) fn from_row(row: entity::Model) -> Result<Self, Fault> {
        Ok(Self {
            id: OrganisationId::from_uuid(row.id),
            name: row.name,
            slug: row.slug,
            retention_days: u32::try_from(row.retention_days).map_err(Fault::new)?,
            time_zone: TimeZone::get(&row.time_zone).map_err(Fault::new)?,
            created_at: Timestamp::from_millis(row.created_at),
            deleted_at: row.deleted_at.map(Timestamp::from_millis),
            erased_at: row.erased_at.map(Timestamp::from_millis),
        })
    }
}

/// Writes down whether an organisation's recipients may see that there is a hold on a case of theirs.
pub(crate) async fn set_holds_shown(on: &WriteTransaction, id: OrganisationId, shown: bool) -> Result<(), DbErr> {
    let change = entity::ActiveModel {
        id: Set(*id.as_uuid()),
        holds_shown: Set(Some(i32::from(shown))),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(on).await?;
    Ok(())
}

/// Writes down whether an organisation's recipients are told the names of its staff.
pub(crate) async fn set_names_shown(on: &WriteTransaction, id: OrganisationId, shown: bool) -> Result<(), DbErr> {
    let change = entity::ActiveModel {
        id: Set(*id.as_uuid()),
        names_shown: Set(Some(i32::from(shown))),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(on).await?;
    Ok(())
}

/// Writes down whether what shortens an organisation's retention needs a second admin.
pub(crate) async fn set_retention_approval(
    on: &WriteTransaction,
    id: OrganisationId,
    required: bool,
) -> Result<(), DbErr> {
    let change = entity::ActiveModel {
        id: Set(*id.as_uuid()),
        retention_approval: Set(Some(i32::from(required))),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(on).await?;
    Ok(())
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
            Some(days) if (1..=ceiling_days).contains(&days) => days,
            Some(_) => return Err(SetUpError::RetentionOutsideLimits { ceiling_days }),
        };
        let time_zone = new.time_zone.unwrap_or_else(|| context.settings.time_zone.clone());
        let zone_name = time_zone.iana_name().ok_or(SetUpError::UnnamedTimeZone)?.to_owned();
        let id: OrganisationId = context.ids.next();
        let now = context.now();
        // The key comes first, so that no organisation is ever seen without one.
        context.vault.create_organisation_key(id).await?;
        let row = entity::Model {
            id: *id.as_uuid(),
            slug: None,
            second_factor_required: None,
            password_max_age_days: None,
            staff_networks: None,
            work_account_required: None,
            holds_shown: None,
            retention_approval: None,
            names_shown: None,
            deleted_at: None,
            erased_at: None,
            name,
            retention_days: i32::try_from(retention_days)
                .map_err(|_| SetUpError::RetentionOutsideLimits { ceiling_days })?,
            time_zone: zone_name,
            event_sequence: 0,
            created_at: now.as_millis(),
        };
        let entry = AuditEntry::by_operator(actor, AuditAction::OrganisationCreated)
            .within(id)
            .about(AuditTarget::Organisation(id));
        let mut attempt = 1;
        loop {
            let transaction = context.database.write().await?;
            let mut row = row.clone();
            row.slug = Some(slug::free(&transaction, &row.name).await?);
            let inserted = entity::Entity::insert(row.clone().into_active_model())
                .exec_without_returning(&transaction)
                .await;
            match inserted {
                // Somebody created one of the same name at the same moment: with the next number it is.
                Err(error) if attempt < ATTEMPTS && is_unique_violation(&error) => attempt += 1,
                inserted => {
                    inserted?;
                    context.audit.record(&transaction, now, &entry).await?;
                    transaction.commit().await?;
                    return Ok(Organisation::from_row(row)?);
                }
            }
        }
    }

    /// The organisation whose staff an address is for: its slug or its id. None that was deleted.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn organisation_at(&self, address: &str) -> Result<Option<Organisation>, Fault> {
        let row = find_row_by_address(self.0.database.reader(), address).await?;
        row.map(Organisation::from_row).transpose()
    }

    /// Every organisation, oldest first, those that were deleted too.
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
    /// [`SystemError::SystemDisabled`], [`SystemError::Fault`].
    pub async fn sender(&self, actor: &SystemActor) -> Result<Organisation, SystemError> {
        let found = find(self.0.database.reader(), actor.organisation_id()).await?;
        found.ok_or(SystemError::SystemDisabled)
    }
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
