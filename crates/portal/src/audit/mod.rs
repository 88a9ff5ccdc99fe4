//! The audit log: who did what to what, when, from where. Append-only; no audit row, no action. Owns the words of the
//! log, how a row is authenticated, and that a writer's rows are numbered without a gap. Knows no names or numbers of
//! people: rows carry ids, and the address is sealed.

mod check;
pub(crate) mod entity;
mod entry;
mod writer;

pub use check::AuditCheck;
pub(crate) use entry::{AuditAction, AuditEntry, AuditTarget};
pub(crate) use writer::AuditWriter;

use crate::{Context, Fault};

impl Context {
    /// Writes one row of the audit log in a transaction of its own.
    pub(crate) async fn record(&self, entry: &AuditEntry<'_>) -> Result<(), Fault> {
        let transaction = self.database.write().await?;
        self.audit.record(&transaction, self.now(), entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
