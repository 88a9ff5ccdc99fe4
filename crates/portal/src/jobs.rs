//! What happens by itself as time goes by: one round of everything that is due. Owns the order; each part belongs to
//! its own module. The server decides how often.

use base::Day;

use crate::audit::{AuditAction, AuditEntry};
use crate::latch::ClockStep;
use crate::purge::Release;
use crate::system::{credential, used_assertion};
use crate::{
    Context, Fault, Orphans, Portal, PurgeReport, PurgeStopped, audit, data_request, hold, installation, intent,
    ledger, notification, organisation, orphan, past_sign_in, purge, register_extract, retention, session, skew,
};

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobsReport {
    /// What was purged.
    pub purge: PurgeReport,
    /// Uploads that were broken off and swept away.
    pub intents: u64,
    /// Sessions that had run out.
    pub sessions: u64,
    /// Access tokens, idempotency keys, used assertions, old credentials, past sign-ins, register extracts, that organisations made some, answered
    /// requests, and addresses to be proven, whose time was over.
    pub forgotten: u64,
    /// Credentials of whose end organisations were told.
    pub warnings: u64,
    /// Deliveries of which it was told that they are soon gone.
    pub ending: u64,
    /// Deliveries that follow a new version of their organisation's retention policy.
    pub followed: u64,
    /// Holds that keep nothing any more and of which what was said was forgotten.
    pub settled: u64,
    /// Batches of the ledger that nobody had carried out, and that were taken back.
    pub taken_back: u64,
    /// Days whose secrets were destroyed.
    pub days: u64,
    /// Rows of the audit log that had been kept for as long as it is.
    pub audit_rows: u64,
    /// Logs of which no checkpoint was signed, since they were found in this round not to be as they were written.
    pub unsigned: u64,
    /// Why nothing was purged but what was revoked, and no day ended.
    pub stopped: Option<PurgeStopped>,
    /// A fault kept the round from finding out whether the purge may go on: `stopped` says nothing.
    pub unjudged: bool,
}

/// A round of jobs: what it did, and each fault that kept something from being done. Whoever runs one looks at both.
#[derive(Debug)]
#[must_use]
pub struct JobsRound<T> {
    /// What was done, whatever failed.
    pub report: T,
    /// What failed, in the order in which it did.
    pub faults: Vec<Fault>,
}

impl<T> JobsRound<T> {
    /// What was done when nothing failed.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn result(self) -> Result<T, Fault> {
        self.faults.into_iter().next().map_or(Ok(self.report), Err)
    }
}

impl Portal {
    /// One round of everything that is due: first [`Portal::run_key_jobs`], then [`Portal::run_blob_jobs`]. Safe to repeat,
    /// to interrupt anywhere, and to run on several nodes at once.
    ///
    /// # Errors
    ///
    /// The first fault, after every other job got its turn; but when the databases and the key provider don't belong to one
    /// installation any more, no job runs.
    pub async fn run_jobs(&self) -> Result<JobsReport, Fault> {
        let (keys, blobs) = (self.run_key_jobs().await, self.run_blob_jobs().await);
        let (keys, mut purge) = (keys.result()?, blobs.result()?);
        purge.recipients += keys.purge.recipients;
        Ok(JobsReport { purge, ..keys })
    }

    /// Everything that is due except what deletes from the blob store and what comes after that: what has ended is
    /// condemned, keys and day secrets are destroyed. No blob store can hold that up. Safe as [`Portal::run_jobs`].
    ///
    /// By a clock that is further ahead than the settings let it step, nothing ends but what was revoked. Every job gets its turn,
    /// whatever fails; but when the databases and the key provider don't belong to one installation any more, no job runs.
    pub async fn run_key_jobs(&self) -> JobsRound<JobsReport> {
        let (mut report, mut faults) = (JobsReport::default(), Vec::new());
        if let Err(fault) = self.key_jobs(&mut report, &mut faults).await {
            faults.push(fault);
            report.unjudged = true;
        }
        JobsRound { report, faults }
    }

