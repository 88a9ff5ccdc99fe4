//! The SQL of the outbox.

use base::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::{NotificationKind, rule};

/// Puts a row in; where there is one of that kind for that person, it tells of this too.
pub(super) async fn put(
    on: &impl ConnectionTrait,
    kind: NotificationKind,
    person: Uuid,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = Model {
        kind: kind.as_str().to_owned(),
        person_id: person,
        first_at: now.as_millis(),
        last_at: now.as_millis(),
        due_at: due.as_millis(),
        attempts: 0,
    };
    let one_more = OnConflict::columns([Column::Kind, Column::PersonId])
        .update_column(Column::LastAt)
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(one_more)
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// The rows that are due, those that have waited longest first.
pub(super) async fn due(on: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Model>, DbErr> {
    let not_due = rule::not_due(now);
    Entity::find()
        .filter(Column::DueAt.not_between(not_due.start().as_millis(), not_due.end().as_millis()))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Kind)
        .order_by_asc(Column::PersonId)
        .limit(limit)
        .all(on)
        .await
}

/// Changes when a row is due, unless somebody else did since `seen`. Says whether it was changed.
pub(super) async fn set_due(
    on: &impl ConnectionTrait,
    seen: &Model,
    due: Timestamp,
    attempts: i32,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(due.as_millis()))
        .col_expr(Column::Attempts, Expr::value(attempts))
        .filter(as_seen(seen))
        .exec(on)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Makes a row tell only of what happened last, unless somebody took it since `seen`. Says whether it was there to change.
pub(super) async fn begin_anew(on: &impl ConnectionTrait, seen: &Model, due: Timestamp) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::FirstAt, Expr::col(Column::LastAt))
        .col_expr(Column::DueAt, Expr::value(due.as_millis()))
        .col_expr(Column::Attempts, Expr::value(0))
        .filter(as_seen(seen))
        .exec(on)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Deletes a row that tells of nothing more than when it was `seen`, and that nobody took since. Says whether it did.
pub(super) async fn delete_as_seen(on: &impl ConnectionTrait, seen: &Model) -> Result<bool, DbErr> {
    let done = Entity::delete_many()
        .filter(as_seen(seen))
        .filter(Column::LastAt.eq(seen.last_at))
        .exec(on)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Deletes a row, and says whether there was one.
pub(super) async fn delete(on: &impl ConnectionTrait, kind: NotificationKind, person: Uuid) -> Result<bool, DbErr> {
    let done = Entity::delete_by_id((kind.as_str().to_owned(), person))
        .exec(on)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn all_of(on: &impl ConnectionTrait, person: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::FirstAt)
        .all(on)
        .await
}

pub(super) async fn delete_all_of(on: &impl ConnectionTrait, person: Uuid) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::PersonId.eq(person))
        .exec(on)
        .await?;
    Ok(())
}

fn as_seen(seen: &Model) -> Condition {
    Condition::all()
        .add(Column::Kind.eq(seen.kind.as_str()))
        .add(Column::PersonId.eq(seen.person_id))
        .add(Column::DueAt.eq(seen.due_at))
}
