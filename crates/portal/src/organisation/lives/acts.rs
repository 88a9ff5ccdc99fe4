//! What people, systems and the operator do, each as the model expects it to be answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{CaseId, MessageId};

use super::model::{Asked, Fate, KEPT, Known, Placed, one_of};
use super::{DAY, FROM_OPENING, LONGEST, Life};
use crate::organisation::DeleteOrganisationError;
use crate::organisation::deletion_tests::delete_by;
use crate::test_support::{PDF, after, new_hold, read_as};
use crate::{
    AnswerRequestError, DataRequestKind, DataRequestState, Grant, HoldError, HoldScope, MakeRequestError, MessageDraft,
    MessageReceipt, NewHold, StopReason,
};

/// After how long it is taken back what the ledger was told and nobody did.
const LEFT: Duration = Duration::from_secs(5 * 60);

impl Life {
    fn sent(&mut self, receipt: &MessageReceipt, by_neighbour: bool, days: Option<u32>) {
        let end = after(&self.test, receipt.sent_at, days.unwrap_or(LONGEST));
        for (person, delivery) in receipt.deliveries.iter().enumerate() {
            assert_eq!(delivery.expires_at, end);
            self.model.deliveries.push(Known {
                receipt: receipt.clone(),
                person,
                by_neighbour,
                by_rule: days.is_none(),
                opened: false,
                end,
                revoked: false,
                erased: false,
                fate: Fate::Lives,
            });
        }
    }

    pub(super) async fn send(&mut self, draft: MessageDraft) {
        let days = draft.retention_days;
        if self.model.deleted {
            let refused = self.test.begin(&self.norrby.system, "later", draft).await;
            assert!(refused.is_err());
            return;
        }
        let receipt = self.norrby.send_draft(&self.test, draft).await;
        self.sent(&receipt, false, days);
    }

    pub(super) async fn send_by_neighbour(&mut self, draft: MessageDraft) {
        let days = draft.retention_days;
        let key: MessageId = self.test.portal.0.ids.next();
        let sent = self
            .test
            .send_all(&self.neighbour, &key.to_string(), draft, &[PDF])
            .await;
        self.sent(&sent.unwrap(), true, days);
    }

    pub(super) async fn open(&mut self, index: usize) {
        let Some(index) = one_of(0..self.model.deliveries.len(), index) else {
            return;
        };
        let person = self.person(self.model.deliveries[index].person).await;
        let (test, now) = (&self.test, self.test.now());
        let it = &mut self.model.deliveries[index];
        let is_readable = it.is_readable(now);
        assert_eq!(read_as(test, &person, it.delivery()).await.is_ok(), is_readable);
        if is_readable && it.by_rule && !it.opened {
            it.opened = true;
            it.end = it.end.min(after(test, now, FROM_OPENING));
        }
    }

    pub(super) async fn hold(&mut self, index: usize, scope: HoldScope) {
        let Some(it) = self.model.own(index).filter(|_| !self.model.deleted) else {
            return;
        };
        let (person, case, fate) = (it.person, it.delivery().case, it.fate);
        let new = NewHold {
            case,
            ..new_hold(&self.test, &it.receipt, scope)
        };
        let admin = self.norrby.admin(&self.test).await;
        match self.test.portal.place_hold(&admin, &new).await {
            Ok(placed) => {
                let of_case = scope == HoldScope::Case;
                assert!(fate == Fate::Lives || !of_case && fate != Fate::Purged);
                self.model.holds.push(Placed {
                    id: placed.id,
                    person,
                    case: of_case.then_some(case),
                    lifted: None,
                });
            }
            Err(HoldError::TooLate | HoldError::NotFound) => assert_ne!(fate, Fate::Lives),
            Err(other) => panic!("{other}"),
        }
    }

    pub(super) async fn lift(&mut self, index: usize) {
        let standing = self.model.holds.iter_mut().filter(|hold| hold.lifted.is_none());
        if let Some(hold) = one_of(standing, index) {
            self.norrby.lift(&self.test, hold.id).await;
            hold.lifted = Some(self.test.now());
        }
    }

