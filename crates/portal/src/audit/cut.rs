//! The end of the log's own retention: rows that were kept for as long as the operator decided are deleted from the beginnings of the
//! chains, and what is left still verifies. What somebody is to get and does not have yet waits, but not for ever.
//!
//! For each chain it is written down up to where it was cut and what its hash was there, and for each writer how many of its rows went,
//! both under the key of the rows' codes: who has the database alone can't pass a row off as old. The database's guards let a
//! row be deleted only behind what is written there. Nor can they have the portal itself destroy a row before its time: what goes is
//! verified first, and where it is not as it was written nothing goes ([`beginning`]).

mod beginning;

use base::{Day, Timestamp};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QuerySelect, Statement, Value};
use uuid::Uuid;

use self::beginning::{Beginning, Due};
use super::canonical::{Hash, chain_start};
use super::chain::from_stored_id;
use super::{AuditAction, AuditEntry, AuditTarget, chain_entity, checkpoint, cut_entity, handover, writer_cut_entity};
use crate::database::WriteTransaction;
use crate::vault::{MacPurpose, Vault};
use crate::{Context, Fault, Settings};

const NOT_AS_WRITTEN: &str =
    "nothing is cut off an audit log whose oldest rows are not as they were written: run `postvalv audit verify`";

const BEGIN_CUT: &str = "\
    INSERT INTO audit_cut (chain_id, sequence, hash, mac) VALUES ($1, 0, $2, $3) ON CONFLICT (chain_id) DO NOTHING";
const ADVANCE_CUT: &str =
    "UPDATE audit_cut SET sequence = $3, hash = $4, mac = $5 WHERE chain_id = $1 AND sequence = $2";
const OF_WRITERS: &str = "\
    SELECT e.writer_id, COUNT(*), MAX(e.counter) FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence BETWEEN $2 AND $3 GROUP BY e.writer_id ORDER BY e.writer_id";
const BEGIN_WRITER: &str = "\
    INSERT INTO audit_writer_cut (writer_id, rows, highest, mac) VALUES ($1, 0, 0, $2) ON CONFLICT (writer_id) DO NOTHING";
const DELETE_EVENTS: &str = "\
    DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_link WHERE chain_id = $1 AND sequence BETWEEN $2 AND $3)";
const DELETE_LINKS: &str = "DELETE FROM audit_link WHERE chain_id = $1 AND sequence BETWEEN $2 AND $3";
const DELETE_CHECKPOINTS: &str = "DELETE FROM audit_checkpoint WHERE chain_id = $1 AND sequence <= $2";

impl cut_entity::Model {
    /// Behind which row what is left of the chain begins, and with which hash; `None` when no writer of this installation wrote it.
    pub(super) fn read(&self, vault: &Vault) -> Option<(u64, Hash)> {
        let key = vault.mac_key(MacPurpose::AuditCut);
        let authentic = key.verify(
            &of_chain(self.chain_id.as_bytes(), &self.sequence.to_be_bytes(), &self.hash),
            &self.mac,
        );
        let sequence = u64::try_from(self.sequence).ok()?;
        let hash = self.hash.as_slice().try_into().ok()?;
        authentic.then_some((sequence, hash))
    }
}

impl writer_cut_entity::Model {
    /// Whether a writer of this installation wrote it.
    pub(super) fn is_authentic(&self, vault: &Vault) -> bool {
        let key = vault.mac_key(MacPurpose::AuditCut);
        let (rows, highest) = (self.rows.to_be_bytes(), self.highest.to_be_bytes());
        key.verify(&of_writer(self.writer_id.as_bytes(), &rows, &highest), &self.mac)
    }
}

fn of_chain<'a>(chain: &'a [u8], sequence: &'a [u8], hash: &'a [u8]) -> [&'a [u8]; 4] {
    [b"chain", chain, sequence, hash]
}

fn of_writer<'a>(writer: &'a [u8], rows: &'a [u8], highest: &'a [u8]) -> [&'a [u8]; 4] {
    [b"writer", writer, rows, highest]
}

/// Deletes the rows that have been kept for as long as the log is, whole days at a time; those that somebody is to get and does not have
/// yet, [`Settings::AUDIT_WAIT_DAYS`] later. A chain whose oldest rows are not as they were written loses none. Says how many. Safe to interrupt anywhere and to run on several nodes at once.
///
/// # Errors
///
/// The first fault, after every other chain got its turn.
pub(crate) async fn cut_due(context: &Context) -> Result<u64, Fault> {
    let end = kept_since_day(context);
    let ends = Ends {
        kept: end.start(),
        waiting: end.plus_days(-i32::from(Settings::AUDIT_WAIT_DAYS)).start(),
    };
    let (mut cut, mut fault) = (0, None);
    for chain in chain_entity::Entity::find().all(context.database.reader()).await? {
        loop {
            match cut_some(context, chain.id, &ends).await {
                Ok(0) => break,
                Ok(rows) => cut += rows,
                Err(problem) => {
                    fault.get_or_insert(problem);
                    break;
                }
            }
        }
    }
    fault.map_or(Ok(cut), Err)
}

/// Since when rows are kept now.
pub(super) fn kept_since(context: &Context) -> Timestamp {
    kept_since_day(context).start()
}

