//! The scoped finder: what one person may read at one instant. What belongs to somebody else is not found, like what
//! does not exist.

use base::{CaseId, DeliveryId, DocumentId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use super::listing;
use crate::{AssuranceLevel, RecipientActor};

/// The most deliveries that one look into the inbox or a case gives; the latest of them.
const MAX_DELIVERIES: i64 = 1_000;

/// The rule: the delivery is theirs, it has not expired (to the millisecond, and never again once that was noticed), and
/// nobody revoked, condemned or purged it. `$1` is the recipient and `$2` the instant. The plus keeps SQLite from the index of
/// everybody's living deliveries, which it takes for narrower than one person's.
macro_rules! readable {
    () => {
        "delivery.recipient_id = $1 AND +delivery.expires_at > $2 AND delivery.expired_at IS NULL \
         AND delivery.revoked_at IS NULL AND delivery.condemned_at IS NULL AND delivery.purged_at IS NULL"
    };
}
pub(super) use readable;

/// What [`ReadableDelivery::from_row`] reads, in its order. The body only where it is shown, since it is the big one.
macro_rules! deliveries {
    ($body:literal) => {
        concat!(
            "SELECT delivery.id, delivery.case_id, delivery.message_id, delivery.organisation_id, organisation.name, \
             organisation.time_zone, delivery.sent_at, delivery.expires_at, delivery.opened_at, message.sealed_title, ",
            $body,
            " FROM delivery JOIN message ON message.id = delivery.message_id \
             JOIN organisation ON organisation.id = delivery.organisation_id "
        )
    };
}

/// What [`ReadableDocument::from_row`] reads, in its order, up to the condition.
macro_rules! documents {
    () => {
        "SELECT document.id, document.message_id, document.organisation_id, document.sealed_file_name, \
         document.media_type, document.size, document.minimum_level \
         FROM delivery JOIN document ON document.message_id = delivery.message_id WHERE "
    };
}

/// A delivery with its message; texts are still sealed.
#[derive(Clone)]
pub(crate) struct ReadableDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) case: CaseId,
    pub(crate) message: MessageId,
    pub(crate) organisation: OrganisationId,
    pub(crate) organisation_name: String,
    /// A name of the IANA time zone database.
    pub(crate) time_zone: String,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) opened: bool,
    pub(crate) sealed_title: Option<Vec<u8>>,
    /// `None` where it is not shown.
    pub(crate) sealed_body: Option<Vec<u8>>,
    /// How many documents it has, where only that is shown.
    pub(crate) documents: u32,
}

/// A document of a readable delivery; its name is still sealed.
#[derive(Clone)]
pub(crate) struct ReadableDocument {
    pub(crate) id: DocumentId,
    pub(crate) message: MessageId,
    pub(crate) organisation: OrganisationId,
    pub(crate) sealed_file_name: Option<Vec<u8>>,
    pub(crate) media_type: String,
    /// In bytes, decrypted.
    pub(crate) size: u64,
    /// How sure a provider must be of who reads it.
    pub(crate) minimum_level: Option<AssuranceLevel>,
}

/// Finds what one person may read at one instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finder {
    recipient: RecipientId,
    level: AssuranceLevel,
    now: Timestamp,
}

impl Finder {
    /// What `actor` may read at `now`, the time of the installation's context: nothing before they accepted the terms.
    pub(crate) const fn new(actor: &RecipientActor, now: Timestamp) -> Self {
        if !actor.has_accepted_terms() {
            return Self {
                recipient: RecipientId::from_uuid(Uuid::nil()),
                level: actor.level(),
                now,
            };
        }
        Self::regardless_of_terms(actor, now)
    }

    /// What waits for `actor` whether or not they accepted the terms, for what is told to others and not shown to them.
    pub(crate) const fn regardless_of_terms(actor: &RecipientActor, now: Timestamp) -> Self {
        Self {
            recipient: actor.recipient_id(),
            level: actor.level(),
            now,
        }
    }

    /// Everything that the person may read, the latest first.
    pub(crate) async fn deliveries(self, on: &impl ConnectionTrait) -> Result<Vec<ReadableDelivery>, DbErr> {
        let statement = self.statement(on, listing::sql(on.get_database_backend()), [MAX_DELIVERIES.into()]);
        match on.query_one_raw(statement).await? {
            Some(answer) => listing::read(&answer.try_get_by_index::<String>(0)?),
            None => Ok(Vec::new()),
        }
    }

    /// What the person may read in a case, the latest first; nothing when the case is not theirs.
    pub(crate) async fn in_case(self, on: &impl ConnectionTrait, case: CaseId) -> Result<Vec<ReadableDelivery>, DbErr> {
        let sql = concat!(
            deliveries!("message.sealed_body"),
            "WHERE ",
            readable!(),
            " AND delivery.case_id = $4 ORDER BY delivery.sent_at DESC, delivery.id DESC LIMIT $3"
        );
        let more = [MAX_DELIVERIES.into(), (*case.as_uuid()).into()];
        self.query(on, sql, more, ReadableDelivery::from_row).await
    }

