//! Numbers by which the operator sees whether what goes by itself goes. Never anything about a single person, organisation or document.

use std::time::Duration;

use base::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use crate::{Context, Fault, Portal, data_request, hold, ledger};

/// How the installation stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauges {
    /// For how long the oldest of what is due has waited to be purged; zero when nothing is due.
    pub purge_lag: Duration,
    /// How many documents wait until the purge may go on; `None` when it does not stand still.
    pub purge_waiting: Option<u64>,
    /// The latest instant that a round of jobs latched.
    pub latest_round_at: Timestamp,
    /// Rows of the audit log that are in no chain yet.
    pub unchained_audit_rows: u64,
    /// For how long the oldest of what is to be handed out of audit logs has waited; zero when nothing waits.
    pub audit_handover_lag: Duration,
    /// As that, of checkpoints on their way to webhooks that organisations chose.
    pub audit_webhook_lag: Duration,
    /// Mails that are due and not sent.
    pub due_mails: u64,
    /// People's requests that are not answered though the last day for it is over.
    pub overdue_requests: u64,
    /// The number of the ledger's last batch, as far as the databases know; 0 while there is none.
    pub ledger_head: u64,
}

/// Since when a delivery that ended at an instant is due: not as long as a hold kept it.
macro_rules! due_since {
    ($end:literal) => {
        concat!("CASE WHEN kept_until > ", $end, " THEN kept_until ELSE ", $end, " END")
    };
}

/// The earliest instant since which something is due that has ended, is not held and not purged; $1 is the instant now, and $2 that of
/// [`hold::protects_since`]. What a round has seen expire counts from then, since a new rule may end it at an instant long ago. Three
/// questions, since each has an index of its own.
const OLDEST_DUE: &str = concat!(
    "SELECT MIN(due) FROM (SELECT MIN(",
    due_since!("COALESCE(expired_at, expires_at)"),
    ") AS due FROM delivery WHERE purged_at IS NULL AND expires_at <= $1 AND NOT ",
    hold::held!("delivery", "$2"),
    " UNION ALL SELECT MIN(",
    due_since!("revoked_at"),
    ") FROM delivery WHERE condemned_at IS NULL AND revoked_at IS NOT NULL AND purged_at IS NULL AND NOT ",
    hold::held!("delivery", "$2"),
    " UNION ALL SELECT MIN(",
    due_since!("revoked_at"),
    ") FROM delivery WHERE purged_at IS NULL AND condemned_at IS NOT NULL) ended"
);
const LATEST: &str = "SELECT latest_instant FROM installation";
const UNCHAINED: &str = "SELECT CAST(COALESCE(SUM(w.next_counter - 1 - COALESCE(c.counter, 0)), 0) AS BIGINT) \
    FROM audit_writer w LEFT JOIN audit_chained c ON c.writer_id = w.id";
const DUE_MAILS: &str = "SELECT COUNT(*) FROM unsent_notification WHERE due_at <= $1";

impl Portal {
    /// How the installation stands now. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn gauges(&self) -> Result<Gauges, Fault> {
        let context = &*self.0;
        let now: Value = context.now().as_millis().into();
        let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
        let stopped = self.purge_stopped().await?;
        Ok(Gauges {
            purge_lag: self.purge_lag().await?,
            purge_waiting: stopped.map(|stopped| stopped.documents),
            latest_round_at: Timestamp::from_millis(number(context, LATEST, []).await?.unwrap_or(0)),
            unchained_audit_rows: count(number(context, UNCHAINED, []).await?),
            audit_handover_lag: self.audit_handover_lag().await?,
            audit_webhook_lag: self.audit_webhook_lag().await?,
            due_mails: count(number(context, DUE_MAILS, [now]).await?),
            overdue_requests: data_request::overdue(context).await?,
            ledger_head: ledger::known(context).await?,
        })
    }

    /// For how long the oldest of what is due has waited to be purged; zero when nothing is due. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn purge_lag(&self) -> Result<Duration, Fault> {
        let context = &*self.0;
        let now = context.now();
        let oldest = number(
            context,
            OLDEST_DUE,
            [now.as_millis().into(), hold::protects_since(now).as_millis().into()],
        )
        .await?;
        Ok(oldest.map_or(Duration::ZERO, |oldest| now.since(Timestamp::from_millis(oldest))))
    }
}

