//! Deliveries as their sender makes, lists and revokes them. What a recipient may read goes through the finder.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::entity;

/// A message handed to one recipient.
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) message: MessageId,
    pub(crate) case: CaseId,
    pub(crate) organisation: OrganisationId,
    pub(crate) recipient: RecipientId,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The version of the retention policy by which it expires then.
    pub(crate) policy_version: i32,
    /// Whether its sender gave an address to tell the recipient at.
    pub(crate) address_given: bool,
}

/// Delivers a message.
pub(crate) async fn create(transaction: &impl ConnectionTrait, new: &NewDelivery) -> Result<(), DbErr> {
    let row = entity::Model {
        id: *new.id.as_uuid(),
        message_id: *new.message.as_uuid(),
        case_id: *new.case.as_uuid(),
        organisation_id: *new.organisation.as_uuid(),
        recipient_id: Some(*new.recipient.as_uuid()),
        sent_at: new.sent_at.as_millis(),
        notified_at: None,
        opened_at: None,
        expires_at: new.expires_at.as_millis(),
        expired_at: None,
        revoked_at: None,
        condemned_at: None,
        purged_at: None,
        policy_version: Some(new.policy_version),
        address_given: Some(i32::from(new.address_given)),
        unread_warned_at: None,
        read_warned_at: None,
        kept_until: None,
        erased_for: None,
    };
    entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// The deliveries of a message, in the order in which the sender named the recipients.
pub(crate) async fn of_message(on: &impl ConnectionTrait, message: MessageId) -> Result<Vec<entity::Model>, DbErr> {
    entity::Entity::find()
        .filter(entity::Column::MessageId.eq(*message.as_uuid()))
        .order_by_asc(entity::Column::Id)
        .all(on)
        .await
}

/// As [`of_message`] for many.
pub(crate) async fn of_messages(
    on: &impl ConnectionTrait,
    messages: &[uuid::Uuid],
) -> Result<Vec<entity::Model>, DbErr> {
    entity::Entity::find()
        .filter(entity::Column::MessageId.is_in(messages.iter().copied()))
        .order_by_asc(entity::Column::Id)
        .all(on)
        .await
}

/// Revokes the deliveries of a message that were not revoked or purged before, and says which.
pub(crate) async fn revoke(
    transaction: &impl ConnectionTrait,
    message: MessageId,
    at: Timestamp,
) -> Result<Vec<DeliveryId>, DbErr> {
    let standing: Vec<uuid::Uuid> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::MessageId.eq(*message.as_uuid()))
        .filter(entity::Column::RevokedAt.is_null())
        .filter(entity::Column::PurgedAt.is_null())
        .order_by_asc(entity::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    entity::Entity::update_many()
        .col_expr(entity::Column::RevokedAt, Expr::value(at.as_millis()))
        .filter(entity::Column::Id.is_in(standing.iter().copied()))
        .exec(transaction)
        .await?;
    Ok(standing.into_iter().map(DeliveryId::from_uuid).collect())
}
