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
    /// Why nothing was purged but what was revoked, and no day ended.
    pub stopped: Option<PurgeStopped>,
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
        let (mut keys, mut blobs, mut fault) = (JobsReport::default(), PurgeReport::default(), None);
        keep(&mut keys, self.run_key_jobs().await, &mut fault);
        keep(&mut blobs, self.run_blob_jobs().await, &mut fault);
        blobs.recipients += keys.purge.recipients;
        let report = JobsReport { purge: blobs, ..keys };
        fault.map_or(Ok(report), Err)
    }

    /// Everything that is due except what deletes from the blob store and what comes after that: what has ended is
    /// condemned, keys and day secrets are destroyed. No blob store can hold that up. Safe as [`Portal::run_jobs`].
    ///
    /// By a clock that is further ahead than the settings let it step, nothing ends but what was revoked.
    ///
    /// # Errors
    ///
    /// As [`Portal::run_jobs`].
    pub async fn run_key_jobs(&self) -> Result<JobsReport, Fault> {
        let context = &*self.0;
        // A part may have been changed under the running program, by a restore or a wrong mount: nothing is destroyed then.
        installation::check_keys(&context.database, &context.vault).await?;
        let mut report = JobsReport::default();
        let mut fault = None;
        skew::check(context).await?;
        let step = context.latch().await?;
        // By a clock that is far ahead everything is over: sessions, secrets of systems, mails.
        if !matches!(step, ClockStep::Ahead { .. }) {
            keep(
                &mut report.taken_back,
                ledger::take_back_left(context).await,
                &mut fault,
            );
            self.end_what_is_over(&mut report, &mut fault).await;
        }
        let mut release = None;
        match purge::judge(context).await {
            Ok(Ok(released)) => release = Some(released),
            Ok(Err(stopped)) => report.stopped = Some(stopped),
            Err(problem) => {
                fault.get_or_insert(problem);
            }
        }
        keep(
            &mut report.purge.recipients,
            purge::keys(context, release).await,
            &mut fault,
        );
        // What had expired at the release is condemned or held by now.
        let held = match release {
            Some(release) => {
                let settled = hold::settle(context, release.until()).await;
                keep(&mut report.settled, settled, &mut fault);
                let requests = data_request::keep(context).await;
                hold::keep(context).await.and(requests)
            }
            None => Ok(()),
        };
        keep(&mut report.days, turn_days(context, release, held).await, &mut fault);
        // Last, so that what this round did is in the chains and under the hour's checkpoint.
        keep(&mut 0, self.chain_audit_log().await, &mut fault);
        if let ClockStep::Taken(_) = step {
            keep(&mut 0, audit::sign_due(context).await, &mut fault);
        }
        fault.map_or(Ok(report), Err)
    }

    /// Whatever else comes to its end as time goes by, or follows from it.
    async fn end_what_is_over(&self, report: &mut JobsReport, fault: &mut Option<Fault>) {
        let context = &*self.0;
        keep(&mut report.sessions, session::delete_run_out(context).await, fault);
        keep(&mut report.intents, intent::sweep_keys(context).await, fault);
        keep(&mut 0, credential::adopt(context).await, fault);
        keep(&mut report.warnings, credential::warn(context).await, fault);
        let (mut tokens, mut keys, mut credentials, mut assertions) = (0, 0, 0, 0);
        keep(&mut tokens, self.forget_access_tokens().await, fault);
        keep(&mut keys, self.forget_idempotency_keys().await, fault);
        keep(&mut credentials, credential::forget(context).await, fault);
        keep(&mut assertions, used_assertion::forget(context).await, fault);
        let mut sign_ins = 0;
        keep(&mut sign_ins, past_sign_in::forget_old(context).await, fault);
        let mut extracts = 0;
        keep(&mut extracts, register_extract::end_due(context).await, fault);
        let mut made = 0;
        keep(&mut made, register_extract::forget_old(context).await, fault);
        let mut requests = 0;
        keep(&mut requests, data_request::forget_due(context).await, fault);
        let mut addresses = 0;
        keep(
            &mut addresses,
            notification::own_address::forget_old(context).await,
            fault,
        );
        report.forgotten = tokens + keys + credentials + assertions + sign_ins + extracts + made + requests + addresses;
        keep(&mut report.audit_rows, audit::cut_due(context).await, fault);
        keep(&mut report.ending, notification::warn(context).await, fault);
        // Before the purge, so that what a new version ends at once is gone in the same round.
        keep(&mut report.followed, retention::follow(context).await, fault);
    }

    /// Deletes the blobs of what is condemned, and erases what comes after them. How long it takes is the blob store's
    /// word, so it may run beside the next [`Portal::run_key_jobs`]. Safe as [`Portal::run_jobs`].
    ///
    /// # Errors
    ///
    /// As [`Portal::run_jobs`]; also when the blob store doesn't answer or belongs to another installation: then nothing is
    /// deleted from it.
    pub async fn run_blob_jobs(&self) -> Result<PurgeReport, Fault> {
        let context = &*self.0;
        installation::check_keys(&context.database, &context.vault).await?;
        let mut fault = None;
        let mut report = PurgeReport::default();
        keep(&mut (), intent::sweep_blobs(context).await, &mut fault);
        keep(&mut report, purge::rest(context).await, &mut fault);
        keep(&mut 0, data_request::settle(context).await, &mut fault);
        keep(&mut 0, organisation::erase_due(context).await, &mut fault);
        keep(&mut Orphans::default(), orphan::sweep_due(context).await, &mut fault);
        fault.map_or(Ok(report), Err)
    }
}

