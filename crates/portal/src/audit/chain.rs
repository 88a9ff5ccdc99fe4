//! Takes the rows of the log into one chain an organisation, and one of the installation's own.
//!
//! What no writer of this installation wrote so gets no place: it would be handed out and signed for. The log says in its place that
//! something was left out. How far each writer's rows are in the chains is a number that whoever has the database could raise, so that rows
//! are left out without a word: so it is looked at each time, and nothing of that writer's is taken in behind a number that can't be so.
//!
//! Whoever acts does not wait for this. A writer's rows become visible in the order of their numbers, so how far each writer's rows
//! are in the chains is one number. Rows are appended by compare-and-swap on that number and on the head of each chain: of several
//! nodes that do it at once, one succeeds and the others do nothing.

use std::collections::BTreeMap;

use base::OrganisationId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::canonical::{Hash, chain_start, link_hash};
use super::{AuditAction, AuditEntry, AuditTarget, chain_entity, entity, link_entity};
use crate::database::WriteTransaction;
use crate::provider::ProviderError;
use crate::{Context, Fault, Portal};

/// How many rows are appended at a time: few, since on SQLite whoever reads a document waits for it.
const BATCH: u64 = 100;

/// A writer with rows that are in no chain yet, and how far its rows are.
const WAITING: &str = "\
    SELECT w.id, COALESCE(c.counter, 0) AS counter, w.next_counter FROM audit_writer w LEFT JOIN audit_chained c ON c.writer_id = w.id \
    WHERE w.next_counter > COALESCE(c.counter, 0) + 1 AND w.id > $1 ORDER BY w.id LIMIT 1";
/// Writers whose rows are said to be in the chains up to a number that they have not given.
const AHEAD: &str = "\
    SELECT 1 FROM audit_chained c LEFT JOIN audit_writer w ON w.id = c.writer_id \
    WHERE c.counter >= COALESCE(w.next_counter, 1) LIMIT 1";
/// The rows up to which writers' are said to be in the chains, and that have no place there.
const WITHOUT_PLACE: &str = "\
    SELECT e.* FROM audit_chained c JOIN audit_event e ON e.writer_id = c.writer_id AND e.counter = c.counter \
    LEFT JOIN audit_link l ON l.event_id = e.id WHERE l.event_id IS NULL";
/// How many such rows are looked at. Each was left out of its chain, which is rare, or should have a place.
const LOOKED_AT: usize = 1_000;
const NOT_AS_NOTED: &str =
    "what is noted of how far a writer's rows are in the chains was changed: run `postvalv audit verify`";
const BEGIN_WRITER: &str =
    "INSERT INTO audit_chained (writer_id, counter) VALUES ($1, 0) ON CONFLICT (writer_id) DO NOTHING";
const ADVANCE_WRITER: &str = "UPDATE audit_chained SET counter = $3 WHERE writer_id = $1 AND counter = $2";
const BEGIN_CHAIN: &str = "INSERT INTO audit_chain (id, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT (id) DO NOTHING";
const ADVANCE_CHAIN: &str =
    "UPDATE audit_chain SET sequence = $4, hash = $5 WHERE id = $1 AND sequence = $2 AND hash = $3";

/// The id under which a chain is stored: the organisation's, or nil for the installation's own.
pub(super) fn stored_id(chain: Option<OrganisationId>) -> Uuid {
    chain.map_or(Uuid::nil(), |organisation| *organisation.as_uuid())
}

/// What a chain is whose id is stored.
pub(super) fn from_stored_id(id: Uuid) -> Option<OrganisationId> {
    (!id.is_nil()).then(|| OrganisationId::from_uuid(id))
}

