//! One order, as BankID sees it: a rule over instants and what the person did.

use std::net::IpAddr;
use std::time::Duration;

use base::{SecretString, Timestamp};

use super::people::Person;

/// An order that nobody opened fails after this.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(30);
/// An order that nobody completed fails after this.
pub(crate) const ORDER_LIMIT: Duration = Duration::from_secs(180);
/// A QR code is good this many seconds after it was new.
const QR_AGE: u64 = 5;
/// A QR code may be this many seconds ahead, for the sake of clocks.
const QR_AHEAD: u64 = 2;

/// What is asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth,
    Sign,
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) reference: String,
    pub(crate) auto_start_token: String,
    pub(crate) qr_start_token: String,
    pub(crate) qr_start_secret: SecretString,
    pub(crate) kind: Kind,
    pub(crate) created_at: Timestamp,
    pub(crate) end_user_ip: IpAddr,
    pub(crate) text: String,
    pub(crate) return_url: Option<String>,
    pub(crate) return_risk: bool,
    /// Only this person may complete it.
    pub(crate) required_number: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) opened: Option<Opened>,
    /// How often it was collected, and the shortest time between two.
    pub(crate) collects: u32,
    pub(crate) collected_at: Option<Timestamp>,
    pub(crate) fastest_collect: Option<Duration>,
}

/// How the app got to know of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// By the link on the same device.
    Link,
    /// By the QR code.
    Qr,
    /// By picking it from the simulator's list.
    Picked,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not opened; or, when opened, the person looks at it. A hint may be set by hand.
    Pending {
        hint: Option<String>,
    },
    Complete {
        person: Person,
        at: Timestamp,
    },
    Failed {
        hint: String,
    },
}

/// What `collect` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Pending(String),
    Complete(Person, Timestamp),
    Failed(String),
}

/// Why a QR code was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QrRefused {
    #[error("this is not a BankID QR code")]
    NotOurs,
    #[error("no order waits for this QR code")]
    Unknown,
    #[error("the QR code was not made with the order's secret")]
    Forged,
    #[error("the QR code is too old")]
    Old,
    #[error("the QR code is from the future")]
    Future,
}

impl Order {
    /// What `collect` says at `now`.
    pub(crate) fn answer(&self, now: Timestamp) -> Answer {
        match &self.progress {
            Progress::Complete { person, at } => Answer::Complete(person.clone(), *at),
            Progress::Failed { hint } => Answer::Failed(hint.clone()),
            Progress::Pending { hint } => {
                let age = now.since(self.created_at);
                if self.opened.is_none() && age >= START_LIMIT {
                    Answer::Failed("startFailed".to_owned())
                } else if age >= ORDER_LIMIT {
                    Answer::Failed("expiredTransaction".to_owned())
                } else {
                    let usual = if self.opened.is_some() {
                        "userSign"
                    } else {
                        "outstandingTransaction"
                    };
                    Answer::Pending(hint.clone().unwrap_or_else(|| usual.to_owned()))
                }
            }
        }
    }

    pub(crate) fn is_pending(&self, now: Timestamp) -> bool {
        matches!(self.answer(now), Answer::Pending(_))
    }

    /// Whether a QR code with this authentication and time opens the order at `now`.
    pub(crate) fn check_qr(&self, scanned: &bankid::qr::Scanned, now: Timestamp) -> Result<(), QrRefused> {
        if !scanned.is_authentic(&self.qr_start_secret) {
            return Err(QrRefused::Forged);
        }
        let age = now.since(self.created_at).as_secs();
        if scanned.seconds + QR_AGE < age {
            Err(QrRefused::Old)
        } else if scanned.seconds > age + QR_AHEAD {
            Err(QrRefused::Future)
        } else {
            Ok(())
        }
    }

    /// Counts a call of `collect`.
    pub(crate) fn count_collect(&mut self, now: Timestamp) {
        self.collects += 1;
        if let Some(before) = self.collected_at {
            let pause = now.since(before);
            self.fastest_collect = Some(self.fastest_collect.map_or(pause, |fastest| fastest.min(pause)));
        }
        self.collected_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use bankid::qr;

    use super::*;

    fn start() -> Timestamp {
        Timestamp::from_millis(1_000_000)
    }

    fn order() -> Order {
        Order {
            reference: "r".to_owned(),
            auto_start_token: "a".to_owned(),
            qr_start_token: "q".to_owned(),
            qr_start_secret: SecretString::new("s".to_owned()),
            kind: Kind::Auth,
            created_at: start(),
            end_user_ip: IpAddr::from([192, 0, 2, 1]),
            text: String::new(),
            return_url: None,
            return_risk: true,
            required_number: None,
            progress: Progress::Pending { hint: None },
            opened: None,
            collects: 0,
            collected_at: None,
            fastest_collect: None,
        }
    }

    #[test]
    fn an_order_that_nobody_opens_fails_after_thirty_seconds() {
        let order = order();
        assert_eq!(
            order.answer(start()),
            Answer::Pending("outstandingTransaction".to_owned())
        );
        assert_eq!(
            order.answer(start() + START_LIMIT),
            Answer::Failed("startFailed".to_owned())
        );
    }

    #[test]
    fn an_opened_order_fails_after_three_minutes() {
        let order = Order {
            opened: Some(Opened::Qr),
            ..order()
        };
        assert_eq!(
            order.answer(start() + START_LIMIT),
            Answer::Pending("userSign".to_owned())
        );
        assert_eq!(
            order.answer(start() + ORDER_LIMIT),
            Answer::Failed("expiredTransaction".to_owned())
        );
    }

    #[test]
    fn a_qr_code_is_good_for_some_seconds_and_its_order_alone() {
        let order = order();
        let token = SecretString::new("q".to_owned());
        let shown = |seconds| qr::Scanned::parse(&qr::text(&token, &order.qr_start_secret, seconds)).unwrap();
        let at = |seconds| start() + Duration::from_secs(seconds);
        assert_eq!(order.check_qr(&shown(10), at(10)), Ok(()));
        assert_eq!(order.check_qr(&shown(10), at(15)), Ok(()));
        assert_eq!(order.check_qr(&shown(10), at(16)), Err(QrRefused::Old));
        assert_eq!(order.check_qr(&shown(10), at(7)), Err(QrRefused::Future));
        let forged = qr::text(&token, &SecretString::new("x".to_owned()), 10);
        assert_eq!(
            order.check_qr(&qr::Scanned::parse(&forged).unwrap(), at(10)),
            Err(QrRefused::Forged)
        );
    }
}