/// Takes a job's result, or its fault when it is the first.
fn keep<T>(place: &mut T, result: Result<T, Fault>, first: &mut Option<Fault>) {
    match result {
        Ok(value) => *place = value,
        Err(fault) => {
            first.get_or_insert(fault);
        }
    }
}

/// Makes the secrets of the days to come, destroys those of the days that were over at the release, and deals with what their end
/// brings. Counts the days that the audit log was told of. When `held` says that something is held whose keys could not be wrapped
/// for a later day, nothing is destroyed.
async fn turn_days(context: &Context, release: Option<Release>, held: Result<(), Fault>) -> Result<u64, Fault> {
    context.vault.drop_old_keys();
    let prepared = context.vault.prepare_days(last_day(context, context.now().day())).await;
    let Some(release) = release else {
        prepared?;
        return Ok(0);
    };
    held?;
    let today = release.until().day();
    // A provider that has no room for new secrets can still destroy old ones.
    let logged = log_days(context, today).await?;
    let destroyed = context.vault.destroy_secrets_before(today).await;
    finish_days(context, today).await?;
    prepared?;
    destroyed?;
    Ok(logged)
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
async fn finish_days(context: &Context, today: Day) -> Result<(), Fault> {
    let ended = context.vault.ended_days().await?;
    if ended.is_empty() {
        return Ok(());
    }
    let mut fault = None;
    let deleted = context.vault.delete_rows_before(today).await;
    keep(&mut (), deleted.map_err(Fault::from), &mut fault);
    let compacted = context.vault.compact_marked_days().await;
    keep(&mut Vec::new(), compacted.map_err(Fault::from), &mut fault);
    if let Some(fault) = fault {
        return Err(fault);
    }
    Ok(context.vault.finish(&ended).await?)
}

/// The last day on which something that is sent today may expire: the ceiling, a day for the time zone and a day until
/// the next round.
pub(crate) fn last_day(context: &Context, today: Day) -> Day {
    let ceiling = i32::try_from(context.settings.retention_ceiling_days).unwrap_or(i32::MAX);
    today.plus_days(ceiling.saturating_add(2))
}

#[cfg(test)]
mod tests;
