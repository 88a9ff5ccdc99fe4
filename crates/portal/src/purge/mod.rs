//! Purge: what has ended loses its keys, then its content, then its personal metadata.
//!
//! Owns the order, which makes each step repeatable and the whole safe to interrupt anywhere:
//!
//! 1. *Condemn*: deliveries that have expired or were revoked are marked, under their case's lock. From then on nobody
//!    reads them, whatever the clock does, and nothing un-marks them.
//! 2. *Destroy*: of messages whose last delivery is condemned, first the keys, then the blobs.
//! 3. *Erase*: texts, names and the tie to the person go from the rows, the sender is told, and the delivery counts as
//!    purged. Only this ends the work on a delivery, so a run that was interrupted before is taken up by the next.
//!
//! Any node may run it at any time: what another did meanwhile is found done.

mod condemn;
mod count;
mod destroy;
mod erase;
mod work;

use crate::{Context, Fault, Portal, recipient};

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
    /// People who are no longer known, since nothing of theirs is left. A dry run counts everybody for whom nothing would
    /// be left; a run may leave some of them, who were asked for a short while ago, to a later one.
    pub recipients: u64,
}

impl Portal {
    /// Purges everything that is due, or counts it. Safe to repeat, to interrupt anywhere, and to run on several nodes
    /// at once.
    ///
    /// # Errors
    ///
    /// A fault; what was done stays done, and the next run goes on from there. A blob that can't be deleted is a fault
    /// too, but everything else is purged first.
    pub async fn purge(&self, mode: PurgeMode) -> Result<PurgeReport, Fault> {
        match mode {
            PurgeMode::Run => run(&self.0).await,
            PurgeMode::DryRun => count::due(&self.0).await,
        }
    }
}

async fn run(context: &Context) -> Result<PurgeReport, Fault> {
    context.latch().await?;
    condemn::due(context).await?;
    let mut report = PurgeReport::default();
    let mut fault = None;
    let mut cursor = work::Cursor::default();
    while let Some(mut work) = work::next(context, cursor).await? {
        cursor = work.next;
        destroy::keys(context, &work).await?;
        if let Some(problem) = destroy::blobs(context, &mut work).await {
            fault.get_or_insert(problem);
        }
        let erased = erase::metadata(context, &work).await?;
        report.deliveries += erased.deliveries;
        report.messages += erased.messages;
        report.documents += erased.documents;
        report.bytes += erased.bytes;
    }
    report.recipients = recipient::forget_unneeded(context).await?;
    fault.map_or(Ok(report), Err)
}

#[cfg(test)]
mod tests;
