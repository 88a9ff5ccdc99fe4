//! Random lives of what an organisation sends to several people at once, for whom it is erased, held and opened apart, until the
//! organisation is deleted, with programs that end in the middle of a purge and clocks that jump, against a small model: nothing opens
//! after its end, nothing held is destroyed, nothing is destroyed early, nothing else survives, and of what was deleted nothing is left.

mod acts;
mod look;
mod model;

use std::time::Duration;

use base::Timestamp;
use proptest::prelude::*;

use crate::protocol::tests::{protocols, purged};
use crate::purge::{Interruption, interrupted};
use crate::test_support::{Norrby, TestPortal, count, draft, lives, rule};
use crate::{CountedFrom, HoldScope, MessageDraft, RecipientActor, RetentionPolicy, SystemActor, TypeRule};
use model::{Fate, GRACE, KEPT, Model, one_of};

const DAY: Duration = Duration::from_secs(86_400);
/// What is sent by the rule goes so many days after its recipient opened it,
const FROM_OPENING: u32 = 5;
/// and so many after sending anyhow.
const LONGEST: u32 = 20;
const PEOPLE: usize = 3;
/// The operator's, in days: for so many, and two more, keys are wrapped that have to outlive any retention, so that in a life those of
/// requests and of what is held come near their days again and again.
const CEILING: u32 = 30;

/// A step in the life of an organisation. Numbers count through what there is, and begin anew after the last.
#[derive(Clone, Debug)]
enum Step {
    /// To the first so many people, for so many days or by the rule.
    Send(usize, Option<u32>),
    /// The same by another organisation, which decides on nothing.
    SendByNeighbour(usize, u32),
    Open(usize),
    Revoke(usize),
    Hold(usize, HoldScope),
    Lift(usize),
    /// The recipient asks for it to be erased, or everything.
    Ask(usize, bool),
    /// All that is asked for or a part is erased. It may fail when the ledger is told.
    Grant(usize, bool, bool),
    Decline(usize),
    /// It may fail when the ledger is told.
    Delete(bool),
    /// Days with a round of jobs in each.
    Pass(u32),
    /// Days in which the server is down.
    Down(u32),
    /// To the instant at which something ends, with a round in the one before.
    ToTheEndOf(usize),
    /// To the instant at which a hold keeps nothing any more, with a round in the one before.
    ToTheEndOfHold(usize),
    /// A node's clock is so many days ahead for a while.
    Ahead(u32),
    /// A node ends before it has deleted anything from the blob store.
    KeyJobs,
    /// A node ends in the middle of a purge.
    Interrupted(Interruption),
    /// A node ends when it has destroyed days' secrets and noted nothing of it.
    InterruptedAfterDays,
}

fn interruptions() -> impl Strategy<Value = Interruption> {
    proptest::sample::select(&Interruption::ALL[..])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0_usize..12;
    let fails = || prop::bool::weighted(0.2);
    let scope = prop_oneof![2 => Just(HoldScope::Case), 1 => Just(HoldScope::Recipient)];
    let step = prop_oneof![
        4 => (1..=PEOPLE, proptest::option::of(1_u32..=15)).prop_map(|(people, days)| Step::Send(people, days)),
        1 => (1..=PEOPLE, 1_u32..=30).prop_map(|(people, days)| Step::SendByNeighbour(people, days)),
        3 => which().prop_map(Step::Open),
        1 => which().prop_map(Step::Revoke),
        5 => (which(), scope).prop_map(|(index, scope)| Step::Hold(index, scope)),
        2 => which().prop_map(Step::Lift),
        5 => (which(), any::<bool>()).prop_map(|(index, everything)| Step::Ask(index, everything)),
        5 => (which(), any::<bool>(), fails()).prop_map(|(index, part, fails)| Step::Grant(index, part, fails)),
        3 => which().prop_map(Step::Decline),
        1 => fails().prop_map(Step::Delete),
        4 => (1_u32..=5).prop_map(Step::Pass),
        1 => (1_u32..=50).prop_map(Step::Down),
        2 => which().prop_map(Step::ToTheEndOf),
        2 => which().prop_map(Step::ToTheEndOfHold),
        1 => (8_u32..=400).prop_map(Step::Ahead),
        1 => Just(Step::KeyJobs),
        3 => interruptions().prop_map(Step::Interrupted),
        1 => Just(Step::InterruptedAfterDays),
    ];
    proptest::collection::vec(step, 6..26)
}

struct Life {
    test: TestPortal,
    norrby: Norrby,
    neighbour: SystemActor,
    /// Everybody signed in, and when they did.
    people: (Timestamp, Vec<RecipientActor>),
    model: Model,
}

impl Life {
    async fn begin(mut test: TestPortal) -> Self {
        test.settings.retention_ceiling_days = CEILING;
        test.portal = test.another_node().await;
        let norrby = Norrby::new(&test).await;
        let policy = RetentionPolicy {
            minimum_days: 1,
            maximum_days: LONGEST,
            default: rule(10, CountedFrom::Sent),
            types: vec![TypeRule {
                document_type: "decision".to_owned(),
                rule: rule(FROM_OPENING, CountedFrom::FirstOpened),
            }],
        };
        norrby.decide(&test, policy).await;
        let neighbour = test.sender_named("Söderby kommun").await;
        Self {
            people: (test.now(), Vec::new()),
            test,
            norrby,
            neighbour,
            model: Model::default(),
        }
    }

    /// Somebody who has signed in just now.
    async fn person(&mut self, index: usize) -> RecipientActor {
        let now = self.test.now();
        if self.people.0 != now || self.people.1.is_empty() {
            self.people = (now, Vec::new());
            for person in 0..PEOPLE {
                self.people.1.push(self.test.sign_in(person).await);
            }
        }
        self.people.1[index].clone()
    }

