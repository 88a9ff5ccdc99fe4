//! Handing out audit logs, and their checkpoints, to whom the operator's configuration names, and to the webhooks that organisations chose.
//! Owns the way there; what is handed out, and how far it has come, is the portal's.

mod bucket;
mod message;
mod syslog;
mod tls;
mod webhook;

use std::time::{Duration, Instant};

use base::OrganisationId;
use futures::{StreamExt as _, stream};
use portal::{AuditLogs, AuditReceiver, Fault, HandoverOutcome, Portal, TakenHandover};
use tokio::sync::watch;

use crate::answer::log_error;

pub use bucket::Bucket;
pub use syslog::{Syslog, SyslogLimits};
pub use tls::TlsProblem;
pub(crate) use webhook::destinations;
pub use webhook::{WebhookProblem, Webhooks};

/// How many webhooks are gone to at once, so that those that don't answer keep the others waiting less.
const WEBHOOKS_AT_ONCE: usize = 8;
/// How long one webhook is gone to before the others have their turn again, so that one with much to get and a slow answer keeps nobody
/// waiting.
const TURN: Duration = Duration::from_secs(5);

/// The way to one receiver, or to those of one kind that organisations chose.
pub enum Way {
    /// Rows, by syslog.
    Syslog(Syslog),
    /// Checkpoints, to a bucket.
    Bucket(Bucket),
    /// Checkpoints, to webhooks.
    Webhooks(Webhooks),
}

/// Hands over what waits, again and again until `stop` says true. What is under way then is given back, for
/// whoever comes next to begin anew.
pub(crate) async fn run(portal: Portal, way: Way, mut stop: watch::Receiver<bool>) {
    way.check(&portal).await;
    loop {
        way.hand_over_due(&portal, &stop).await;
        tokio::select! {
            () = tokio::time::sleep(way.pause()) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// Says at start when the log is not there that a receiver is to get.
async fn check_log(portal: &Portal, receiver: &AuditReceiver) {
    match portal.has_audit_log(receiver).await {
        Ok(true) => {}
        Ok(false) => tracing::error!(
            receiver = receiver.name,
            "a receiver of an audit log names an organisation that there is not"
        ),
        Err(fault) => log_error("whether there is an audit log to hand out could not be read", &fault),
    }
}

impl Way {
    async fn check(&self, portal: &Portal) {
        match self {
            Self::Syslog(syslog) => check_log(portal, syslog.receiver()).await,
            Self::Bucket(bucket) => {
                check_log(portal, bucket.receiver()).await;
                bucket.check(portal).await;
            }
            Self::Webhooks(_) => {}
        }
    }

    /// Between looks at what waits.
    const fn pause(&self) -> Duration {
        match self {
            Self::Syslog(_) => Duration::from_secs(1),
            Self::Bucket(_) | Self::Webhooks(_) => Duration::from_secs(15),
        }
    }

    const fn at_once(&self) -> usize {
        match self {
            Self::Syslog(_) | Self::Bucket(_) => 1,
            Self::Webhooks(_) => WEBHOOKS_AT_ONCE,
        }
    }

    /// To whom something may be handed over now, and of whose log.
    async fn due(&self, portal: &Portal) -> Result<Vec<(AuditReceiver, Option<OrganisationId>)>, Fault> {
        let receiver = match self {
            Self::Syslog(syslog) => syslog.receiver(),
            Self::Bucket(bucket) => bucket.receiver(),
            Self::Webhooks(_) => {
                let waiting = portal.waiting_audit_webhooks().await?;
                let of_one = |receiver: AuditReceiver| match receiver.logs {
                    AuditLogs::Of(log) => Some((receiver, log)),
                    AuditLogs::Every => None,
                };
                return Ok(waiting.into_iter().filter_map(of_one).collect());
            }
        };
        let logs = portal.audit_logs_of(receiver).await?;
        Ok(logs.into_iter().map(|log| (receiver.clone(), log)).collect())
    }

    async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> HandoverOutcome {
        match self {
            Self::Syslog(syslog) => syslog.hand_over(portal, taken).await,
            Self::Bucket(bucket) => bucket.hand_over(portal, taken).await,
            Self::Webhooks(webhooks) => webhooks.hand_over(portal, taken).await,
        }
    }

    /// Hands over what waits of each log, a part at a time, until nothing does or something failed. Says `false` when something did.
    pub async fn hand_over_due(&self, portal: &Portal, stop: &watch::Receiver<bool>) -> bool {
        let due = match self.due(portal).await {
            Ok(due) => due,
            Err(fault) => {
                log_error("whose audit logs are to be handed out could not be read", &fault);
                return false;
            }
        };
        // What fails of one log keeps no other from its turn.
        stream::iter(due)
            .map(|(receiver, log)| async move { self.hand_over_log(portal, &receiver, log, stop).await })
            .buffer_unordered(self.at_once())
            .fold(true, async |all, done| all & done)
            .await
    }

    async fn hand_over_log(
        &self,
        portal: &Portal,
        receiver: &AuditReceiver,
        log: Option<OrganisationId>,
        stop: &watch::Receiver<bool>,
    ) -> bool {
        let mut stop = stop.clone();
        let began = Instant::now();
        loop {
            if matches!(self, Self::Webhooks(_)) && began.elapsed() > TURN {
                return true;
            }
            if *stop.borrow() {
                return false;
            }
            let taken = match portal.take_audit_handover(receiver, log).await {
                Ok(Some(taken)) => taken,
                Ok(None) => return true,
                Err(fault) => {
                    log_error("what waits of an audit log could not be taken", &fault);
                    return false;
                }
            };
            let receiver = &receiver.name;
            let outcome = tokio::select! {
                outcome = self.hand_over(portal, &taken) => outcome,
                _ = stop.wait_for(|stop| *stop) => HandoverOutcome::GivenBack,
            };
            match outcome {
                HandoverOutcome::HandedOver(row) => tracing::debug!(receiver, row, "an audit log was handed over"),
                HandoverOutcome::Failed(failure) => {
                    tracing::warn!(receiver, %failure, "an audit log was not handed over");
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