    /// The documents that the person may know of in a case, in the senders' order; nothing when the case is not theirs. Some may
    /// ask for a higher level than they signed in at: [`Finder::may_open`].
    pub(crate) async fn documents_in_case(
        self,
        on: &impl ConnectionTrait,
        case: CaseId,
    ) -> Result<Vec<ReadableDocument>, DbErr> {
        let sql = concat!(
            documents!(),
            readable!(),
            " AND delivery.case_id = $3 AND document.purged_at IS NULL ORDER BY document.message_id, document.position"
        );
        self.query(on, sql, [(*case.as_uuid()).into()], ReadableDocument::from_row)
            .await
    }

    /// A document that the person may read, with the delivery through which they may.
    pub(crate) async fn document(
        self,
        on: &impl ConnectionTrait,
        document: DocumentId,
    ) -> Result<Option<(ReadableDocument, ReadableDelivery)>, DbErr> {
        let found = self.known_document(on, document).await?;
        let Some(found) = found.filter(|document| self.may_open(document)) else {
            return Ok(None);
        };
        let sql = concat!(
            deliveries!("NULL"),
            "WHERE ",
            readable!(),
            " AND delivery.message_id = $3 ORDER BY delivery.expires_at DESC LIMIT 1"
        );
        let through = self
            .query(on, sql, [(*found.message.as_uuid()).into()], ReadableDelivery::from_row)
            .await?;
        Ok(through.into_iter().next().map(|delivery| (found, delivery)))
    }

    /// Whether the person signed in at the level that a document asks for.
    pub(crate) fn may_open(self, document: &ReadableDocument) -> bool {
        document.minimum_level.is_none_or(|minimum| self.level >= minimum)
    }

    /// The level that a document asks for of somebody who may know of it, but signed in at a lower one.
    pub(crate) async fn locked_document(
        self,
        on: &impl ConnectionTrait,
        document: DocumentId,
    ) -> Result<Option<AssuranceLevel>, DbErr> {
        let found = self.known_document(on, document).await?;
        let locked = found.filter(|document| !self.may_open(document));
        Ok(locked.and_then(|document| document.minimum_level))
    }

    /// A document that the person may know of, whatever level it asks for.
    async fn known_document(
        self,
        on: &impl ConnectionTrait,
        document: DocumentId,
    ) -> Result<Option<ReadableDocument>, DbErr> {
        let sql = concat!(
            documents!(),
            readable!(),
            " AND document.id = $3 AND document.purged_at IS NULL LIMIT 1"
        );
        let found = self.query(on, sql, [(*document.as_uuid()).into()], ReadableDocument::from_row);
        Ok(found.await?.into_iter().next())
    }

    async fn query<T>(
        self,
        on: &impl ConnectionTrait,
        sql: &'static str,
        more: impl IntoIterator<Item = Value>,
        read: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<T>, DbErr> {
        let statement = self.statement(on, sql, more);
        on.query_all_raw(statement).await?.iter().map(read).collect()
    }

    fn statement(
        self,
        on: &impl ConnectionTrait,
        sql: &'static str,
        more: impl IntoIterator<Item = Value>,
    ) -> Statement {
        let scope: [Value; 2] = [(*self.recipient.as_uuid()).into(), self.now.as_millis().into()];
        Statement::from_sql_and_values(on.get_database_backend(), sql, scope.into_iter().chain(more))
    }
}

impl ReadableDelivery {
    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: DeliveryId::from_uuid(row.try_get_by_index(0)?),
            case: CaseId::from_uuid(row.try_get_by_index(1)?),
            message: MessageId::from_uuid(row.try_get_by_index(2)?),
            organisation: OrganisationId::from_uuid(row.try_get_by_index(3)?),
            organisation_name: row.try_get_by_index(4)?,
            time_zone: row.try_get_by_index(5)?,
            sent_at: Timestamp::from_millis(row.try_get_by_index(6)?),
            expires_at: Timestamp::from_millis(row.try_get_by_index(7)?),
            opened: row.try_get_by_index::<Option<i64>>(8)?.is_some(),
            sealed_title: row.try_get_by_index(9)?,
            sealed_body: row.try_get_by_index(10)?,
            documents: 0,
        })
    }
}

impl ReadableDocument {
    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: DocumentId::from_uuid(row.try_get_by_index(0)?),
            message: MessageId::from_uuid(row.try_get_by_index(1)?),
            organisation: OrganisationId::from_uuid(row.try_get_by_index(2)?),
            sealed_file_name: row.try_get_by_index(3)?,
            media_type: row.try_get_by_index(4)?,
            size: u64::try_from(row.try_get_by_index::<i64>(5)?)
                .map_err(|_| DbErr::Type("a document's size is negative".to_owned()))?,
            minimum_level: row.try_get_by_index::<Option<i32>>(6)?.map(level).transpose()?,
        })
    }
}

/// A level that is no longer known opens nothing.
fn level(number: i32) -> Result<AssuranceLevel, DbErr> {
    let level = i16::try_from(number).ok().and_then(AssuranceLevel::from_number);
    level.ok_or_else(|| DbErr::Type("a document's level is unknown".to_owned()))
}
