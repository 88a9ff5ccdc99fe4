//! Random lives of cases that are opened, closed, opened again, extended and held, under rules that change and clocks that jump, with
//! programs that end in the middle of a purge, against a small model: nothing opens after its end, nothing held is destroyed, nothing is
//! destroyed early, nothing else survives.

use std::mem;

use base::{HoldId, Timestamp};
use proptest::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::decision_tests::{DAY, case_of, day};
use crate::protocol::tests::{protocols, purged};
use crate::purge::{Interruption, interrupted};
use crate::test_support::{Norrby, TestPortal, after, lives, read, rule};
use crate::{
    CaseError, CountedFrom, HoldError, HoldScope, MessageReceipt, Portal, RetentionPolicy, StopReason, TypeRule,
    message,
};

/// The operator's, in days.
const CEILING: u32 = 40;

/// What is sent, by the rule that it is kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Counted from sending.
    Letter,
    /// Counted from when its case was closed.
    File,
    /// Counted from when it was first opened.
    Decision,
}

impl Kind {
    const fn document_type(self) -> Option<&'static str> {
        match self {
            Self::Letter => None,
            Self::File => Some("file"),
            Self::Decision => Some("decision"),
        }
    }
}

/// A step in the life of an organisation's cases.
#[derive(Clone, Debug)]
enum Step {
    Send(Kind),
    Open(usize),
    Close(usize),
    Reopen(usize),
    /// Until so many days from now.
    Extend(usize, u32),
    Decide(Decided),
    Revoke(usize),
    Hold(usize),
    Lift(usize),
    /// Days with a round of jobs in each.
    Pass(u32),
    /// Days in which the server is down.
    Down(u32),
    /// To the instant at which something ends, by way of the one before.
    ToTheEndOf(usize),
    /// A node's clock is so many days ahead for a while.
    Ahead(u32),
    /// A node's clock is so many days behind for a while.
    Behind(u32),
    /// A node ends in the middle of a purge.
    Interrupted(Interruption),
    /// A node ends when it has destroyed days' secrets and noted nothing of it.
    InterruptedAfterDays,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0_usize..5;
    let kind = prop_oneof![Just(Kind::Letter), Just(Kind::File), Just(Kind::Decision)];
    let decided =
        (1_u32..=8, 1_u32..=8, 1_u32..=12, 12_u32..=30).prop_map(|(closed, opened, default, maximum)| Decided {
            closed,
            opened,
            default,
            maximum,
        });
    let interruption = proptest::sample::select(&Interruption::ALL[..]);
    let step = prop_oneof![
        5 => kind.prop_map(Step::Send),
        3 => which().prop_map(Step::Open),
        4 => which().prop_map(Step::Close),
        2 => which().prop_map(Step::Reopen),
        4 => (which(), 0_u32..45).prop_map(|(index, days)| Step::Extend(index, days)),
        2 => decided.prop_map(Step::Decide),
        1 => which().prop_map(Step::Revoke),
        3 => which().prop_map(Step::Hold),
        2 => which().prop_map(Step::Lift),
        4 => (1_u32..=6).prop_map(Step::Pass),
        1 => (1_u32..=30).prop_map(Step::Down),
        2 => which().prop_map(Step::ToTheEndOf),
        1 => (8_u32..=400).prop_map(Step::Ahead),
        1 => (1_u32..=10).prop_map(Step::Behind),
        3 => interruption.prop_map(Step::Interrupted),
        1 => Just(Step::InterruptedAfterDays),
    ];
    proptest::collection::vec(step, 1..24)
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Lives,
    /// A purge that was interrupted began with it: its keys may be there yet.
    Condemned,
    Destroyed,
}

/// What the model knows of a case and the one message in it.
struct Known {
    receipt: MessageReceipt,
    kind: Kind,
    opened: Option<Timestamp>,
    closed: Option<Timestamp>,
    extended: Option<Timestamp>,
    end: Timestamp,
    revoked: bool,
    fate: Fate,
    holds: Vec<(HoldId, Option<Timestamp>)>,
}

/// In days: files go `closed` after closing, decisions `opened` after opening, the rest `default` after sending, all `maximum` after
/// sending at the latest.
#[derive(Clone, Copy, Debug)]
struct Decided {
    closed: u32,
    opened: u32,
    default: u32,
    maximum: u32,
}

impl Decided {
    fn end(&self, test: &TestPortal, it: &Known) -> Timestamp {
        let latest = after(test, it.receipt.sent_at, self.maximum);
        let counted = match it.kind {
            Kind::Letter => Some(after(test, it.receipt.sent_at, self.default)),
            Kind::File => it.closed.map(|closed| after(test, closed, self.closed)),
            Kind::Decision => it.opened.map(|opened| after(test, opened, self.opened)),
        };
        let by_rule = counted.map_or(latest, |counted| counted.min(latest));
        it.extended.map_or(by_rule, |extended| by_rule.max(extended))
    }

