//! Random lives of what is held, against a small model: nothing opens after its end, nothing under a hold is destroyed, nothing is
//! destroyed early, nothing survives.

use base::{HoldId, MessageId, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;

use super::super::{HoldError, HoldScope, keep};
use super::DAY;
use crate::test_support::{Norrby, TestPortal, copy, lives, policy_of, read};
use crate::{MessageReceipt, Portal, purge};

/// A step in the life of an organisation's messages.
#[derive(Clone, Debug)]
enum Step {
    Send {
        days: Option<u32>,
    },
    Open(usize),
    Decide {
        days: u32,
    },
    Revoke(usize),
    Hold {
        index: usize,
        of_recipient: bool,
    },
    Lift(usize),
    /// Days with a round of jobs in each.
    Pass(u32),
    /// Days in which the server is down.
    Down(u32),
    Jobs,
    /// A round that stops before anything is deleted from the blob store.
    Stopped,
    /// One that stops in the middle of wrapping keys and condemning.
    Restart,
    /// Copies of everything but the ledger, in place of earlier ones.
    Copy,
    /// The copies are put back, with today's ledger.
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => proptest::option::of(1_u32..=12).prop_map(|days| Step::Send { days }),
        1 => (1_u32..=12).prop_map(|days| Step::Decide { days }),
        2 => (0_usize..6).prop_map(Step::Open),
        1 => (0_usize..6).prop_map(Step::Revoke),
        4 => (0_usize..6, prop::bool::weighted(0.2)).prop_map(|(index, of_recipient)| Step::Hold { index, of_recipient }),
        3 => (0_usize..6).prop_map(Step::Lift),
        3 => (1_u32..=5).prop_map(Step::Pass),
        2 => (1_u32..=60).prop_map(Step::Down),
        1 => Just(Step::Jobs),
        1 => Just(Step::Stopped),
        1 => Just(Step::Restart),
        1 => Just(Step::Copy),
        1 => Just(Step::Restore),
    ];
    proptest::collection::vec(step, 1..20)
}

/// What the model knows of a message: it can be read until `end` unless it was revoked; it is destroyed by the first round in which it
/// has ended and nothing holds it.
#[derive(Clone)]
struct Known {
    receipt: MessageReceipt,
    /// Whether its end moves with the organisation's rule.
    follows: bool,
    end: Timestamp,
    revoked: bool,
    destroyed: bool,
}

/// What the model knows of a hold; all messages go to one person.
#[derive(Clone)]
struct Placed {
    id: HoldId,
    on: Option<MessageId>,
    lifted: Option<Timestamp>,
}

#[derive(Clone, Default)]
struct Model {
    known: Vec<Known>,
    holds: Vec<Placed>,
}

impl Model {
    fn is_held(&self, message: MessageId, now: Timestamp) -> bool {
        let protects = |hold: &&Placed| hold.lifted.is_none_or(|lifted| now < lifted + 7 * DAY);
        let mut holds = self.holds.iter().filter(protects);
        holds.any(|hold| hold.on.is_none_or(|on| on == message))
    }

    /// What there is when copies of `then` are put back: what was sent since is gone; what was destroyed, revoked, held and let go since
    /// is so again, and what was let go since has its seven days from now.
    fn put_back(&mut self, then: &Self, now: Timestamp) {
        let was = |id: MessageId| then.known.iter().find(|it| it.receipt.id == id);
        self.known.retain_mut(|it| {
            let before = was(it.receipt.id);
            if let Some(before) = before {
                it.end = before.end;
            }
            before.is_some()
        });
        self.holds.retain_mut(|hold| {
            let before = then.holds.iter().find(|before| before.id == hold.id);
            if before.is_none_or(|before| before.lifted.is_none()) && hold.lifted.is_some() {
                hold.lifted = Some(now);
            }
            hold.on.is_none_or(|on| was(on).is_some())
        });
    }

    /// What a round of jobs does.
    fn round(&mut self, now: Timestamp) {
        for index in 0..self.known.len() {
            let it = &self.known[index];
            let goes = (it.revoked || it.end <= now) && !self.is_held(it.receipt.id, now);
            self.known[index].destroyed |= goes;
        }
    }
}

async fn agree(test: &TestPortal, norrby: &Norrby, model: &Model, blobs_too: bool) {
    for it in &model.known {
        assert_eq!(
            norrby.exists(test, &it.receipt).await,
            !it.destroyed,
            "{:?}",
            it.receipt.id
        );
        let readable = !it.revoked && !it.destroyed && test.now() < it.end;
        assert_eq!(read(test, &it.receipt).await.is_ok(), readable);
    }
    if blobs_too {
        let living = model.known.iter().filter(|it| !it.destroyed).count();
        assert_eq!(test.blob_names().await.len(), living);
        let keys = usize::try_from(test.content_keys().await).unwrap();
        assert_eq!(keys, 2 * living, "of a message and of its document each");
    }
}

