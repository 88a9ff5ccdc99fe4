//! The log as an organisation's admins and auditors see it: some rows at a time, the latest first.

use base::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::chain::stored_id;
use super::{AuditAction, AuditEntry, AuditExportError, AuditReceiverState, checkpoint, entity, export, handover};
use crate::rights::Action;
use crate::{Portal, StaffActor};

/// How many rows one look gives.
const PAGE: usize = 25;

const BEFORE: &str = "\
    SELECT l.sequence AS place, e.* FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence < $2 ORDER BY l.sequence DESC LIMIT $3";

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its number in the organisation's log.
    pub row: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What was done, by its stored name.
    pub action: String,
    /// What kind of actor did it, by its stored name.
    pub actor_kind: String,
    /// The id of who, among the actors of this kind.
    pub actor_id: Option<String>,
    /// The id of what it was done to.
    pub target: Option<String>,
    /// Where the request came from; not told of recipients.
    pub address: Option<String>,
}

/// Some of an organisation's log, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvents {
    /// The rows.
    pub events: Vec<AuditEvent>,
    /// Before which row to go on, when there are older ones.
    pub older_than: Option<u64>,
    /// The row of the latest checkpoint, and when it was signed.
    pub checkpoint: Option<(u64, Timestamp)>,
    /// To whom it goes by itself by the operator's word, and how far it has come.
    pub receivers: Vec<AuditReceiverState>,
    /// The webhook that checkpoints go to, by an admin's.
    pub webhook: Option<AuditReceiverState>,
}

impl Portal {
    /// The rows of the log of the actor's organisation before `older_than`, or the latest. What happened within the last second may
    /// not be among them yet. Each look is in the log.
    ///
    /// # Errors
    ///
    /// [`AuditExportError`].
    pub async fn audit_events(
        &self,
        actor: &StaffActor,
        older_than: Option<u64>,
    ) -> Result<AuditEvents, AuditExportError> {
        self.0.require(actor, Action::SeeAudit).await??;
        let context = &*self.0;
        context
            .record(&AuditEntry::by_staff(actor, AuditAction::AuditListed))
            .await?;
        let organisation = actor.organisation_id();
        let reader = context.database.reader();
        let before = older_than.map_or(i64::MAX, |row| i64::try_from(row).unwrap_or(i64::MAX));
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let values = [stored_id(Some(organisation)).into(), before.into(), limit.into()];
        let query = Statement::from_sql_and_values(reader.get_database_backend(), BEFORE, values);
        let mut events = Vec::with_capacity(PAGE + 1);
        for row in reader.query_all_raw(query).await.map_err(crate::Fault::from)? {
            let place: i64 = row.try_get("", "place").map_err(crate::Fault::from)?;
            let event = entity::Model::from_query_result(&row, "").map_err(crate::Fault::from)?;
            events.push(AuditEvent {
                row: u64::try_from(place).unwrap_or(0),
                at: Timestamp::from_millis(event.at),
                address: export::address(context, &event),
                action: event.action,
                actor_kind: event.actor_kind,
                actor_id: event.actor_id.map(|id| id.to_string()),
                target: event.target_id.map(|id| id.to_string()),
            });
        }
        let more = events.len() > PAGE;
        events.truncate(PAGE);
        let latest = checkpoint::latest(context, Some(organisation)).await?;
        Ok(AuditEvents {
            older_than: events.last().filter(|_| more).map(|last| last.row),
            events,
            checkpoint: latest.map(|latest| (latest.sequence, latest.at)),
            receivers: handover::states(context, stored_id(Some(organisation))).await?,
            webhook: handover::webhook(context, organisation).await?,
        })
    }
}
