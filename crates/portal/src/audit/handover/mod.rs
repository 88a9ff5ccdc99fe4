//! To whom audit logs, and their checkpoints, go by themselves, and how far they have come. Owns who is at it, what has been handed
//! over and what failed; the way there is the server's.
//!
//! Who takes a handover moves its instant to the end of a lease, which one node alone can do. How far it has come moves when
//! the receiver has it, and only for who still holds the lease: what one node can't say of what it sent, another sends again. So
//! everything is handed over at least once, in order.

mod bucket;
mod entity;
mod rule;
mod state;
mod webhook;

use std::fmt;

use base::{OrganisationId, Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};
use uuid::Uuid;

pub use bucket::{CheckpointBucket, CheckpointBucketError};
pub use state::{AuditReceiverState, CheckpointHolder};
pub(super) use state::{first_not_handed_over, holders, states};
pub(super) use webhook::webhook;
pub use webhook::{ChangeWebhookError, InvalidWebhookAddress, WebhookAddress, WebhookDelivery};
pub(crate) use webhook::{forget_webhook, webhook_waits};

use super::chain::{from_stored_id, stored_id};
use super::export::Rows;
use super::{AuditAction, AuditEntry, AuditRow, AuditRowsError, AuditTarget, chain_entity, checkpoint};
use crate::database::WriteTransaction;
use crate::{Context, Fault, Portal};

/// Somebody to whom a log, or its checkpoints, go by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReceiver {
    /// What goes there, and how.
    pub kind: AuditReceiverKind,
    /// What the configuration calls it; a webhook's id.
    pub name: String,
    /// Which logs.
    pub logs: AuditLogs,
    /// Where it is, for who may see the log; nothing of a webhook on its way.
    pub place: String,
}

/// Which logs go to a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditLogs {
    /// An organisation's; `None` for the installation's own.
    Of(Option<OrganisationId>),
    /// Each organisation's, and the installation's own.
    Every,
}

impl AuditLogs {
    fn has(self, chain: Uuid) -> bool {
        match self {
            Self::Of(organisation) => stored_id(organisation) == chain,
            Self::Every => true,
        }
    }
}

/// What goes to a receiver, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditReceiverKind {
    /// Every row, by syslog over TLS.
    Syslog,
    /// Each checkpoint, to a bucket of an S3-compatible store where nobody can change or delete it before its time.
    Bucket,
    /// Each checkpoint, by a request to an address that an admin of the organisation chose.
    Webhook,
}

impl AuditReceiverKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Syslog => "syslog",
            Self::Bucket => "s3",
            Self::Webhook => "webhook",
        }
    }
}

/// Why something was not handed over. Says nothing of what the receiver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverFailure {
    /// The receiver can't be connected to.
    Unreachable,
    /// It lies in a network to which the operator lets nobody be sent.
    NotAllowed,
    /// Its certificate does not hold.
    Certificate,
    /// It refused the connection or the request: it wants other credentials, or speaks no TLS that we do.
    Refused,
    /// It ended the connection before it had everything.
    BrokenOff,
    /// It took too long.
    TimedOut,
    /// It answered with this status of HTTP, which does not say that it took what was sent.
    Answered(u16),
    /// The bucket does not keep what is written to it from being changed or deleted for long enough.
    NotLocked,
    /// The bucket has another checkpoint of the same row, from another history.
    OtherHistory,
    /// The next row is not as this installation wrote it, or is gone. Nothing behind it is handed over.
    NotAsWritten,
    /// Something inside the portal failed.
    Inside,
}

impl HandoverFailure {
    /// All that have a name of their own.
    const NAMED: [(Self, &'static str); 10] = [
        (Self::Unreachable, "unreachable"),
        (Self::NotAllowed, "not-allowed"),
        (Self::Certificate, "certificate"),
        (Self::Refused, "refused"),
        (Self::BrokenOff, "broken-off"),
        (Self::TimedOut, "timed-out"),
        (Self::NotLocked, "not-locked"),
        (Self::OtherHistory, "other-history"),
        (Self::NotAsWritten, "not-as-written"),
        (Self::Inside, "inside"),
    ];

    fn from_stored(name: &str) -> Self {
        if let Some(status) = name.strip_prefix(ANSWERED) {
            return status.parse().map_or(Self::Inside, Self::Answered);
        }
        let known = Self::NAMED.into_iter().find(|(_, known)| *known == name);
        known.map_or(Self::Inside, |(failure, _)| failure)
    }
}

/// What the name of a failure with a status begins with.
const ANSWERED: &str = "answered-";

/// Its name, as it is stored and logged.
impl fmt::Display for HandoverFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Answered(status) = self {
            return write!(f, "{ANSWERED}{status}");
        }
        let known = Self::NAMED.into_iter().find(|(failure, _)| failure == self);
        f.write_str(known.map_or("inside", |(_, name)| name))
    }
}