    fn policy(&self) -> RetentionPolicy {
        let of_type = |kind: Kind, days, counted_from| TypeRule {
            document_type: kind.document_type().unwrap_or_default().to_owned(),
            rule: rule(days, counted_from),
        };
        RetentionPolicy {
            minimum_days: 1,
            maximum_days: self.maximum,
            default: rule(self.default, CountedFrom::Sent),
            types: vec![
                of_type(Kind::File, self.closed, CountedFrom::CaseClosed),
                of_type(Kind::Decision, self.opened, CountedFrom::FirstOpened),
            ],
        }
    }
}

impl Known {
    fn is_readable(&self, now: Timestamp) -> bool {
        !self.revoked && now < self.end
    }

    fn is_held(&self, now: Timestamp) -> bool {
        let mut holds = self.holds.iter();
        holds.any(|(_, lifted)| lifted.is_none_or(|lifted| now < lifted + 7 * DAY))
    }
}

/// What a purge begins with.
fn condemn(known: &mut [Known], now: Timestamp) {
    for it in known.iter_mut().filter(|it| it.fate == Fate::Lives) {
        if (it.revoked || it.end <= now) && !it.is_held(now) {
            it.fate = Fate::Condemned;
        }
    }
}

/// What a purge comes to.
fn destroy(known: &mut [Known], now: Timestamp) {
    condemn(known, now);
    for it in known.iter_mut().filter(|it| it.fate == Fate::Condemned) {
        it.fate = Fate::Destroyed;
    }
}

async fn round(test: &TestPortal, known: &mut [Known]) {
    test.portal.run_jobs().await.unwrap();
    destroy(known, test.now());
    let living = known.iter().filter(|it| it.fate == Fate::Lives).count();
    let blobs = test.blob_names().await.len();
    assert_eq!(blobs, living, "what has ended is gone, and nothing else");
}

/// Checks everything as it is at an instant.
async fn agree(test: &TestPortal, norrby: &Norrby, known: &[Known], now: Timestamp) {
    for it in known {
        match it.fate {
            Fate::Lives => assert!(norrby.exists(test, &it.receipt).await, "{:?}", it.receipt.id),
            Fate::Condemned => {}
            Fate::Destroyed => assert!(!norrby.exists(test, &it.receipt).await, "{:?}", it.receipt.id),
        }
        if !it.is_readable(now) {
            assert!(read(test, &it.receipt).await.is_err(), "{:?}", it.receipt.id);
            continue;
        }
        assert_eq!(norrby.end_of(test, &it.receipt).await, it.end);
        // Whoever opens a decision for the first time moves its end.
        if it.kind != Kind::Decision || it.opened.is_some() {
            assert!(read(test, &it.receipt).await.is_ok(), "{:?}", it.receipt.id);
        }
    }
}

async fn extend(test: &TestPortal, norrby: &Norrby, it: &mut Known, days: u32) {
    let until = after(test, test.now(), days);
    let now = test.now();
    match norrby.extend(test, &it.receipt, day(test, days)).await {
        Ok(()) => {
            assert!(it.is_readable(now) && until > it.end && until <= after(test, it.receipt.sent_at, CEILING));
            (it.extended, it.end) = (Some(until), until);
        }
        Err(CaseError::TooLate) => assert!(!it.is_readable(now)),
        Err(CaseError::NotLater) => assert!(until <= it.end),
        Err(CaseError::AboveCeiling { .. }) => assert!(until > after(test, it.receipt.sent_at, CEILING)),
        Err(other) => panic!("{other}"),
    }
}

async fn place_hold(test: &TestPortal, norrby: &Norrby, it: &mut Known) {
    match norrby.try_to_hold(test, &it.receipt, HoldScope::Case).await {
        Ok(placed) => {
            assert_eq!(it.fate, Fate::Lives);
            it.holds.push((placed.id, None));
        }
        Err(HoldError::TooLate | HoldError::NotFound) => assert_ne!(it.fate, Fate::Lives),
        Err(other) => panic!("{other}"),
    }
}

/// A round of a node whose clock is wrong for a while: nothing ends for good. `seen` is by when what has ended can't be read meanwhile.
async fn by_a_wrong_clock(
    test: &mut TestPortal,
    norrby: &Norrby,
    known: &mut [Known],
    clock: Timestamp,
    seen: Timestamp,
    expected: fn(&StopReason) -> bool,
) {
    round(test, known).await;
    let right = test.now();
    test.clock.set(clock);
    let other: Portal = test.guarded_node().await;
    let own = mem::replace(&mut test.portal, other);
    let stopped = test.portal.run_jobs().await.unwrap().stopped;
    assert!(stopped.is_some_and(|stopped| expected(&stopped.reason)), "{stopped:?}");
    agree(test, norrby, known, seen).await;
    test.portal = own;
    test.clock.set(right);
}

