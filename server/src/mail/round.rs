//! Empties the portal's outbox now and then.

use std::time::Duration;

use futures::future::join_all;
use portal::{Portal, SendingOutcome, TakenNotification};
use tokio::sync::watch;

use super::{MailError, Mailer};
use crate::answer::log_error;

/// So many mails are on their way at once from one node.
const AT_ONCE: u64 = 4;
/// Between looks at the outbox.
const EVERY: Duration = Duration::from_secs(10);
/// Until the next look when the mail server was of no use.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);

/// Sends what is due until `stop` says true; what is on its way then is finished.
pub(crate) async fn run(portal: Portal, mailer: Mailer, mut stop: watch::Receiver<bool>) {
    loop {
        let pause = match mailer.send_due(&portal, &stop).await {
            true => EVERY,
            false => AFTER_TROUBLE,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

impl Mailer {
    /// Sends everything that is due, a few at a time. Says `false` when that broke off, since the mail server or the portal was
    /// of no use.
    pub async fn send_due(&self, portal: &Portal, stop: &watch::Receiver<bool>) -> bool {
        while !*stop.borrow() {
            let (taken, more) = match portal.take_notifications(AT_ONCE).await {
                Ok(taken) => taken,
                Err(fault) => {
                    log_error("no notifications could be taken", &fault);
                    return false;
                }
            };
            let sending = taken.into_iter().map(|notification| self.tell(portal, notification));
            if join_all(sending).await.contains(&false) {
                return false;
            }
            if !more {
                break;
            }
        }
        true
    }

    /// Sends one and says what became of it. `false` when the next would fare no better.
    async fn tell(&self, portal: &Portal, notification: TakenNotification) -> bool {
        let kind = notification.kind.as_str();
        let sent = match self.compose(&notification) {
            Ok((to, message)) => self.send(&to, &message).await,
            Err(error) => Err(error),
        };
        let outcome = match &sent {
            Ok(()) => SendingOutcome::Sent,
            Err(error) if error.is_final() => SendingOutcome::Refused,
            Err(_) => SendingOutcome::Failed,
        };
        match &sent {
            Ok(()) => tracing::debug!(kind, "a mail was sent"),
            Err(error) => tracing::warn!(kind, %error, ?outcome, "a mail was not sent"),
        }
        if let Err(fault) = portal.settle_notification(notification, outcome).await {
            log_error("what became of a mail could not be written down", &fault);
            return false;
        }
        !sent.as_ref().is_err_and(MailError::is_general)
    }
}