/// Something to hand over now. It is the caller's for five minutes.
#[derive(Debug)]
pub struct TakenHandover {
    row: entity::Model,
}

/// The rows of a handover, in order.
pub struct HandoverRows {
    portal: Portal,
    rows: Rows,
}

/// What became of a handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverOutcome {
    /// The receiver has everything up to this row.
    HandedOver(u64),
    /// It is to be tried again, later, from where it began.
    Failed(HandoverFailure),
    /// Nobody tried to the end: it may go on at once, from where it began.
    GivenBack,
}

impl Portal {
    /// Whose logs go to a receiver.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn audit_logs_of(&self, receiver: &AuditReceiver) -> Result<Vec<Option<OrganisationId>>, Fault> {
        let chains = chains(&self.0, receiver).await?;
        Ok(chains.into_iter().map(from_stored_id).collect())
    }

    /// Takes what waits of a log for a receiver, for the caller to hand over; `None` when nothing waits, when it is not yet time to try again,
    /// and when another node is at it. Taken for the first time, or when the receiver is elsewhere than before, the log says that it goes there from
    /// now on.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn take_audit_handover(
        &self,
        receiver: &AuditReceiver,
        log: Option<OrganisationId>,
    ) -> Result<Option<TakenHandover>, Fault> {
        let context = &*self.0;
        let chain = stored_id(log);
        let Some(last) = last(context, receiver.kind, chain).await? else {
            return Ok(None);
        };
        let row = match find(context, receiver, chain).await? {
            Some(row) => row,
            // It was removed meanwhile.
            None if receiver.kind == AuditReceiverKind::Webhook => return Ok(None),
            None => begin(context, receiver, chain).await?,
        };
        let now = context.clock_time();
        if row.sequence >= last || !rule::is_due(Timestamp::from_millis(row.due_at), now) {
            return Ok(None);
        }
        let taken = entity::Model {
            place: receiver.place.clone(),
            due_at: (now + rule::LEASE).as_millis(),
            attempts: row.attempts.saturating_add(1),
            ..row.clone()
        };
        let transaction = context.database.write().await?;
        let ours = replace(&transaction, &row, taken.clone()).await?;
        if ours && row.place != taken.place {
            tell(context, &transaction, receiver, log).await?;
        }
        transaction.commit().await?;
        Ok(ours.then_some(TakenHandover { row: taken }))
    }

    /// The rows that a handover is of, up to the last that its chain has now.
    ///
    /// # Errors
    ///
    /// [`AuditRowsError`].
    pub async fn audit_handover_rows(&self, taken: &TakenHandover) -> Result<HandoverRows, AuditRowsError> {
        let rows = Rows::behind(&self.0, taken.row.chain_id, taken.row.sequence).await?;
        Ok(HandoverRows {
            portal: self.clone(),
            rows,
        })
    }

    /// Says what became of a handover. Does nothing, and says `false`, when its lease had ended and somebody else took it.
    ///
    /// # Errors
    ///
    /// A fault; then it begins anew from where it began, when its lease has ended.
    pub async fn settle_audit_handover(&self, taken: TakenHandover, outcome: HandoverOutcome) -> Result<bool, Fault> {
        let context = &*self.0;
        let row = taken.row;
        // By the clock, as it is tried again; what is told of it never goes back.
        let (now, clock_time) = (context.now().as_millis(), context.clock_time());
        let after = match outcome {
            HandoverOutcome::HandedOver(sequence) => entity::Model {
                sequence: i64::try_from(sequence).map_err(Fault::new)?.max(row.sequence),
                due_at: clock_time.as_millis(),
                attempts: 0,
                succeeded_at: Some(now),
                failure: None,
                ..row.clone()
            },
            HandoverOutcome::Failed(failure) => {
                let mut random = [0];
                getrandom::fill(&mut random).map_err(|problem| Fault::new(problem.to_string()))?;
                let [random] = random;
                let attempts = u32::try_from(row.attempts).unwrap_or(0);
                entity::Model {
                    due_at: rule::again(attempts, clock_time, random).as_millis(),
                    failed_at: Some(now),
                    failure: Some(failure.to_string()),
                    ..row.clone()
                }
            }
            HandoverOutcome::GivenBack => entity::Model {
                due_at: clock_time.as_millis(),
                attempts: row.attempts.saturating_sub(1),
                ..row.clone()
            },
        };
        let transaction = context.database.write().await?;
        let ours = replace(&transaction, &row, after).await?;
        transaction.commit().await?;
        Ok(ours)
    }
}

impl TakenHandover {
    /// Behind which row it begins; 0 for the beginning.
    #[must_use]
    pub fn after(&self) -> u64 {
        u64::try_from(self.row.sequence).unwrap_or(0)
    }
}

