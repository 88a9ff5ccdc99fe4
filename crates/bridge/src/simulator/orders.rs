//! All orders of the simulator.

use std::collections::BTreeMap;
use std::time::Duration;

use bankid::qr;
use base::Timestamp;

use super::order::{Answer, Opened, Order, Progress, QrRefused};
use super::people::Person;

/// Orders are forgotten after this, or when there are more than [`CAPACITY`].
const FORGET: Duration = Duration::from_secs(600);
const CAPACITY: usize = 10_000;

/// The orders, by reference.
#[derive(Default)]
pub(crate) struct Orders(BTreeMap<String, Order>);

/// What is asked can't be done with this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPossible {
    #[error("there is no such order")]
    Unknown,
    #[error("the order is not pending any more")]
    Over,
    #[error("the order is for another person")]
    AnotherPerson,
}

impl Orders {
    /// Adds an order. `false` when one for the same person is under way: both are cancelled then.
    pub(crate) fn start(&mut self, order: Order, now: Timestamp) -> bool {
        self.0.retain(|_, order| now.since(order.created_at) < FORGET);
        if order.required_number.is_some() {
            let mut under_way = self
                .0
                .values_mut()
                .filter(|other| other.required_number == order.required_number && other.is_pending(now));
            if let Some(other) = under_way.next() {
                other.progress = Progress::Failed {
                    hint: "cancelled".to_owned(),
                };
                return false;
            }
        }
        if self.0.len() < CAPACITY {
            self.0.insert(order.reference.clone(), order);
        }
        true
    }

    /// Answers `collect`. An order that is over is forgotten with its answer.
    pub(crate) fn collect(&mut self, reference: &str, now: Timestamp) -> Option<(Answer, Order)> {
        let order = self.0.get_mut(reference)?;
        order.count_collect(now);
        let answer = order.answer(now);
        let order = order.clone();
        if !matches!(answer, Answer::Pending(_)) {
            self.0.remove(reference);
        }
        Some((answer, order))
    }

    /// The relying party cancels. `false` when there is nothing to cancel.
    pub(crate) fn withdraw(&mut self, reference: &str, now: Timestamp) -> bool {
        match self.0.get(reference) {
            Some(order) if order.is_pending(now) => self.0.remove(reference).is_some(),
            _ => false,
        }
    }

    /// Orders that wait for a person, oldest first.
    pub(crate) fn pending(&self, now: Timestamp) -> Vec<Order> {
        let mut orders: Vec<Order> = self.0.values().filter(|order| order.is_pending(now)).cloned().collect();
        orders.sort_by_key(|order| order.created_at);
        orders
    }

    /// Opens the order of a QR code.
    pub(crate) fn scan(&mut self, text: &str, now: Timestamp) -> Result<Order, QrRefused> {
        let scanned = qr::Scanned::parse(text).ok_or(QrRefused::NotOurs)?;
        let order = self
            .0
            .values_mut()
            .find(|order| order.qr_start_token == scanned.start_token && order.is_pending(now))
            .ok_or(QrRefused::Unknown)?;
        order.check_qr(&scanned, now)?;
        order.opened.get_or_insert(Opened::Qr);
        Ok(order.clone())
    }

    /// Opens the order of a link.
    pub(crate) fn follow(&mut self, auto_start_token: &str, now: Timestamp) -> Result<Order, NotPossible> {
        let order = self
            .0
            .values_mut()
            .find(|order| order.auto_start_token == auto_start_token && order.is_pending(now))
            .ok_or(NotPossible::Unknown)?;
        order.opened.get_or_insert(Opened::Link);
        Ok(order.clone())
    }

    /// Opens an order from the list.
    pub(crate) fn pick(&mut self, reference: &str, now: Timestamp) -> Result<Order, NotPossible> {
        let order = self.pending_mut(reference, now)?;
        order.opened.get_or_insert(Opened::Picked);
        Ok(order.clone())
    }

    /// The person approves.
    pub(crate) fn approve(&mut self, reference: &str, person: Person, now: Timestamp) -> Result<Order, NotPossible> {
        let order = self.pending_mut(reference, now)?;
        if order
            .required_number
            .as_ref()
            .is_some_and(|number| *number != person.number)
        {
            return Err(NotPossible::AnotherPerson);
        }
        order.opened.get_or_insert(Opened::Picked);
        order.progress = Progress::Complete { person, at: now };
        Ok(order.clone())
    }

    /// The order fails.
    pub(crate) fn fail(&mut self, reference: &str, hint: &str, now: Timestamp) -> Result<(), NotPossible> {
        self.pending_mut(reference, now)?.progress = Progress::Failed { hint: hint.to_owned() };
        Ok(())
    }

    /// The order shows this hint until it is over.
    pub(crate) fn hint(&mut self, reference: &str, hint: &str, now: Timestamp) -> Result<(), NotPossible> {
        self.pending_mut(reference, now)?.progress = Progress::Pending {
            hint: Some(hint.to_owned()),
        };
        Ok(())
    }

    /// An order, whatever its state.
    pub(crate) fn get(&self, reference: &str) -> Option<&Order> {
        self.0.get(reference)
    }

    fn pending_mut(&mut self, reference: &str, now: Timestamp) -> Result<&mut Order, NotPossible> {
        let order = self.0.get_mut(reference).ok_or(NotPossible::Unknown)?;
        if order.is_pending(now) {
            Ok(order)
        } else {
            Err(NotPossible::Over)
        }
    }
}
