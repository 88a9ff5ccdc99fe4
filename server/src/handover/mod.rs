//! Handing out audit logs to whom the operator's configuration names. Owns the way there; what is handed out, and how far it has come,
//! is the portal's.

mod message;
mod syslog;
mod tls;

use std::time::Duration;

use portal::{HandoverOutcome, Portal};
use tokio::sync::watch;

use crate::answer::log_error;

pub use syslog::{Syslog, SyslogLimits};
pub use tls::TlsProblem;

/// Between looks at what waits.
const EVERY: Duration = Duration::from_secs(1);

/// Hands over to one receiver what waits for it, each second until `stop` says true. What is under way then is given back, for
/// whoever comes next to begin anew.
pub(crate) async fn run(portal: Portal, syslog: Syslog, mut stop: watch::Receiver<bool>) {
    match portal.has_audit_log(syslog.receiver()).await {
        Ok(true) => {}
        Ok(false) => {
            let receiver = &syslog.receiver().name;
            tracing::error!(receiver, "audit.syslog names an organisation that there is not");
        }
        Err(fault) => log_error("whether there is an audit log to hand out could not be read", &fault),
    }
    loop {
        syslog.hand_over_due(&portal, &stop).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

impl Syslog {
    /// Hands over what waits, a part at a time, until nothing does or something failed. Says `false` when something did.
    pub async fn hand_over_due(&self, portal: &Portal, stop: &watch::Receiver<bool>) -> bool {
        let mut stop = stop.clone();
        loop {
            let taken = match portal.take_audit_handover(self.receiver()).await {
                Ok(Some(taken)) => taken,
                Ok(None) => return true,
                Err(fault) => {
                    log_error("what waits of an audit log could not be taken", &fault);
                    return false;
                }
            };
            let receiver = &self.receiver().name;
            let outcome = tokio::select! {
                outcome = self.hand_over(portal, &taken) => outcome,
                _ = stop.wait_for(|stop| *stop) => HandoverOutcome::GivenBack,
            };
            match outcome {
                HandoverOutcome::HandedOver(row) => tracing::debug!(receiver, row, "an audit log was handed over"),
                HandoverOutcome::Failed(failure) => {
                    tracing::warn!(receiver, failure = failure.as_str(), "an audit log was not handed over");
                }
                HandoverOutcome::GivenBack => {}
            }
            match portal.settle_audit_handover(taken, outcome).await {
                Ok(_) if matches!(outcome, HandoverOutcome::HandedOver(_)) => {}
                Ok(_) => return false,
                Err(fault) => {
                    log_error(
                        "what became of handing over an audit log could not be written down",
                        &fault,
                    );
                    return false;
                }
            }
        }
    }
}
