//! Verifies the log in the database: each row's code, each chain against its checkpoints, and that no number of a writer is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IsolationLevel,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Statement, TransactionOptions, TransactionTrait, Value,
};
use uuid::Uuid;

use super::canonical::chain_start;
use super::chain::{from_stored_id, stored_id};
use super::finding::{AuditFinding, AuditReport, ChainProblem, ChainReport, HandedOut};
use super::verify::{ChainVerifier, Place, Source};
use super::{
    AuditAction, AuditEntry, Checkpoint, chain_entity, checkpoint, checkpoint_entity, cut, cut_entity, entity,
    handover, writer_cut_entity,
};
use crate::{Context, Fault, OperatorActor, Portal, PublicKeys};

/// How long after a row at most a checkpoint is signed that covers it, while the portal runs: one that is so much older than the log is kept
/// may be of a row whose time is over.
const SIGNED_WITHIN: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How many rows are read at a time: as many as an SQLite connection reads ahead.
const BATCH: i64 = 1_000;

const CHAINS: &str = "SELECT id FROM audit_chain UNION SELECT chain_id FROM audit_link UNION SELECT chain_id FROM audit_checkpoint \
    UNION SELECT chain_id FROM audit_cut";
const PLACES: &str = "\
    SELECT l.sequence, l.hash, e.id, e.writer_id, e.counter, e.organisation_id, e.at, e.actor_kind, e.actor_id, e.action, \
    e.target_kind, e.target_id, e.detail, e.request_id, e.sealed_address, e.mac \
    FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence > $2 ORDER BY l.sequence LIMIT $3";
/// Each writer with how many rows it has, how many of these wait for their chain, and the last number that it was given or has.
const WRITERS: &str = "\
    SELECT e.writer_id, e.count, e.highest, e.waiting, COALESCE(w.next_counter, 1) - 1 AS given, \
    COALESCE(c.counter, 0) AS chained FROM \
    (SELECT e.writer_id, COUNT(*) AS count, MAX(e.counter) AS highest, \
    SUM(CASE WHEN w.id IS NOT NULL AND e.counter > COALESCE(c.counter, 0) THEN 1 ELSE 0 END) AS waiting \
    FROM audit_event e LEFT JOIN audit_writer w ON w.id = e.writer_id \
    LEFT JOIN audit_chained c ON c.writer_id = e.writer_id GROUP BY e.writer_id) AS e \
    LEFT JOIN audit_writer w ON w.id = e.writer_id LEFT JOIN audit_chained c ON c.writer_id = e.writer_id \
    UNION ALL \
    SELECT w.id, 0, 0, 0, w.next_counter - 1, COALESCE(c.counter, 0) FROM audit_writer w \
    LEFT JOIN audit_chained c ON c.writer_id = w.id \
    WHERE NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.writer_id = w.id)";
/// Rows without a place that do not wait for one. A writer that took no number never gets one.
const UNCHAINED: &str = "\
    SELECT e.* FROM audit_event e LEFT JOIN audit_link l ON l.event_id = e.id \
    LEFT JOIN audit_writer w ON w.id = e.writer_id LEFT JOIN audit_chained c ON c.writer_id = e.writer_id \
    WHERE l.event_id IS NULL AND (w.id IS NULL OR e.counter <= COALESCE(c.counter, 0)) LIMIT 1001";

