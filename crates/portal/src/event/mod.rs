//! Events: what an organisation's systems are told of what happens to their messages, in an order without gaps.

pub(crate) mod entity;

use base::{DeliveryId, MessageId, Timestamp};

use crate::Portal;
use crate::actor::SystemActor;
use crate::message::SystemError;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A delivery waits for its recipient.
    Delivered,
    /// The recipient was told.
    Notified,
    /// The recipient opened it for the first time.
    Opened,
    /// The sender took it back.
    Revoked,
    /// Its content was destroyed.
    Purged,
}

impl EventKind {
    const ALL: [Self; 5] = [
        Self::Delivered,
        Self::Notified,
        Self::Opened,
        Self::Revoked,
        Self::Purged,
    ];

    /// The kind's name on the wire and in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Notified => "notified",
            Self::Opened => "opened",
            Self::Revoked => "revoked",
            Self::Purged => "purged",
        }
    }

    fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One event of one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Counts from 1 without gaps within the organisation; the cursor to continue from.
    pub sequence: u64,
    /// What happened.
    pub kind: EventKind,
    /// To which message.
    pub message: MessageId,
    /// To which delivery of it.
    pub delivery: Option<DeliveryId>,
    /// When.
    pub at: Timestamp,
}

impl Portal {
    /// The most events in one answer.
    pub const MAX_EVENTS: usize = 1000;

    /// The events of the actor's organisation that come after the sequence number `after`, oldest first, at most
    /// `limit` of them and at most [`Portal::MAX_EVENTS`].
    ///
    /// # Errors
    ///
    /// [`SystemError`].
    pub async fn events(&self, _actor: &SystemActor, _after: u64, _limit: usize) -> Result<Vec<Event>, SystemError> {
        let _ = EventKind::from_stored;
        todo!()
    }
}
