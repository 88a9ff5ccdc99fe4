//! What happens by itself as time goes by: one round of everything that is due. Owns the order; each part belongs to
//! its own module. The server decides how often.

use crate::{Fault, Portal, PurgeReport};

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobsReport {
    /// What was purged.
    pub purge: PurgeReport,
    /// Uploads that were broken off and swept away.
    pub intents: u64,
    /// Sessions that had run out.
    pub sessions: u64,
    /// Day secrets that were destroyed.
    pub days: u64,
}

impl Portal {
    /// One round of everything that is due. Safe to repeat, to interrupt anywhere, and to run on several nodes at once.
    ///
    /// # Errors
    ///
    /// The first fault, after every other job got its turn.
    pub async fn run_jobs(&self) -> Result<JobsReport, Fault> {
        todo!()
    }
}
