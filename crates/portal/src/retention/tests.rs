//! What a policy does to what is sent under it and to what was sent before.

mod announced;
mod lives;

use std::time::Duration;

use sea_orm::ConnectionTrait as _;

use super::follow;
use crate::test_support::{
    Norrby, PDF, TestPortal, after, draft, on_both_databases, pieces, policy_of, read, rule, whatever_goes,
};
use crate::{
    Affected, ChangeRetentionError, CountedFrom, Decided, Denied, MessageReceipt, PolicyProblem, ReadError,
    RetentionPolicy, RetentionReason, Role, SeenEffect, SendError, TypeRule,
};

const DAY: Duration = Duration::from_secs(86_400);

/// As [`policy_of`] 30, but decisions go 7 days after they were opened.
fn decisions_from_opening() -> RetentionPolicy {
    RetentionPolicy {
        types: vec![TypeRule {
            document_type: "decision".to_owned(),
            rule: rule(7, CountedFrom::FirstOpened),
        }],
        ..policy_of(30)
    }
}

on_both_databases! {
    async fn an_organisation_that_decided_nothing_keeps_its_days_from_sending(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let in_force = test.portal.retention(&norrby.admin(&test).await).await.unwrap();
        assert_eq!((in_force.version, in_force.ceiling_days), (0, 40));
        assert_eq!(in_force.policy, policy_of(30));
        let sent = norrby.send_as(&test, Some("decision"), None).await;
        assert_eq!(sent.deliveries[0].expires_at, after(&test, sent.sent_at, 30));
    }

    async fn fewer_days_end_what_was_sent_before_and_the_purge_takes_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let old = norrby.send_as(&test, None, None).await;
        test.days_pass(12).await;
        let young = norrby.send_as(&test, None, None).await;
        norrby.decide(&test, policy_of(10)).await;

        assert!(matches!(read(&test, &old).await, Err(ReadError::NotFound)));
        assert_eq!(norrby.end_of(&test, &young).await, after(&test, young.sent_at, 10));
        assert_eq!(read(&test, &young).await.unwrap(), PDF);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 1);
        assert_eq!(test.blob_names().await.len(), 1);
    }

    async fn more_days_keep_what_was_sent_before_with_its_keys_and_its_recipient(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send_as(&test, None, None).await;
        test.days_pass(20).await;
        norrby.decide(&test, policy_of(40)).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 40));
        test.days_pass(19).await;
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        test.days_pass(2).await;
        assert!(matches!(read(&test, &sent).await, Err(ReadError::NotFound)));
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn what_has_expired_does_not_come_back(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send_as(&test, None, Some(5)).await;
        let by_rule = norrby.send_as(&test, None, None).await;
        test.clock.set(after(&test, sent.sent_at, 30));
        norrby.decide(&test, policy_of(40)).await;
        assert!(matches!(read(&test, &by_rule).await, Err(ReadError::NotFound)));
        assert_eq!(norrby.end_of(&test, &by_rule).await, after(&test, sent.sent_at, 30));
    }

    async fn opening_begins_the_days_of_a_rule_that_counts_from_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let (opened, unopened) = (
            norrby.send_as(&test, Some("decision"), None).await,
            norrby.send_as(&test, Some("decision"), None).await,
        );
        assert_eq!(opened.deliveries[0].expires_at, after(&test, opened.sent_at, 40));
        test.days_pass(3).await;

        let person = test.sign_in(0).await;
        let end = after(&test, test.now(), 7);
        let case = test.portal.case(&person, opened.deliveries[0].case).await.unwrap();
        assert_eq!((case.expires_at, case.messages[0].expires_at), (end, end));
        assert_eq!(norrby.end_of(&test, &opened).await, end);
        assert_eq!(norrby.end_of(&test, &unopened).await, after(&test, unopened.sent_at, 40));
        // Opened again later: the first time counts.
        test.days_pass(2).await;
        read(&test, &opened).await.unwrap();
        assert_eq!(norrby.end_of(&test, &opened).await, end);
        test.days_pass(6).await;
        assert!(matches!(read(&test, &opened).await, Err(ReadError::NotFound)));
        assert_eq!(read(&test, &unopened).await.unwrap(), PDF);
    }

    async fn opening_and_closing_end_nothing_by_a_ceiling_that_was_lowered_since(test: TestPortal) {
        let mut test = test;
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let (opened, closed, decision) = (
            norrby.send_as(&test, None, Some(40)).await,
            norrby.send_as(&test, None, Some(40)).await,
            norrby.send_as(&test, Some("decision"), None).await,
        );
        test.days_pass(12).await;
        test.settings.retention_ceiling_days = 10;
        test.portal = test.another_node().await;

        assert_eq!(read(&test, &opened).await.unwrap(), PDF);
        let admin = norrby.admin(&test).await;
        test.portal.close_case(&admin, closed.deliveries[0].case).await.unwrap();
        for sent in [&opened, &closed] {
            assert_eq!(norrby.end_of(&test, sent).await, after(&test, sent.sent_at, 40));
        }
        // What opening begins, it begins under any ceiling.
        assert_eq!(read(&test, &decision).await.unwrap(), PDF);
        assert_eq!(norrby.end_of(&test, &decision).await, after(&test, test.now(), 7));
        test.days_pass(1).await;
        for sent in [&opened, &closed, &decision] {
            assert_eq!(read(&test, sent).await.unwrap(), PDF);
        }
    }

    async fn what_was_opened_before_a_rule_counts_from_then_when_the_rule_comes(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send_as(&test, Some("decision"), None).await;
        read(&test, &sent).await.unwrap();
        let opened = test.now();
        test.days_pass(2).await;
        norrby.decide(&test, decisions_from_opening()).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, opened, 7));
    }

    async fn what_its_sender_asked_for_stays_within_the_new_maximum(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (short, long) = (norrby.send_as(&test, None, Some(5)).await, norrby.send_as(&test, None, Some(35)).await);
        let policy = RetentionPolicy { maximum_days: 20, ..policy_of(15) };
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
        let sent = norrby.send_as(&test, None, None).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE delivery SET policy_version = NULL").await.unwrap();
        transaction.commit().await.unwrap();
        norrby.decide(&test, policy_of(10)).await;
        assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 30));
        let admin = norrby.admin(&test).await;
        let effect = test.portal.retention_effect(&admin, policy_of(5), None).await.unwrap();
        assert_eq!((effect.earlier.documents, effect.unchanged.documents), (0, 1));
    }

    async fn an_upload_that_began_before_a_decision_follows_it_afterwards(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let mut upload = test.begin(&norrby.system, "slow", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 1000)).await.unwrap();
        norrby.decide(&test, policy_of(10)).await;
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
            sent.push(norrby.send_as(&test, None, None).await);
        }
        // The version stands, but whoever decided on it was stopped before anything followed.
        norrby.decide(&test, policy_of(10)).await;
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
        let oldest = norrby.send_as(&test, Some("decision"), None).await;
        test.days_pass(8).await;
        let newest = norrby.send_as(&test, Some("decision"), None).await;
        norrby.send_as(&test, Some("letter"), None).await;
        norrby.send_as(&test, None, Some(12)).await;
        let admin = norrby.admin(&test).await;
        let mut policy = policy_of(40);
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
        let mut policy = policy_of(20);
        policy.default.reason = reason.clone();
        norrby.decide(&test, policy).await;
        let (by_rule, asked_for) = (norrby.send_as(&test, None, None).await, norrby.send_as(&test, None, Some(3)).await);
        let person = test.sign_in(0).await;
        for (sent, told) in [(by_rule, reason), (asked_for, RetentionReason::default())] {
            let case = test.portal.case(&person, sent.deliveries[0].case).await.unwrap();
            assert_eq!(case.messages[0].reason, told);
        }
    }

    async fn the_protocol_names_the_rule_and_its_version(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send_as(&test, None, Some(3)).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let sent = norrby.send_as(&test, Some("decision"), None).await;
        read(&test, &sent).await.unwrap();
        test.days_pass(9).await;
        let operator = test.operator();
        let mut rules = Vec::new();
        for number in 1..=2 {
            let protocol = test.portal.purge_protocol(&operator, norrby.id, number).await.unwrap();
            let rule = protocol.signed().statement().rules[0].rule.clone();
            rules.push((rule.retention_days, rule.counted_from, rule.policy_version));
        }
        assert_eq!(rules, [(3, CountedFrom::Sent, Some(1)), (7, CountedFrom::FirstOpened, Some(1))]);
    }

    async fn each_version_is_kept_with_who_decided_on_it_and_when(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, policy_of(10)).await;
        test.days_pass(1).await;
        norrby.decide(&test, policy_of(20)).await;
        let admin = norrby.admin(&test).await;
        let versions = test.portal.retention_versions(&admin, None).await.unwrap().versions;
        let seen: Vec<_> = versions.iter().map(|it| (it.version, it.policy.default.days, it.decided_by.as_deref())).collect();
        assert_eq!(seen, [(2, 20, Some("Karin Ödegård")), (1, 10, Some("Karin Ödegård"))]);
        assert!(versions[0].decided_at.since(versions[1].decided_at) >= DAY);
        assert_eq!(test.audited("retention.changed").await, 2);
    }

    async fn all_versions_can_be_seen_fifty_at_a_time(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        for round in 0..103 {
            norrby.decide(&test, policy_of(10 + round % 2)).await;
        }
        let admin = norrby.admin(&test).await;
        let (mut before, mut seen, mut pages) = (None, Vec::new(), Vec::new());
        loop {
            let found = test.portal.retention_versions(&admin, before).await.unwrap();
            pages.push(found.versions.len());
            seen.extend(found.versions.iter().map(|it| it.version));
            before = found.before;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(pages, [50, 50, 3]);
        assert_eq!(seen, (1..=103).rev().collect::<Vec<u32>>());
        for (before, shown) in [(51, 50), (4, 3), (1, 0), (0, 0), (u32::MAX, 50)] {
            let found = test.portal.retention_versions(&admin, Some(before)).await.unwrap();
            assert_eq!((found.versions.len(), found.before.is_some()), (shown, before == u32::MAX), "{before}");
        }
    }

    async fn what_is_no_policy_changes_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let admin = norrby.admin(&test).await;
        let decide = |version, policy, declared| test.portal.change_retention(&admin, whatever_goes(version), policy, declared);
        let refused = decide(0, RetentionPolicy { maximum_days: 41, ..policy_of(30) }, None).await;
        assert!(matches!(refused, Err(ChangeRetentionError::Policy(PolicyProblem::AboveCeiling { ceiling_days: 40 }))));
        let refused = decide(0, decisions_from_opening(), None).await;
        let unknown = PolicyProblem::UnknownType { document_type: "decision".to_owned() };
        assert!(matches!(refused, Err(ChangeRetentionError::Policy(problem)) if problem == unknown));
        assert!(matches!(decide(0, policy_of(30), None).await, Err(ChangeRetentionError::Unchanged)));
        assert!(matches!(decide(1, policy_of(10), None).await, Err(ChangeRetentionError::ChangedMeanwhile)));
        assert_eq!(test.rows("retention_policy").await, 0);
        assert_eq!(test.audited("retention.changed").await, 0);
        // A type that something was sent with is known, in whatever case.
        norrby.send_as(&test, Some("Decision"), None).await;
        decide(0, decisions_from_opening(), None).await.unwrap();
    }

    async fn the_same_that_is_sent_twice_also_at_once_is_one_version(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let admin = norrby.admin(&test).await;
        let (node, seen) = (test.another_node().await, whatever_goes(0));
        let (one, two) = tokio::join!(
            test.portal.change_retention(&admin, seen, policy_of(10), None),
            node.change_retention(&admin, seen, policy_of(10), None),
        );
        assert_eq!([one.unwrap(), two.unwrap()], [Decided::InForce; 2]);
        assert_eq!((test.rows("retention_policy").await, test.audited("retention.changed").await), (1, 1));
        // From another version, or to other rules, it is another decision.
        let decide = |version, days| test.portal.change_retention(&admin, whatever_goes(version), policy_of(days), None);
        assert!(matches!(decide(1, 10).await, Err(ChangeRetentionError::Unchanged)));
        assert!(matches!(decide(0, 11).await, Err(ChangeRetentionError::ChangedMeanwhile)));
        decide(1, 11).await.unwrap();
        decide(2, 10).await.unwrap();
        assert!(matches!(decide(0, 10).await, Err(ChangeRetentionError::ChangedMeanwhile)));
    }

    async fn no_more_goes_on_an_admins_word_than_they_saw(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send_as(&test, None, None).await;
        test.days_pass(9).await;
        let seen = norrby.effect(&test, policy_of(10)).await.counted_today;
        assert_eq!(seen, 0);
        // The page stood open until the day after.
        test.days_pass(2).await;
        let admin = norrby.admin(&test).await;
        let decide = |gone_today| {
            let seen = SeenEffect { version: 0, gone_today };
            test.portal.change_retention(&admin, seen, policy_of(10), None)
        };
        assert!(matches!(decide(seen).await, Err(ChangeRetentionError::MoreGoesToday)));
        test.portal.run_jobs().await.unwrap();
        assert_eq!((test.audited("retention.changed").await, test.audited("document.purged").await), (0, 0));
        decide(norrby.effect(&test, policy_of(10)).await.counted_today).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn an_admin_who_signed_in_lately_decides_and_an_auditor_looks(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let admin = norrby.admin(&test).await;
        let auditor = test.member(&admin, "olle@norrby.example", Role::Auditor).await;
        let sender = test.member(&admin, "eva@norrby.example", Role::Sender).await;
        test.portal.retention(&auditor).await.unwrap();
        test.portal.due_weeks(&auditor).await.unwrap();
        for actor in [&auditor, &sender] {
            let refused = test.portal.change_retention(actor, whatever_goes(0), policy_of(10), None).await;
            assert!(matches!(refused, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
            let refused = test.portal.retention_effect(actor, policy_of(10), None).await;
            assert!(matches!(refused, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        }
        // Who signed in a while ago sees what it would do, and decides nothing.
        test.clock.advance(Duration::from_secs(301));
        let stale = test.staff_in(admin.session()).await.unwrap();
        test.portal.retention_effect(&stale, policy_of(10), None).await.unwrap();
        let refused = test.portal.change_retention(&stale, whatever_goes(0), policy_of(10), None).await;
        assert!(matches!(refused, Err(ChangeRetentionError::Denied(Denied::StepUpNeeded))));
        assert!(matches!(test.portal.retention(&sender).await, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
    }

    async fn what_falls_due_is_told_week_by_week(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send_as(&test, None, Some(1)).await;
        norrby.send_as(&test, None, None).await;
        norrby.send_as(&test, None, None).await;
        let weeks = test.portal.due_weeks(&norrby.admin(&test).await).await.unwrap();
        let documents: Vec<u64> = weeks.iter().map(|week| week.documents).collect();
        assert_eq!(documents.iter().sum::<u64>(), 3);
        assert_eq!(documents.iter().filter(|documents| **documents == 2).count(), 1);
        let local = test.now().to_jiff().to_zoned(test.settings.time_zone.clone()).date();
        assert_eq!(weeks[0].from, local);
    }

    async fn what_falls_due_is_worked_out_for_few_at_once_who_are_in_nobodys_way(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let admin = norrby.admin(&test).await;
        let places = &test.portal.0.due_weeks;
        let turns = [places.take(norrby.id).await.unwrap(), places.take(norrby.id).await.unwrap()];
        assert!(matches!(test.portal.due_weeks(&admin).await, Err(ChangeRetentionError::Busy)));
        norrby.decide(&test, policy_of(10)).await;
        drop(turns);
        test.portal.due_weeks(&admin).await.unwrap();
    }
}

#[tokio::test]
async fn a_version_stands_also_where_nothing_can_follow_it_yet() {
    let test = TestPortal::on_sqlite().await;
    let norrby = Norrby::new(&test).await;
    let sent = norrby.send_as(&test, None, None).await;
    let run = async |sql: &str| {
        let transaction = test.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    };
    run("CREATE TRIGGER none_follows BEFORE UPDATE OF policy_version ON delivery BEGIN SELECT RAISE(ABORT, 'full'); END").await;
    norrby.decide(&test, policy_of(10)).await;
    assert_ne!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 10));
    run("DROP TRIGGER none_follows").await;
    assert_eq!(test.portal.run_jobs().await.unwrap().followed, 1);
    assert_eq!(norrby.end_of(&test, &sent).await, after(&test, sent.sent_at, 10));
}