impl Portal {
    /// Verifies the whole log as it is at one moment: against itself, against the checkpoints that the database has, and against those
    /// in `held`, which somebody kept elsewhere. What it proves reaches to the newest checkpoint that fits; only one from elsewhere
    /// proves it against who has the installation's keys. The log says that it was verified, in a row that is not among those.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn verify_audit_log(
        &self,
        operator: &OperatorActor,
        held: &[Checkpoint],
        keys: &PublicKeys,
    ) -> Result<AuditReport, Fault> {
        let report = self.verified(held, keys).await?;
        let entry = AuditEntry::by_operator(operator, AuditAction::AuditVerified);
        self.0.record(&entry).await?;
        Ok(report)
    }

    /// What a verification finds.
    pub(super) async fn verified(&self, held: &[Checkpoint], keys: &PublicKeys) -> Result<AuditReport, Fault> {
        let context = &*self.0;
        let installation = checkpoint::installation(context).await?;
        let reader = context.database.reader();
        let mut options = TransactionOptions::default();
        if reader.get_database_backend() == DbBackend::Postgres {
            options.isolation_level = Some(IsolationLevel::RepeatableRead);
        }
        let snapshot = reader.begin_with_options(options).await?;
        let mut report = AuditReport::default();
        let mut chains: BTreeSet<Uuid> = held
            .iter()
            .map(|checkpoint| stored_id(checkpoint.organisation))
            .collect();
        for row in all(&snapshot, CHAINS, []).await? {
            chains.insert(row.try_get_by_index(0)?);
        }
        let check = Check {
            context,
            snapshot: &snapshot,
        };
        let kept_since = cut::kept_since(context) + SIGNED_WITHIN;
        let mut linked = 0;
        for id in chains {
            let chain = from_stored_id(id);
            let mut checkpoints = Vec::new();
            let stored = checkpoint_entity::Entity::find().filter(checkpoint_entity::Column::ChainId.eq(id));
            for row in stored.all(&snapshot).await? {
                let sequence = u64::try_from(row.sequence).unwrap_or(0);
                let read = checkpoint::read_row(installation, row).filter(|checkpoint| checkpoint.is_signed_by(keys));
                match read {
                    Some(checkpoint) => checkpoints.push((checkpoint, Source::Stored)),
                    None => forged(&mut report, chain, sequence),
                }
            }
            for checkpoint in held.iter().filter(|checkpoint| checkpoint.organisation == chain) {
                if checkpoint.installation == installation && checkpoint.is_signed_by(keys) {
                    checkpoints.push((checkpoint.clone(), Source::Held));
                } else {
                    forged(&mut report, chain, checkpoint.sequence);
                }
            }
            let cut = cut_entity::Entity::find_by_id(id).one(&snapshot).await?;
            let whole = || (0, chain_start(*installation.as_uuid(), id));
            let (last, hash) = match cut.map(|cut| cut.read(&context.vault)) {
                Some(Some(cut)) => cut,
                Some(None) => {
                    let problem = ChainProblem::ForgedCut;
                    report.found(AuditFinding::Chain { chain, problem });
                    whole()
                }
                None => whole(),
            };
            let verifier = ChainVerifier::new(chain, last, hash, checkpoints, &mut report);
            // One tells it as well as all.
            let too_young = verifier
                .earlier()
                .iter()
                .filter(|checkpoint| checkpoint.at >= kept_since);
            if let Some(checkpoint) = too_young.map(|checkpoint| checkpoint.sequence).max() {
                let problem = ChainProblem::CutBeforeTime { cut: last, checkpoint };
                report.found(AuditFinding::Chain { chain, problem });
            }
            linked += check.chain(id, verifier, &mut report).await?;
        }
        check.writers(linked, &mut report).await?;
        snapshot.commit().await?;
        Ok(report)
    }
}

/// The next rows of a chain with their places.
pub(super) async fn places(on: &impl ConnectionTrait, id: Uuid, after: i64) -> Result<Vec<QueryResult>, DbErr> {
    all(on, PLACES, [id.into(), after.into(), BATCH.into()]).await
}

/// Looks at rows of a chain. Says how many rows of the log they are.
pub(super) fn look(
    context: &Context,
    rows: &[QueryResult],
    verifier: &mut ChainVerifier,
    report: &mut AuditReport,
) -> Result<u64, DbErr> {
    let mut linked = 0;
    for row in rows {
        let sequence: i64 = row.try_get_by_index(0)?;
        let hash: Vec<u8> = row.try_get_by_index(1)?;
        let event = event(row)?;
        linked += u64::from(event.is_some());
        let place = Place {
            sequence: u64::try_from(sequence).unwrap_or(0),
            hash: hash.try_into().ok(),
            authentic: event.as_ref().is_some_and(|event| context.audit.verifies(event)),
            row: event.as_ref(),
        };
        verifier.next(&place, report);
    }
    Ok(linked)
}

