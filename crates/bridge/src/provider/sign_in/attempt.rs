//! One sign-in and the states it goes through. Rules over values: no clock, no network.

use std::time::Duration;

use bankid::{CallError, Collected, FailedHint, OrderRef, PendingHint, Risk, StartedOrder, User};
use base::{SecretString, Timestamp};

use super::super::authorization::Authorization;
use super::super::secret_token::TokenDigest;
use super::super::texts::Language;
use super::{Visitor, WINDOW};

/// How the order reaches the person's app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// A link opens the app on the device that has the browser.
    ThisDevice,
    /// The app, on any device, scans a QR code.
    Qr,
}

impl Method {
    /// The word for it in forms.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ThisDevice => "this-device",
            Self::Qr => "qr",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::ThisDevice, Self::Qr]
            .into_iter()
            .find(|method| method.word() == word)
    }
}

/// Why a sign-in stopped; the person may try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// BankID says why.
    Hint(FailedHint),
    /// Nobody opened the order within three minutes.
    TookTooLong,
    /// BankID judges the risk of fraud as too high.
    HighRisk,
    /// BankID doesn't answer, or is closed.
    Unavailable,
    /// The order was lost.
    Interrupted,
    /// The address started too many orders.
    TooMany,
}

/// A sign-in under way.
pub(super) struct Attempt {
    /// Names it in addresses.
    pub(super) id: SecretString,
    pub(super) authorization: Authorization,
    pub(super) visitor: Visitor,
    pub(super) language: Language,
    /// The cookie of the browser that began.
    pub(super) browser: TokenDigest,
    pub(super) phase: Phase,
}

/// How far it has come.
pub(super) enum Phase {
    /// An order is on its way to BankID.
    Starting {
        method: Method,
        window_ends: Timestamp,
        /// Tells this start from a later one.
        asked_at: Timestamp,
    },
    /// BankID has an order.
    Waiting(Box<Order>),
    /// The person is known.
    Identified {
        identified: Identified,
        method: Method,
        return_nonce: TokenDigest,
        returned: bool,
    },
    /// It stopped.
    Failed { failure: Failure, method: Method },
    /// The relying party has its answer.
    Finished,
}

/// Who identified, and when.
#[derive(Clone, Debug)]
pub(crate) struct Identified {
    pub(crate) user: User,
    pub(crate) at: Timestamp,
}

/// An order at BankID.
pub(super) struct Order {
    pub(super) started: StartedOrder,
    pub(super) method: Method,
    pub(super) started_at: Timestamp,
    pub(super) window_ends: Timestamp,
    pub(super) hint: PendingHint,
    /// When BankID was last asked, or the order was started.
    pub(super) asked_at: Timestamp,
    /// An answer is awaited.
    pub(super) collecting: bool,
    /// The last answer was an error that may pass.
    pub(super) troubled: bool,
    pub(super) return_nonce: TokenDigest,
    pub(super) returned: bool,
}

impl Order {
    /// Whether the order still waits for somebody to open it.
    pub(super) const fn is_unopened(&self) -> bool {
        matches!(
            self.hint,
            PendingHint::OutstandingTransaction | PendingHint::NoClient | PendingHint::Unknown
        )
    }

    /// Whether BankID is to be asked: every two seconds; when the browser came back from the app, after one.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let interval = Duration::from_secs(if self.returned { 1 } else { 2 });
        let waited = now.since(self.asked_at);
        // A clock that was set back makes it due at once, rather than never.
        (!self.collecting && (waited >= interval || now < self.asked_at)) || waited >= LOST
    }
}

/// A question that has had no answer for so long has none coming: the client gives up well before.
const LOST: Duration = Duration::from_secs(60);

/// What to do after an answer from BankID.
#[derive(Debug)]
pub(super) enum Next {
    Nothing,
    /// Start another order quietly.
    Renew,
    /// Cancel this order: nobody is coming.
    Cancel(OrderRef),
}

impl Phase {
    pub(super) fn starting(method: Method, now: Timestamp) -> Self {
        Self::Starting {
            method,
            window_ends: now + WINDOW,
            asked_at: now,
        }
    }
}

