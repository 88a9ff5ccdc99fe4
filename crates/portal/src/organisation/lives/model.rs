//! The model: what was sent, held and asked for, and what becomes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{CaseId, DataRequestId, HoldId, MessageId, Timestamp};

use crate::{DataRequestState, DeliveryReceipt, MessageReceipt};

/// For how long a hold keeps what it is on after it was lifted.
pub(super) const GRACE: Duration = Duration::from_secs(7 * 86_400);
/// For how long a request is kept that is done.
pub(super) const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// One of these by a number that may be larger than how many they are.
pub(super) fn one_of<T>(these: impl Iterator<Item = T>, number: usize) -> Option<T> {
    let mut these: Vec<T> = these.collect();
    let index = number.checked_rem(these.len())?;
    Some(these.swap_remove(index))
}

/// How far something has come on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Lives,
    /// A purge that was interrupted began with it.
    Condemned,
    /// Its message has lost its keys, if nobody else has it.
    Keyless,
    Purged,
}

/// What the model knows of what one person was sent.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Of the whole message.
    pub(super) receipt: MessageReceipt,
    pub(super) person: usize,
    pub(super) by_neighbour: bool,
    /// Whether its end is counted from when it is opened.
    pub(super) by_rule: bool,
    pub(super) opened: bool,
    pub(super) end: Timestamp,
    pub(super) revoked: bool,
    pub(super) erased: bool,
    pub(super) fate: Fate,
}

impl Known {
    pub(super) fn delivery(&self) -> &DeliveryReceipt {
        &self.receipt.deliveries[self.person]
    }

    pub(super) fn is_readable(&self, now: Timestamp) -> bool {
        !self.revoked && now < self.end
    }
}

/// What the model knows of a hold.
pub(super) struct Placed {
    pub(super) id: HoldId,
    /// Everything for this person,
    pub(super) person: usize,
    /// or one case of theirs.
    pub(super) case: Option<CaseId>,
    pub(super) lifted: Option<Timestamp>,
}

/// What the model knows of a request for erasure.
pub(super) struct Asked {
    pub(super) id: DataRequestId,
    pub(super) person: usize,
    /// `None` for everything.
    pub(super) case: Option<CaseId>,
    pub(super) state: DataRequestState,
    pub(super) purge_at: Option<Timestamp>,
}

impl Asked {
    pub(super) fn is_about(&self, it: &Known) -> bool {
        !it.by_neighbour && it.person == self.person && self.case.is_none_or(|case| case == it.delivery().case)
    }
}

#[derive(Default)]
pub(super) struct Model {
    pub(super) deliveries: Vec<Known>,
    pub(super) holds: Vec<Placed>,
    /// Those that are not purged.
    pub(super) requests: Vec<Asked>,
    pub(super) deleted: bool,
    /// Whether the last of what was deleted is gone.
    pub(super) erased: bool,
}

impl Model {
    /// Something that the organisation sent.
    pub(super) fn own(&self, index: usize) -> Option<&Known> {
        one_of(self.deliveries.iter().filter(|it| !it.by_neighbour), index)
    }

    pub(super) fn is_held(&self, it: &Known, now: Timestamp) -> bool {
        let keeps = |hold: &&Placed| hold.lifted.is_none_or(|lifted| now < lifted + GRACE);
        let reaches =
            |hold: &Placed| hold.person == it.person && hold.case.is_none_or(|case| case == it.delivery().case);
        !it.by_neighbour && self.holds.iter().filter(keeps).any(reaches)
    }

    /// How much a hold keeps from being destroyed.
    pub(super) fn held(&self, now: Timestamp) -> usize {
        let living = self.deliveries.iter().filter(|it| it.fate == Fate::Lives);
        living.filter(|it| self.is_held(it, now)).count()
    }

    /// What goes for a request and lives yet.
    pub(super) fn going(&self, request: &Asked) -> impl Iterator<Item = &Known> {
        let living = self.deliveries.iter().filter(|it| it.fate == Fate::Lives);
        living.filter(|it| request.is_about(it) && (it.erased || self.deleted))
    }

    pub(super) fn waits(&self, request: &Asked, now: Timestamp) -> bool {
        request.state == DataRequestState::Granted && self.going(request).any(|it| self.is_held(it, now))
    }

    /// What a purge begins with.
    pub(super) fn condemn(&mut self, now: Timestamp) {
        let ended = |it: &Known| it.revoked || it.end <= now;
        let goes = |it: &Known| it.fate == Fate::Lives && ended(it) && !self.is_held(it, now);
        let goes: Vec<bool> = self.deliveries.iter().map(goes).collect();
        for (it, _) in self.deliveries.iter_mut().zip(goes).filter(|(_, goes)| *goes) {
            it.fate = Fate::Condemned;
        }
    }

    /// What it comes to before anything is deleted from the blob store.
    pub(super) fn lose_keys(&mut self, now: Timestamp) {
        self.condemn(now);
        self.come_from(Fate::Condemned, Fate::Keyless);
    }

    fn come_from(&mut self, from: Fate, to: Fate) {
        for it in self.deliveries.iter_mut().filter(|it| it.fate == from) {
            it.fate = to;
        }
    }

    pub(super) fn key_jobs(&mut self, now: Timestamp) {
        self.requests
            .retain(|request| request.purge_at.is_none_or(|at| now < at));
        self.lose_keys(now);
    }

    /// A round of jobs.
    pub(super) fn round(&mut self, now: Timestamp) {
        self.key_jobs(now);
        self.come_from(Fate::Keyless, Fate::Purged);
        let granted = |request: &Asked| request.state == DataRequestState::Granted;
        let done = |request: &Asked| granted(request) && self.going(request).next().is_none();
        let done: Vec<bool> = self.requests.iter().map(done).collect();
        for (request, _) in self.requests.iter_mut().zip(done).filter(|(_, done)| *done) {
            (request.state, request.purge_at) = (DataRequestState::Done, Some(now + KEPT));
        }
        let purged = |it: &Known| it.by_neighbour || it.fate == Fate::Purged;
        let over = |hold: &Placed| hold.lifted.is_some_and(|lifted| lifted + GRACE <= now);
        self.erased |= self.deleted
            && self.deliveries.iter().all(purged)
            && self.holds.iter().all(over)
            && self.requests.is_empty();
    }

    /// The fates of each message for all who got it, and whether the organisation sent it that may be deleted.
    pub(super) fn messages(&self) -> BTreeMap<MessageId, (bool, Vec<Fate>)> {
        let mut messages = BTreeMap::new();
        for it in &self.deliveries {
            let entry = messages.entry(it.receipt.id).or_insert((!it.by_neighbour, Vec::new()));
            entry.1.push(it.fate);
        }
        messages
    }

    pub(super) fn living_messages(&self) -> usize {
        let messages = self.messages();
        messages
            .values()
            .filter(|(_, fates)| fates.contains(&Fate::Lives))
            .count()
    }
}
