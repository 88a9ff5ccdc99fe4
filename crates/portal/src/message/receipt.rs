//! What the sender gets when the message is on its way, and again when the request is repeated.

use base::{CaseId, DeliveryId, MessageId, Timestamp};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::entity;
use crate::{Fault, delivery};

/// What the sender gets when the message is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageReceipt {
    /// The message.
    pub id: MessageId,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Whether this is the receipt of an earlier request with the same idempotency key.
    pub repeated: bool,
    /// One for each recipient, in the order of the draft.
    pub deliveries: Vec<DeliveryReceipt>,
}

/// One recipient's part of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The case that it opened.
    pub case: CaseId,
    /// When it can't be read any more.
    pub expires_at: Timestamp,
}

/// An earlier request with the same idempotency key.
pub(super) struct Earlier {
    pub(super) message: MessageId,
    pub(super) fingerprint: Vec<u8>,
}

/// The receipt of an earlier request.
pub(super) async fn load(on: &impl ConnectionTrait, message: MessageId) -> Result<MessageReceipt, Fault> {
    let row = entity::Entity::find_by_id(*message.as_uuid())
        .one(on)
        .await?
        .ok_or_else(|| Fault::new("a message with an idempotency key is missing"))?;
    let deliveries = delivery::of_message(on, message).await?;
    Ok(MessageReceipt {
        id: message,
        sent_at: Timestamp::from_millis(row.sent_at),
        repeated: true,
        deliveries: deliveries
            .into_iter()
            .map(|delivery| DeliveryReceipt {
                delivery: DeliveryId::from_uuid(delivery.id),
                case: CaseId::from_uuid(delivery.case_id),
                expires_at: Timestamp::from_millis(delivery.expires_at),
            })
            .collect(),
    })
}
