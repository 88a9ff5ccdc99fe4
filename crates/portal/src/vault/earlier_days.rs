//! The days that people's keys were wrapped for before a later case moved them on.
//!
//! Dead rows, the log and backups keep an earlier wrapping, and it opens until the secret of *its* day is destroyed. That
//! harms nobody while the person lives in the register, since the row itself opens too. When they are forgotten early, each
//! of these days has to be compacted besides the last. They are remembered here rather than marked when the key moves:
//! whoever gets mail now and then moves on again and again, so nearly every day would be marked, and each compaction
//! would wrap most living keys anew, every day, although very few people are forgotten before their last case ends by itself.

use std::collections::BTreeSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::SimpleExpr,
};
use uuid::Uuid;

use super::BATCH;
use super::entity::recipient_earlier_day::{ActiveModel, Column, Entity};

/// Remembers a day that a person's key leaves. The caller has locked the person's row.
pub(super) async fn remember<C: ConnectionTrait>(connection: &C, recipient: Uuid, day: i32) -> Result<(), DbErr> {
    let row = ActiveModel {
        recipient_id: Set(recipient),
        day: Set(day),
    };
    Entity::insert(row)
        .on_conflict_do_nothing_on([Column::RecipientId, Column::Day])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The days that these people's keys were wrapped for before. Exact while the caller has locked their rows.
pub(super) async fn of<C: ConnectionTrait>(
    connection: &C,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeSet<i32>, DbErr> {
    let days: Vec<i32> = Entity::find()
        .select_only()
        .column(Column::Day)
        .distinct()
        .filter(Column::RecipientId.is_in(recipients))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(days.into_iter().collect())
}

/// Forgets the days of people who are deleted. The caller has locked the people's rows.
pub(super) async fn delete_of<C: ConnectionTrait>(connection: &C, recipients: Vec<Uuid>) -> Result<(), DbErr> {
    while delete_some(connection, Column::RecipientId.is_in(recipients.clone())).await? {}
    Ok(())
}

/// Forgets days that are over: no secret opens what was wrapped for them.
pub(super) async fn delete_before<C: ConnectionTrait>(connection: &C, day: i32) -> Result<(), DbErr> {
    while delete_some(connection, Column::Day.lt(day)).await? {}
    Ok(())
}

/// Deletes a batch, locked in one order so that nobody waits in a circle; `false` when nothing was left.
async fn delete_some<C: ConnectionTrait>(connection: &C, which: SimpleExpr) -> Result<bool, DbErr> {
    let rows = Entity::find()
        .filter(which.clone())
        .order_by_asc(Column::RecipientId)
        .order_by_asc(Column::Day)
        .limit(BATCH as u64)
        .lock_exclusive()
        .all(connection)
        .await?;
    let recipients: BTreeSet<Uuid> = rows.iter().map(|row| row.recipient_id).collect();
    Entity::delete_many()
        .filter(Column::RecipientId.is_in(recipients))
        .filter(which)
        .exec(connection)
        .await?;
    Ok(!rows.is_empty())
}
