//! Purge: what has ended loses its keys, then its content, then its personal metadata.
//!
//! Owns the order, which makes each step repeatable and the whole safe to interrupt anywhere:
//!
//! 1. *Condemn*: deliveries that have expired or were revoked are marked, under their case's lock. From then on nobody
//!    reads them, whatever the clock does, and nothing un-marks them. What has expired is marked only when the brake lets it.
//! 2. *Destroy*: of messages whose last delivery is condemned, first the keys, then the blobs. All keys come before any
//!    blob, and wait for no blob store.
//! 3. *Erase*: texts, names and the tie to the person go from the rows, the sender is told, and the delivery counts as
//!    purged. Only this ends the work on a delivery, so a run that was interrupted before is taken up by the next.
//! 4. *Close*: what was erased and stands in no protocol becomes each organisation's next one (`protocol/`).
//!
//! The ledger (`ledger/`) tells of each step before it is taken, so that no restored copy brings back what ended.
//!
//! Any node may run it at any time: what another did meanwhile is found done. They begin at different places, so that they share the work
//! and don't do it twice; where they meet, the locks of cases and rows see to that.

mod announced_entity;
mod brake;
mod condemn;
mod count;
mod destroy;
mod erase;
mod forecast;
mod forecast_entity;
mod work;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::audit::{AuditAction, AuditEntry};
use crate::installation::StoreGate;
use crate::{Context, Fault, OperatorActor, Portal, installation, ledger, protocol, recipient, skew};

pub use brake::{ConfirmPurgeError, PurgeStopped, StopReason};
pub(crate) use brake::{Release, judge};
pub(crate) use forecast::{announce_rules, hour};

/// The longest pause between two parts: one that took longer met something else that was slow.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How many deliveries are erased together: few enough that the transaction is short, though each may bring fifty documents.
const ERASED_AT_ONCE: usize = 10;
/// How many deliveries that can't be erased end a round: then it is not some rows that are damaged, but something else.
const MOST_FAILED: usize = 20;

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
    /// Purges everything that is due and that the brake lets go, or counts all that is due. Safe to repeat, to interrupt anywhere, and to run on several nodes
    /// at once.
    ///
    /// # Errors
    ///
    /// A fault; what was done stays done, and the next run goes on from there. A blob that can't be deleted and a row that can't be
    /// erased are faults too, and so is a blob store that doesn't answer or is another installation's, but everything else is purged
    /// first.
    pub async fn purge(&self, mode: PurgeMode) -> Result<PurgeReport, Fault> {
        match mode {
            PurgeMode::Run => run(&self.0).await,
            PurgeMode::DryRun => count::due(&self.0).await,
        }
    }

    /// As [`Portal::purge`], because the operator asks for it: the log tells of it before anything goes. Of counting it does not tell.
    ///
    /// # Errors
    ///
    /// As [`Portal::purge`]; nothing is purged when the log can't tell of it.
    pub async fn purge_by(&self, operator: &OperatorActor, mode: PurgeMode) -> Result<PurgeReport, Fault> {
        if mode == PurgeMode::Run {
            let entry = AuditEntry::by_operator(operator, AuditAction::PurgeBegun);
            self.0.record(&entry).await?;
        }
        self.purge(mode).await
    }
}

async fn run(context: &Context) -> Result<PurgeReport, Fault> {
    installation::check_keys(&context.database, &context.vault).await?;
    skew::check(context).await?;
    let release = judge(context).await?.ok();
    let forgotten = keys(context, release).await?;
    let mut report = rest(context).await?;
    report.recipients += forgotten;
    Ok(report)
}

/// Condemns what was revoked, and what has expired when that is released, destroys its keys, and forgets the people for whom
/// nothing is left. Says how many were forgotten. Needs no blob store.
pub(crate) async fn keys(context: &Context, release: Option<Release>) -> Result<u64, Fault> {
    condemn::due(context, release).await?;
    // Before the keys: a ledger that can't be written must not leave tomorrow without a forecast, by which days would not end.
    if let Some(release) = release {
        forecast::record(context, release.until()).await?;
    }
    let mut round = work::Round::begin(context).await?;
    while let Some(work) = round.next(context, work::BATCH).await? {
        destroy::keys(context, &work).await?;
    }
    let forgotten = recipient::forget_unneeded(context).await?;
    ledger::settle(context).await?;
    Ok(forgotten)
}

