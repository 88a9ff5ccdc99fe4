//! The end of the log's own retention: rows that were kept for as long as the operator decided are deleted from the beginnings of the
//! chains, and what is left still verifies. What somebody is to get and does not have yet waits, but not for ever.
//!
//! For each chain it is written down up to where it was cut and what its hash was there, and for each writer how many of its rows went,
//! both under the key of the rows' codes: who has the database alone can't pass a row off as old. The database's guards let a
//! row be deleted only behind what is written there.

use base::{Day, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    Statement, Value,
};
use uuid::Uuid;

use super::canonical::{Hash, chain_start};
use super::chain::from_stored_id;
use super::{
    AuditAction, AuditEntry, AuditTarget, chain_entity, checkpoint, cut_entity, handover, link_entity,
    writer_cut_entity,
};
use crate::database::WriteTransaction;
use crate::vault::{MacPurpose, Vault};
use crate::{Context, Fault, Settings};

/// How many rows are cut in one transaction.
const BATCH: i64 = 2_000;

/// The first of a chain's rows from `$2` to `$3` that isn't from before `$4`, or, from row `$5` on, not from before `$6`.
const FIRST_KEPT: &str = "\
    SELECT MIN(l.sequence) FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence BETWEEN $2 AND $3 AND (e.at >= $4 OR (l.sequence >= $5 AND e.at >= $6))";
const BEGIN_CUT: &str = "\
    INSERT INTO audit_cut (chain_id, sequence, hash, mac) VALUES ($1, 0, $2, $3) ON CONFLICT (chain_id) DO NOTHING";
const ADVANCE_CUT: &str =
    "UPDATE audit_cut SET sequence = $3, hash = $4, mac = $5 WHERE chain_id = $1 AND sequence = $2";
const OF_WRITERS: &str = "\
    SELECT e.writer_id, COUNT(*), MAX(e.counter) FROM audit_link l JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence <= $2 GROUP BY e.writer_id ORDER BY e.writer_id";
const BEGIN_WRITER: &str = "\
    INSERT INTO audit_writer_cut (writer_id, rows, highest, mac) VALUES ($1, 0, 0, $2) ON CONFLICT (writer_id) DO NOTHING";
const DELETE_EVENTS: &str = "\
    DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_link WHERE chain_id = $1 AND sequence <= $2)";
const DELETE_LINKS: &str = "DELETE FROM audit_link WHERE chain_id = $1 AND sequence <= $2";
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
/// yet, [`Settings::AUDIT_WAIT_DAYS`] later. Says how many. Safe to interrupt anywhere and to run on several nodes at once.
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
    let reader = context.database.reader();
    let cut = cut_entity::Entity::find_by_id(chain).one(reader).await?;
    let first = cut.map_or(0, |cut| cut.sequence).saturating_add(1);
    let end: Option<i64> = link_entity::Entity::find()
        .select_only()
        .expr(link_entity::Column::Sequence.max())
        .filter(link_entity::Column::ChainId.eq(chain))
        .filter(link_entity::Column::Sequence.lt(first.saturating_add(BATCH)))
        .into_tuple()
        .one(reader)
        .await?
        .flatten();
    let Some(end) = end else { return Ok(0) };
    let waiting = handover::first_not_handed_over(context, chain).await?;
    let values = [
        chain.into(),
        first.into(),
        end.into(),
        ends.kept.as_millis().into(),
        waiting.unwrap_or(i64::MAX).into(),
        ends.waiting.as_millis().into(),
    ];
    let query = Statement::from_sql_and_values(reader.get_database_backend(), FIRST_KEPT, values);
    let row = reader.query_one_raw(query).await?;
    let kept: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let last = kept.map_or(end, |kept| kept - 1);
    let Ok(rows) = u64::try_from(last.saturating_sub(first).saturating_add(1)) else {
        return Ok(0);
    };
    if rows == 0 {
        return Ok(0);
    }
    let transaction = context.database.write().await?;
    if !delete(context, &transaction, chain, first, last).await? {
        return Ok(0);
    }
    transaction.commit().await?;
    Ok(rows)
}

/// Deletes a chain's rows from `first` on, its first, up to `last`; `false`, and nothing is to be committed, when another node did so meanwhile.
async fn delete(
    context: &Context,
    transaction: &WriteTransaction,
    chain: Uuid,
    first: i64,
    last: i64,
) -> Result<bool, Fault> {
    let backend = transaction.get_database_backend();
    let run = async |sql: &str, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let done = transaction.execute_raw(statement).await?;
        Ok::<_, DbErr>(done.rows_affected())
    };
    let Some(link) = link_entity::Entity::find_by_id((chain, last)).one(transaction).await? else {
        return Ok(false);
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
    let mac = code(last, &link.hash);
    let advance = vec![
        chain.into(),
        (first - 1).into(),
        last.into(),
        link.hash.into(),
        mac.into(),
    ];
    if run(ADVANCE_CUT, advance).await? == 0 {
        return Ok(false);
    }
    let place: Vec<Value> = vec![chain.into(), last.into()];
    let query = Statement::from_sql_and_values(backend, OF_WRITERS, place.clone());
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
    run(DELETE_EVENTS, place.clone()).await?;
    run(DELETE_LINKS, place.clone()).await?;
    run(DELETE_CHECKPOINTS, place).await?;
    let organisation = from_stored_id(chain);
    let last = last.to_string();
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
mod tests;
