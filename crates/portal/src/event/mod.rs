//! Events: what an organisation's systems are told of what happens to their messages, in an order without gaps.
//!
//! The sequence number is taken from the organisation's row in the transaction of what happened, so the order of commits
//! is the order of numbers and a cursor never skips a late one. Knows only ids.

pub(crate) mod entity;

use base::{DeliveryId, MessageId, OrganisationId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use crate::actor::{Scope, SystemActor};
use crate::message::SystemError;
use crate::{Fault, Portal};

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

/// Something that happened to a delivery, before it has its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewEvent {
    pub(crate) kind: EventKind,
    pub(crate) message: MessageId,
    pub(crate) delivery: DeliveryId,
}

/// Takes numbers and holds the organisation's row until the transaction ends.
const TAKE_NUMBERS: &str =
    "UPDATE organisation SET event_sequence = event_sequence + $1 WHERE id = $2 RETURNING event_sequence";

/// Writes what happened, in the transaction that made it happen. Others that write events of the same organisation wait
/// until it ends, so call it late: after every other row, and before the audit event, whose writer everyone on this node
/// waits for. That one order keeps transactions from waiting for each other in a circle.
pub(crate) async fn record(
    transaction: &impl ConnectionTrait,
    organisation: OrganisationId,
    at: Timestamp,
    happened: &[NewEvent],
) -> Result<(), DbErr> {
    if happened.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(happened.len()).unwrap_or(i64::MAX);
    let take = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        TAKE_NUMBERS,
        [count.into(), (*organisation.as_uuid()).into()],
    );
    let last: i64 = transaction
        .query_one_raw(take)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the organisation of an event".to_owned()))?
        .try_get_by_index(0)?;
    let rows = happened.iter().zip((last - count + 1)..).map(|(event, sequence)| {
        entity::Model {
            organisation_id: *organisation.as_uuid(),
            sequence,
            kind: event.kind.as_str().to_owned(),
            message_id: *event.message.as_uuid(),
            delivery_id: Some(*event.delivery.as_uuid()),
            at: at.as_millis(),
        }
        .into_active_model()
    });
    entity::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

impl Portal {
    /// The most events in one answer.
    pub const MAX_EVENTS: usize = 1000;

    /// The events of the actor's organisation that come after the sequence number `after`, oldest first, at most
    /// `limit` of them and at most [`Portal::MAX_EVENTS`].
    ///
    /// # Errors
    ///
    /// [`SystemError::Forbidden`] without the scope [`Scope::EventsRead`]; [`SystemError::Fault`].
    pub async fn events(&self, actor: &SystemActor, after: u64, limit: usize) -> Result<Vec<Event>, SystemError> {
        actor.require(Scope::EventsRead)?;
        let Ok(after) = i64::try_from(after) else {
            return Ok(Vec::new());
        };
        let rows = entity::Entity::find()
            .filter(entity::Column::OrganisationId.eq(*actor.organisation_id().as_uuid()))
            .filter(entity::Column::Sequence.gt(after))
            .order_by_asc(entity::Column::Sequence)
            .limit(u64::try_from(limit.min(Self::MAX_EVENTS)).unwrap_or(0))
            .all(self.0.database.reader())
            .await?;
        Ok(rows.iter().map(Event::from_row).collect::<Result<_, Fault>>()?)
    }
}

impl Event {
    fn from_row(row: &entity::Model) -> Result<Self, Fault> {
        Ok(Self {
            sequence: u64::try_from(row.sequence).map_err(Fault::new)?,
            kind: EventKind::from_stored(&row.kind).ok_or_else(|| Fault::new("an event of unknown kind"))?,
            message: MessageId::from_uuid(row.message_id),
            delivery: row.delivery_id.map(DeliveryId::from_uuid),
            at: Timestamp::from_millis(row.at),
        })
    }
}
