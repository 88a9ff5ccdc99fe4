//! Purge: what has ended loses its keys, then its content, then its personal metadata.

use crate::{Fault, Portal};

/// Whether a purge does what it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeMode {
    /// Purge.
    Run,
    /// Count what a run would purge now, and change nothing.
    DryRun,
}

/// What a purge did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Deliveries that ended.
    pub deliveries: u64,
    /// Messages whose last delivery ended, so that their texts went.
    pub messages: u64,
    /// Documents whose content went.
    pub documents: u64,
    /// The size of these documents in bytes, as they were sent.
    pub bytes: u64,
    /// People who are no longer known, since nothing of theirs is left.
    pub recipients: u64,
}

impl Portal {
    /// Purges everything that is due, or counts it. Safe to repeat, to interrupt anywhere, and to run on several nodes
    /// at once.
    ///
    /// # Errors
    ///
    /// A fault; what was done stays done, and the next run goes on from there.
    pub async fn purge(&self, mode: PurgeMode) -> Result<PurgeReport, Fault> {
        todo!()
    }
}
