//! Random lives of messages that are sent, opened and kept by rules that change, against a small model: nothing opens after its end,
//! nothing goes before it.

use base::Timestamp;
use proptest::prelude::*;

use crate::test_support::{Norrby, TestPortal, after, lives, read, rule};
use crate::{CountedFrom, MessageReceipt, RetentionPolicy, TypeRule};

/// A step in the life of an organisation's messages.
#[derive(Clone, Debug)]
enum Step {
    Send { of_type: bool, asked_for: Option<u32> },
    Open(usize),
    Decide { days: u32, maximum: u32, from_opening: u32 },
    Pass(u32),
    Jobs,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (any::<bool>(), proptest::option::of(1_u32..=5)).prop_map(|(of_type, asked_for)| Step::Send { of_type, asked_for }),
        3 => (0_usize..8).prop_map(Step::Open),
        2 => (1_u32..=10, 10_u32..=14, 1_u32..=5)
            .prop_map(|(days, maximum, from_opening)| Step::Decide { days, maximum, from_opening }),
        3 => (1_u32..=4).prop_map(Step::Pass),
        1 => Just(Step::Jobs),
    ];
    proptest::collection::vec(step, 1..16)
}

/// What the model knows of a message.
struct Known {
    receipt: MessageReceipt,
    of_type: bool,
    asked_for: Option<u32>,
    opened: Option<Timestamp>,
    end: Timestamp,
}

/// The policy of the model: everything `days` after sending, decisions `from_opening` after opening when they have a rule,
/// `maximum` at most.
struct Decided {
    days: u32,
    maximum: u32,
    from_opening: Option<u32>,
}

impl Decided {
    fn end(&self, test: &TestPortal, it: &Known) -> Timestamp {
        let sent = it.receipt.sent_at;
        let latest = after(test, sent, self.maximum);
        match (it.asked_for, self.from_opening.filter(|_| it.of_type), it.opened) {
            (Some(days), _, _) => after(test, sent, days).min(latest),
            (None, None, _) => after(test, sent, self.days).min(latest),
            (None, Some(_), None) => latest,
            (None, Some(days), Some(opened)) => after(test, opened, days).min(latest),
        }
    }
}

async fn run(test: &TestPortal, steps: Vec<Step>) {
    let norrby = Norrby::new(test).await;
    let mut decided = Decided {
        days: 30,
        maximum: 40,
        from_opening: None,
    };
    let mut known: Vec<Known> = Vec::new();
    for step in steps {
        match step {
            Step::Send { of_type, asked_for } => {
                let receipt = norrby.send_as(test, of_type.then_some("decision"), asked_for).await;
                let end = receipt.deliveries[0].expires_at;
                let sent = Known {
                    receipt,
                    of_type,
                    asked_for,
                    opened: None,
                    end,
                };
                assert_eq!(decided.end(test, &sent), end);
                known.push(sent);
            }
            Step::Open(index) => {
                if let Some(it) = known.get_mut(index) {
                    let is_living = test.now() < it.end;
                    assert_eq!(read(test, &it.receipt).await.is_ok(), is_living);
                    if is_living && it.opened.is_none() {
                        it.opened = Some(test.now());
                        it.end = decided.end(test, it);
                    }
                }
            }
            Step::Decide {
                days,
                maximum,
                from_opening,
            } => {
                let policy = RetentionPolicy {
                    minimum_days: 1,
                    maximum_days: maximum,
                    default: rule(days, CountedFrom::Sent),
                    types: vec![TypeRule {
                        document_type: "decision".to_owned(),
                        rule: rule(from_opening, CountedFrom::FirstOpened),
                    }],
                };
                norrby.decide(test, policy).await;
                decided = Decided {
                    days,
                    maximum,
                    from_opening: Some(from_opening),
                };
                for it in known.iter_mut().filter(|it| test.now() < it.end) {
                    it.end = decided.end(test, it);
                }
            }
            Step::Pass(days) => test.days_pass(days).await,
            Step::Jobs => {
                test.portal.run_jobs().await.unwrap();
            }
        }
    }
    test.portal.run_jobs().await.unwrap();
    let living = known.iter().filter(|it| test.now() < it.end).count();
    assert_eq!(
        test.blob_names().await.len(),
        living,
        "what has ended is gone, and nothing else"
    );
    for it in &known {
        assert_eq!(read(test, &it.receipt).await.is_ok(), test.now() < it.end);
    }
}

proptest! {
    #![proptest_config(lives(12))]

    #[test]
    fn nothing_opens_after_its_end_and_nothing_goes_before_it(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPortal::on_sqlite().await;
            run(&test, steps).await;
        });
    }
}

proptest! {
    #![proptest_config(lives(4))]

    #[test]
    fn nor_on_postgres(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(test) = TestPortal::on_postgres().await {
                run(&test, steps).await;
            }
        });
    }
}