async fn run(test: &mut TestPortal, steps: Vec<Step>) {
    let norrby = super::decision_tests::norrby(test).await;
    let mut known: Vec<Known> = Vec::new();
    let mut decided = Decided {
        closed: 7,
        opened: 7,
        default: 10,
        maximum: 30,
    };
    norrby.decide(test, decided.policy()).await;
    for step in steps {
        let now = test.now();
        match step {
            Step::Send(kind) => {
                let receipt = norrby.send_as(test, kind.document_type(), None).await;
                let sent = Known {
                    end: receipt.deliveries[0].expires_at,
                    receipt,
                    kind,
                    opened: None,
                    closed: None,
                    extended: None,
                    revoked: false,
                    fate: Fate::Lives,
                    holds: Vec::new(),
                };
                assert_eq!(decided.end(test, &sent), sent.end);
                known.push(sent);
            }
            Step::Open(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                let is_readable = it.is_readable(now);
                assert_eq!(read(test, &it.receipt).await.is_ok(), is_readable);
                if is_readable {
                    it.opened = it.opened.or(Some(now));
                    it.end = decided.end(test, it);
                }
            }
            Step::Close(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                let case = case_of(&it.receipt);
                test.portal.close_case_by_system(&norrby.system, case).await.unwrap();
                it.closed = it.closed.or(Some(now));
                if it.is_readable(now) {
                    it.end = decided.end(test, it);
                }
            }
            Step::Reopen(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                let case = case_of(&it.receipt);
                test.portal.reopen_case_by_system(&norrby.system, case).await.unwrap();
                it.closed = None;
                if it.is_readable(now) {
                    it.end = decided.end(test, it);
                }
            }
            Step::Extend(index, days) => {
                let Some(it) = known.get_mut(index) else { continue };
                extend(test, &norrby, it, days).await;
            }
            Step::Decide(new) => {
                norrby.decide(test, new.policy()).await;
                decided = new;
                for it in known.iter_mut().filter(|it| it.is_readable(now)) {
                    it.end = decided.end(test, it);
                }
            }
            Step::Revoke(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                test.portal.revoke_message(&norrby.system, it.receipt.id).await.unwrap();
                it.revoked = true;
            }
            Step::Hold(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                place_hold(test, &norrby, it).await;
            }
            Step::Lift(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                let standing = it.holds.iter_mut().find(|(_, lifted)| lifted.is_none());
                let Some((id, lifted)) = standing else { continue };
                norrby.lift(test, *id).await;
                *lifted = Some(now);
            }
            Step::Pass(days) => {
                for _ in 0..days {
                    test.clock.advance(DAY);
                    round(test, &mut known).await;
                }
            }
            Step::Down(days) => test.clock.advance(days * DAY),
            Step::ToTheEndOf(index) => {
                let Some(it) = known.get(index).filter(|it| it.is_readable(now)) else {
                    continue;
                };
                let end = it.end;
                let last = Timestamp::from_millis(end.as_millis() - 1);
                test.clock.set(last);
                agree(test, &norrby, &known, last).await;
                test.clock.set(end);
            }
            Step::Ahead(days) => {
                let clock = now + days * DAY;
                let expected = |reason: &StopReason| matches!(reason, StopReason::ClockAhead { .. });
                by_a_wrong_clock(test, &norrby, &mut known, clock, clock, expected).await;
            }
            Step::Behind(days) => {
                let expected = |reason: &StopReason| matches!(reason, StopReason::ClockBehind { .. });
                by_a_wrong_clock(test, &norrby, &mut known, now - days * DAY, now, expected).await;
            }
            Step::Interrupted(at) => {
                interrupted(&test.another_node().await.0, at, 1).await;
                condemn(&mut known, now);
            }
            Step::InterruptedAfterDays => {
                test.a_node_ends_after_days().await;
                destroy(&mut known, now);
            }
        }
        agree(test, &norrby, &known, test.now()).await;
    }
    round(test, &mut known).await;
    agree(test, &norrby, &known, test.now()).await;
    nothing_survives(test, &norrby, &known).await;
}

/// Checks that the texts of what was destroyed are gone, and that each stands once in a protocol.
async fn nothing_survives(test: &TestPortal, norrby: &Norrby, known: &[Known]) {
    use message::entity::{Column, Entity};
    let living = known.iter().filter(|it| it.fate == Fate::Lives).count();
    let texts = Entity::find().filter(Column::SealedTitle.is_not_null());
    let texts = texts.count(test.portal.0.database.reader()).await.unwrap();
    assert_eq!(usize::try_from(texts).unwrap(), living);
    let keys = usize::try_from(test.content_keys().await).unwrap();
    assert_eq!(keys, 2 * living, "of a message and of its document each");
    let told = purged(&protocols(test, norrby.id).await).len();
    assert_eq!(told, 2 * (known.len() - living), "a message and its document each");
}

proptest! {
    #![proptest_config(lives(16))]

    #[test]
    fn nothing_opens_after_its_end_however_its_case_was_closed_and_extended_and_nothing_goes_before_it(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut test = TestPortal::on_sqlite().await;
            run(&mut test, steps).await;
        });
    }
}

proptest! {
    #![proptest_config(lives(4))]

    #[test]
    fn nor_on_postgres(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(mut test) = TestPortal::on_postgres().await {
                run(&mut test, steps).await;
            }
        });
    }
}
