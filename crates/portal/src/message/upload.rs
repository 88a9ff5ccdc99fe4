//! A message on its way in.

use base::{CaseId, DeliveryId, MessageId, Timestamp};
use bytes::Bytes;
use futures::Stream;

use crate::Portal;
use crate::actor::SystemActor;
use crate::idempotency::IdempotencyKey;
use crate::message::{MessageDraft, SendError};

/// A message whose files are being received. Nothing is visible until [`Upload::finish`]; dropping it gives it up.
#[derive(Debug)]
pub struct Upload {}

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

impl Portal {
    /// Begins to receive a message. For a repeat of an earlier request (same system and key) the upload reads and
    /// compares, and stores nothing.
    ///
    /// # Errors
    ///
    /// [`SendError`] with what the sender can mend.
    pub async fn begin_message(
        &self,
        _actor: &SystemActor,
        _key: IdempotencyKey,
        _draft: MessageDraft,
    ) -> Result<Upload, SendError> {
        todo!()
    }
}

impl Upload {
    /// Receives the content of file number `index` of the draft; the files come in the draft's order.
    ///
    /// # Errors
    ///
    /// [`SendError`]; the upload is given up then and accepts nothing more.
    pub async fn document<S, E>(&mut self, _index: usize, _content: S) -> Result<(), SendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Send,
    {
        todo!()
    }

    /// Makes the whole message visible, or nothing of it.
    ///
    /// # Errors
    ///
    /// [`SendError`], such as a file that never came.
    pub async fn finish(self) -> Result<MessageReceipt, SendError> {
        todo!()
    }
}
