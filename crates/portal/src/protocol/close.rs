//! Closing: what was purged since the last protocol becomes the next one, numbered, summed up, tied to the one before, and signed.
//! A protocol comes to be in one transaction under the organisation's lock, in which what it was drawn up from is looked at again: of
//! many nodes one closes, and a crash leaves a whole protocol or none.

use base::{OrganisationId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::statement::{self, ProtocolStatement};
use super::{entity, leaf_entity};
use crate::audit::{AuditAction, AuditEntry};
use crate::database::WriteTransaction;
use crate::{Context, Fault, SigningPurpose, organisation};

/// How many leaves are taken in one transaction: few, since on SQLite whoever reads a document waits for it.
const TAKEN_AT_ONCE: u64 = 250;

/// Closes protocols over everything that was purged and stands in none, for every organisation, and says how many. Protocols hold at
/// most `limit` leaves each.
///
/// # Errors
///
/// The first fault, after every other organisation got its turn.
pub(crate) async fn close(context: &Context, limit: u64) -> Result<u64, Fault> {
    use leaf_entity::{Column, Entity};
    let organisations: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::OrganisationId)
        .distinct()
        .filter(Column::Protocol.is_null())
        .order_by_asc(Column::OrganisationId)
        .into_tuple()
        .all(context.database.reader())
        .await?;
    let (mut closed, mut first) = (0, None);
    for organisation in organisations {
        loop {
            match close_next(context, OrganisationId::from_uuid(organisation), limit).await {
                Ok(true) => closed += 1,
                Ok(false) => break,
                Err(fault) => {
                    first.get_or_insert(fault);
                    break;
                }
            }
        }
    }
    first.map_or(Ok(closed), Err)
}

/// Closes the organisation's next protocol; `false` when there is nothing to close it over.
///
/// Leaves are taken a few at a time, and the last few with the protocol itself, so that there is something to go on from until
/// it stands. In between it is summed up and signed, without a lock.
async fn close_next(context: &Context, organisation: OrganisationId, limit: u64) -> Result<bool, Fault> {
    loop {
        let left = take_all_but_the_last(context, organisation, limit).await?;
        let Some(next) = draw_up(context, organisation, left).await? else {
            return Ok(false);
        };
        if store(context, organisation, &next).await? {
            return Ok(true);
        }
        // Another node took from the same leaves, or was first.
    }
}

/// Takes leaves for the organisation's next protocol until at most one transaction's are left, and says how many those may be.
async fn take_all_but_the_last(context: &Context, organisation: OrganisationId, limit: u64) -> Result<u64, Fault> {
    loop {
        let transaction = context.database.write().await?;
        locked(&transaction, organisation).await?;
        let number = number_after(latest(&transaction, organisation).await?.as_ref());
        let room = limit.saturating_sub(count(&transaction, organisation, number).await?);
        let mut free = free_leaves(&transaction, organisation, room.min(TAKEN_AT_ONCE + 1)).await?;
        if free.len() as u64 <= TAKEN_AT_ONCE {
            return Ok(room);
        }
        free.pop();
        take(&transaction, &free, number).await?;
        transaction.commit().await?;
    }
}

/// A protocol that is not stored yet.
struct Next {
    row: entity::Model,
    closed: Timestamp,
    /// How many leaves were taken for it before.
    taken: u64,
    /// The rest of its leaves.
    last: Vec<Uuid>,
}

