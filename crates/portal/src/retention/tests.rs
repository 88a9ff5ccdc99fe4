//! What a policy does to what is sent under it and to what was sent before.

use std::time::Duration;

use base::{MessageId, OrganisationId, Timestamp};
use proptest::prelude::*;
use sea_orm::ConnectionTrait as _;

use super::{calendar, follow};
use crate::test_support::{PASSWORD, PDF, TestPortal, bytes_of, draft, file, on_both_databases, pieces};
use crate::{
    Affected, ChangeRetentionError, CountedFrom, Denied, MessageReceipt, PolicyProblem, ReadError, RetentionPolicy,
    RetentionReason, RetentionRule, Role, Scope, SendError, SessionKey, StaffActor, SystemActor, TypeRule,
};

const DAY: Duration = Duration::from_secs(86_400);

/// "Norrby kommun" with Karin, its admin, and a system of it.
struct Norrby {
    id: OrganisationId,
    admin: StaffActor,
    system: SystemActor,
}

impl Norrby {
    async fn new(test: &TestPortal) -> Self {
        let id = test.organisation("Norrby kommun").await;
        let (system, secret) = test.system(id, &Scope::ALL).await;
        let issued = test
            .portal
            .issue_token(system, &secret, None, test.request())
            .await
            .unwrap();
        Self {
            id,
            admin: test.first_admin_of(id).await,
            system: test.portal.system_actor(&issued.token, test.request()).await.unwrap(),
        }
    }

    /// Sends as a type to the first test person, under a key of its own.
    async fn send(&self, test: &TestPortal, document_type: Option<&str>, days: Option<u32>) -> MessageReceipt {
        let mut draft = draft(1);
        draft.document_type = document_type.map(str::to_owned);
        draft.retention_days = days;
        let key: MessageId = test.portal.0.ids.next();
        let key = key.to_string();
        test.send_all(&self.system, &key, draft, &[PDF]).await.unwrap()
    }

    /// Karin signs in anew and decides.
    async fn decide(&self, test: &TestPortal, policy: RetentionPolicy) {
        let admin = self.signed_in(test).await;
        let seen = test.portal.retention(&admin).await.unwrap().version;
        let declared = policy.types.first().map(|it| it.document_type.clone());
        let decided = test
            .portal
            .change_retention(&admin, seen, policy, declared.as_deref())
            .await;
        decided.unwrap();
    }

    async fn signed_in(&self, test: &TestPortal) -> StaffActor {
        let key = SessionKey::of_staff(b"Karin, later");
        test.staff_sign_in(&key, self.id, "karin@norrby.example", PASSWORD)
            .await
            .unwrap();
        test.staff_in(&key).await.unwrap()
    }

    /// When a message can't be read any more, as its system sees it.
    async fn end_of(&self, test: &TestPortal, receipt: &MessageReceipt) -> Timestamp {
        let status = test.portal.message_status(&self.system, receipt.id).await.unwrap();
        status.deliveries[0].expires_at
    }
}

fn rule(days: u32, counted_from: CountedFrom) -> RetentionRule {
    RetentionRule {
        days,
        counted_from,
        reason: RetentionReason::default(),
    }
}

/// So many days from sending for everything, within 1 to 40.
fn days(days: u32) -> RetentionPolicy {
    RetentionPolicy {
        minimum_days: 1,
        maximum_days: 40,
        default: rule(days, CountedFrom::Sent),
        types: Vec::new(),
    }
}

/// As [`days`] of 30, but decisions go 7 days after they were opened.
fn decisions_from_opening() -> RetentionPolicy {
    RetentionPolicy {
        types: vec![TypeRule {
            document_type: "decision".to_owned(),
            rule: rule(7, CountedFrom::FirstOpened),
        }],
        ..days(30)
    }
}

fn after(test: &TestPortal, sent: Timestamp, days: u32) -> Timestamp {
    calendar::expires_at(sent, days, &test.settings.time_zone)
}

/// Goes on day by day, with a round of jobs in each.
async fn days_pass(test: &TestPortal, days: u32) {
    for _ in 0..days {
        test.clock.advance(DAY);
        test.portal.run_jobs().await.unwrap();
    }
}

/// The content of the message's only document, as its recipient gets it.
async fn read(test: &TestPortal, receipt: &MessageReceipt) -> Result<Vec<u8>, ReadError> {
    let person = test.sign_in(0).await;
    let case = test.portal.case(&person, receipt.deliveries[0].case).await?;
    let document = crate::test_support::document_id(&case.messages[0].documents[0]);
    Ok(bytes_of(test.view(&person, document, None).await?).await.unwrap())
}

