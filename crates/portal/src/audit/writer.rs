//! Writes rows that can be checked: numbered without a gap per writer, each with an authentication code over all of it.

use std::sync::atomic::{AtomicI64, Ordering};

use base::{AuditEventId, Ids, Timestamp};
use keyring::Field;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Statement};
use uuid::Uuid;

use super::canonical::authenticated;
use super::entity::{Entity, Model};
use super::entry::AuditEntry;
use crate::Fault;
use crate::database::SingleWrite;
use crate::vault::{MacPurpose, Vault};

/// Takes the writer's next $2 numbers and gives the first. The first use makes the writer's row, so a program that never acts leaves
/// none.
const NEXT_COUNTERS: &str = "INSERT INTO audit_writer (id, next_counter) VALUES ($1, CAST($2 AS BIGINT) + 1) \
    ON CONFLICT (id) DO UPDATE SET next_counter = audit_writer.next_counter + $2 RETURNING next_counter - $2";
/// Inserts a row if its number is the writer's next, and counts it, in one statement. On SQLite a trigger counts.
const INSERT_NEXT_SQLITE: &str = "\
    INSERT INTO audit_event (id, writer_id, counter, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, \
    detail, request_id, sealed_address, mac) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 \
    WHERE EXISTS (SELECT 1 FROM audit_writer WHERE id = $2 AND next_counter = $3)";
const INSERT_NEXT_POSTGRES: &str = "\
    WITH counted AS (UPDATE audit_writer SET next_counter = $3 + 1 WHERE id = $2 AND next_counter = $3 RETURNING id) \
    INSERT INTO audit_event (id, writer_id, counter, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, \
    detail, request_id, sealed_address, mac) SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM counted";
/// How many rows one statement inserts: far below the databases' limits on parameters.
const BATCH: usize = 500;

/// Writes the audit log for one running program.
pub(crate) struct AuditWriter {
    id: Uuid,
    ids: Ids,
    vault: Vault,
    /// The next number, for all that this program knows: who took the last ones may have undone that.
    next: AtomicI64,
}

impl AuditWriter {
    /// A writer of its own for this run of the program, so that nodes do not wait for each other's numbers.
    pub(crate) fn new(ids: Ids, vault: Vault) -> Self {
        let id: AuditEventId = ids.next();
        Self {
            id: *id.as_uuid(),
            ids,
            vault,
            next: AtomicI64::new(1),
        }
    }

    /// Writes one row in the transaction of what it tells of: both are committed or neither.
    pub(crate) async fn record(
        &self,
        transaction: &impl ConnectionTrait,
        at: Timestamp,
        entry: &AuditEntry<'_>,
    ) -> Result<(), Fault> {
        self.record_all(transaction, at, std::slice::from_ref(entry)).await
    }

    /// As [`AuditWriter::record`] for many, in their order.
    pub(crate) async fn record_all(
        &self,
        transaction: &impl ConnectionTrait,
        at: Timestamp,
        entries: &[AuditEntry<'_>],
    ) -> Result<(), Fault> {
        if entries.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(entries.len()).map_err(Fault::new)?;
        let backend = transaction.get_database_backend();
        let next = Statement::from_sql_and_values(backend, NEXT_COUNTERS, [self.id.into(), count.into()]);
        let first: i64 = transaction
            .query_one_raw(next)
            .await?
            .ok_or_else(|| DbErr::RecordNotFound("the audit writer's number".to_owned()))?
            .try_get_by_index(0)?;
        self.next.store(first + count, Ordering::Relaxed);
        let numbered: Vec<_> = (first..).zip(entries).collect();
        for numbered in numbered.chunks(BATCH) {
            let rows = numbered.iter().map(|(counter, entry)| self.row(*counter, at, entry));
            Entity::insert_many(rows.map(IntoActiveModel::into_active_model))
                .exec_without_returning(transaction)
                .await?;
        }
        Ok(())
    }

    /// Writes one row that stands alone, in one statement; `false`, and nothing is written, when its number turns out not to be the
    /// next one.
    pub(crate) async fn record_alone(
        &self,
        write: SingleWrite<'_>,
        at: Timestamp,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, Fault> {
        let counter = self.next.load(Ordering::Relaxed);
        let row = self.row(counter, at, entry);
        let values = [
            row.id.into(),
            row.writer_id.into(),
            row.counter.into(),
            row.organisation_id.into(),
            row.at.into(),
            row.actor_kind.into(),
            row.actor_id.into(),
            row.action.into(),
            row.target_kind.into(),
            row.target_id.into(),
            row.detail.into(),
            row.request_id.into(),
            row.sealed_address.into(),
            row.mac.into(),
        ];
        let backend = write.backend();
        let sql = match backend {
            DbBackend::Sqlite => INSERT_NEXT_SQLITE,
            _ => INSERT_NEXT_POSTGRES,
        };
        let insert = Statement::from_sql_and_values(backend, sql, values);
        let is_written = write.execute(insert).await? > 0;
        if is_written {
            self.next.store(counter + 1, Ordering::Relaxed);
        }
        Ok(is_written)
    }

    fn row(&self, counter: i64, at: Timestamp, entry: &AuditEntry<'_>) -> Model {
        let id: AuditEventId = self.ids.next();
        let address = entry.request.and_then(|request| request.address);
        let mut row = Model {
            id: *id.as_uuid(),
            writer_id: self.id,
            counter,
            organisation_id: entry.organisation.map(|organisation| *organisation.as_uuid()),
            at: at.as_millis(),
            actor_kind: entry.who.kind().to_owned(),
            actor_id: entry.who.id().copied(),
            action: entry.action.as_str().to_owned(),
            target_kind: entry.target.map(|target| target.kind().to_owned()),
            target_id: entry.target.map(|target| *target.id()),
            detail: entry.detail.map(str::to_owned),
            request_id: entry.request.map(|request| *request.id.as_uuid()),
            sealed_address: address.map(|address| {
                let place = Field::new("audit_event", "sealed_address", id.as_bytes());
                self.vault
                    .address_key()
                    .seal_field(place, address.to_string().as_bytes())
            }),
            mac: Vec::new(),
        };
        row.mac = self.code(&row);
        row
    }

    /// The code over everything else in a row.
    pub(super) fn code(&self, row: &Model) -> Vec<u8> {
        let mac = self.vault.mac_key(MacPurpose::Audit).mac(&slices(&authenticated(row)));
        mac.as_bytes().to_vec()
    }

    /// Whether a row is as a writer of this installation wrote it.
    pub(super) fn verifies(&self, row: &Model) -> bool {
        self.vault
            .mac_key(MacPurpose::Audit)
            .verify(&slices(&authenticated(row)), &row.mac)
    }
}

fn slices(values: &[Vec<u8>]) -> Vec<&[u8]> {
    values.iter().map(Vec::as_slice).collect()
}