/// The row of the log at a place, if it is there. By the columns' numbers, since a million names take their time.
fn event(row: &QueryResult) -> Result<Option<entity::Model>, DbErr> {
    let Some(id) = row.try_get_by_index(2)? else {
        return Ok(None);
    };
    Ok(Some(entity::Model {
        id,
        writer_id: row.try_get_by_index(3)?,
        counter: row.try_get_by_index(4)?,
        organisation_id: row.try_get_by_index(5)?,
        at: row.try_get_by_index(6)?,
        actor_kind: row.try_get_by_index(7)?,
        actor_id: row.try_get_by_index(8)?,
        action: row.try_get_by_index(9)?,
        target_kind: row.try_get_by_index(10)?,
        target_id: row.try_get_by_index(11)?,
        detail: row.try_get_by_index(12)?,
        request_id: row.try_get_by_index(13)?,
        sealed_address: row.try_get_by_index(14)?,
        mac: row.try_get_by_index(15)?,
    }))
}

fn forged(report: &mut AuditReport, chain: Option<OrganisationId>, checkpoint: u64) {
    let problem = ChainProblem::ForgedCheckpoint { checkpoint };
    report.found(AuditFinding::Chain { chain, problem });
}

async fn all(
    on: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    on.query_all_raw(Statement::from_sql_and_values(on.get_database_backend(), sql, values))
        .await
}

/// A writer of whose rows some are missing.
struct Numbers {
    /// The highest number of a row whose time was over.
    highest_cut: i64,
    /// The last number that it gave.
    last: i64,
    /// How many rows are missing besides those whose time was over.
    missing: i64,
}

/// What a verification works with: the log at one moment.
struct Check<'a> {
    context: &'a Context,
    snapshot: &'a DatabaseTransaction,
}

