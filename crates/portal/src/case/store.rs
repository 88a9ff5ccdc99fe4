//! The SQL of cases.

use std::collections::HashMap;

use base::{OrganisationId, RecipientId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity};
use super::extension_entity;
use crate::database::WriteTransaction;
use crate::retention::{Counted, Term};
use crate::{delivery, recipient};

/// Which of these people have a case in which something lives.
pub(crate) async fn recipients_with_cases(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    recipient::named_by::<Entity>(on, Column::RecipientId, recipients).await
}

/// Locks cases until the transaction ends, in the order of their ids so that two nodes can't wait for each other.
/// (SQLite has one writer at a time, which is lock enough.)
pub(crate) async fn lock(transaction: &WriteTransaction, cases: &[Uuid]) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        Entity::find()
            .filter(Column::Id.is_in(cases.iter().copied()))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(transaction)
            .await?;
    }
    Ok(())
}

/// As [`lock`], every case of an organisation in which something lives.
pub(crate) async fn lock_all(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
            .filter(Column::RecipientId.is_not_null())
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .into_tuple::<Uuid>()
            .all(transaction)
            .await?;
    }
    Ok(())
}

/// Gives some people's cases to another, locked in the order of their ids, and says how many there were.
pub(crate) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<u64, DbErr> {
    let theirs = Column::RecipientId.is_in(from.iter().map(|id| *id.as_uuid()));
    let cases = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(theirs.clone())
        .into_tuple()
        .all(transaction);
    lock(transaction, &cases.await?).await?;
    let given = Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(*to.as_uuid()))
        .filter(theirs)
        .exec(transaction)
        .await?;
    Ok(given.rows_affected)
}

/// A case that was extended.
pub(crate) struct Extended {
    closed: Option<Timestamp>,
}

impl Extended {
    /// Whether a delivery of it ended later than by its rule.
    pub(crate) fn has_prolonged(&self, term: Term, delivery: &delivery::entity::Model, time_zone: &TimeZone) -> bool {
        let counted = Counted {
            opened: delivery.opened_at.map(Timestamp::from_millis),
            closed: self.closed,
            ..Counted::sent_at(Timestamp::from_millis(delivery.sent_at))
        };
        term.by_rule(counted, time_zone) < Timestamp::from_millis(delivery.expires_at)
    }
}

/// Those of these cases that were extended.
pub(crate) async fn extended(
    on: &impl ConnectionTrait,
    cases: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Extended>, DbErr> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(cases))
        .filter(Column::ExtendedUntil.is_not_null())
        .all(on)
        .await?;
    let closed = |row: &super::entity::Model| row.closed_at.map(Timestamp::from_millis);
    Ok(rows
        .iter()
        .map(|row| (row.id, Extended { closed: closed(row) }))
        .collect())
}

/// Unties cases in which nothing lives any more from their recipients, and gives these.
pub(crate) async fn release_ended(transaction: &WriteTransaction, cases: &[Uuid]) -> Result<Vec<RecipientId>, DbErr> {
    let living: Vec<Uuid> = delivery::entity::Entity::find()
        .select_only()
        .column(delivery::entity::Column::CaseId)
        .distinct()
        .filter(delivery::entity::Column::CaseId.is_in(cases.iter().copied()))
        .filter(delivery::entity::Column::PurgedAt.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    let mut ended = Entity::find()
        .filter(Column::Id.is_in(cases.iter().copied().filter(|case| !living.contains(case))))
        .filter(Column::RecipientId.is_not_null())
        .all(transaction)
        .await?;
    // In one order on every node, so that two can't wait for each other.
    ended.sort_by_key(|row| row.recipient_id);
    let nobody: Option<Uuid> = None;
    Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(nobody))
        .filter(Column::Id.is_in(ended.iter().map(|row| row.id)))
        .exec(transaction)
        .await?;
    // Why it was extended is forgotten with it.
    let nothing: Option<Vec<u8>> = None;
    extension_entity::Entity::update_many()
        .col_expr(extension_entity::Column::SealedReason, Expr::value(nothing))
        .filter(extension_entity::Column::CaseId.is_in(ended.iter().map(|row| row.id)))
        .exec(transaction)
        .await?;
    Ok(ended
        .into_iter()
        .filter_map(|row| row.recipient_id)
        .map(RecipientId::from_uuid)
        .collect())
}