    /// # Errors
    ///
    /// Why no job ran.
    async fn key_jobs(&self, report: &mut JobsReport, faults: &mut Vec<Fault>) -> Result<(), Fault> {
        let context = &*self.0;
        // A part may have been changed under the running program, by a restore or a wrong mount: nothing is destroyed then.
        installation::check_keys(&context.database, &context.vault).await?;
        skew::check(context).await?;
        let step = context.latch().await?;
        // By a clock that is far ahead everything is over: sessions, secrets of systems, mails.
        if !matches!(step, ClockStep::Ahead { .. }) {
            keep(&mut report.taken_back, ledger::take_back_left(context).await, faults);
            self.end_what_is_over(report, faults).await;
        }
        let mut release = None;
        match purge::judge(context).await {
            Ok(Ok(released)) => release = Some(released),
            Ok(Err(stopped)) => report.stopped = Some(stopped),
            Err(fault) => {
                report.unjudged = true;
                faults.push(fault);
            }
        }
        keep(
            &mut report.purge.recipients,
            purge::keys(context, release).await,
            faults,
        );
        // What had expired at the release is condemned or held by now.
        let mut held = true;
        if let Some(release) = release {
            let settled = hold::settle(context, release.until()).await;
            keep(&mut report.settled, settled, faults);
            let requests = data_request::keep(context).await;
            for kept in [hold::keep(context).await, requests] {
                held &= kept.is_ok();
                keep(&mut (), kept, faults);
            }
        }
        report.days = turn_days(context, release.filter(|_| held), faults).await;
        // Last, so that what this round did is in the chains and under the hour's checkpoint.
        keep(&mut 0, self.chain_audit_log().await, faults);
        if let ClockStep::Taken(_) = step {
            keep(&mut report.unsigned, audit::sign_due(context).await, faults);
        }
        Ok(())
    }

    /// Whatever else comes to its end as time goes by, or follows from it.
    async fn end_what_is_over(&self, report: &mut JobsReport, faults: &mut Vec<Fault>) {
        let context = &*self.0;
        keep(&mut report.sessions, session::delete_run_out(context).await, faults);
        keep(&mut report.intents, intent::sweep_keys(context).await, faults);
        keep(&mut 0, credential::adopt(context).await, faults);
        keep(&mut report.warnings, credential::warn(context).await, faults);
        let (mut tokens, mut keys, mut credentials, mut assertions) = (0, 0, 0, 0);
        keep(&mut tokens, self.forget_access_tokens().await, faults);
        keep(&mut keys, self.forget_idempotency_keys().await, faults);
        keep(&mut credentials, credential::forget(context).await, faults);
        keep(&mut assertions, used_assertion::forget(context).await, faults);
        let mut sign_ins = 0;
        keep(&mut sign_ins, past_sign_in::forget_old(context).await, faults);
        let mut extracts = 0;
        keep(&mut extracts, register_extract::end_due(context).await, faults);
        let mut made = 0;
        keep(&mut made, register_extract::forget_old(context).await, faults);
        let mut requests = 0;
        keep(&mut requests, data_request::forget_due(context).await, faults);
        let mut addresses = 0;
        keep(
            &mut addresses,
            notification::own_address::forget_old(context).await,
            faults,
        );
        report.forgotten = tokens + keys + credentials + assertions + sign_ins + extracts + made + requests + addresses;
        keep(&mut report.audit_rows, audit::cut_due(context).await, faults);
        keep(&mut report.ending, notification::warn(context).await, faults);
        // Before the purge, so that what a new version ends at once is gone in the same round.
        keep(&mut report.followed, retention::follow(context).await, faults);
    }

