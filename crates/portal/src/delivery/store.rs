//! What happens to a delivery, in SQL.

use base::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::ReadableDelivery;
use super::entity::{Column, Entity};
use crate::Fault;
use crate::database::WriteTransaction;
use crate::event::{self, EventKind, NewEvent};

/// Marks a delivery as opened and tells the organisation, unless somebody did meanwhile.
pub(crate) async fn mark_opened(
    transaction: &WriteTransaction,
    delivery: &ReadableDelivery,
    now: Timestamp,
) -> Result<(), Fault> {
    let updated = Entity::update_many()
        .col_expr(Column::OpenedAt, now.as_millis().into())
        .filter(Column::Id.eq(*delivery.id.as_uuid()))
        .filter(Column::OpenedAt.is_null())
        .exec(transaction)
        .await?;
    if updated.rows_affected > 0 {
        let opened = NewEvent {
            kind: EventKind::Opened,
            message: delivery.message,
            delivery: delivery.id,
        };
        event::record(transaction, delivery.organisation, now, &[opened]).await?;
    }
    Ok(())
}
