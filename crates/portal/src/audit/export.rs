//! The log as a file of JSON lines, for an organisation's own records and systems, and its rows on their way to a receiver.

use std::time::Duration;

use base::{OrganisationId, StaffId, Timestamp};
use keyring::Field;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryResult, Statement};
use uuid::Uuid;

use super::canonical::{Hash, chain_start, link_hash};
use super::chain::stored_id;
use super::line::Line;
use super::{AuditAction, AuditEntry, AuditTarget, chain_entity, checkpoint, cut_entity, entity, link_entity};
use crate::rights::Action;
use crate::{Context, Denied, Fault, OperatorActor, Portal, RequestInfo, SessionKey, StaffActor, StaffVisitor};

/// How many rows are read at a time.
const BATCH: i64 = 500;
/// How long an export may run until the database is asked whether the right to it still holds.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);

const ENDED: &str = "the right to take the audit log away has ended";

const ROWS: &str = "\
    SELECT l.sequence AS place, l.hash AS chain_hash, e.* FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence > $2 AND l.sequence <= $3 ORDER BY l.sequence LIMIT $4";

/// The log could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum AuditExportError {
    /// The actor may not have it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Rows of a log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditRowsError {
    /// This row, the next one, is not as this installation wrote it, or is gone. Nothing behind it is given.
    #[error("row {0} of an audit log is not as this installation wrote it, or is gone")]
    NotAsWritten(u64),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AuditRowsError {
    /// This row is not as it was written.
    fn at(row: i64) -> Self {
        Self::NotAsWritten(u64::try_from(row).unwrap_or(0))
    }
}

impl From<DbErr> for AuditRowsError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<AuditRowsError> for Fault {
    fn from(error: AuditRowsError) -> Self {
        match error {
            AuditRowsError::Fault(fault) => fault,
            AuditRowsError::NotAsWritten(_) => Self::new(error),
        }
    }
}

/// A log on its way out, from the first row that is kept to the last that its chain had when it was asked for.
pub struct AuditExport {
    portal: Portal,
    rows: Rows,
    /// A staff member's right to it; the operator's does not end.
    right: Option<Right>,
}

/// A staff member's right to take the log away, which is asked for again while it goes.
struct Right {
    staff: StaffId,
    session: SessionKey,
    request: RequestInfo,
    asked_at: Timestamp,
}

impl Right {
    /// Whether they are still signed in and their role still allows it.
    async fn holds(&mut self, portal: &Portal) -> Result<bool, Fault> {
        let now = portal.0.clock_time();
        if self.asked_at <= now && now.since(self.asked_at) < ASK_AGAIN_AFTER {
            return Ok(true);
        }
        self.asked_at = now;
        let visitor = portal.staff_visitor(&self.session, self.request.clone()).await?;
        Ok(matches!(visitor, StaffVisitor::Staff(actor)
            if actor.staff_id() == self.staff && actor.role().allows(Action::ExportAudit)))
    }
}

/// A chain's rows on their way out, as lines, up to the last that it had when this began.
pub(super) struct Rows {
    chain: Uuid,
    after: i64,
    last: i64,
    hash: Hash,
}

/// A row of the log as it leaves the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number in its chain.
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What was done, by a name of at most 32 printable ASCII characters: the stored one, or another where that is longer. A row of
    /// a later version of the portal has its stored name, whatever that is.
    pub short_action: String,
    /// Whether somebody should look at it, as the log sorts what was done.
    pub is_warning: bool,
    /// The row as JSON with the field names of the Elastic Common Schema, on one line without its end.
    pub line: String,
}

impl AuditRow {
    pub(super) fn of(sequence: u64, at: Timestamp, action: &str, line: String) -> Self {
        let known = AuditAction::named(action);
        Self {
            sequence,
            at,
            short_action: known.map_or_else(|| action.to_owned(), |action| action.short_name().to_owned()),
            is_warning: known.is_some_and(|action| action.class().is_warning()),
            line,
        }
    }
}

impl Portal {
    /// The log of the actor's organisation. The log says that it went.
    ///
    /// # Errors
    ///
    /// [`AuditExportError`].
    pub async fn export_audit_log(&self, actor: &StaffActor) -> Result<AuditExport, AuditExportError> {
        self.0.require(actor, Action::ExportAudit).await??;
        let organisation = actor.organisation_id();
        let entry = AuditEntry::by_staff(actor, AuditAction::AuditExported);
        let entry = entry.about(AuditTarget::Organisation(organisation));
        let export = self.begin_export(Some(organisation), &entry).await?;
        Ok(AuditExport {
            right: Some(Right {
                staff: actor.staff_id(),
                session: actor.session().clone(),
                request: actor.request().clone(),
                asked_at: self.0.clock_time(),
            }),
            ..export
        })
    }

