//! Events: what an organisation's systems are told of what happens to their messages, in an order without gaps.
//!
//! The sequence number is taken from the organisation's row in the transaction of what happened, so the order of commits
//! is the order of numbers and a cursor never skips a late one. Knows only ids.

pub(crate) mod entity;
pub(crate) mod request_entity;
pub(crate) mod system_entity;

use base::{CredentialId, DataRequestId, DeliveryId, MessageId, OrganisationId, SystemId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryResult, Statement};
use uuid::Uuid;

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
    /// It ends within the days that the operator set, and was told to its recipient where their address was given.
    ExpiresSoon,
    /// A system's credential ends within a fortnight.
    CredentialEnding,
    /// Its case was closed, which may have brought its end nearer.
    CaseClosed,
    /// Its case was opened again, which may have moved its end away.
    CaseReopened,
    /// Its case was extended, which moved its end away.
    CaseExtended,
    /// A person asks for erasure or rectification.
    RequestReceived,
}

impl EventKind {
    const ALL: [Self; 11] = [
        Self::Delivered,
        Self::Notified,
        Self::Opened,
        Self::Revoked,
        Self::Purged,
        Self::ExpiresSoon,
        Self::CredentialEnding,
        Self::CaseClosed,
        Self::CaseReopened,
        Self::CaseExtended,
        Self::RequestReceived,
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
            Self::ExpiresSoon => "expires_soon",
            Self::CredentialEnding => "credential_ending",
            Self::CaseClosed => "case_closed",
            Self::CaseReopened => "case_reopened",
            Self::CaseExtended => "case_extended",
            Self::RequestReceived => "request_received",
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
    /// To which message; to none when it happened to a credential or is a request.
    pub message: Option<MessageId>,
    /// To which delivery of it.
    pub delivery: Option<DeliveryId>,
    /// To which credential.
    pub credential: Option<EndingCredential>,
    /// Which request it is.
    pub request: Option<DataRequestId>,
    /// When.
    pub at: Timestamp,
}

/// A system's credential that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndingCredential {
    /// Whose it is.
    pub system: SystemId,
    /// Which one.
    pub credential: CredentialId,
    /// When it ends.
    pub expires_at: Timestamp,
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

/// Reads from all three tables in one statement, which sees one moment: else a number that was taken between two of them could
/// be skipped.
const AFTER: &str = "\
    SELECT sequence, kind, message_id, delivery_id, NULL AS system_id, NULL AS credential_id, NULL AS expires_at, \
    CAST(NULL AS uuid) AS request_id, at \
    FROM (SELECT * FROM event WHERE organisation_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS of_messages \
    UNION ALL \
    SELECT sequence, kind, NULL, NULL, system_id, credential_id, expires_at, NULL, at \
    FROM (SELECT * FROM system_event WHERE organisation_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS of_systems \
    UNION ALL \
    SELECT sequence, kind, NULL, NULL, NULL, NULL, NULL, request_id, at \
    FROM (SELECT * FROM request_event WHERE organisation_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS of_requests \
    ORDER BY sequence LIMIT $3";

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
    let last = take_numbers(transaction, organisation, count).await?;
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

/// Writes that a credential ends soon, as [`record`] writes what happened to messages.
pub(crate) async fn record_ending(
    transaction: &impl ConnectionTrait,
    organisation: OrganisationId,
    at: Timestamp,
    ending: EndingCredential,
) -> Result<(), DbErr> {
    let row = system_entity::Model {
        organisation_id: *organisation.as_uuid(),
        sequence: take_numbers(transaction, organisation, 1).await?,
        kind: EventKind::CredentialEnding.as_str().to_owned(),
        system_id: *ending.system.as_uuid(),
        credential_id: *ending.credential.as_uuid(),
        expires_at: ending.expires_at.as_millis(),
        at: at.as_millis(),
    };
    system_entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Writes that a request came, as [`record`] writes what happened to messages.
pub(crate) async fn record_request(
    transaction: &impl ConnectionTrait,
    organisation: OrganisationId,
    at: Timestamp,
    request: DataRequestId,
) -> Result<(), DbErr> {
    let row = request_entity::Model {
        organisation_id: *organisation.as_uuid(),
        sequence: take_numbers(transaction, organisation, 1).await?,
        kind: EventKind::RequestReceived.as_str().to_owned(),
        request_id: *request.as_uuid(),
        at: at.as_millis(),
    };
    request_entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Takes so many numbers of an organisation, and gives the last of them.
async fn take_numbers(
    transaction: &impl ConnectionTrait,
    organisation: OrganisationId,
    count: i64,
) -> Result<i64, DbErr> {
    let take = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        TAKE_NUMBERS,
        [count.into(), (*organisation.as_uuid()).into()],
    );
    transaction
        .query_one_raw(take)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the organisation of an event".to_owned()))?
        .try_get_by_index(0)
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
        let limit = i64::try_from(limit.min(Self::MAX_EVENTS)).unwrap_or(0);
        let reader = self.0.database.reader();
        let query = Statement::from_sql_and_values(
            reader.get_database_backend(),
            AFTER,
            [(*actor.organisation_id().as_uuid()).into(), after.into(), limit.into()],
        );
        let rows = reader.query_all_raw(query).await?;
        Ok(rows.iter().map(Event::from_row).collect::<Result<_, Fault>>()?)
    }
}

impl Event {
    fn from_row(row: &QueryResult) -> Result<Self, Fault> {
        let sequence: i64 = row.try_get("", "sequence")?;
        let kind: String = row.try_get("", "kind")?;
        let message: Option<Uuid> = row.try_get("", "message_id")?;
        let delivery: Option<Uuid> = row.try_get("", "delivery_id")?;
        let system: Option<Uuid> = row.try_get("", "system_id")?;
        let credential: Option<Uuid> = row.try_get("", "credential_id")?;
        let expires_at: Option<i64> = row.try_get("", "expires_at")?;
        let request: Option<Uuid> = row.try_get("", "request_id")?;
        let ending = |((system, credential), expires_at)| EndingCredential {
            system: SystemId::from_uuid(system),
            credential: CredentialId::from_uuid(credential),
            expires_at: Timestamp::from_millis(expires_at),
        };
        Ok(Self {
            sequence: u64::try_from(sequence).map_err(Fault::new)?,
            kind: EventKind::from_stored(&kind).ok_or_else(|| Fault::new("an event of unknown kind"))?,
            message: message.map(MessageId::from_uuid),
            delivery: delivery.map(DeliveryId::from_uuid),
            credential: system.zip(credential).zip(expires_at).map(ending),
            request: request.map(DataRequestId::from_uuid),
            at: Timestamp::from_millis(row.try_get("", "at")?),
        })
    }
}
