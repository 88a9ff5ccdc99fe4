//! Goes through the log and says whether rows were changed or are missing.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity};
use crate::{Fault, OperatorActor, Portal};

/// How many rows are read at a time.
const BATCH: u64 = 1_000;

/// What a look through the audit log found.
///
/// It proves that what is there was written by this installation and that nothing is missing between a writer's first
/// row and its last. That a writer's last rows, or a whole writer, were cut away shows only against a copy of the log
/// that somebody else holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditCheck {
    /// Rows that are there.
    pub rows: u64,
    /// Rows of these that are not as a node of this installation wrote them.
    pub altered: u64,
    /// Numbers without a row.
    pub missing: u64,
}

impl Portal {
    /// Goes through the whole audit log, a thousand rows at a time.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn check_audit_log(&self, _operator: &OperatorActor) -> Result<AuditCheck, Fault> {
        let context = &*self.0;
        let mut check = AuditCheck::default();
        let mut last = (Uuid::nil(), 0);
        loop {
            let of_this_writer = Condition::all()
                .add(Column::WriterId.eq(last.0))
                .add(Column::Counter.gt(last.1));
            let rows = Entity::find()
                .filter(Condition::any().add(of_this_writer).add(Column::WriterId.gt(last.0)))
                .order_by_asc(Column::WriterId)
                .order_by_asc(Column::Counter)
                .limit(BATCH)
                .all(context.database.reader())
                .await?;
            if rows.is_empty() {
                return Ok(check);
            }
            for row in rows {
                let before = if row.writer_id == last.0 { last.1 } else { 0 };
                let missing = row.counter.saturating_sub(before).saturating_sub(1);
                check.missing = check.missing.saturating_add(u64::try_from(missing).unwrap_or(0));
                check.rows += 1;
                check.altered += u64::from(!context.audit.verifies(&row));
                last = (row.writer_id, row.counter);
            }
        }
    }
}