fn kept_since_day(context: &Context) -> Day {
    let days = i32::try_from(context.settings.audit_retention_days).unwrap_or(i32::MAX);
    context.now().day().plus_days(days.saturating_neg())
}

/// Before when rows go.
struct Ends {
    /// Those that everybody has who is to get them.
    kept: Timestamp,
    /// All others.
    waiting: Timestamp,
}

/// Cuts a batch off the beginning of a chain, and says how many rows it was.
async fn cut_some(context: &Context, chain: Uuid, ends: &Ends) -> Result<u64, Fault> {
    let waiting = handover::first_not_handed_over(context, chain).await?;
    let is_due = |sequence: i64, at: Timestamp| {
        let is_had = waiting.is_none_or(|first| sequence < first);
        at < if is_had { ends.kept } else { ends.waiting }
    };
    let due = match beginning::of(context, chain, is_due).await? {
        Beginning::Due(due) => due,
        Beginning::Kept => return Ok(0),
        Beginning::NotAsWritten { row } => {
            tracing::error!(%chain, row, "the oldest rows of an audit log are not as they were written, and nothing is cut off");
            return Err(Fault::new(NOT_AS_WRITTEN));
        }
    };
    let transaction = context.database.write().await?;
    if !delete(context, &transaction, chain, &due).await? {
        return Ok(0);
    }
    transaction.commit().await?;
    Ok(due.rows())
}

/// Deletes a chain's first rows; `false`, and nothing is to be committed, when another node did so meanwhile.
async fn delete(context: &Context, transaction: &WriteTransaction, chain: Uuid, due: &Due) -> Result<bool, Fault> {
    let backend = transaction.get_database_backend();
    let run = async |sql: &str, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let done = transaction.execute_raw(statement).await?;
        Ok::<_, DbErr>(done.rows_affected())
    };
    let installation = checkpoint::installation(context).await?;
    let key = context.vault.mac_key(MacPurpose::AuditCut);
    let code = |sequence: i64, hash: &[u8]| {
        let code = key.mac(&of_chain(chain.as_bytes(), &sequence.to_be_bytes(), hash));
        code.as_bytes().to_vec()
    };
    let start = chain_start(*installation.as_uuid(), chain).to_vec();
    let mac = code(0, &start);
    run(BEGIN_CUT, vec![chain.into(), start.into(), mac.into()]).await?;
    let mac = code(due.last, &due.hash);
    let advance = vec![
        chain.into(),
        (due.first - 1).into(),
        due.last.into(),
        due.hash.to_vec().into(),
        mac.into(),
    ];
    if run(ADVANCE_CUT, advance).await? == 0 {
        return Ok(false);
    }
    let rows: Vec<Value> = vec![chain.into(), due.first.into(), due.last.into()];
    let query = Statement::from_sql_and_values(backend, OF_WRITERS, rows.clone());
    for row in transaction.query_all_raw(query).await? {
        let highest = row.try_get_by_index(2)?;
        count_writer(
            context,
            transaction,
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            highest,
        )
        .await?;
    }
    let gone = [run(DELETE_EVENTS, rows.clone()).await?, run(DELETE_LINKS, rows).await?];
    if gone != [due.rows(); 2] {
        return Err(Fault::new(
            "an audit log's oldest rows were changed while they were cut off",
        ));
    }
    run(DELETE_CHECKPOINTS, vec![chain.into(), due.last.into()]).await?;
    let organisation = from_stored_id(chain);
    let last = due.last.to_string();
    let entry = AuditEntry::by_portal(AuditAction::AuditLogCut).detail(&last);
    let entry = match organisation {
        Some(organisation) => entry
            .within(organisation)
            .about(AuditTarget::Organisation(organisation)),
        None => entry,
    };
    context.audit.record(transaction, context.now(), &entry).await?;
    Ok(true)
}

/// Writes down that so many more of a writer's rows are gone. In the order of writers, so that two nodes don't wait for each other in a circle.
async fn count_writer(
    context: &Context,
    transaction: &WriteTransaction,
    writer: Uuid,
    rows: i64,
    highest: i64,
) -> Result<(), Fault> {
    let key = context.vault.mac_key(MacPurpose::AuditCut);
    let code = |rows: i64, highest: i64| {
        let code = key.mac(&of_writer(
            writer.as_bytes(),
            &rows.to_be_bytes(),
            &highest.to_be_bytes(),
        ));
        code.as_bytes().to_vec()
    };
    let begin = [writer.into(), code(0, 0).into()];
    let begin = Statement::from_sql_and_values(transaction.get_database_backend(), BEGIN_WRITER, begin);
    transaction.execute_raw(begin).await?;
    let row = writer_cut_entity::Entity::find_by_id(writer)
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("how many of a writer's rows are gone".to_owned()))?;
    if !row.is_authentic(&context.vault) {
        return Err(Fault::new("how many of a writer's rows are gone was changed"));
    }
    let (rows, highest) = (row.rows.saturating_add(rows), row.highest.max(highest));
    let changed = writer_cut_entity::Model {
        rows,
        highest,
        mac: code(rows, highest),
        ..row
    };
    writer_cut_entity::Entity::update(changed.into_active_model().reset_all())
        .exec(transaction)
        .await?;
    Ok(())
}

#[cfg(test)]
mod backdating_tests;
#[cfg(test)]
mod tests;
