//! The sweeper. Deletes only what expired intents name, never what merely looks orphaned.

use std::time::Duration;

use base::{DocumentId, IntentId, MessageId, OrganisationId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{document_entity, entity, forget};
use crate::blob::Blobs;
use crate::installation::StoreGate;
use crate::{Context, Fault};

/// How long a swept intent is kept and swept again: a node that stood still while its lease ran out may write the last
/// of a blob after the first sweep, before it notices.
const KEPT_AFTER_SWEEP: Duration = Duration::from_secs(60 * 60);

/// Intents in one round.
const BATCH: u64 = 100;

/// Condemns uploads whose lease ran out and destroys their keys. Says how many were condemned now. Needs no blob store.
/// Safe to repeat, to interrupt anywhere and to run on several nodes at once.
pub(crate) async fn sweep_keys(context: &Context) -> Result<u64, Fault> {
    let now = context.now();
    let condemned = condemn(context, entity::Column::LeaseUntil.lte(now.as_millis()), now).await?;
    let (mut after, mut fault) = (None, None);
    while let Some(rows) = next_condemned(context, &mut after).await? {
        for row in rows {
            if let Err(problem) = clear_keys(context, &row).await {
                fault.get_or_insert(problem);
            }
        }
    }
    fault.map_or(Ok(condemned), Err)
}

/// Deletes the blobs of condemned uploads, and forgets those of which nothing can come any more; does nothing while the
/// blob store fails as a whole or isn't this installation's. One that can't be cleared holds up no other. Safe as
/// [`sweep_keys`].
pub(crate) async fn sweep_blobs(context: &Context) -> Result<(), Fault> {
    let now = context.certain_now();
    let (mut after, mut fault) = (None, None);
    let mut store = StoreGate::default();
    while let Some(rows) = next_condemned(context, &mut after).await? {
        let Some(blobs) = store.blobs(context).await else {
            break;
        };
        for row in rows {
            if let Err(problem) = sweep(context, blobs, &row, now).await {
                fault.get_or_insert(problem);
            }
        }
    }
    store.problem().or(fault).map_or(Ok(()), Err)
}

/// The next condemned intents after `after`, which it moves; `None` when there are none.
async fn next_condemned(
    context: &Context,
    after: &mut Option<uuid::Uuid>,
) -> Result<Option<Vec<entity::Model>>, Fault> {
    let rows = entity::Entity::find()
        .filter(entity::Column::CondemnedAt.is_not_null())
        .filter(Condition::all().add_option(after.map(|id| entity::Column::Id.gt::<uuid::Uuid>(id))))
        .order_by_asc(entity::Column::Id)
        .limit(BATCH)
        .all(context.database.reader())
        .await?;
    let Some(last) = rows.last() else {
        return Ok(None);
    };
    *after = Some(last.id);
    Ok(Some(rows))
}

/// Clears a condemned intent, and forgets it when nothing of it can come any more.
async fn sweep(context: &Context, blobs: &Blobs, intent: &entity::Model, now: Timestamp) -> Result<(), Fault> {
    clear(context, blobs, intent).await?;
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
        Some(row) => clear(context, &context.blobs, &row).await,
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
async fn clear(context: &Context, blobs: &Blobs, intent: &entity::Model) -> Result<(), Fault> {
    let documents = clear_keys(context, intent).await?;
    let organisation = OrganisationId::from_uuid(intent.organisation_id);
    for document in documents {
        blobs.delete(organisation, document).await?;
    }
    Ok(())
}

/// Destroys the keys that a condemned intent names, and gives its documents.
async fn clear_keys(context: &Context, intent: &entity::Model) -> Result<Vec<DocumentId>, Fault> {
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
    Ok(documents)
}
