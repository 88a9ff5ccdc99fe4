//! What happens to credentials by itself: organisations are told of those that end soon, and old ones are forgotten.

use base::{CredentialId, OrganisationId, SystemId, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
};

use super::entity::{Column, Entity, Model};
use super::{LISTED_AFTERWARDS, WARNING, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::system::{NO_SECRET, entity as system_entity};
use crate::{Context, Fault, event};

/// How many rows are looked at a time.
const BATCH: u64 = 100;

/// Takes over the secrets of systems that the version before made: while it still runs on another node, or after a return
/// to it.
const ADOPT: &str = "INSERT INTO system_credential (id, system_id, kind, secret_hash, created_at) \
    SELECT id, id, 'secret', secret_hash, created_at FROM system WHERE secret_hash <> $1 \
    AND NOT EXISTS (SELECT 1 FROM system_credential WHERE system_credential.system_id = system.id) \
    ON CONFLICT DO NOTHING";

/// Gives systems that the version before made their first credential. Says how many.
pub(crate) async fn adopt(context: &Context) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    let backend = transaction.get_database_backend();
    let adopt = Statement::from_sql_and_values(backend, ADOPT, [NO_SECRET.to_vec().into()]);
    let done = transaction.execute_raw(adopt).await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// Tells organisations, once for each, of their systems' credentials that end within a fortnight. Says how many.
pub(crate) async fn warn(context: &Context) -> Result<u64, Fault> {
    let now = context.now();
    let mut warned = 0;
    loop {
        let ending = Entity::find()
            .filter(unwarned(now))
            .filter(
                Column::SystemId.in_subquery(
                    system_entity::Entity::find()
                        .select_only()
                        .column(system_entity::Column::Id)
                        .filter(system_entity::Column::DisabledAt.is_null())
                        .into_query(),
                ),
            )
            .order_by_asc(Column::ExpiresAt)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        let last = u64::try_from(ending.len()).unwrap_or(u64::MAX) < BATCH;
        for row in ending {
            warned += u64::from(warn_of(context, &row, now).await?);
        }
        if last {
            return Ok(warned);
        }
    }
}

/// Those that end soon and of which nobody was told.
fn unwarned(now: Timestamp) -> Condition {
    store::holds(now)
        .add(Column::ExpiresAt.lte((now + WARNING).as_millis()))
        .add(Column::WarnedAt.is_null())
}

/// Tells of one, unless another node just did.
async fn warn_of(context: &Context, row: &Model, now: Timestamp) -> Result<bool, Fault> {
    let Some(expires_at) = row.expires_at.map(Timestamp::from_millis) else {
        return Ok(false);
    };
    let transaction = context.database.write().await?;
    let marked = Entity::update_many()
        .col_expr(Column::WarnedAt, now.as_millis().into())
        .filter(Column::Id.eq(row.id))
        .filter(unwarned(now))
        .exec(&transaction)
        .await?;
    let system = system_entity::Entity::find_by_id(row.system_id)
        .one(&transaction)
        .await?;
    let Some(system) = system.filter(|_| marked.rows_affected == 1) else {
        return Ok(false);
    };
    let organisation = OrganisationId::from_uuid(system.organisation_id);
    let ending = event::EndingCredential {
        system: SystemId::from_uuid(row.system_id),
        credential: CredentialId::from_uuid(row.id),
        expires_at,
    };
    event::record_ending(&transaction, organisation, now, ending).await?;
    let entry = AuditEntry::by_portal(AuditAction::CredentialEnding)
        .within(organisation)
        .about(AuditTarget::Credential(ending.credential));
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Forgets credentials some time after their end. Says how many.
pub(crate) async fn forget(context: &Context) -> Result<u64, Fault> {
    let long_ago = (context.now() - LISTED_AFTERWARDS).as_millis();
    let transaction = context.database.write().await?;
    let over = Condition::any()
        .add(Column::WithdrawnAt.lte(long_ago))
        .add(Column::ExpiresAt.lte(long_ago));
    let done = Entity::delete_many().filter(over).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}
