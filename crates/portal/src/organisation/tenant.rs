//! Whose directory of Entra ID an organisation's is: the allow-list for its staff's work accounts. The operator keeps it, who
//! has seen that the directory is the organisation's; an admin who could name any directory could let anybody in unseen.

use base::{OrganisationId, TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{lock_row, tenant_entity};
use crate::actor::OperatorActor;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Fault, Portal, staff};

/// The directory that all personal Microsoft accounts are in, so that it is nobody's. Source: Microsoft identity platform, "ID
/// token claims reference", the claim `tid`.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// An organisation's directories were not changed.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// There is no such organisation, or the directory is none of its own.
    #[error("not found")]
    NotFound,
    /// Anybody gets an account in this directory.
    #[error("that directory is the one of personal Microsoft accounts, which anybody gets")]
    Personal,
    /// The organisation has another: sign-ins begin at one, since each is an issuer of its own.
    #[error("the organisation has another directory, which must be taken away first")]
    HasAnother,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for TenantError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Whether the directory is one of the organisation's.
pub(crate) async fn has_tenant(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    tenant: TenantId,
) -> Result<bool, DbErr> {
    let row = tenant_entity::Entity::find_by_id((*organisation.as_uuid(), *tenant.as_uuid()));
    Ok(row.one(on).await?.is_some())
}

pub(crate) async fn tenants_of(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<Vec<TenantId>, DbErr> {
    let rows = tenant_entity::Entity::find()
        .filter(tenant_entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(tenant_entity::Column::TenantId)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| TenantId::from_uuid(row.tenant_id)).collect())
}

impl Portal {
    /// The directory of an organisation whose staff may come with work accounts.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn directory_of(&self, organisation: OrganisationId) -> Result<Option<TenantId>, Fault> {
        let tenants = tenants_of(self.0.database.reader(), organisation).await?;
        Ok(tenants.first().copied())
    }

    /// An organisation's directories.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn tenants(&self, _actor: &OperatorActor, organisation: OrganisationId) -> Result<Vec<TenantId>, Fault> {
        Ok(tenants_of(self.0.database.reader(), organisation).await?)
    }

    /// Makes a directory one of an organisation's: whoever has a role in it there may sign in. Doing it again is fine.
    ///
    /// # Errors
    ///
    /// [`TenantError`].
    pub async fn add_tenant(
        &self,
        actor: &OperatorActor,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<(), TenantError> {
        if tenant.to_string() == PERSONAL_ACCOUNTS {
            return Err(TenantError::Personal);
        }
        let context = &*self.0;
        let transaction = context.database.write().await?;
        // Of two that are added at once, the second sees the first.
        lock_row(&transaction, organisation)
            .await
            .map_err(|problem| problem.or_gone(TenantError::NotFound))?;
        let known = tenants_of(&transaction, organisation).await?;
        if known.contains(&tenant) {
            return Ok(());
        }
        if !known.is_empty() {
            return Err(TenantError::HasAnother);
        }
        let row = tenant_entity::Model {
            organisation_id: *organisation.as_uuid(),
            tenant_id: *tenant.as_uuid(),
            created_at: context.now().as_millis(),
        };
        tenant_entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::TenantAdded);
        let entry = entry.within(organisation).about(AuditTarget::Tenant(tenant));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a directory from an organisation: whoever is signed in with an account of it no longer is, also if it is added again.
    ///
    /// # Errors
    ///
    /// [`TenantError`].
    pub async fn remove_tenant(
        &self,
        actor: &OperatorActor,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<(), TenantError> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let deleted = tenant_entity::Entity::delete_by_id((*organisation.as_uuid(), *tenant.as_uuid()));
        if deleted.exec(&transaction).await?.rows_affected == 0 {
            return Err(TenantError::NotFound);
        }
        staff::end_sessions_of_directory(context, &transaction, organisation, tenant).await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::TenantRemoved);
        let entry = entry.within(organisation).about(AuditTarget::Tenant(tenant));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}
