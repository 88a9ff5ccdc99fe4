//! The SQL of sessions.

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    TryInsertResult,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::{Binding, SessionKey};
use crate::{CLOCK_TOLERANCE, SessionLimits};

/// Stores a new session; says `false` when the key is taken.
pub(super) async fn insert(on: &impl ConnectionTrait, row: Model) -> Result<bool, DbErr> {
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::KeyHash).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(on)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

pub(super) async fn find(on: &impl ConnectionTrait, key: &SessionKey) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(key.hash().to_vec()).one(on).await
}

/// Replaces the data of a session that has not run out.
pub(super) async fn save(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    sealed_data: Vec<u8>,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::SealedData, sealed_data.into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(run_out(limits, now).not())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Writes down that a session is in use.
pub(super) async fn note_use(on: &impl ConnectionTrait, key: &SessionKey, now: Timestamp) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, now.as_millis().into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(Column::LastSeenAt.lt(now.as_millis()))
        .exec(on)
        .await?;
    Ok(())
}

/// Binds a person to a session that has not run out.
pub(super) async fn bind(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    binding: Binding,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::RecipientId, (*binding.recipient.as_uuid()).into())
        .col_expr(Column::AssuranceLevel, i32::from(binding.level.number()).into())
        .col_expr(Column::SealedName, binding.sealed_name.into())
        .col_expr(Column::LastSeenAt, now.as_millis().into())
        .col_expr(Column::ExpiresAt, (now + limits.absolute).as_millis().into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(run_out(limits, now).not())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Deletes a session; says `false` when there was none.
pub(super) async fn delete(on: &impl ConnectionTrait, key: &SessionKey) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(key.hash().to_vec()).exec(on).await?;
    Ok(deleted.rows_affected > 0)
}

/// Deletes up to `limit` sessions that have run out, and says who was signed in to them.
pub(super) async fn delete_run_out(
    on: &impl ConnectionTrait,
    limits: SessionLimits,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Option<RecipientId>>, DbErr> {
    let rows = Entity::find().filter(run_out(limits, now)).limit(limit).all(on).await?;
    let keys = rows.iter().map(|row| row.key_hash.clone());
    Entity::delete_many()
        .filter(Column::KeyHash.is_in(keys))
        .filter(run_out(limits, now))
        .exec(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| row.recipient_id.map(RecipientId::from_uuid))
        .collect())
}

/// The rule of [`super::rule::has_run_out`] in SQL.
fn run_out(limits: SessionLimits, now: Timestamp) -> Condition {
    Condition::any()
        .add(Column::ExpiresAt.lte(now.as_millis()))
        .add(Column::LastSeenAt.lte((now - limits.idle).as_millis()))
        .add(Column::LastSeenAt.gt((now + CLOCK_TOLERANCE).as_millis()))
}

/// Which of these people are signed in to a session, run out or not.
pub(crate) async fn recipients_with_sessions(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .distinct()
        .filter(Column::RecipientId.is_in(recipients))
        .into_tuple()
        .all(on)
        .await
}
