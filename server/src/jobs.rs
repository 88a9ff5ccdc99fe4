//! Runs the portal's jobs at intervals, and keeps what is known of providers and places fresh. What is due, and on which node, is the
//! portal's business.

use std::fmt::Debug;
use std::time::Duration;

use portal::{Fault, Portal, PurgeStopped};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::places::Places;
use crate::sign_in::Providers;

/// Between looks at the providers, how soon people see that one is back, and at the file of places.
const REFRESH_EVERY: Duration = Duration::from_secs(60);
/// Between looks at what waits of the audit log.
const CHAIN_EVERY: Duration = Duration::from_secs(1);

/// Runs a round of jobs now and then one each `interval`, until `stop` says true. A round under way is finished: the
/// jobs can be broken off anywhere, but then the next start has more to do.
///
/// What waits for the blob store runs beside the rounds that follow, one at a time, so that a store that is slow or hangs
/// doesn't keep keys from being destroyed on time.
pub(crate) async fn run(portal: Portal, interval: Duration, mut stop: watch::Receiver<bool>) {
    let mut blobs: Option<JoinHandle<()>> = None;
    let mut alarm = Alarm::default();
    loop {
        let done = portal.run_key_jobs().await;
        if let Ok(report) = &done {
            alarm.look(report.stopped);
        }
        tell(done);
        if blobs.as_ref().is_none_or(JoinHandle::is_finished) {
            let portal = portal.clone();
            blobs = Some(tokio::spawn(async move { tell(portal.run_blob_jobs().await) }));
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    if let Some(blobs) = blobs
        && blobs.await.is_err()
    {
        tracing::error!("a round of blob jobs broke off");
    }
}

/// Tells once that the purge stands still, and once that it goes on.
#[derive(Default)]
struct Alarm {
    is_stopped: bool,
}

impl Alarm {
    fn look(&mut self, stopped: Option<PurgeStopped>) {
        match stopped {
            Some(PurgeStopped { reason, documents }) if !self.is_stopped => {
                tracing::error!(documents, %reason, "the purge stands still: see `postvalv purge --help`");
            }
            None if self.is_stopped => tracing::info!("the purge goes on"),
            _ => {}
        }
        self.is_stopped = stopped.is_some();
    }
}

fn tell(done: Result<impl Debug, Fault>) {
    match done {
        Ok(report) => tracing::debug!(?report, "a round of jobs is done"),
        Err(fault) => crate::answer::log_error("a round of jobs failed", &fault),
    }
}

/// Takes what waits of the audit log into its chains, each second until `stop` says true, so that nobody who acts waits for it.
pub(crate) async fn chain_audit_log(portal: Portal, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = portal.chain_audit_log().await {
            crate::answer::log_error("the audit log could not be chained", &fault);
        }
        tokio::select! {
            () = tokio::time::sleep(CHAIN_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// Keeps metadata and keys of the providers, and the places, fresh until `stop` says true, on each node for itself. What is under way is then
/// given up.
pub(crate) async fn refresh(providers: Providers, places: Places, mut stop: watch::Receiver<bool>) {
    let refreshing = async {
        loop {
            providers.refresh().await;
            places.renew().await;
            tokio::time::sleep(REFRESH_EVERY).await;
        }
    };
    tokio::select! {
        () = refreshing => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
