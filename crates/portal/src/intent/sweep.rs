//! The sweeper. Deletes only what expired intents name, never what merely looks orphaned.

use std::time::Duration;

use base::{DocumentId, IntentId, MessageId, OrganisationId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{document_entity, entity, forget};
use crate::{Context, Fault, Portal};

/// How long a swept intent is kept and swept again: a node that stood still while its lease ran out may write the last
/// of a blob after the first sweep, before it notices.
const KEPT_AFTER_SWEEP: Duration = Duration::from_secs(60 * 60);

/// Intents in one round.
const BATCH: u64 = 100;

impl Portal {
    /// Removes keys and blobs of uploads whose lease ran out. Says how many uploads were condemned now. Safe to repeat,
    /// to interrupt anywhere and to run on several nodes at once. One that can't be cleared holds up no other.
    pub(crate) async fn sweep_intents(&self) -> Result<u64, Fault> {
        let context = &*self.0;
        let now = context.now();
        let condemned = condemn(context, entity::Column::LeaseUntil.lte(now.as_millis()), now).await?;
        let (mut after, mut fault) = (None, None);
        loop {
            let rows = entity::Entity::find()
                .filter(entity::Column::CondemnedAt.is_not_null())
                .filter(Condition::all().add_option(after.map(|id| entity::Column::Id.gt::<uuid::Uuid>(id))))
                .order_by_asc(entity::Column::Id)
                .limit(BATCH)
                .all(context.database.reader())
                .await?;
            let Some(last) = rows.last() else {
                return fault.map_or(Ok(condemned), Err);
            };
            after = Some(last.id);
            for row in rows {
                if let Err(problem) = sweep(context, &row, now).await {
                    fault.get_or_insert(problem);
                }
            }
        }
    }
}

/// Clears a condemned intent, and forgets it when nothing of it can come any more.
async fn sweep(context: &Context, intent: &entity::Model, now: Timestamp) -> Result<(), Fault> {
    clear(context, intent).await?;
    if intent
        .condemned_at
        .is_some_and(|at| Timestamp::from_millis(at) + KEPT_AFTER_SWEEP <= now)
    {
        let transaction = context.database.write().await?;
        forget(&transaction, intent.id).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Sweeps the intent of an upload that its own node gave up, without waiting for the lease.
pub(crate) async fn sweep_one(context: &Context, intent: IntentId) -> Result<(), Fault> {
    condemn(context, entity::Column::Id.eq(*intent.as_uuid()), context.now()).await?;
    let row = entity::Entity::find_by_id(*intent.as_uuid())
        .filter(entity::Column::CondemnedAt.is_not_null())
        .one(context.database.reader())
        .await?;
    match row {
        Some(row) => clear(context, &row).await,
        None => Ok(()),
    }
}

/// From here on the uploads can't finish any more.
async fn condemn(
    context: &Context,
    which: impl sea_orm::sea_query::IntoCondition,
    now: Timestamp,
) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::CondemnedAt, Expr::value(now.as_millis()))
        .filter(entity::Column::CondemnedAt.is_null())
        .filter(which)
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}

/// Destroys the keys and deletes the blobs that a condemned intent names. The keys go first: what is left of a blob then
/// is noise.
async fn clear(context: &Context, intent: &entity::Model) -> Result<(), Fault> {
    let documents: Vec<DocumentId> = document_entity::Entity::find()
        .filter(document_entity::Column::IntentId.eq(intent.id))
        .all(context.database.reader())
        .await?
        .into_iter()
        .map(|row| DocumentId::from_uuid(row.document_id))
        .collect();
    let mut owners = vec![ContentOwner::Message(MessageId::from_uuid(intent.message_id))];
    owners.extend(documents.iter().copied().map(ContentOwner::Document));
    context.vault.destroy_content_keys(&owners).await?;
    let organisation = OrganisationId::from_uuid(intent.organisation_id);
    for document in documents {
        context.blobs.delete(organisation, document).await?;
    }
    Ok(())
}