/// Sums up what was taken and at most so many leaves that were not, and signs it; `None` when there is none of these.
async fn draw_up(context: &Context, id: OrganisationId, room: u64) -> Result<Option<Next>, Fault> {
    let reader = context.database.reader();
    let organisation = organisation::find_even_deleted(reader, id).await?;
    let organisation = organisation.ok_or_else(|| Fault::new("an organisation with leaves is missing"))?;
    let before = latest(reader, id).await?;
    let number = number_after(before.as_ref());
    let last = free_leaves(reader, id, room.min(TAKEN_AT_ONCE)).await?;
    if last.is_empty() {
        return Ok(None);
    }
    let taken = count(reader, id, number).await?;
    let leaves = super::store::leaves_with(reader, id, number, &last).await?;
    let sum = statement::sum(id, leaves.iter().map(String::as_str));
    let sum = sum.ok_or_else(|| Fault::new("a leaf of what was purged is damaged"))?;
    let closed = context.now();
    let text = ProtocolStatement {
        organisation: id,
        organisation_name: organisation.name,
        number: u64::try_from(number).map_err(Fault::new)?,
        first_purged: sum.first_purged,
        last_purged: sum.last_purged,
        closed,
        documents: sum.documents,
        messages: sum.messages,
        bytes: sum.bytes,
        rules: sum.rules,
        root: sum.root,
        previous: before.map(|before| statement::hash_of_statement(&before.statement)),
    }
    .to_text()
    .map_err(Fault::new)?;
    let signature = context.sign(SigningPurpose::PurgeProtocol, text.as_bytes()).await?;
    Ok(Some(Next {
        row: entity::Model {
            organisation_id: *id.as_uuid(),
            number,
            statement: text,
            key_id: signature.key_id,
            signature: signature.bytes.to_vec(),
        },
        closed,
        taken,
        last,
    }))
}

/// Stores a protocol with the last of its leaves; `false`, and nothing happens, when what it was drawn up from has changed.
async fn store(context: &Context, organisation: OrganisationId, next: &Next) -> Result<bool, Fault> {
    let transaction = context.database.write().await?;
    locked(&transaction, organisation).await?;
    let number = next.row.number;
    let stands = number_after(latest(&transaction, organisation).await?.as_ref()) == number
        && count(&transaction, organisation, number).await? == next.taken
        && take(&transaction, &next.last, number).await? == next.last.len() as u64;
    if !stands {
        return Ok(false);
    }
    entity::Entity::insert(next.row.clone().into_active_model())
        .exec_without_returning(&transaction)
        .await?;
    let detail = number.to_string();
    let entry = AuditEntry::by_portal(AuditAction::PurgeProtocolClosed)
        .within(organisation)
        .detail(&detail);
    context.audit.record(&transaction, next.closed, &entry).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn locked(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), Fault> {
    let found = organisation::lock_row_even_deleted(transaction, organisation).await?;
    found
        .map(drop)
        .ok_or_else(|| Fault::new("an organisation with leaves is missing"))
}

async fn latest(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Option<entity::Model>, DbErr> {
    entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_desc(entity::Column::Number)
        .one(on)
        .await
}

fn number_after(before: Option<&entity::Model>) -> i64 {
    before.map_or(1, |before| before.number.saturating_add(1))
}

/// How many leaves are taken for a protocol.
async fn count(on: &impl ConnectionTrait, organisation: OrganisationId, number: i64) -> Result<u64, DbErr> {
    use leaf_entity::{Column, Entity};
    Entity::find()
        .filter(Column::Protocol.eq(number))
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .count(on)
        .await
}

/// The organisation's oldest leaves that are taken for no protocol.
async fn free_leaves(on: &impl ConnectionTrait, organisation: OrganisationId, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    oldest_free(organisation, limit).into_tuple().all(on).await
}

/// By the index `purge_leaf_free`, in its order.
pub(super) fn oldest_free(organisation: OrganisationId, limit: u64) -> Select<leaf_entity::Entity> {
    use leaf_entity::{Column, Entity};
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Protocol.is_null())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::PurgedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
}

/// Takes leaves for a protocol, and says how many of them were taken for none before. By their ids: what is taken for none is much.
async fn take(transaction: &WriteTransaction, leaves: &[Uuid], number: i64) -> Result<u64, DbErr> {
    use leaf_entity::{Column, Entity};
    let taken = Entity::update_many()
        .col_expr(Column::Protocol, number.into())
        .filter(Column::Id.is_in(leaves.iter().copied()))
        .filter(Expr::cust("+protocol IS NULL"))
        .exec(transaction)
        .await?;
    Ok(taken.rows_affected)
}
