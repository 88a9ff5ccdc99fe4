//! What is left to do when nothing of a deleted organisation is left to purge: its key, its staff's accounts, its directories, its
//! systems' credentials. What it waits for until then is `waiting.rs`. What stays is its name, its log, its protocols and the tombstones of what it had.

use base::{OrganisationId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{ActiveModel, Entity};
use super::{finder, tenant_entity, waiting};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Context, Fault, audit, provisioning, register_extract, retention, staff, system};

/// Erases what is left of deleted organisations of which nothing waits any more, and says of how many. Safe to repeat, to interrupt
/// anywhere, and to run on several nodes at once.
///
/// # Errors
///
/// The first fault, after every other got its turn.
pub(crate) async fn erase_due(context: &Context) -> Result<u64, Fault> {
    let (mut erased, mut fault) = (0, None);
    for (organisation, deleted_at) in waiting::due(context.database.reader()).await? {
        match erase(context, organisation, deleted_at).await {
            Ok(done) => erased += u64::from(done),
            Err(problem) => {
                fault.get_or_insert(problem);
            }
        }
    }
    fault.map_or(Ok(erased), Err)
}

async fn erase(context: &Context, organisation: OrganisationId, deleted_at: Timestamp) -> Result<bool, Fault> {
    if audit::webhook_waits(context, organisation, deleted_at).await?.is_some() {
        return Ok(false);
    }
    let now = context.now();
    let transaction = context.database.write().await?;
    let row = finder::lock_row_even_deleted(&transaction, organisation).await?;
    if row.is_none_or(|row| row.erased_at.is_some()) {
        return Ok(false);
    }
    provisioning::erase_all(&transaction, organisation).await?;
    staff::erase_all(context, &transaction, organisation).await?;
    system::erase_credentials(&transaction, organisation, now).await?;
    retention::forget_pending(&transaction, organisation).await?;
    register_extract::forget_reasons(&transaction, organisation).await?;
    audit::forget_webhook(&transaction, organisation).await?;
    tenant_entity::Entity::delete_many()
        .filter(tenant_entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .exec(&transaction)
        .await?;
    let change = ActiveModel {
        id: Set(*organisation.as_uuid()),
        staff_networks: Set(None),
        erased_at: Set(Some(now.as_millis())),
        ..ActiveModel::default()
    };
    Entity::update(change).exec(&transaction).await?;
    let entry = AuditEntry::by_portal(AuditAction::OrganisationErased);
    let entry = entry
        .within(organisation)
        .about(AuditTarget::Organisation(organisation));
    context.audit.record(&transaction, now, &entry).await?;
    // After the log knows, and before anybody reads that it is done. Keys that nothing names are the orphans' to destroy.
    if !context.vault.destroy_organisation_key(organisation).await? {
        return Ok(false);
    }
    transaction.commit().await?;
    Ok(true)
}