    async fn round(&mut self) {
        self.test.portal.run_jobs().await.unwrap();
        self.model.round(self.test.now());
        self.agree_on_what_is_stored().await;
    }

    /// Goes to an instant, with a round in the one before, in which nothing of it has come.
    async fn go_to(&mut self, instant: Timestamp) {
        let last = Timestamp::from_millis(instant.as_millis() - 1);
        if last >= self.test.now() {
            self.test.clock.set(last);
            self.round().await;
            self.agree().await;
            self.test.clock.set(instant);
        }
    }

    async fn step(&mut self, step: Step) {
        let now = self.test.now();
        let draft_of = |people, retention_days| MessageDraft {
            retention_days,
            ..draft(people)
        };
        match step {
            Step::Send(people, days) => self.send(draft_of(people, days)).await,
            Step::SendByNeighbour(people, days) => self.send_by_neighbour(draft_of(people, Some(days))).await,
            Step::Open(index) => self.open(index).await,
            Step::Revoke(index) => {
                let own = self.model.own(index).filter(|_| !self.model.deleted);
                let Some(id) = own.map(|it| it.receipt.id) else { return };
                self.test.portal.revoke_message(&self.norrby.system, id).await.unwrap();
                for it in self.model.deliveries.iter_mut().filter(|it| it.receipt.id == id) {
                    it.revoked = true;
                }
            }
            Step::Hold(index, scope) => self.hold(index, scope).await,
            Step::Lift(index) => self.lift(index).await,
            Step::Ask(index, everything) => self.ask(index, everything).await,
            Step::Grant(index, part, fails) => self.grant(index, part, fails).await,
            Step::Decline(index) => self.decline(index).await,
            Step::Delete(fails) => self.delete(fails).await,
            Step::Pass(days) => {
                for _ in 0..days {
                    self.test.clock.advance(DAY);
                    self.round().await;
                }
            }
            Step::Down(days) => self.test.clock.advance(days * DAY),
            Step::ToTheEndOf(index) => {
                let ends = self.model.deliveries.iter().map(|it| it.end).filter(|end| *end > now);
                if let Some(end) = one_of(ends, index) {
                    self.go_to(end).await;
                }
            }
            Step::ToTheEndOfHold(index) => {
                let ends = self.model.holds.iter().filter_map(|hold| Some(hold.lifted? + GRACE));
                if let Some(end) = one_of(ends.filter(|end| *end > now), index) {
                    self.go_to(end).await;
                }
            }
            Step::Ahead(days) => self.ahead(days).await,
            Step::KeyJobs => {
                let node = self.test.another_node().await;
                node.run_key_jobs().await.result().unwrap();
                self.model.key_jobs(now);
            }
            Step::Interrupted(at) => {
                interrupted(&self.test.another_node().await.0, at, 1).await;
                self.model.condemn(now);
            }
            Step::InterruptedAfterDays => {
                self.test.a_node_ends_after_days().await;
                self.model.lose_keys(now);
            }
        }
    }

    /// Lets all holds go, deletes the organisation, and waits until everything has ended.
    async fn end(&mut self, at: Interruption) {
        if self.model.held(self.test.now()) > 0 {
            // Refused.
            self.delete(false).await;
        }
        for _ in 0..self.model.holds.len() {
            self.lift(0).await;
        }
        let last = self.model.holds.iter().filter_map(|hold| hold.lifted).max();
        if let Some(last) = last {
            self.go_to(last + GRACE).await;
        }
        self.delete(false).await;
        self.agree().await;
        interrupted(&self.test.another_node().await.0, at, 2).await;
        self.model.condemn(self.test.now());
        self.agree().await;
        self.round().await;
        let mut own = self.model.deliveries.iter().filter(|it| !it.by_neighbour);
        assert!(own.all(|it| it.fate == Fate::Purged));
        // What was answered is kept for a while, and what the neighbour sent.
        self.test.clock.advance(KEPT - DAY);
        self.round().await;
        self.agree().await;
        self.test.clock.advance(2 * DAY);
        self.round().await;
        self.round().await;
        assert!(self.model.erased && self.model.living_messages() == 0 && self.model.requests.is_empty());
        let vault = self.test.portal.0.vault.database();
        assert_eq!(count(vault, "recipient").await, 0, "nobody is known any more");
        let all = self.model.deliveries.len();
        assert_eq!(self.test.audited("delivery.purged").await, all, "each once");
        let messages = self.model.messages();
        let own = messages.values().filter(|(is_own, _)| *is_own).count();
        let told = purged(&protocols(&self.test, self.norrby.id).await).len();
        assert_eq!(told, 2 * own, "a message and its document each");
    }
}

async fn run(test: TestPortal, steps: Vec<Step>, at: Interruption) {
    let mut life = Life::begin(test).await;
    for step in steps {
        life.step(step).await;
        life.agree().await;
    }
    life.end(at).await;
}

proptest! {
    #![proptest_config(lives(16))]

    #[test]
    fn what_is_erased_for_one_and_held_for_another_lives_as_long_as_it_must_and_ends_with_its_organisation(
        steps in steps(),
        at in interruptions(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPortal::on_sqlite().await;
            run(test, steps, at).await;
        });
    }
}

proptest! {
    #![proptest_config(lives(4))]

    #[test]
    fn nor_on_postgres(steps in steps(), at in interruptions()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(test) = TestPortal::on_postgres().await {
                run(test, steps, at).await;
            }
        });
    }
}
