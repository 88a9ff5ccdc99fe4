//! Handing out audit logs, and their checkpoints, to whom the operator's configuration names. Owns the way there; what is handed out, and
//! how far it has come, is the portal's.

mod bucket;
mod message;
mod syslog;
mod tls;

use std::time::Duration;

use base::OrganisationId;
use portal::{AuditReceiver, HandoverOutcome, Portal, TakenHandover};
use tokio::sync::watch;

use crate::answer::log_error;

pub use bucket::Bucket;
pub use syslog::{Syslog, SyslogLimits};
pub use tls::TlsProblem;

/// The way to one receiver.
pub enum Way {
    /// Rows, by syslog.
    Syslog(Syslog),
    /// Checkpoints, to a bucket.
    Bucket(Bucket),
}

/// Hands over to one receiver what waits for it, again and again until `stop` says true. What is under way then is given back, for
/// whoever comes next to begin anew.
pub(crate) async fn run(portal: Portal, way: Way, mut stop: watch::Receiver<bool>) {
    match portal.has_audit_log(way.receiver()).await {
        Ok(true) => {}
        Ok(false) => {
            let receiver = &way.receiver().name;
            tracing::error!(
                receiver,
                "a receiver of an audit log names an organisation that there is not"
            );
        }
        Err(fault) => log_error("whether there is an audit log to hand out could not be read", &fault),
    }
    if let Way::Bucket(bucket) = &way {
        bucket.check(&portal).await;
    }
    loop {
        way.hand_over_due(&portal, &stop).await;
        tokio::select! {
            () = tokio::time::sleep(way.pause()) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

impl Way {
    const fn receiver(&self) -> &AuditReceiver {
        match self {
            Self::Syslog(syslog) => syslog.receiver(),
            Self::Bucket(bucket) => bucket.receiver(),
        }
    }

    /// Between looks at what waits.
    const fn pause(&self) -> Duration {
        match self {
            Self::Syslog(_) => Duration::from_secs(1),
            Self::Bucket(_) => Duration::from_secs(15),
        }
    }

    async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> HandoverOutcome {
        match self {
            Self::Syslog(syslog) => syslog.hand_over(portal, taken).await,
            Self::Bucket(bucket) => bucket.hand_over(portal, taken).await,
        }
    }

    /// Hands over what waits of each log, a part at a time, until nothing does or something failed. Says `false` when something did.
    pub async fn hand_over_due(&self, portal: &Portal, stop: &watch::Receiver<bool>) -> bool {
        let logs = match portal.audit_logs_of(self.receiver()).await {
            Ok(logs) => logs,
            Err(fault) => {
                log_error("whose audit logs are to be handed out could not be read", &fault);
                return false;
            }
        };
        let mut done = true;
        for log in logs {
            if *stop.borrow() {
                return false;
            }
            // What fails of one log keeps no other from its turn.
            done &= self.hand_over_log(portal, log, stop).await;
        }
        done
    }

    async fn hand_over_log(&self, portal: &Portal, log: Option<OrganisationId>, stop: &watch::Receiver<bool>) -> bool {
        let mut stop = stop.clone();
        loop {
            let taken = match portal.take_audit_handover(self.receiver(), log).await {
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
