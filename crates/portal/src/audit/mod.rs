//! The audit log: who did what to what, when, from where. Append-only; no audit row, no action. Owns the words of the
//! log, how a row is authenticated, that a writer's rows are numbered without a gap, the chains that rows are taken into, the
//! checkpoints that are signed of them, to whom both go by themselves, and how long rows are kept (`docs/audit.md`). Knows no names or numbers of people: rows carry ids, and the address is
//! sealed.

mod action;
mod acts;
mod canonical;
mod chain;
mod chain_entity;
mod check;
mod checkpoint;
mod checkpoint_entity;
mod class;
mod cut;
mod cut_entity;
pub(crate) mod entity;
mod entry;
mod export;
mod finding;
mod handover;
mod line;
mod link_entity;
mod since_checkpoint;
mod target;
mod verify;
mod verify_export;
mod view;
mod writer;
mod writer_cut_entity;

pub(crate) use action::AuditAction;
pub(crate) use acts::{acts_about, acts_by_others, acts_of};
pub use checkpoint::{Checkpoint, CheckpointError, InvalidCheckpoint};
pub(crate) use checkpoint::{RefusedChains, sign_due};
pub(crate) use cut::cut_due;
pub(crate) use entry::AuditEntry;
pub use export::{AuditExport, AuditExportError, AuditRow, AuditRowsError};
pub use finding::{AuditFinding, AuditReport, ChainProblem, ChainReport, HandedOut, Proof, RowProblem};
pub use handover::{
    AuditLogs, AuditReceiver, AuditReceiverKind, AuditReceiverState, ChangeWebhookError, CheckpointBucket,
    CheckpointBucketError, CheckpointHolder, HandoverFailure, HandoverOutcome, HandoverRows, InvalidWebhookAddress,
    TakenHandover, WebhookAddress, WebhookDelivery,
};
pub(crate) use handover::{forget_webhook, webhook_waits};
pub(crate) use target::AuditTarget;
pub use verify_export::{ExportProblem, verify_audit_export};
pub use view::{AuditEvent, AuditEvents};
pub(crate) use writer::AuditWriter;

use crate::{Context, Fault};

impl Context {
    /// Writes one row of the audit log in a transaction of its own.
    pub(crate) async fn record(&self, entry: &AuditEntry<'_>) -> Result<(), Fault> {
        let write = self.database.single().await?;
        if self.audit.record_alone(write, self.now(), entry).await? {
            return Ok(());
        }
        let transaction = self.database.write().await?;
        self.audit.record(&transaction, self.now(), entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod chain_tests;
#[cfg(test)]
mod export_tests;
#[cfg(test)]
mod no_row_tests;
#[cfg(test)]
mod tests;
