//! What the sender may know of a message afterwards.

use base::{CaseId, DeliveryId, MessageId, Timestamp};

use crate::Portal;
use crate::actor::SystemActor;
use crate::message::SystemError;

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

impl Portal {
    /// What happened to a message of the actor's organisation.
    ///
    /// # Errors
    ///
    /// [`SystemError::NotFound`] also when the message is another organisation's.
    pub async fn message_status(
        &self,
        _actor: &SystemActor,
        _message: MessageId,
    ) -> Result<MessageStatus, SystemError> {
        todo!()
    }

    /// Takes a message back: nobody can read it from now on, and the next purge destroys it. Doing it twice is fine.
    ///
    /// # Errors
    ///
    /// [`SystemError::NotFound`] also when the message is another organisation's.
    pub async fn revoke_message(&self, _actor: &SystemActor, _message: MessageId) -> Result<(), SystemError> {
        todo!()
    }
}
