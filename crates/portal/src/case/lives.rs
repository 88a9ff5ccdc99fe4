//! Random lives of cases that are closed, opened again, extended and held, against a small model: nothing opens after its end, nothing is
//! destroyed early, nothing held is destroyed, nothing else survives.

use base::{HoldId, Timestamp};
use keyring::ContentOwner;
use proptest::prelude::*;

use super::decision_tests::{DAY, Norrby, after, case_of, day, policy, read};
use crate::test_support::TestPortal;
use crate::{CaseError, HoldError, HoldScope, MessageReceipt, NewHold};

/// The operator's, in days.
const CEILING: u32 = 40;

/// A step in the life of an organisation's cases.
#[derive(Clone, Debug)]
enum Step {
    Send {
        is_file: bool,
    },
    Close(usize),
    Reopen(usize),
    /// Until so many days from now.
    Extend(usize, u32),
    Decide {
        days: u32,
        default: u32,
        maximum: u32,
    },
    Revoke(usize),
    Hold(usize),
    Lift(usize),
    /// Days with a round of jobs in each.
    Pass(u32),
    /// Days in which the server is down.
    Down(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0_usize..5;
    let step = prop_oneof![
        4 => any::<bool>().prop_map(|is_file| Step::Send { is_file }),
        4 => which().prop_map(Step::Close),
        2 => which().prop_map(Step::Reopen),
        4 => (which(), 0_u32..45).prop_map(|(index, days)| Step::Extend(index, days)),
        2 => (1_u32..=8, 1_u32..=12, 12_u32..=30).prop_map(|(days, default, maximum)| Step::Decide { days, default, maximum }),
        1 => which().prop_map(Step::Revoke),
        2 => which().prop_map(Step::Hold),
        2 => which().prop_map(Step::Lift),
        4 => (1_u32..=6).prop_map(Step::Pass),
        1 => (1_u32..=30).prop_map(Step::Down),
    ];
    proptest::collection::vec(step, 1..20)
}

/// What the model knows of a case and the one message in it.
struct Known {
    receipt: MessageReceipt,
    is_file: bool,
    closed: Option<Timestamp>,
    extended: Option<Timestamp>,
    end: Timestamp,
    revoked: bool,
    destroyed: bool,
    holds: Vec<(HoldId, Option<Timestamp>)>,
}

/// Files go `days` after closing, the rest `default` after sending, all `maximum` after sending at the latest.
struct Decided {
    days: u32,
    default: u32,
    maximum: u32,
}

impl Decided {
    fn end(&self, test: &TestPortal, it: &Known) -> Timestamp {
        let latest = after(test, it.receipt.sent_at, self.maximum);
        let by_rule = match (it.is_file, it.closed) {
            (false, _) => after(test, it.receipt.sent_at, self.default).min(latest),
            (true, None) => latest,
            (true, Some(closed)) => after(test, closed, self.days).min(latest),
        };
        it.extended.map_or(by_rule, |extended| by_rule.max(extended))
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

fn round(known: &mut [Known], now: Timestamp) {
    for it in known {
        it.destroyed |= (it.revoked || it.end <= now) && !it.is_held(now);
    }
}

async fn agree(test: &TestPortal, norrby: &Norrby, known: &[Known]) {
    for it in known {
        let key = test
            .portal
            .0
            .vault
            .content_key(norrby.id, ContentOwner::Message(it.receipt.id));
        assert_eq!(key.await.unwrap().is_some(), !it.destroyed, "{:?}", it.receipt.id);
        assert_eq!(read(test, &it.receipt).await.is_ok(), it.is_readable(test.now()));
        if it.is_readable(test.now()) {
            assert_eq!(norrby.end_of(test, &it.receipt).await, it.end);
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

async fn hold(test: &TestPortal, norrby: &Norrby, it: &mut Known) {
    let admin = norrby.admin(test).await;
    let new = NewHold {
        case: case_of(&it.receipt),
        scope: HoldScope::Case,
        reason: "Tvist".to_owned(),
        review_on: day(test, 30),
    };
    match test.portal.place_hold(&admin, &new).await {
        Ok(placed) => it.holds.push((placed.id, None)),
        Err(HoldError::TooLate | HoldError::NotFound) => assert!(it.destroyed),
        Err(other) => panic!("{other}"),
    }
}

async fn run(test: &TestPortal, steps: Vec<Step>) {
    let norrby = Norrby::new(test).await;
    let mut known: Vec<Known> = Vec::new();
    let mut decided = Decided {
        days: 7,
        default: 10,
        maximum: 30,
    };
    for step in steps {
        let now = test.now();
        match step {
            Step::Send { is_file } => {
                let receipt = norrby.send(test, is_file).await;
                known.push(Known {
                    end: receipt.deliveries[0].expires_at,
                    receipt,
                    is_file,
                    closed: None,
                    extended: None,
                    revoked: false,
                    destroyed: false,
                    holds: Vec::new(),
                });
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
            Step::Decide { days, default, maximum } => {
                norrby.decide(test, policy(days, default, maximum)).await;
                decided = Decided { days, default, maximum };
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
                hold(test, &norrby, it).await;
            }
            Step::Lift(index) => {
                let Some(it) = known.get_mut(index) else { continue };
                let standing = it.holds.iter_mut().find(|(_, lifted)| lifted.is_none());
                let Some((id, lifted)) = standing else { continue };
                let admin = norrby.admin(test).await;
                test.portal.lift_hold(&admin, *id, "Avgjord").await.unwrap();
                *lifted = Some(now);
            }
            Step::Pass(days) => {
                for _ in 0..days {
                    test.clock.advance(DAY);
                    test.portal.run_jobs().await.unwrap();
                    round(&mut known, test.now());
                }
            }
            Step::Down(days) => test.clock.advance(days * DAY),
        }
        agree(test, &norrby, &known).await;
    }
    test.portal.run_jobs().await.unwrap();
    round(&mut known, test.now());
    agree(test, &norrby, &known).await;
    let living = known.iter().filter(|it| !it.destroyed).count();
    assert_eq!(
        test.blob_names().await.len(),
        living,
        "what has ended is gone, and nothing else"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn nothing_opens_after_its_end_however_its_case_was_closed_and_extended_and_nothing_goes_before_it(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPortal::on_sqlite().await;
            run(&test, steps).await;
        });
    }
}
