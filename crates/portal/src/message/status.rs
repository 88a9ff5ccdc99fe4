//! What the sender may know of a message afterwards.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{SystemError, entity};
use crate::actor::{Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::{Portal, delivery};

/// A message as its sender sees it: what happened to it, never what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStatus {
    /// The message.
    pub id: MessageId,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The sender's name for this kind of document.
    pub document_type: Option<String>,
    /// One for each recipient, in the order in which they were given.
    pub deliveries: Vec<DeliveryStatus>,
}

/// What happened to one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its case.
    pub case: CaseId,
    /// When the recipient was told that something waits.
    pub notified_at: Option<Timestamp>,
    /// When the recipient first opened it.
    pub opened_at: Option<Timestamp>,
    /// When it can't be read any more.
    pub expires_at: Timestamp,
    /// Whether that has passed.
    pub expired: bool,
    /// When the sender took it back.
    pub revoked_at: Option<Timestamp>,
    /// When its content was destroyed.
    pub purged_at: Option<Timestamp>,
}

impl DeliveryStatus {
    /// Whether the recipient may read it.
    #[must_use]
    pub const fn is_living(&self) -> bool {
        !self.expired && self.revoked_at.is_none() && self.purged_at.is_none()
    }

    pub(crate) fn from_row(row: &delivery::entity::Model, now: Timestamp) -> Self {
        let instant = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let expires_at = Timestamp::from_millis(row.expires_at);
        Self {
            delivery: DeliveryId::from_uuid(row.id),
            case: CaseId::from_uuid(row.case_id),
            notified_at: instant(row.notified_at),
            opened_at: instant(row.opened_at),
            expires_at,
            expired: row.expired_at.is_some() || expires_at <= now,
            revoked_at: instant(row.revoked_at),
            purged_at: instant(row.purged_at),
        }
    }
}

/// A message of one organisation; another's is not found.
pub(super) async fn find_own(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    message: MessageId,
) -> Result<entity::Model, SystemError> {
    entity::Entity::find_by_id(*message.as_uuid())
        .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .one(on)
        .await?
        .ok_or(SystemError::NotFound)
}

impl Portal {
    /// What happened to a message of the actor's organisation.
    ///
    /// # Errors
    ///
    /// [`SystemError::Forbidden`] without the scope [`Scope::MessagesRead`]; [`SystemError::NotFound`] also when the
    /// message is another organisation's.
    pub async fn message_status(&self, actor: &SystemActor, message: MessageId) -> Result<MessageStatus, SystemError> {
        actor.require(Scope::MessagesRead)?;
        let context = &*self.0;
        let now = context.now();
        let transaction = context.database.write().await?;
        let row = find_own(&transaction, actor.organisation_id(), message).await?;
        let deliveries = delivery::of_message(&transaction, message).await?;
        let entry = AuditEntry::by_system(actor, AuditAction::MessageStatusRead).about(AuditTarget::Message(message));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(MessageStatus {
            id: message,
            sent_at: Timestamp::from_millis(row.sent_at),
            document_type: row.document_type,
            deliveries: deliveries
                .iter()
                .map(|row| DeliveryStatus::from_row(row, now))
                .collect(),
        })
    }
}
