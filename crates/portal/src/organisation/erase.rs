//! What is left to do when nothing of a deleted organisation is left to purge: its key, its staff's accounts, its directories, its
//! systems' credentials. What stays is its name, its log, its protocols and the tombstones of what it had.

use base::{OrganisationId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::entity::{ActiveModel, Entity};
use super::{finder, tenant_entity};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Context, Fault, audit, provisioning, register_extract, retention, staff, system};

/// Those that were deleted and of which nothing waits: no upload, nothing to be purged, no line of a protocol that is not closed, no
/// request and its answer that somebody may read, no hold of which somebody's words are kept.
const DUE: &str = "\
    SELECT id, deleted_at FROM organisation WHERE deleted_at IS NOT NULL AND erased_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM intent WHERE intent.organisation_id = organisation.id) \
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.organisation_id = organisation.id AND delivery.purged_at IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM message WHERE message.organisation_id = organisation.id AND message.sealed_title IS NOT NULL) \
    AND NOT EXISTS (SELECT 1 FROM document WHERE document.organisation_id = organisation.id AND document.purged_at IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM purge_leaf WHERE purge_leaf.organisation_id = organisation.id AND purge_leaf.protocol IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM data_request WHERE data_request.organisation_id = organisation.id) \
    AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.organisation_id = organisation.id AND hold.settled_at IS NULL) \
    ORDER BY id";

/// Erases what is left of deleted organisations of which nothing waits any more, and says of how many. Safe to repeat, to interrupt
/// anywhere, and to run on several nodes at once.
///
/// # Errors
///
/// The first fault, after every other got its turn.
pub(crate) async fn erase_due(context: &Context) -> Result<u64, Fault> {
    let (mut erased, mut fault) = (0, None);
    for (organisation, deleted_at) in due(context).await? {
        match erase(context, organisation, deleted_at).await {
            Ok(done) => erased += u64::from(done),
            Err(problem) => {
                fault.get_or_insert(problem);
            }
        }
    }
    fault.map_or(Ok(erased), Err)
}

async fn due(context: &Context) -> Result<Vec<(OrganisationId, Timestamp)>, DbErr> {
    let reader = context.database.reader();
    let query = Statement::from_string(reader.get_database_backend(), DUE);
    let rows = reader.query_all_raw(query).await?;
    let read = |row: &sea_orm::QueryResult| {
        let (id, deleted_at): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((OrganisationId::from_uuid(id), Timestamp::from_millis(deleted_at)))
    };
    rows.iter().map(read).collect()
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