    /// The log of an organisation, or the installation's own, for the operator. The log says that it went.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn export_audit_log_of(
        &self,
        operator: &OperatorActor,
        chain: Option<OrganisationId>,
    ) -> Result<AuditExport, Fault> {
        let entry = AuditEntry::by_operator(operator, AuditAction::AuditExported);
        let entry = match chain {
            Some(organisation) => entry
                .within(organisation)
                .about(AuditTarget::Organisation(organisation)),
            None => entry,
        };
        self.begin_export(chain, &entry).await
    }

    async fn begin_export(&self, chain: Option<OrganisationId>, entry: &AuditEntry<'_>) -> Result<AuditExport, Fault> {
        let context = &*self.0;
        context.record(entry).await?;
        let rows = Rows::behind(context, stored_id(chain), 0).await?;
        Ok(AuditExport {
            portal: self.clone(),
            rows,
            right: None,
        })
    }
}

impl AuditExport {
    /// Some lines more, each with its line end; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// A fault, also when the next row is gone or is not as it was written, and when the right to take the log away has ended.
    pub async fn next(&mut self) -> Result<Option<String>, Fault> {
        if let Some(right) = &mut self.right
            && !right.holds(&self.portal).await?
        {
            return Err(Fault::new(ENDED));
        }
        let rows = self.rows.next(&self.portal.0).await?;
        let lines = rows.into_iter().map(|row| row.line + "\n").collect::<String>();
        Ok((!lines.is_empty()).then_some(lines))
    }
}

impl Rows {
    /// Those behind a row, or from the first that is kept when that one is gone; behind 0, from the beginning.
    pub(super) async fn behind(context: &Context, chain: Uuid, after: i64) -> Result<Self, AuditRowsError> {
        let reader = context.database.reader();
        let head = chain_entity::Entity::find_by_id(chain).one(reader).await?;
        let cut = cut_entity::Entity::find_by_id(chain).one(reader).await?;
        let (first, hash) = match cut {
            Some(cut) => cut
                .read(&context.vault)
                .ok_or_else(|| Fault::new("what is said of an audit log's old rows was changed"))?,
            None => {
                let installation = checkpoint::installation(context).await?;
                (0, chain_start(*installation.as_uuid(), chain))
            }
        };
        let first = i64::try_from(first).map_err(Fault::new)?;
        let (after, hash) = if after <= first {
            (first, hash)
        } else {
            let link = link_entity::Entity::find_by_id((chain, after)).one(reader).await?;
            let hash = link.and_then(|link| link.hash.as_slice().try_into().ok());
            (after, hash.ok_or_else(|| AuditRowsError::at(after))?)
        };
        Ok(Self {
            chain,
            after,
            last: head.map_or(0, |head| head.sequence),
            hash,
        })
    }

    /// Some more; none when there are no more. What comes before a row that is not as it was written is given first, and that row is the
    /// error of the next call, and of each that follows.
    pub(super) async fn next(&mut self, context: &Context) -> Result<Vec<AuditRow>, AuditRowsError> {
        if self.after >= self.last {
            return Ok(Vec::new());
        }
        let reader = context.database.reader();
        let values = [self.chain.into(), self.after.into(), self.last.into(), BATCH.into()];
        let query = Statement::from_sql_and_values(reader.get_database_backend(), ROWS, values);
        let mut rows = Vec::new();
        for row in reader.query_all_raw(query).await? {
            let Some((event, hash)) = self.read(context, &row) else {
                break;
            };
            self.after += 1;
            let sequence = u64::try_from(self.after).map_err(Fault::new)?;
            let line = Line::of(&event, sequence, &self.hash, &hash, address(context, &event));
            let line = serde_json::to_string(&line).map_err(Fault::new)?;
            rows.push(AuditRow::of(
                sequence,
                Timestamp::from_millis(event.at),
                &event.action,
                line,
            ));
            self.hash = hash;
        }
        if rows.is_empty() {
            return Err(AuditRowsError::at(self.after.saturating_add(1)));
        }
        Ok(rows)
    }

    /// The next row, with the chain's hash up to and with it; `None` when this is another one, or not as it was written. What can't even be
    /// read is not: SQLite keeps a value of any kind in any column.
    fn read(&self, context: &Context, row: &QueryResult) -> Option<(entity::Model, Hash)> {
        let place: i64 = row.try_get("", "place").ok()?;
        let hash: Vec<u8> = row.try_get("", "chain_hash").ok()?;
        let hash: Hash = hash.as_slice().try_into().ok()?;
        let event = entity::Model::from_query_result(row, "").ok()?;
        let is_next = self.after.checked_add(1) == Some(place)
            && event.organisation_id.unwrap_or_default() == self.chain
            && hash == link_hash(self.chain, place, &self.hash, &event)
            && context.audit.verifies(&event);
        is_next.then_some((event, hash))
    }
}

/// Where the request of a row came from. Not told of recipients: who read something is the organisation's, from where is not.
pub(super) fn address(context: &Context, row: &entity::Model) -> Option<String> {
    let sealed = row.sealed_address.as_ref().filter(|_| row.actor_kind != "recipient")?;
    let place = Field::new("audit_event", "sealed_address", row.id.as_bytes());
    context.vault.address_key().open_text(place, sealed).ok()
}