impl Portal {
    /// Takes what waits of the audit log into its chains, some hundred rows at a time and a writer at a time, until nothing waits.
    /// Says how many rows it was. Safe to interrupt anywhere and to run on several nodes at once.
    ///
    /// # Errors
    ///
    /// The first fault, after every other writer got its turn; what was taken in stays. Also when how far a writer's rows are was changed.
    pub async fn chain_audit_log(&self) -> Result<u64, Fault> {
        let (mut chained, mut writer, mut fault) = (0, Uuid::nil(), None);
        while let Some(waiting) = next_writer(&self.0, writer).await? {
            writer = waiting.writer;
            match chain_writer(&self.0, &waiting).await {
                Ok(more) => chained += more,
                Err(problem) => fault = fault.or(Some(problem)),
            }
        }
        if let Err(problem) = check_given(&self.0).await {
            fault = fault.or(Some(problem));
        }
        fault.map_or(Ok(chained), Err)
    }
}

/// Sees that what is noted of how far writers' rows are in the chains can be so: no further than the numbers that a writer has given, and
/// up to a row that is in its chain, was left out, or had been kept for long enough.
///
/// # Errors
///
/// When it was changed, and when the database fails.
pub(super) async fn check_noted(context: &Context) -> Result<(), Fault> {
    check_given(context).await?;
    check_placed(context, WITHOUT_PLACE, []).await
}

/// Sees that no writer's rows are said to be in the chains up to a number that it has not given.
async fn check_given(context: &Context) -> Result<(), Fault> {
    let reader = context.database.reader();
    let ahead = Statement::from_string(reader.get_database_backend(), AHEAD);
    match reader.query_one_raw(ahead).await? {
        Some(_) => Err(Fault::new(NOT_AS_NOTED)),
        None => Ok(()),
    }
}

/// Sees that of these rows without a place each was left out.
async fn check_placed(context: &Context, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), Fault> {
    let reader = context.database.reader();
    let sql = format!("{sql} LIMIT {LOOKED_AT}");
    let query = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    let rows = reader.query_all_raw(query).await?;
    for row in &rows {
        if context.audit.verifies(&entity::Model::from_query_result(row, "")?) {
            return Err(Fault::new(NOT_AS_NOTED));
        }
    }
    // So many hide one that should have a place.
    (rows.len() < LOOKED_AT)
        .then_some(())
        .ok_or_else(|| Fault::new(NOT_AS_NOTED))
}

/// A writer of whose rows some wait.
struct Waiting {
    writer: Uuid,
    /// How far its rows are in the chains.
    counter: i64,
    /// The number that it gives next: what has it or a later one, it did not write.
    next_counter: i64,
}

async fn next_writer(context: &Context, after: Uuid) -> Result<Option<Waiting>, Fault> {
    let reader = context.database.reader();
    let query = Statement::from_sql_and_values(reader.get_database_backend(), WAITING, [after.into()]);
    let row = reader.query_one_raw(query).await?;
    let row = row.map(|row| {
        Ok::<_, DbErr>(Waiting {
            writer: row.try_get("", "id")?,
            counter: row.try_get("", "counter")?,
            next_counter: row.try_get("", "next_counter")?,
        })
    });
    Ok(row.transpose()?)
}

/// Takes in what waits of a writer's rows.
async fn chain_writer(context: &Context, waiting: &Waiting) -> Result<u64, Fault> {
    let (writer, mut counter, mut chained) = (waiting.writer, waiting.counter, 0);
    // By the next time it may stand at a row that has a place.
    check_placed(
        context,
        &format!("{WITHOUT_PLACE} AND c.writer_id = $1"),
        [writer.into()],
    )
    .await?;
    loop {
        let rows = entity::Entity::find()
            .filter(entity::Column::WriterId.eq(writer))
            .filter(entity::Column::Counter.gt(counter))
            .filter(entity::Column::Counter.lt(waiting.next_counter))
            .order_by_asc(entity::Column::Counter)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        let Some(last) = rows.last().map(|row| row.counter) else {
            return Ok(chained);
        };
        let count = rows.len() as u64;
        if !append(context, writer, counter, rows).await? {
            // Another node is at it.
            return Ok(chained);
        }
        (chained, counter) = (chained + count, last);
        if count < BATCH {
            return Ok(chained);
        }
    }
}

