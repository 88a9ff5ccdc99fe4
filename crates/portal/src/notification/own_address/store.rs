//! The SQL of addresses that are to be proven.

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::count_entity;
use super::entity::{Column, Entity, Model};
use super::rule::{self, FOR_ONE_PERSON, TO_ONE_ADDRESS};
use crate::Context;
use crate::database::WriteTransaction;
use crate::vault::MacPurpose;

pub(in crate::notification) async fn find(
    on: &impl ConnectionTrait,
    recipient: RecipientId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*recipient.as_uuid()).one(on).await
}

/// As [`find`], locked until the transaction ends. Whoever changes what the vault keeps of an address to be proven holds this lock.
pub(in crate::notification) async fn locked(
    transaction: &WriteTransaction,
    recipient: RecipientId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*recipient.as_uuid())
        .lock_exclusive()
        .one(transaction)
        .await
}

/// Writes down that a person is to prove an address, in place of one before.
pub(super) async fn put(transaction: &WriteTransaction, row: Model) -> Result<(), DbErr> {
    let latest = OnConflict::column(Column::RecipientId)
        .update_columns([
            Column::Id,
            Column::ConsentHash,
            Column::AskedAt,
            Column::Tries,
            Column::UndeliverableAt,
        ])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(latest)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

pub(super) async fn set_tries(transaction: &WriteTransaction, recipient: RecipientId, tries: i32) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Tries, Expr::value(tries))
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Writes down that the mail with the code of this asking can't be delivered.
pub(in crate::notification) async fn set_undeliverable(
    transaction: &WriteTransaction,
    asking: Uuid,
    at: Timestamp,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UndeliverableAt, Expr::value(at.as_millis()))
        .filter(Column::Id.eq(asking))
        .exec(transaction)
        .await?;
    Ok(())
}

pub(in crate::notification) async fn delete(
    transaction: &WriteTransaction,
    recipient: RecipientId,
) -> Result<(), DbErr> {
    Entity::delete_by_id(*recipient.as_uuid()).exec(transaction).await?;
    Ok(())
}

/// Some of those whose code was asked for at `before` or earlier.
pub(super) async fn some_before(
    on: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<RecipientId>, DbErr> {
    let people: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .filter(Column::AskedAt.lte(before.as_millis()))
        .order_by_asc(Column::RecipientId)
        .limit(limit)
        .into_tuple()
        .all(on)
        .await?;
    Ok(people.into_iter().map(RecipientId::from_uuid).collect())
}

/// Counts one more code that a person asks for and that goes to an address. Says whether it is one too many, and then nothing may be
/// committed.
pub(super) async fn count(
    context: &Context,
    transaction: &WriteTransaction,
    recipient: RecipientId,
    address: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let key = context.vault.mac_key(MacPurpose::AddressCodeCount);
    let address = rule::counted_as(address);
    let mut subjects = [
        (key.mac(&[b"person", recipient.as_bytes()]), FOR_ONE_PERSON),
        (key.mac(&[b"address", address.as_bytes()]), TO_ONE_ADDRESS),
    ];
    // In one order, so that two transactions can't wait for each other.
    subjects.sort_unstable_by_key(|(subject, _)| *subject.as_bytes());
    for (subject, most) in subjects {
        if one_more(transaction, subject.as_bytes().to_vec(), now).await? > most {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Counts one, from the beginning when the time is over in which the others are counted. Whoever else counts the same waits.
async fn one_more(transaction: &WriteTransaction, subject: Vec<u8>, now: Timestamp) -> Result<i32, DbErr> {
    use count_entity::{Column, Entity, Model};
    let row = Model {
        subject: subject.clone(),
        since: now.as_millis(),
        sent: 0,
    };
    Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([Column::Subject])
        .exec_without_returning(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::Since, Expr::value(now.as_millis()))
        .col_expr(Column::Sent, Expr::value(0))
        .filter(Column::Subject.eq(subject.clone()))
        .filter(Column::Since.lte((now - rule::COUNTED).as_millis()))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::Sent, Expr::col(Column::Sent).add(1))
        .filter(Column::Subject.eq(subject.clone()))
        .exec(transaction)
        .await?;
    let row = Entity::find_by_id(subject).one(transaction).await?;
    Ok(row.map_or(i32::MAX, |row| row.sent))
}

/// Forgets what was counted in a time that is over. Says how much.
pub(super) async fn forget_counts(transaction: &WriteTransaction, now: Timestamp) -> Result<u64, DbErr> {
    let done = count_entity::Entity::delete_many()
        .filter(count_entity::Column::Since.lte((now - rule::COUNTED).as_millis()))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected)
}