impl Attempt {
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Finished)
    }

    /// The order that BankID should forget, if there is one.
    pub(super) fn abandon(&self) -> Option<OrderRef> {
        match &self.phase {
            Phase::Waiting(order) => Some(order.started.order_ref.clone()),
            _ => None,
        }
    }

    /// The order to ask BankID about now, if it is due; counts as asked.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<OrderRef> {
        match &mut self.phase {
            Phase::Waiting(order) if order.is_due(now) => {
                order.collecting = true;
                order.asked_at = now;
                Some(order.started.order_ref.clone())
            }
            _ => None,
        }
    }

    pub(super) fn extend(&mut self, now: Timestamp) {
        match &mut self.phase {
            Phase::Waiting(order) => order.window_ends = now + WINDOW,
            Phase::Starting { window_ends, .. } => *window_ends = now + WINDOW,
            Phase::Identified { .. } | Phase::Failed { .. } | Phase::Finished => {}
        }
    }

    /// The browser that began came back by the return address with this nonce. An older order's nonce changes nothing.
    pub(super) fn come_back(&mut self, nonce: TokenDigest) {
        match &mut self.phase {
            Phase::Waiting(order) if order.return_nonce == nonce => order.returned = true,
            Phase::Identified {
                return_nonce, returned, ..
            } if *return_nonce == nonce => *returned = true,
            _ => {}
        }
    }

    /// Whether the relying party may have its answer. A person who opened the app on this device must have come back
    /// to this browser: otherwise anybody could begin, hand the link to somebody else, and be let in as them.
    pub(super) const fn is_complete(&self) -> bool {
        match self.phase {
            Phase::Identified { method, returned, .. } => returned || matches!(method, Method::Qr),
            _ => false,
        }
    }

    pub(super) fn finish(&mut self) -> Option<Identified> {
        if !self.is_complete() {
            return None;
        }
        match std::mem::replace(&mut self.phase, Phase::Finished) {
            Phase::Identified { identified, .. } => Some(identified),
            _ => None,
        }
    }

    /// Takes in what BankID said of the order `asked`. An answer about an order that was left meanwhile changes
    /// nothing.
    pub(super) fn collected(
        &mut self,
        asked: &OrderRef,
        answer: Result<Collected, CallError>,
        highest_risk: Risk,
        now: Timestamp,
    ) -> Next {
        let Phase::Waiting(order) = &mut self.phase else {
            return Next::Nothing;
        };
        if order.started.order_ref.expose() != asked.expose() {
            return Next::Nothing;
        }
        order.collecting = false;
        let method = order.method;
        let in_time = now < order.window_ends;
        let failed = |failure| Phase::Failed { failure, method };
        let (phase, next) = match answer {
            Ok(Collected::Pending(hint)) => {
                order.hint = hint;
                order.troubled = false;
                if in_time || !order.is_unopened() {
                    return Next::Nothing;
                }
                (failed(Failure::TookTooLong), Next::Cancel(asked.clone()))
            }
            Ok(Collected::Failed(FailedHint::StartFailed)) if in_time => {
                let starting = Phase::Starting {
                    method,
                    window_ends: order.window_ends,
                    asked_at: now,
                };
                (starting, Next::Renew)
            }
            Ok(Collected::Failed(FailedHint::StartFailed)) => (failed(Failure::TookTooLong), Next::Nothing),
            Ok(Collected::Failed(hint)) => (failed(Failure::Hint(hint)), Next::Nothing),
            Ok(Collected::Complete(completion)) => {
                let phase = if completion.risk.is_some_and(|risk| risk > highest_risk) {
                    failed(Failure::HighRisk)
                } else {
                    Phase::Identified {
                        identified: Identified {
                            user: completion.user,
                            at: now,
                        },
                        method,
                        return_nonce: order.return_nonce,
                        returned: order.returned,
                    }
                };
                (phase, Next::Nothing)
            }
            Err(error) if error.is_passing() => {
                order.troubled = true;
                if in_time {
                    return Next::Nothing;
                }
                (failed(Failure::Unavailable), Next::Cancel(asked.clone()))
            }
            Err(_) => (failed(Failure::Interrupted), Next::Nothing),
        };
        self.phase = phase;
        next
    }
}