/// Appends a writer's next rows to their chains; `false`, and nothing happens, when somebody else did so meanwhile.
async fn append(context: &Context, writer: Uuid, before: i64, rows: Vec<entity::Model>) -> Result<bool, Fault> {
    let Some(last) = rows.last().map(|row| row.counter) else {
        return Ok(true);
    };
    let mut of_chains: BTreeMap<Uuid, Vec<entity::Model>> = BTreeMap::new();
    let mut left_out: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for row in rows {
        let chain = row.organisation_id.unwrap_or_default();
        match context.audit.verifies(&row) {
            true => of_chains.entry(chain).or_default().push(row),
            false => left_out.entry(chain).or_default().push(row.id),
        }
    }
    let mark = context.vault.provider().mark().await.map_err(Fault::new)?;
    let installation = *mark.ok_or_else(|| Fault::new(ProviderError::Taken))?.id.as_uuid();
    let transaction = context.database.write().await?;
    let run = async |sql: &str, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        let done = transaction.execute_raw(statement).await?;
        Ok::<_, DbErr>(done.rows_affected())
    };
    run(BEGIN_WRITER, vec![writer.into()]).await?;
    // Whoever comes second waits here until the first has committed, and then finds another number.
    if run(ADVANCE_WRITER, vec![writer.into(), before.into(), last.into()]).await? == 0 {
        return Ok(false);
    }
    // In the order of ids, so that two nodes with two writers don't wait for each other in a circle.
    for (chain, rows) in of_chains {
        let start = chain_start(installation, chain).to_vec();
        run(BEGIN_CHAIN, vec![chain.into(), start.into()]).await?;
        let head = chain_entity::Entity::find_by_id(chain).one(&transaction).await?;
        let head = head.ok_or_else(|| DbErr::RecordNotFound("the head of a chain".to_owned()))?;
        let mut hash: Hash = head
            .hash
            .as_slice()
            .try_into()
            .map_err(|_| Fault::new("a chain's head is no hash"))?;
        let mut sequence = head.sequence;
        let mut links = Vec::with_capacity(rows.len());
        for row in rows {
            sequence += 1;
            hash = link_hash(chain, sequence, &hash, &row);
            let link = link_entity::Model {
                chain_id: chain,
                sequence,
                event_id: row.id,
                hash: hash.to_vec(),
            };
            links.push(link.into_active_model());
        }
        let (old, new) = (head.hash, hash.to_vec());
        let advance = vec![
            chain.into(),
            head.sequence.into(),
            old.into(),
            sequence.into(),
            new.into(),
        ];
        if run(ADVANCE_CHAIN, advance).await? == 0 {
            return Ok(false);
        }
        link_entity::Entity::insert_many(links)
            .exec_without_returning(&transaction)
            .await?;
    }
    tell_of_left_out(context, &transaction, &left_out).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Says in each log how many rows got no place in its chain, and which was the first.
async fn tell_of_left_out(
    context: &Context,
    transaction: &WriteTransaction,
    left_out: &BTreeMap<Uuid, Vec<Uuid>>,
) -> Result<(), Fault> {
    for (chain, rows) in left_out {
        let Some(first) = rows.first() else { continue };
        tracing::error!(
            rows = rows.len(),
            %first,
            "rows of the audit log are not as this installation wrote them, and are left out of its chain"
        );
        let detail = format!("{} {first}", rows.len());
        let entry = AuditEntry::by_portal(AuditAction::AuditRowLeftOut).detail(&detail);
        let entry = match from_stored_id(*chain) {
            Some(organisation) => entry
                .within(organisation)
                .about(AuditTarget::Organisation(organisation)),
            None => entry,
        };
        context.audit.record(transaction, context.now(), &entry).await?;
    }
    Ok(())
}
