//! Notifications: the outbox of "something is waiting", and nothing else. A row says whom to tell of which delivery;
//! sending it is another step, and the address stays in the vault.

pub(crate) mod entity;

use base::{DeliveryId, Ids, NotificationId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

/// The kind of a notification that says that a delivery waits.
const WAITING: &str = "waiting";

/// Puts "something is waiting" into the outbox for each delivery, in the transaction that makes them visible.
pub(crate) async fn announce(
    transaction: &impl ConnectionTrait,
    ids: &Ids,
    organisation: OrganisationId,
    deliveries: &[(DeliveryId, RecipientId)],
    at: Timestamp,
) -> Result<(), DbErr> {
    let rows = deliveries.iter().map(|(delivery, recipient)| {
        let id: NotificationId = ids.next();
        entity::Model {
            id: *id.as_uuid(),
            delivery_id: *delivery.as_uuid(),
            organisation_id: *organisation.as_uuid(),
            recipient_id: Some(*recipient.as_uuid()),
            kind: WAITING.to_owned(),
            created_at: at.as_millis(),
            sent_at: None,
        }
        .into_active_model()
    });
    entity::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Gives some people's notifications to another.
pub(crate) async fn give(
    transaction: &impl ConnectionTrait,
    from: &[RecipientId],
    to: RecipientId,
) -> Result<(), DbErr> {
    entity::Entity::update_many()
        .col_expr(entity::Column::RecipientId, Expr::value(*to.as_uuid()))
        .filter(entity::Column::RecipientId.is_in(from.iter().map(|id| *id.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}