    pub(super) async fn ask(&mut self, index: usize, everything: bool) {
        // Nobody may have more than five that wait.
        let Some(it) = self.model.own(index).filter(|_| self.model.requests.len() < 5) else {
            return;
        };
        let (person, case) = (it.person, (!everything).then(|| it.delivery().case));
        let new = self.norrby.ask(&self.test, case, DataRequestKind::Erasure);
        let actor = self.person(person).await;
        let mut asked = Asked {
            id: new.form,
            person,
            case,
            state: DataRequestState::Received,
            purge_at: None,
        };
        let about = || self.model.deliveries.iter().filter(|it| asked.is_about(it));
        match self.test.portal.make_request(&actor, &new).await {
            Ok(id) => {
                assert!(!self.model.deleted && about().any(|it| it.fate != Fate::Purged));
                asked.id = id;
                self.model.requests.push(asked);
            }
            Err(MakeRequestError::NotFound) => {
                assert!(self.model.deleted || about().all(|it| it.fate != Fate::Lives));
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// The place of a request that waits for an answer.
    fn open_request(&self, number: usize) -> Option<usize> {
        let waits = |request: &Asked| request.state == DataRequestState::Received;
        let places = self.model.requests.iter().enumerate();
        one_of(
            places.filter_map(|(place, request)| waits(request).then_some(place)),
            number,
        )
    }

    pub(super) async fn grant(&mut self, index: usize, part: bool, fails: bool) {
        let Some(index) = self.open_request(index) else { return };
        let (test, now) = (&self.test, self.test.now());
        let request = &self.model.requests[index];
        let admin = self.norrby.admin(test).await;
        let (_, there, _) = test.portal.data_request(&admin, request.id).await.unwrap();
        let there: BTreeMap<CaseId, bool> = there.iter().map(|case| (case.id, case.held)).collect();
        let about = self.model.deliveries.iter().filter(|it| request.is_about(it));
        let erasable = about.clone().filter(|it| it.fate == Fate::Lives && !it.erased);
        let expected = erasable.map(|it| (it.delivery().case, self.model.is_held(it, now)));
        assert_eq!(there, expected.collect::<BTreeMap<_, _>>());
        let cases: Vec<CaseId> = there.into_keys().take(if part { 1 } else { usize::MAX }).collect();
        let chosen: BTreeSet<CaseId> = cases.iter().copied().collect();
        let answer = "Det här raderar vi.".to_owned();
        // Of nothing the ledger is not told.
        let fails = fails && !cases.is_empty();
        if fails {
            test.no_batches(&test.portal.0.database, true).await;
        }
        let granted = test
            .portal
            .grant_request(&admin, request.id, &Grant { cases, answer })
            .await;
        if fails {
            assert!(matches!(granted, Err(AnswerRequestError::Fault(_))), "{granted:?}");
            return self.take_back().await;
        }
        let is_purged_perhaps = |it: &Known| matches!(it.fate, Fate::Condemned | Fate::Keyless);
        let is_sure = !about.clone().any(is_purged_perhaps);
        let (id, person) = (request.id, request.person);
        for it in self.model.deliveries.iter_mut() {
            let goes = chosen.contains(&it.delivery().case);
            (it.erased, it.revoked) = (it.erased || goes, it.revoked || goes);
        }
        let request = &self.model.requests[index];
        let lives = self.model.going(request).next().is_some();
        let held = self.model.going(request).any(|it| self.model.is_held(it, now));
        let granted = granted.unwrap();
        assert_eq!((granted.erased, granted.waits), (chosen.len() as u64, held));
        let actor = self.person(person).await;
        let own = self.test.portal.own_request(&actor, id).await.unwrap();
        match own.state {
            DataRequestState::Granted => assert!(lives || !is_sure),
            DataRequestState::Done => assert!(!lives),
            other => panic!("{other:?}"),
        }
        let request = &mut self.model.requests[index];
        (request.state, request.purge_at) = (own.state, own.kept_until);
    }

    pub(super) async fn decline(&mut self, index: usize) {
        let Some(index) = self.open_request(index) else { return };
        let admin = self.norrby.admin(&self.test).await;
        let request = &mut self.model.requests[index];
        let declined = self
            .test
            .portal
            .decline_request(&admin, request.id, "Vi måste bevara det.")
            .await;
        declined.unwrap();
        let purge_at = self.test.now() + KEPT;
        (request.state, request.purge_at) = (DataRequestState::Declined, Some(purge_at));
    }

    pub(super) async fn delete(&mut self, fails: bool) {
        let (test, now) = (&self.test, self.test.now());
        let held = self.model.held(now);
        let fails = fails && held == 0 && !self.model.deleted;
        if fails {
            test.no_batches(&test.portal.0.database, true).await;
        }
        match self.norrby.delete(test).await {
            Ok(_) => assert!(held == 0 && !fails),
            Err(DeleteOrganisationError::Held { held: told }) => {
                assert!(held > 0 && told == held as u64, "{told} of {held}");
                return;
            }
            Err(DeleteOrganisationError::Fault(_)) if fails => return self.take_back().await,
            Err(other) => panic!("{other}"),
        }
        let model = &mut self.model;
        model.deleted = true;
        for it in model.deliveries.iter_mut().filter(|it| !it.by_neighbour) {
            it.revoked = true;
        }
        for hold in &mut model.holds {
            hold.lifted.get_or_insert(now);
        }
        let open = |request: &&mut Asked| request.state == DataRequestState::Received;
        for request in model.requests.iter_mut().filter(open) {
            request.state = DataRequestState::Granted;
        }
    }

    /// What the ledger was told failed, and is done neither by then nor later.
    async fn take_back(&mut self) {
        self.test.no_batches(&self.test.portal.0.database, false).await;
        self.agree().await;
        self.test.clock.advance(LEFT);
        self.round().await;
    }

    /// By the clock of a node that may be wrong nothing ends for good.
    pub(super) async fn ahead(&mut self, days: u32) {
        self.round().await;
        let (test, right) = (&self.test, self.test.now());
        test.clock.set(right + days * DAY);
        let node = test.guarded_node().await;
        let stopped = node.run_jobs().await.unwrap().stopped.map(|stopped| stopped.reason);
        assert!(matches!(stopped, Some(StopReason::ClockAhead { .. })), "{stopped:?}");
        if self.model.held(right) > 0 {
            let refused = delete_by(&node, test, self.norrby.id, 100).await;
            assert!(
                matches!(refused, Err(DeleteOrganisationError::Held { .. })),
                "{refused:?}"
            );
        }
        node.close().await;
        test.clock.set(right);
    }
}