    /// Deletes the blobs of what is condemned, and erases what comes after them. How long it takes is the blob store's
    /// word, so it may run beside the next [`Portal::run_key_jobs`]. Safe as [`Portal::run_jobs`].
    ///
    /// Nothing is deleted from a blob store that doesn't answer or belongs to another installation; that is a fault.
    pub async fn run_blob_jobs(&self) -> JobsRound<PurgeReport> {
        let context = &*self.0;
        let (mut report, mut faults) = (PurgeReport::default(), Vec::new());
        if let Err(problem) = installation::check_keys(&context.database, &context.vault).await {
            faults.push(problem.into());
            return JobsRound { report, faults };
        }
        keep(&mut (), intent::sweep_blobs(context).await, &mut faults);
        keep(&mut report, purge::rest(context).await, &mut faults);
        keep(&mut 0, data_request::settle(context).await, &mut faults);
        keep(&mut 0, organisation::erase_due(context).await, &mut faults);
        keep(&mut Orphans::default(), orphan::sweep_due(context).await, &mut faults);
        JobsRound { report, faults }
    }
}

/// Takes a job's result, or its fault.
fn keep<T>(place: &mut T, result: Result<T, impl Into<Fault>>, faults: &mut Vec<Fault>) {
    match result {
        Ok(value) => *place = value,
        Err(fault) => faults.push(fault.into()),
    }
}

/// Makes the secrets of the days to come, destroys those of the days that were over at the release, and deals with what their end
/// brings. Counts the days that the audit log was told of. Without a release, nothing is destroyed.
async fn turn_days(context: &Context, release: Option<Release>, faults: &mut Vec<Fault>) -> u64 {
    context.vault.drop_old_keys();
    let prepared = context.vault.prepare_days(last_day(context, context.now().day())).await;
    keep(&mut (), prepared, faults);
    let Some(release) = release else { return 0 };
    let today = release.until().day();
    // A provider that has no room for new secrets can still destroy old ones.
    let logged = match log_days(context, today).await {
        Ok(logged) => logged,
        Err(fault) => {
            faults.push(fault);
            return 0;
        }
    };
    keep(&mut (), context.vault.destroy_secrets_before(today).await, faults);
    finish_days(context, today, faults).await;
    logged
}

/// Ends the days before today and logs them: no secret is destroyed of which the log does not tell. It may tell of a day twice (two nodes
/// at the same instant, a stop between the row and its note).
async fn log_days(context: &Context, today: Day) -> Result<u64, Fault> {
    let mut logged = 0;
    for ended in context.vault.end_days_before(today).await? {
        let day = ended.to_string();
        let entry = AuditEntry::by_portal(AuditAction::DaySecretDestroyed).detail(&day);
        context.record(&entry).await?;
        context.vault.set_logged(ended).await?;
        logged += 1;
    }
    Ok(logged)
}

/// Deletes the rows that no secret opens, and compacts the marked days, so that what was destroyed before its day becomes unreadable in
/// remnants too, for the days whose secrets were destroyed in this round or in one that failed or stopped after it. Each part gets its turn,
/// and the days stay unfinished until all succeed.
async fn finish_days(context: &Context, today: Day, faults: &mut Vec<Fault>) {
    let mut ended = Vec::new();
    keep(&mut ended, context.vault.ended_days().await, faults);
    if ended.is_empty() {
        return;
    }
    let failed = faults.len();
    keep(&mut (), context.vault.delete_rows_before(today).await, faults);
    keep(&mut Vec::new(), context.vault.compact_marked_days().await, faults);
    if faults.len() == failed {
        keep(&mut (), context.vault.finish(&ended).await, faults);
    }
}

/// The last day on which something that is sent today may expire: the ceiling, a day for the time zone and a day until
/// the next round.
pub(crate) fn last_day(context: &Context, today: Day) -> Day {
    let ceiling = i32::try_from(context.settings.retention_ceiling_days).unwrap_or(i32::MAX);
    today.plus_days(ceiling.saturating_add(2))
}

#[cfg(test)]
mod tests;