async fn run(mut test: TestPortal, steps: Vec<Step>) {
    let norrby = Norrby::new(&test).await;
    let mut model = Model::default();
    let mut node: Portal = test.portal.clone();
    let mut copies: Option<(TempDir, Model)> = None;
    let mut places = Vec::new();
    for step in steps {
        if let (Step::Restore, Some((folder, then))) = (&step, &copies) {
            let place = tempfile::tempdir().unwrap();
            copy(folder.path(), place.path());
            node.close().await;
            test.portal.close().await;
            test.settings = super::restored::settings(&test, place.path());
            test.portal = test.another_node().await;
            node = test.portal.clone();
            places.push(place);
            model.put_back(then, test.now());
        }
        let test = &test;
        let mut whole = false;
        match step {
            Step::Send { days } => {
                let receipt = norrby.send_as(test, Some("decision"), days).await;
                model.known.push(Known {
                    follows: days.is_none(),
                    end: receipt.deliveries[0].expires_at,
                    receipt,
                    revoked: false,
                    destroyed: false,
                });
            }
            Step::Open(index) => {
                if let Some(it) = model.known.get(index) {
                    let readable = !it.revoked && !it.destroyed && test.now() < it.end;
                    assert_eq!(read(test, &it.receipt).await.is_ok(), readable);
                }
            }
            Step::Decide { days } => {
                norrby.decide(test, policy_of(days)).await;
                for it in model.known.iter_mut().filter(|it| it.follows && !it.revoked) {
                    let end = norrby.end_of(test, &it.receipt).await;
                    assert!(it.end > test.now() || it.end == end, "what has expired stays so");
                    it.end = end;
                }
            }
            Step::Revoke(index) => {
                if let Some(it) = model.known.get_mut(index) {
                    norrby.revoke(test, &it.receipt).await;
                    it.revoked = true;
                }
            }
            Step::Hold { index, of_recipient } => {
                let Some(it) = model.known.get(index) else { continue };
                let scope = if of_recipient {
                    HoldScope::Recipient
                } else {
                    HoldScope::Case
                };
                match norrby.try_to_hold(test, &it.receipt, scope).await {
                    Ok(placed) => {
                        assert!(of_recipient || !it.destroyed);
                        let on = (!of_recipient).then_some(it.receipt.id);
                        model.holds.push(Placed {
                            id: placed.id,
                            on,
                            lifted: None,
                        });
                    }
                    Err(HoldError::TooLate | HoldError::NotFound) => assert!(it.destroyed),
                    Err(other) => panic!("{other}"),
                }
            }
            Step::Lift(index) => {
                if let Some(hold) = model.holds.get_mut(index).filter(|hold| hold.lifted.is_none()) {
                    norrby.lift(test, hold.id).await;
                    hold.lifted = Some(test.now());
                }
            }
            Step::Pass(days) => {
                for _ in 0..days {
                    test.clock.advance(DAY);
                    node.run_jobs().await.unwrap();
                    model.round(test.now());
                }
                whole = true;
            }
            Step::Down(days) => test.clock.advance(days * DAY),
            Step::Jobs | Step::Restore => {
                node.run_jobs().await.unwrap();
                model.round(test.now());
                whole = true;
            }
            Step::Copy => {
                let folder = tempfile::tempdir().unwrap();
                let from = places.last().map_or(test.folder(), |place: &TempDir| place.path());
                copy(from, folder.path());
                copies = Some((folder, model.clone()));
            }
            Step::Stopped => {
                node.run_key_jobs().await.result().unwrap();
                model.round(test.now());
            }
            Step::Restart => {
                node = test.another_node().await;
                keep(&node.0).await.unwrap();
                let release = purge::judge(&node.0).await.unwrap().ok();
                purge::keys(&node.0, release).await.unwrap();
                model.round(test.now());
            }
        }
        agree(test, &norrby, &model, whole).await;
    }
    node.run_jobs().await.unwrap();
    model.round(test.now());
    agree(&test, &norrby, &model, true).await;
}

proptest! {
    #![proptest_config(lives(16))]

    #[test]
    fn nothing_opens_after_its_end_nothing_held_is_destroyed_and_nothing_else_survives(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPortal::on_sqlite().await;
            run(test, steps).await;
        });
    }
}

proptest! {
    #![proptest_config(lives(4))]

    /// Without the steps that copy the databases' files, which lie in no folder of ours there.
    #[test]
    fn nor_on_postgres(steps in steps()) {
        let copies = |step: &Step| matches!(step, Step::Copy | Step::Restore);
        let steps = steps.into_iter().filter(|step| !copies(step)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(test) = TestPortal::on_postgres().await {
                run(test, steps).await;
            }
        });
    }
}
