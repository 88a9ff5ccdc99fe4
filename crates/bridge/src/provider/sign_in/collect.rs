//! Asking BankID how the orders are doing: one beat for all of them, each order every two seconds.

use std::time::Duration;

use bankid::OrderRef;
use futures::StreamExt as _;
use futures::stream;

use super::SignIns;
use super::attempt::Next;
use super::order::log;
use crate::provider::secret_token::TokenDigest;

/// How often the orders are looked through. Finer than the interval of one order, so that they spread.
pub(crate) const BEAT: Duration = Duration::from_millis(250);
/// Most calls to BankID at once.
const AT_ONCE: usize = 64;

impl SignIns {
    /// Asks about every order that is due, and returns when all answers are in.
    pub(crate) async fn collect_due(&self) {
        let due = self.take_due();
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |(key, order)| self.collect_one(key, order))
            .await;
    }

    fn take_due(&self) -> Vec<(TokenDigest, OrderRef)> {
        let now = self.clock.now();
        let mut attempts = self.attempts();
        attempts
            .iter_mut(now)
            .filter_map(|(key, attempt)| attempt.take_due(now).map(|order| (*key, order)))
            .collect()
    }

    pub(super) async fn collect_one(&self, key: TokenDigest, order: OrderRef) {
        let answer = self.bankid.collect(&order).await;
        if let Err(error) = &answer {
            log(error, "an order could not be collected");
        }
        let now = self.clock.now();
        let next = self
            .attempts()
            .get_mut(&key, now)
            .map(|attempt| attempt.collected(&order, answer, self.settings.highest_risk, now));
        match next {
            Some(Next::Renew) => self.start_order(key).await,
            Some(Next::Cancel(order)) => self.cancel_quietly(&order).await,
            Some(Next::Nothing) | None => {}
        }
    }

    /// Forgets sign-ins that have run out, and cancels what they left at BankID.
    pub(crate) async fn sweep(&self) {
        let now = self.clock.now();
        let gone = self.attempts().sweep(now);
        let orders: Vec<OrderRef> = gone.iter().filter_map(super::attempt::Attempt::abandon).collect();
        drop(gone);
        stream::iter(orders)
            .for_each_concurrent(AT_ONCE, |order| async move { self.cancel_quietly(&order).await })
            .await;
    }
}
