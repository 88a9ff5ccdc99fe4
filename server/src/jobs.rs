//! Runs the portal's jobs at intervals. What is due, and on which node, is the portal's business.

use std::time::Duration;

use portal::Portal;
use tokio::sync::watch;

/// Runs a round of jobs now and then one each `interval`, until `stop` says true. A round under way is finished: the
/// jobs can be broken off anywhere, but then the next start has more to do.
pub(crate) async fn run(portal: Portal, interval: Duration, mut stop: watch::Receiver<bool>) {
    loop {
        match portal.run_jobs().await {
            Ok(report) => tracing::debug!(?report, "a round of jobs is done"),
            Err(fault) => crate::answer::log_error("a round of jobs failed", &fault),
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
