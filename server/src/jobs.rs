//! Runs the portal's jobs at intervals, and keeps what is known of providers fresh. What is due, and on which node, is the
//! portal's business.

use std::time::Duration;

use portal::Portal;
use tokio::sync::watch;

use crate::sign_in::Providers;

/// Between looks at the providers: how soon people see that one is back.
const PROVIDERS_EVERY: Duration = Duration::from_secs(60);

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

/// Keeps metadata and keys of the providers fresh until `stop` says true, on each node for itself. What is under way is then
/// given up.
pub(crate) async fn refresh(providers: Providers, mut stop: watch::Receiver<bool>) {
    let refreshing = async {
        loop {
            providers.refresh().await;
            tokio::time::sleep(PROVIDERS_EVERY).await;
        }
    };
    tokio::select! {
        () = refreshing => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
