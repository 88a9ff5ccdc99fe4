//! What happens to a delivery, in SQL.

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::ReadableDelivery;
use super::entity::{Column, Entity};
use crate::database::WriteTransaction;
use crate::event::{EventKind, NewEvent};

/// Marks a delivery as opened, and gives the event to record, unless somebody did meanwhile.
pub(crate) async fn mark_opened(
    transaction: &WriteTransaction,
    delivery: &ReadableDelivery,
    now: Timestamp,
) -> Result<Option<NewEvent>, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::OpenedAt, now.as_millis().into())
        .filter(Column::Id.eq(*delivery.id.as_uuid()))
        .filter(Column::OpenedAt.is_null())
        .exec(transaction)
        .await?;
    Ok((updated.rows_affected > 0).then_some(NewEvent {
        kind: EventKind::Opened,
        message: delivery.message,
        delivery: delivery.id,
    }))
}

/// Gives some people's deliveries to another. The caller has locked their cases.
pub(crate) async fn give(transaction: &WriteTransaction, from: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(*to.as_uuid()))
        .filter(Column::RecipientId.is_in(from.iter().map(|id| *id.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}