impl Check<'_> {
    /// Goes along a chain. Says how many rows of the log it has.
    async fn chain(&self, id: Uuid, mut verifier: ChainVerifier, report: &mut AuditReport) -> Result<u64, Fault> {
        let chain = from_stored_id(id);
        let mut linked = 0;
        let mut rows = places(self.snapshot, id, i64::MIN).await?;
        while let Some(last) = rows.last() {
            let after: i64 = last.try_get_by_index(0)?;
            // The database reads the next rows while these are looked at.
            let looked = async { look(self.context, &rows, &mut verifier, report) };
            let (next, looked) = tokio::join!(places(self.snapshot, id, after), looked);
            linked += looked?;
            rows = next?;
        }
        let head = chain_entity::Entity::find_by_id(id).one(self.snapshot).await?;
        let ends_there = head.is_some_and(|head| {
            u64::try_from(head.sequence) == Ok(verifier.last()) && head.hash == verifier.hash().as_slice()
        });
        if !ends_there {
            let problem = ChainProblem::Head;
            report.found(AuditFinding::Chain { chain, problem });
        }
        let handed_out = self.handed_out(chain).await?;
        let holders = handover::holders(self.context, self.snapshot, id).await?;
        let verified = verifier.finish(report);
        report.chains.push(ChainReport {
            handed_out,
            holders,
            ..verified
        });
        Ok(linked)
    }

    /// To whom the log says that a checkpoint of this chain went last.
    async fn handed_out(&self, chain: Option<OrganisationId>) -> Result<Option<HandedOut>, Fault> {
        let of_chain = match chain {
            Some(organisation) => entity::Column::OrganisationId.eq(*organisation.as_uuid()),
            None => entity::Column::OrganisationId.is_null(),
        };
        let row = entity::Entity::find()
            .filter(of_chain)
            .filter(entity::Column::Action.eq(AuditAction::AuditCheckpointHandedOut.as_str()))
            .order_by_desc(entity::Column::At)
            .limit(1)
            .one(self.snapshot)
            .await?;
        let authentic = row.filter(|row| self.context.audit.verifies(row));
        Ok(authentic.map(|row| HandedOut {
            kind: row.actor_kind,
            id: row.actor_id,
            at: Timestamp::from_millis(row.at),
            sequence: row.detail.unwrap_or_default(),
        }))
    }

    /// Looks for numbers without a row and for rows without a place.
    async fn writers(&self, linked: u64, report: &mut AuditReport) -> Result<(), Fault> {
        let mut cuts: BTreeMap<Uuid, writer_cut_entity::Model> = BTreeMap::new();
        for cut in writer_cut_entity::Entity::find().all(self.snapshot).await? {
            // What is not authentic explains no missing row.
            if cut.is_authentic(&self.context.vault) {
                cuts.insert(cut.writer_id, cut);
            }
        }
        let mut gaps: BTreeMap<Uuid, Numbers> = BTreeMap::new();
        for row in all(self.snapshot, WRITERS, []).await? {
            let get = |column: &str| row.try_get::<i64>("", column);
            let count = get("count")?;
            let last = get("given")?.max(get("highest")?).max(get("chained")?);
            let writer: Uuid = row.try_get("", "writer_id")?;
            let cut = cuts.get(&writer).map_or(0, |cut| cut.rows);
            if count.saturating_add(cut) != last {
                let highest_cut = cuts.get(&writer).map_or(0, |cut| cut.highest);
                let missing = last.saturating_sub(count).saturating_sub(cut);
                gaps.insert(
                    writer,
                    Numbers {
                        highest_cut,
                        last,
                        missing,
                    },
                );
            }
            report.rows += u64::try_from(count).unwrap_or(0);
            report.waiting += u64::try_from(get("waiting")?).unwrap_or(0);
        }
        for (writer, numbers) in gaps {
            self.gaps(writer, &numbers, report).await?;
        }
        if report.rows != linked.saturating_add(report.waiting) {
            self.unchained(report).await?;
        }
        Ok(())
    }

    /// Names the numbers of a writer that have no row. Of those among which old rows were deleted it says only how many.
    async fn gaps(&self, writer: Uuid, numbers: &Numbers, report: &mut AuditReport) -> Result<(), Fault> {
        let mut before: i64 = numbers.highest_cut;
        let mut named: i64 = 0;
        let mut missing = |before: i64, next: i64| {
            if next > before.saturating_add(1) {
                named = named.saturating_add(next - before - 1);
                report.found(AuditFinding::NumbersMissing {
                    writer,
                    first: u64::try_from(before.saturating_add(1)).unwrap_or(0),
                    last: u64::try_from(next.saturating_sub(1)).unwrap_or(0),
                });
            }
        };
        loop {
            let counters: Vec<i64> = entity::Entity::find()
                .select_only()
                .column(entity::Column::Counter)
                .filter(entity::Column::WriterId.eq(writer))
                .filter(entity::Column::Counter.gt(before))
                .order_by_asc(entity::Column::Counter)
                .limit(BATCH.unsigned_abs())
                .into_tuple()
                .all(self.snapshot)
                .await?;
            for &counter in &counters {
                missing(before, counter);
                before = counter;
            }
            if counters.is_empty() {
                missing(before, numbers.last.saturating_add(1));
                break;
            }
        }
        let old = u64::try_from(numbers.missing.saturating_sub(named)).unwrap_or(0);
        if old > 0 {
            report.found(AuditFinding::OldNumbersMissing {
                writer,
                count: old,
                highest: u64::try_from(numbers.highest_cut).unwrap_or(0),
            });
        }
        Ok(())
    }

    async fn unchained(&self, report: &mut AuditReport) -> Result<(), Fault> {
        for row in all(self.snapshot, UNCHAINED, []).await? {
            let row = entity::Model::from_query_result(&row, "")?;
            report.found(AuditFinding::NotChained {
                event: row.id,
                writer: row.writer_id,
                counter: row.counter,
                authentic: self.context.audit.verifies(&row),
            });
        }
        Ok(())
    }
}