/// Deletes the blobs of what is condemned, erases its metadata and closes protocols over it. While the blob store fails as a whole, or isn't this
/// installation's, what has blobs is left to a later run.
pub(crate) async fn rest(context: &Context) -> Result<PurgeReport, Fault> {
    let mut report = PurgeReport::default();
    let mut store = StoreGate::default();
    let (mut fault, mut failed) = (None, 0);
    let mut round = work::Round::begin(context).await?;
    while let Some(mut work) = round.next(context, work::BATCH).await? {
        // What another node condemned since has its keys yet.
        destroy::keys(context, &work).await?;
        let problem = match store.blobs(context).await {
            Some(blobs) => destroy::blobs(blobs, &mut work).await,
            None => {
                work.leave_documents();
                None
            }
        };
        if let Some(problem) = problem {
            fault.get_or_insert(problem);
        }
        destroy::tell_of_deliveries(context, &work).await?;
        let faults = erase_parts(context, work, &mut report).await;
        failed += faults.len();
        fault = fault.or(faults.into_iter().next());
        if failed >= MOST_FAILED {
            break;
        }
    }
    let closed = protocol::close(context, protocol::MAX_LEAVES).await;
    report.recipients = recipient::forget_unneeded(context).await?;
    ledger::settle(context).await?;
    closed?;
    store.problem().or(fault).map_or(Ok(report), Err)
}

/// Erases the metadata of all that ended in parts, and tells of the deliveries that could not be erased: each alone, so that one row that
/// is damaged keeps nothing else.
async fn erase_parts(context: &Context, work: work::Work, report: &mut PurgeReport) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut parts: VecDeque<work::Work> = work.into_parts(ERASED_AT_ONCE).into();
    while let Some(part) = parts.pop_front() {
        let began = Instant::now();
        match erase::metadata(context, &part).await {
            Ok(erased) => {
                report.deliveries += erased.deliveries;
                report.messages += erased.messages;
                report.documents += erased.documents;
                report.bytes += erased.bytes;
            }
            Err(_) if part.deliveries.len() > 1 => {
                for alone in part.into_parts(1).into_iter().rev() {
                    parts.push_front(alone);
                }
            }
            Err(fault) => faults.push(fault),
        }
        if faults.len() >= MOST_FAILED {
            break;
        }
        tokio::time::sleep(pause_after(began.elapsed())).await;
    }
    faults
}

/// How long a purge does nothing after a part that took so long: half of the time is the readers', who wait for what the part locked, for the
/// disk and for the processors.
fn pause_after(part: Duration) -> Duration {
    part.min(LONGEST_PAUSE)
}

/// Where a program ends in the middle of a purge.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// What is due is condemned, and nothing is destroyed.
    Condemned,
    /// One batch has lost its keys.
    SomeKeys,
    /// All have lost their keys alone.
    Keys,
    /// And one batch its blobs.
    SomeBlobs,
    /// And its metadata; nothing is closed.
    SomeErased,
}

#[cfg(test)]
impl Interruption {
    pub(crate) const ALL: [Self; 5] = [
        Self::Condemned,
        Self::SomeKeys,
        Self::Keys,
        Self::SomeBlobs,
        Self::SomeErased,
    ];
}

/// Purges as a program does that ends there, with batches of at most so many.
#[cfg(test)]
pub(crate) async fn interrupted(context: &Context, at: Interruption, batch: u64) {
    let release = judge(context).await.unwrap().ok();
    condemn::due(context, release).await.unwrap();
    if at == Interruption::Condemned {
        return;
    }
    let first = work::next(context, work::Cursor::default(), None, batch);
    let Some(mut work) = first.await.unwrap() else {
        return;
    };
    if at == Interruption::SomeKeys {
        return destroy::keys(context, &work).await.unwrap();
    }
    keys(context, release).await.unwrap();
    if at == Interruption::Keys {
        return;
    }
    assert!(destroy::blobs(&context.blobs, &mut work).await.is_none());
    if at == Interruption::SomeBlobs {
        return;
    }
    destroy::tell_of_deliveries(context, &work).await.unwrap();
    for part in work.into_parts(ERASED_AT_ONCE) {
        erase::metadata(context, &part).await.unwrap();
    }
}

#[cfg(test)]
mod killed_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tombstone_tests;