impl HandoverRows {
    /// Some more, some hundred at most; none when there are no more.
    ///
    /// # Errors
    ///
    /// [`AuditRowsError`]: of a row, when everything before it was given, and again each time.
    pub async fn next(&mut self) -> Result<Vec<AuditRow>, AuditRowsError> {
        self.rows.next(&self.portal.0).await
    }
}

async fn find(context: &Context, receiver: &AuditReceiver, chain: Uuid) -> Result<Option<entity::Model>, Fault> {
    let key = (receiver.kind.as_str().to_owned(), receiver.name.clone(), chain);
    Ok(entity::Entity::find_by_id(key).one(context.database.reader()).await?)
}

/// The chains of the logs that go to a receiver.
async fn chains(context: &Context, receiver: &AuditReceiver) -> Result<Vec<Uuid>, Fault> {
    let organisation = match receiver.logs {
        AuditLogs::Of(organisation) => organisation,
        AuditLogs::Every => {
            let all = chain_entity::Entity::find().all(context.database.reader()).await?;
            return Ok(all.into_iter().map(|chain| chain.id).collect());
        }
    };
    Ok(vec![stored_id(organisation)])
}

/// The row up to which something of a chain can be handed over; `None` when there is nothing.
async fn last(context: &Context, kind: AuditReceiverKind, chain: Uuid) -> Result<Option<i64>, Fault> {
    match kind {
        AuditReceiverKind::Syslog => {
            let head = chain_entity::Entity::find_by_id(chain).one(context.database.reader());
            Ok(head.await?.map(|head| head.sequence))
        }
        AuditReceiverKind::Bucket | AuditReceiverKind::Webhook => {
            Ok(checkpoint::latest_places(context, chain, 1).await?.first().copied())
        }
    }
}

/// Behind which row handing over a chain begins: rows at the first that there is, checkpoints with the latest, which proves what those
/// before it do.
async fn first_after(context: &Context, kind: AuditReceiverKind, chain: Uuid) -> Result<i64, Fault> {
    match kind {
        AuditReceiverKind::Syslog => Ok(0),
        AuditReceiverKind::Bucket | AuditReceiverKind::Webhook => {
            let latest = checkpoint::latest_places(context, chain, 2).await?;
            Ok(latest.get(1).copied().unwrap_or(0))
        }
    }
}

/// Writes down that a log goes to a receiver from now on.
async fn begin(context: &Context, receiver: &AuditReceiver, chain: Uuid) -> Result<entity::Model, Fault> {
    let row = entity::Model {
        kind: receiver.kind.as_str().to_owned(),
        receiver: receiver.name.clone(),
        chain_id: chain,
        place: receiver.place.clone(),
        sequence: first_after(context, receiver.kind, chain).await?,
        due_at: context.clock_time().as_millis(),
        attempts: 0,
        succeeded_at: None,
        failed_at: None,
        failure: None,
    };
    let transaction = context.database.write().await?;
    let key = [entity::Column::Kind, entity::Column::Receiver, entity::Column::ChainId];
    let made = entity::Entity::insert(row.clone().into_active_model())
        .on_conflict_do_nothing_on(key)
        .exec_without_returning(&transaction)
        .await?;
    if matches!(made, TryInsertResult::Inserted(1..)) {
        tell(context, &transaction, receiver, from_stored_id(chain)).await?;
    }
    transaction.commit().await?;
    Ok(row)
}

/// Says in the log that it goes to a receiver from now on.
async fn tell(
    context: &Context,
    transaction: &WriteTransaction,
    receiver: &AuditReceiver,
    log: Option<OrganisationId>,
) -> Result<(), Fault> {
    let detail = format!("{} {} {}", receiver.kind.as_str(), receiver.name, receiver.place);
    let entry = AuditEntry::by_portal(AuditAction::AuditReceiverAdded).detail(&detail);
    let entry = match log {
        Some(organisation) => entry
            .within(organisation)
            .about(AuditTarget::Organisation(organisation)),
        None => entry,
    };
    context.audit.record(transaction, context.now(), &entry).await
}

/// Puts a row in the place of another, unless somebody did so before.
async fn replace(transaction: &WriteTransaction, before: &entity::Model, after: entity::Model) -> Result<bool, Fault> {
    let done = entity::Entity::update_many()
        .set(after.into_active_model().reset_all())
        .filter(entity::Column::Kind.eq(before.kind.clone()))
        .filter(entity::Column::Receiver.eq(before.receiver.clone()))
        .filter(entity::Column::ChainId.eq(before.chain_id))
        .filter(entity::Column::DueAt.eq(before.due_at))
        .filter(entity::Column::Attempts.eq(before.attempts))
        .filter(entity::Column::Sequence.eq(before.sequence))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected == 1)
}

#[cfg(test)]
mod tests;