on_both_databases! {
    async fn an_organisation_that_decided_nothing_keeps_its_days_from_sending(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let in_force = test.portal.retention(&norrby.admin).await.unwrap();
        assert_eq!((in_force.version, in_force.ceiling_days), (0, 40));
        assert_eq!(in_force.policy, days(30));
        let sent = norrby.send(&test, Some("decision"), None).await;
        assert_eq!(sent.deliveries[0].expires_at, after(&test, sent.sent_at, 30));
    }

    async fn fewer_days_end_what_was_sent_before_and_the_purge_takes_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let old = norrby.send(&test, None, None).await;
        days_pass(&test, 12).await;
        let young = norrby.send(&test, None, None).await;
        norrby.decide(&test, days(10)).await;

        assert!(matches!(read(&test, &old).await, Err(ReadError::NotFound)));
        assert_eq!(norrby.end_of(&test, &young).await, after(&test, young.sent_at, 10));
        assert_eq!(read(&test, &young).await.unwrap(), PDF);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 1);
        assert_eq!(test.blob_names().await.len(), 1);
    }

    async fn more_days_keep_what_was_sent_before_with_its_keys_and_its_recipient(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, None, None).await;
        days_pass(&test, 20).await;
        norrby.decide(&test, days(40)).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 40));
        days_pass(&test, 19).await;
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        days_pass(&test, 2).await;
        assert!(matches!(read(&test, &sent).await, Err(ReadError::NotFound)));
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn what_has_expired_does_not_come_back(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, None, Some(5)).await;
        let by_rule = norrby.send(&test, None, None).await;
        test.clock.set(after(&test, sent.sent_at, 30));
        norrby.decide(&test, days(40)).await;
        assert!(matches!(read(&test, &by_rule).await, Err(ReadError::NotFound)));
        assert_eq!(norrby.end_of(&test, &by_rule).await, after(&test, sent.sent_at, 30));
    }

    async fn opening_begins_the_days_of_a_rule_that_counts_from_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let (opened, unopened) = (
            norrby.send(&test, Some("decision"), None).await,
            norrby.send(&test, Some("decision"), None).await,
        );
        assert_eq!(opened.deliveries[0].expires_at, after(&test, opened.sent_at, 40));
        days_pass(&test, 3).await;

        let person = test.sign_in(0).await;
        let end = after(&test, test.now(), 7);
        let case = test.portal.case(&person, opened.deliveries[0].case).await.unwrap();
        assert_eq!((case.expires_at, case.messages[0].expires_at), (end, end));
        assert_eq!(norrby.end_of(&test, &opened).await, end);
        assert_eq!(norrby.end_of(&test, &unopened).await, after(&test, unopened.sent_at, 40));
        // Opened again later: the first time counts.
        days_pass(&test, 2).await;
        read(&test, &opened).await.unwrap();
        assert_eq!(norrby.end_of(&test, &opened).await, end);
        days_pass(&test, 6).await;
        assert!(matches!(read(&test, &opened).await, Err(ReadError::NotFound)));
        assert_eq!(read(&test, &unopened).await.unwrap(), PDF);
    }

    async fn opening_and_closing_end_nothing_by_a_ceiling_that_was_lowered_since(test: TestPortal) {
        let mut test = test;
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let (opened, closed, decision) = (
            norrby.send(&test, None, Some(40)).await,
            norrby.send(&test, None, Some(40)).await,
            norrby.send(&test, Some("decision"), None).await,
        );
        days_pass(&test, 12).await;
        test.settings.retention_ceiling_days = 10;
        test.portal = test.another_node().await;

        assert_eq!(read(&test, &opened).await.unwrap(), PDF);
        let admin = norrby.signed_in(&test).await;
        test.portal.close_case(&admin, closed.deliveries[0].case).await.unwrap();
        for sent in [&opened, &closed] {
            assert_eq!(norrby.end_of(&test, sent).await, after(&test, sent.sent_at, 40));
        }
        // What opening begins, it begins under any ceiling.
        assert_eq!(read(&test, &decision).await.unwrap(), PDF);
        assert_eq!(norrby.end_of(&test, &decision).await, after(&test, test.now(), 7));
        days_pass(&test, 1).await;
        for sent in [&opened, &closed, &decision] {
            assert_eq!(read(&test, sent).await.unwrap(), PDF);
        }
    }

    async fn what_was_opened_before_a_rule_counts_from_then_when_the_rule_comes(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, Some("decision"), None).await;
        read(&test, &sent).await.unwrap();
        let opened = test.now();
        days_pass(&test, 2).await;
        norrby.decide(&test, decisions_from_opening()).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, opened, 7));
    }

    async fn what_its_sender_asked_for_stays_within_the_new_maximum(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (short, long) = (norrby.send(&test, None, Some(5)).await, norrby.send(&test, None, Some(35)).await);
        let policy = RetentionPolicy { maximum_days: 20, ..days(15) };
        norrby.decide(&test, policy).await;
        assert_eq!(norrby.end_of(&test, &short).await, after(&test, short.sent_at, 5));
        assert_eq!(norrby.end_of(&test, &long).await, after(&test, long.sent_at, 20));
        let mut refused = draft(1);
        refused.retention_days = Some(21);
        let refused = test.begin(&norrby.system, "too-long", refused).await;
        assert!(matches!(refused, Err(SendError::RetentionOutsideLimits { least_days: 1, most_days: 20 })));
    }

    async fn what_was_sent_before_there_were_versions_keeps_its_end(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, None, None).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE delivery SET policy_version = NULL").await.unwrap();
        transaction.commit().await.unwrap();
        norrby.decide(&test, days(10)).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 30));
        let admin = norrby.signed_in(&test).await;
        let effect = test.portal.retention_effect(&admin, days(5), None).await.unwrap();
        assert_eq!((effect.earlier.documents, effect.unchanged.documents), (0, 1));
    }

    async fn an_upload_that_began_before_a_decision_follows_it_afterwards(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let mut upload = test.begin(&norrby.system, "slow", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 1000)).await.unwrap();
        norrby.decide(&test, days(10)).await;
        let sent = upload.finish().await.unwrap();
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 30));
        assert_eq!(test.portal.run_jobs().await.unwrap().followed, 1);
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 10));
        assert_eq!(test.portal.run_jobs().await.unwrap().followed, 0);
    }

    async fn two_nodes_follow_at_once_and_each_delivery_once(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(norrby.send(&test, None, None).await);
        }
        // The version stands, but whoever decided on it was stopped before anything followed.
        norrby.decide(&test, days(10)).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE delivery SET policy_version = 0").await.unwrap();
        transaction.commit().await.unwrap();
        let other = test.another_node().await;
        let (one, two) = tokio::join!(follow(&test.portal.0), follow(&other.0));
        assert_eq!(one.unwrap() + two.unwrap(), 5);
        for sent in sent {
            assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 10));
        }
    }

    async fn the_effect_is_told_before_anything_is_decided(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let oldest = norrby.send(&test, Some("decision"), None).await;
        days_pass(&test, 8).await;
        let newest = norrby.send(&test, Some("decision"), None).await;
        norrby.send(&test, Some("letter"), None).await;
        norrby.send(&test, None, Some(12)).await;
        let admin = norrby.signed_in(&test).await;
        let mut policy = days(40);
        policy.types = vec![TypeRule { document_type: "decision".to_owned(), rule: rule(7, CountedFrom::Sent) }];
        let effect = test.portal.retention_effect(&admin, policy, None).await.unwrap();

        let one = |sent: &MessageReceipt| Affected { documents: 1, messages: 1, sent: Some((sent.sent_at, sent.sent_at)) };
        let both = Affected { documents: 2, messages: 2, sent: Some((oldest.sent_at, newest.sent_at)) };
        assert_eq!(effect.earlier, both);
        assert_eq!(effect.gone_today, one(&oldest));
        assert_eq!((effect.later.documents, effect.unchanged.documents), (1, 1));
        assert_eq!(test.portal.retention(&admin).await.unwrap().version, 0);
        assert_eq!(norrby.end_of(&test, &oldest).await, after(&test, oldest.sent_at, 30));
    }

    async fn the_recipient_sees_why_where_a_rule_says_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let reason = RetentionReason {
            purpose: "Handläggning".to_owned(),
            legal_ground: "Arkivlagen".to_owned(),
        };
        let mut policy = days(20);
        policy.default.reason = reason.clone();
        norrby.decide(&test, policy).await;
        let (by_rule, asked_for) = (norrby.send(&test, None, None).await, norrby.send(&test, None, Some(3)).await);
        let person = test.sign_in(0).await;
        for (sent, told) in [(by_rule, reason), (asked_for, RetentionReason::default())] {
            let case = test.portal.case(&person, sent.deliveries[0].case).await.unwrap();
            assert_eq!(case.messages[0].reason, told);
        }
    }

    async fn the_protocol_names_the_rule_and_its_version(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, None, Some(3)).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let sent = norrby.send(&test, Some("decision"), None).await;
        read(&test, &sent).await.unwrap();
        days_pass(&test, 9).await;
        let operator = test.operator();
        let mut rules = Vec::new();
        for number in 1..=2 {
            let protocol = test.portal.purge_protocol(&operator, norrby.id, number).await.unwrap();
            let rule = protocol.signed().statement().rules[0].rule.clone();
            rules.push((rule.retention_days, rule.counted_from, rule.policy_version));
        }
        assert_eq!(rules, [(3, CountedFrom::Sent, Some(1)), (7, CountedFrom::FirstOpened, Some(1))]);
    }

    async fn what_a_decision_ends_at_once_is_announced_to_the_purge(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let mut draft = draft(1);
        draft.files = vec![file("beslut.pdf", "application/pdf", PDF); 30];
        for key in ["1", "2"] {
            test.send_all(&norrby.system, key, draft.clone(), &[PDF; 30]).await.unwrap();
        }
        days_pass(&test, 5).await;
        norrby.decide(&test, days(3)).await;
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 60));
    }

    async fn each_version_is_kept_with_who_decided_on_it_and_when(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, days(10)).await;
        days_pass(&test, 1).await;
        norrby.decide(&test, days(20)).await;
        let admin = norrby.signed_in(&test).await;
        let versions = test.portal.retention_versions(&admin).await.unwrap();
        let seen: Vec<_> = versions.iter().map(|it| (it.version, it.policy.default.days, it.decided_by.as_deref())).collect();
        assert_eq!(seen, [(2, 20, Some("Karin Ödegård")), (1, 10, Some("Karin Ödegård"))]);
        assert!(versions[0].decided_at.since(versions[1].decided_at) >= DAY);
        assert_eq!(test.audited("retention.changed").await, 2);
    }

    async fn what_is_no_policy_changes_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let decide = |seen, policy, declared| test.portal.change_retention(&norrby.admin, seen, policy, declared);
        let refused = decide(0, RetentionPolicy { maximum_days: 41, ..days(30) }, None).await;
        assert!(matches!(refused, Err(ChangeRetentionError::Policy(PolicyProblem::AboveCeiling { ceiling_days: 40 }))));
        let refused = decide(0, decisions_from_opening(), None).await;
        let unknown = PolicyProblem::UnknownType { document_type: "decision".to_owned() };
        assert!(matches!(refused, Err(ChangeRetentionError::Policy(problem)) if problem == unknown));
        assert!(matches!(decide(0, days(30), None).await, Err(ChangeRetentionError::Unchanged)));
        assert!(matches!(decide(1, days(10), None).await, Err(ChangeRetentionError::ChangedMeanwhile)));
        assert_eq!(test.rows("retention_policy").await, 0);
        assert_eq!(test.audited("retention.changed").await, 0);
        // A type that something was sent with is known, in whatever case.
        norrby.send(&test, Some("Decision"), None).await;
        decide(0, decisions_from_opening(), None).await.unwrap();
    }

    async fn an_admin_who_signed_in_lately_decides_and_an_auditor_looks(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let auditor = test.member(&norrby.admin, "olle@norrby.example", Role::Auditor).await;
        let sender = test.member(&norrby.admin, "eva@norrby.example", Role::Sender).await;
        test.portal.retention(&auditor).await.unwrap();
        test.portal.due_weeks(&auditor).await.unwrap();
        for (actor, denied) in [(&auditor, Denied::Forbidden), (&sender, Denied::Forbidden)] {
            let refused = test.portal.change_retention(actor, 0, days(10), None).await;
            assert!(matches!(refused, Err(ChangeRetentionError::Denied(why)) if why == denied));
        }
        assert!(matches!(test.portal.retention(&sender).await, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
    }

    async fn what_falls_due_is_told_week_by_week(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, None, Some(1)).await;
        norrby.send(&test, None, None).await;
        norrby.send(&test, None, None).await;
        let weeks = test.portal.due_weeks(&norrby.admin).await.unwrap();
        let documents: Vec<u64> = weeks.iter().map(|week| week.documents).collect();
        assert_eq!(documents.iter().sum::<u64>(), 3);
        assert_eq!(documents.iter().filter(|documents| **documents == 2).count(), 1);
        let local = test.now().to_jiff().to_zoned(test.settings.time_zone.clone()).date();
        assert_eq!(weeks[0].from, local);
    }
}

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
                let receipt = norrby.send(test, of_type.then_some("decision"), asked_for).await;
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
                let admin = norrby.signed_in(test).await;
                let seen = test.portal.retention(&admin).await.unwrap().version;
                match test
                    .portal
                    .change_retention(&admin, seen, policy, Some("decision"))
                    .await
                {
                    Ok(_) | Err(ChangeRetentionError::Unchanged) => {}
                    Err(other) => panic!("{other}"),
                }
                decided = Decided {
                    days,
                    maximum,
                    from_opening: Some(from_opening),
                };
                for it in known.iter_mut().filter(|it| test.now() < it.end) {
                    it.end = decided.end(test, it);
                }
            }
            Step::Pass(days) => days_pass(test, days).await,
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
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn nothing_opens_after_its_end_and_nothing_goes_before_it(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPortal::on_sqlite().await;
            run(&test, steps).await;
        });
    }
}