async fn number(
    context: &Context,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<i64>, DbErr> {
    let reader = context.database.reader();
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    match reader.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Norrby, on_both_databases, policy_of};
    use crate::{DataRequestKind, HoldScope, SendingOutcome};

    const HOUR: Duration = Duration::from_secs(60 * 60);

    on_both_databases! {
        async fn mails_count_from_when_they_are_due_until_they_are_sent(portal: TestPortal) {
            let norrby = Norrby::new(&portal).await;
            norrby.send(&portal, 3, 30).await;
            let due = async || portal.portal.gauges().await.unwrap().due_mails;
            assert_eq!(due().await, 0);
            portal.clock.advance(HOUR);
            assert_eq!(due().await, 3);
            let (taken, _) = portal.portal.take_notifications(1).await.unwrap();
            for taken in taken {
                portal.portal.settle_notification(taken, SendingOutcome::Sent).await.unwrap();
            }
            assert_eq!(due().await, 2);
        }

        async fn requests_count_when_the_last_day_for_an_answer_is_over(portal: TestPortal) {
            let norrby = Norrby::new(&portal).await;
            norrby.send(&portal, 1, 40).await;
            let person = portal.sign_in(0).await;
            for _ in 0..2 {
                let new = norrby.ask(&portal, None, DataRequestKind::Erasure);
                portal.portal.make_request(&person, &new).await.unwrap();
            }
            let overdue = async || portal.portal.gauges().await.unwrap().overdue_requests;
            portal.clock.advance(HOUR * 24 * 29);
            assert_eq!(overdue().await, 0);
            portal.clock.advance(HOUR * 24 * 3);
            assert_eq!(overdue().await, 2);
        }

        async fn what_is_due_lags_until_its_blob_is_gone(portal: TestPortal) {
            let system = portal.sender().await;
            let receipt = portal.send(&system, "1", 1).await;
            portal.send(&system, "2", 1).await;
            portal.portal.run_jobs().await.unwrap();
            assert_eq!(portal.portal.purge_lag().await.unwrap(), Duration::ZERO);
            portal.portal.revoke_message(&system, receipt.id).await.unwrap();
            portal.clock.advance(HOUR);
            assert_eq!(portal.portal.purge_lag().await.unwrap(), HOUR);
            portal.portal.run_key_jobs().await.result().unwrap();
            assert_eq!(portal.portal.purge_lag().await.unwrap(), HOUR);
            portal.portal.run_blob_jobs().await.result().unwrap();
            assert_eq!(portal.portal.purge_lag().await.unwrap(), Duration::ZERO);
            portal.clock.set(receipt.deliveries[0].expires_at + HOUR);
            assert_eq!(portal.portal.purge_lag().await.unwrap(), HOUR);
        }

        async fn what_a_hold_kept_is_due_once_that_lets_go(portal: TestPortal) {
            let norrby = Norrby::new(&portal).await;
            let (expired, revoked) = (norrby.send(&portal, 1, 3).await, norrby.send(&portal, 1, 40).await);
            let hold = norrby.hold(&portal, &expired, HoldScope::Recipient).await;
            portal.portal.revoke_message(&norrby.system, revoked.id).await.unwrap();
            portal.days_pass(60).await;
            norrby.lift(&portal, hold).await;
            portal.clock.advance(HOUR * 24 * 8);
            assert!(portal.portal.purge_lag().await.unwrap() <= HOUR * 24);
            portal.portal.run_key_jobs().await.result().unwrap();
            assert!(!norrby.exists(&portal, &expired).await && !norrby.exists(&portal, &revoked).await);
            // Its blobs are there still.
            let lag = portal.portal.purge_lag().await.unwrap();
            assert!(lag > Duration::ZERO && lag <= HOUR * 24, "{lag:?}");
        }

        async fn what_a_new_rule_ends_is_due_since_then(portal: TestPortal) {
            let norrby = Norrby::new(&portal).await;
            let sent = norrby.send_as(&portal, None, None).await;
            portal.days_pass(20).await;
            norrby.decide(&portal, policy_of(3)).await;
            portal.portal.run_key_jobs().await.result().unwrap();
            assert!(!norrby.exists(&portal, &sent).await);
            assert_eq!(portal.portal.purge_lag().await.unwrap(), Duration::ZERO);
            portal.clock.advance(HOUR);
            assert_eq!(portal.portal.purge_lag().await.unwrap(), HOUR);
        }

        async fn what_waits_is_counted(portal: TestPortal) {
            let portal = portal.guarded().await;
            let system = portal.sender().await;
            let receipt = portal.send(&system, "1", 1).await;
            let before = portal.now();
            assert!(portal.portal.gauges().await.unwrap().unchained_audit_rows > 0);
            portal.portal.run_jobs().await.unwrap();
            let gauges = portal.portal.gauges().await.unwrap();
            let nothing = Gauges {
                purge_lag: Duration::ZERO,
                purge_waiting: None,
                latest_round_at: before,
                unchained_audit_rows: 0,
                audit_handover_lag: Duration::ZERO,
                audit_webhook_lag: Duration::ZERO,
                due_mails: 0,
                overdue_requests: 0,
                ledger_head: 0,
            };
            assert_eq!(gauges, nothing);
            portal.clock.set(receipt.deliveries[0].expires_at);
            let gauges = portal.portal.gauges().await.unwrap();
            assert_eq!((gauges.purge_waiting, gauges.latest_round_at), (Some(1), before));
            portal.portal.revoke_message(&system, receipt.id).await.unwrap();
            assert_eq!(portal.portal.gauges().await.unwrap().ledger_head, 1);
        }
    }
}
