//! How far each receiver has come: for the page, for the operator's numbers, and for the end of rows' retention.

use std::time::Duration;

use base::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Statement};
use uuid::Uuid;

use super::{
    AuditLogs, AuditReceiver, AuditReceiverKind, HandoverFailure, chains, entity, find, first_after, last, webhook,
};
use crate::audit::chain::{from_stored_id, stored_id};
use crate::audit::{chain_entity, checkpoint};
use crate::{Context, Fault, Portal};

const AT_OF_NEXT: &str = "\
    SELECT e.at FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence > $2 ORDER BY l.sequence LIMIT 1";

/// How far a log, or its checkpoints, have come on the way to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReceiverState {
    /// What goes there, and how.
    pub kind: AuditReceiverKind,
    /// Where it is.
    pub place: String,
    /// The last row that it has; 0 for none.
    pub row: u64,
    /// The last row that it is to get, as things stand.
    pub last: u64,
    /// When it last got something.
    pub succeeded_at: Option<Timestamp>,
    /// Since when the first that it does not have has waited: when that happened, or was signed.
    pub waiting_since: Option<Timestamp>,
    /// What failed since, and when it did last.
    pub failure: Option<(HandoverFailure, Timestamp)>,
}

impl Portal {
    /// Whether there is a log that a receiver is to get: none when there is no such organisation.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn has_audit_log(&self, receiver: &AuditReceiver) -> Result<bool, Fault> {
        let AuditLogs::Of(Some(organisation)) = receiver.logs else {
            return Ok(true);
        };
        let id = stored_id(Some(organisation));
        let found = chain_entity::Entity::find_by_id(id)
            .one(self.0.database.reader())
            .await?;
        Ok(found.is_some())
    }

    /// For how long the oldest of what is to be handed out of audit logs has waited, by the database's word; zero when nothing waits.
    /// Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn audit_handover_lag(&self) -> Result<Duration, Fault> {
        let context = &*self.0;
        let now = context.now();
        let mut longest = Duration::ZERO;
        for receiver in &context.settings.audit_receivers {
            for chain in chains(context, receiver).await? {
                let after = match find(context, receiver, chain).await? {
                    Some(row) => row.sequence,
                    None => first_after(context, receiver.kind, chain).await?,
                };
                if let Some(at) = next_after(context, receiver.kind, chain, after).await? {
                    longest = longest.max(now.since(at));
                }
            }
        }
        Ok(longest)
    }
}

/// When the first thing behind a row happened, or the first checkpoint was signed.
async fn next_after(
    context: &Context,
    kind: AuditReceiverKind,
    chain: Uuid,
    after: i64,
) -> Result<Option<Timestamp>, Fault> {
    if kind != AuditReceiverKind::Syslog {
        let next = checkpoint::behind(context, chain, after, 1).await?;
        return Ok(next.first().map(|next| next.at));
    }
    let reader = context.database.reader();
    let values = [chain.into(), after.into()];
    let query = Statement::from_sql_and_values(reader.get_database_backend(), AT_OF_NEXT, values);
    let row = reader.query_one_raw(query).await?;
    let at: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(at.map(Timestamp::from_millis))
}

/// How far each receiver of a chain has come that the configuration names.
pub(in crate::audit) async fn states(context: &Context, chain: Uuid) -> Result<Vec<AuditReceiverState>, Fault> {
    let mut states = Vec::new();
    for receiver in of_chain(context, chain) {
        states.push(of(context, receiver, chain).await?);
    }
    Ok(states)
}

/// How far a chain has come on the way to a receiver.
pub(super) async fn of(context: &Context, receiver: &AuditReceiver, chain: Uuid) -> Result<AuditReceiverState, Fault> {
    let row = find(context, receiver, chain).await?;
    let after = match &row {
        Some(row) => row.sequence,
        None => first_after(context, receiver.kind, chain).await?,
    };
    let last = last(context, receiver.kind, chain).await?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    // Checkpoints begin with the latest, and not behind row 0.
    let has = row.as_ref().filter(|row| row.succeeded_at.is_some());
    Ok(AuditReceiverState {
        kind: receiver.kind,
        place: receiver.place.clone(),
        row: has.map_or(0, |row| number(row.sequence)),
        last: last.map_or(0, number),
        succeeded_at: row
            .as_ref()
            .and_then(|row| row.succeeded_at)
            .map(Timestamp::from_millis),
        waiting_since: next_after(context, receiver.kind, chain, after).await?,
        failure: row.and_then(|row| {
            let failure = HandoverFailure::from_stored(&row.failure?);
            Some((failure, Timestamp::from_millis(row.failed_at?)))
        }),
    })
}

/// Somebody who got a checkpoint of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointHolder {
    /// How it went there.
    pub kind: AuditReceiverKind,
    /// Where it is.
    pub place: String,
    /// The row of the last checkpoint that it got.
    pub row: u64,
    /// When it got it.
    pub at: Timestamp,
}

/// Who got checkpoints of a chain by themselves, as far as the database knows; of webhooks the one that there is.
pub(in crate::audit) async fn holders(
    context: &Context,
    on: &DatabaseTransaction,
    chain: Uuid,
) -> Result<Vec<CheckpointHolder>, Fault> {
    let rows = entity::Entity::find()
        .filter(
            entity::Column::Kind
                .is_in([AuditReceiverKind::Bucket, AuditReceiverKind::Webhook].map(AuditReceiverKind::as_str)),
        )
        .filter(entity::Column::ChainId.eq(chain))
        .order_by_asc(entity::Column::Kind)
        .order_by_asc(entity::Column::Receiver)
        .all(on)
        .await?;
    let mut holders = Vec::new();
    for row in rows {
        let Some(at) = row.succeeded_at else { continue };
        let (kind, place) = if row.kind == AuditReceiverKind::Webhook.as_str() {
            let host = webhook::host(context, on, from_stored_id(chain), &row.receiver).await?;
            (AuditReceiverKind::Webhook, host.unwrap_or(row.receiver))
        } else {
            (AuditReceiverKind::Bucket, row.place)
        };
        holders.push(CheckpointHolder {
            kind,
            place,
            row: u64::try_from(row.sequence).unwrap_or(0),
            at: Timestamp::from_millis(at),
        });
    }
    Ok(holders)
}

/// The first row of a chain that somebody is to get and does not have yet; `None` when nobody gets its rows.
pub(in crate::audit) async fn first_not_handed_over(context: &Context, chain: Uuid) -> Result<Option<i64>, Fault> {
    let mut first: Option<i64> = None;
    for receiver in of_chain(context, chain) {
        if receiver.kind == AuditReceiverKind::Syslog {
            let row = find(context, receiver, chain).await?;
            let next = row.map_or(0, |row| row.sequence).saturating_add(1);
            first = Some(first.map_or(next, |first| first.min(next)));
        }
    }
    Ok(first)
}

fn of_chain(context: &Context, chain: Uuid) -> impl Iterator<Item = &AuditReceiver> {
    let receivers = &context.settings.audit_receivers;
    receivers.iter().filter(move |receiver| receiver.logs.has(chain))
}
