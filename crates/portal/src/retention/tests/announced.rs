//! What rules announce to the purge's brake.

use base::Timestamp;
use sea_orm::{ConnectionTrait as _, Statement};

use super::decisions_from_opening;
use crate::test_support::{
    Norrby, PDF, TestPortal, after, document_id, draft, file, on_both_databases, policy_of, rule,
};
use crate::{ContentUse, CountedFrom, HoldScope};

/// How many documents were announced to the purge.
async fn announced(test: &TestPortal) -> i64 {
    const ANNOUNCED: &str = "SELECT CAST(SUM(documents) AS BIGINT) FROM purge_announced";
    let reader = test.portal.0.database.reader();
    let question = Statement::from_string(reader.get_database_backend(), ANNOUNCED);
    let row = reader.query_one_raw(question).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Sends sixty documents, and says when.
async fn send_sixty(test: &TestPortal, norrby: &Norrby) -> Timestamp {
    for key in ["1", "2"] {
        let mut thirty = draft(1);
        thirty.files = vec![file("beslut.pdf", "application/pdf", PDF); 30];
        test.send_all(&norrby.system, key, thirty, &[PDF; 30]).await.unwrap();
    }
    test.now()
}

on_both_databases! {
    async fn what_a_decision_ends_at_once_is_announced_to_the_purge(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        for (key, files) in [("1", 30), ("2", 29), ("3", 1), ("4", 0)] {
            let mut draft = draft(1);
            draft.files = vec![file("beslut.pdf", "application/pdf", PDF); files];
            test.send_all(&norrby.system, key, draft, &vec![PDF; files]).await.unwrap();
        }
        test.days_pass(5).await;
        norrby.decide(&test, policy_of(3)).await;
        // A message without documents counts as one, and one with some as so many.
        assert_eq!(announced(&test).await, 61);
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents, report.purge.messages), (None, 60, 4));
    }

    async fn the_brake_counts_a_document_in_each_hour_in_which_it_ends_for_somebody_and_so_does_the_announcement(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, decisions_from_opening()).await;
        let mut draft = draft(3);
        draft.document_type = Some("decision".to_owned());
        draft.files = vec![file("beslut.pdf", "application/pdf", PDF); 2];
        let sent = test.send_all(&norrby.system, "1", draft, &[PDF; 2]).await.unwrap();
        // One opens it today, one tomorrow and one not at all: two are past their end by the shorter rule, in different hours.
        for index in 0..2 {
            let person = test.sign_in(index).await;
            let view = test.portal.case(&person, sent.deliveries[index].case).await.unwrap();
            let document = document_id(&view.messages[0].documents[0]);
            test.portal.open_content(&person, document, ContentUse::View, None).await.unwrap();
            test.days_pass(1).await;
        }
        test.days_pass(3).await;
        let mut shorter = decisions_from_opening();
        shorter.types[0].rule = rule(1, CountedFrom::FirstOpened);
        let effect = norrby.effect(&test, shorter.clone()).await;
        assert_eq!((effect.gone_today.messages, effect.counted_today), (0, 4), "the message stays for the third");
        norrby.decide(&test, shorter).await;
        assert_eq!(announced(&test).await, 4);
    }

    async fn what_is_held_is_not_announced(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let held = norrby.send_as(&test, None, None).await;
        norrby.hold(&test, &held, HoldScope::Case).await;
        norrby.send_as(&test, None, None).await;
        test.days_pass(5).await;
        let effect = norrby.effect(&test, policy_of(3)).await;
        assert_eq!((effect.held.documents, effect.counted_today), (1, 1));
        norrby.decide(&test, policy_of(3)).await;
        assert_eq!(announced(&test).await, 1);
    }

    async fn what_a_decision_announced_is_announced_no_more_when_it_is_taken_back(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent_at = send_sixty(&test, &norrby).await;
        test.days_pass(5).await;
        // What the operator confirmed is nobody's rules'.
        let transaction = test.portal.0.database.write().await.unwrap();
        let values = [uuid::Uuid::from_u128(7).into(), test.now().as_millis().into()];
        let confirmed = "INSERT INTO purge_announced (id, at, documents) VALUES ($1, $2, 7)";
        let confirmed = Statement::from_sql_and_values(transaction.get_database_backend(), confirmed, values);
        transaction.execute_raw(confirmed).await.unwrap();
        transaction.commit().await.unwrap();
        for _ in 0..2 {
            norrby.decide(&test, policy_of(5)).await;
            assert_eq!(announced(&test).await, 67);
            norrby.decide(&test, policy_of(30)).await;
            assert_eq!(announced(&test).await, 7);
        }
        // What another decision leaves where the one before it put it still goes, and is still announced.
        norrby.decide(&test, policy_of(5)).await;
        let mut reworded = policy_of(5);
        reworded.default.reason.purpose = "Handläggning".to_owned();
        norrby.decide(&test, reworded).await;
        assert_eq!(announced(&test).await, 67);
        test.clock.set(after(&test, sent_at, 5));
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 60));
    }

    async fn what_has_ended_by_a_decision_stays_announced_when_that_is_taken_back(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        send_sixty(&test, &norrby).await;
        test.days_pass(5).await;
        norrby.decide(&test, policy_of(3)).await;
        // It has ended, and nothing brings it back.
        norrby.decide(&test, policy_of(30)).await;
        assert_eq!(announced(&test).await, 60);
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 60));
        norrby.decide(&test, policy_of(20)).await;
        assert_eq!(announced(&test).await, 60);
    }

    async fn what_was_foreseen_before_it_was_put_off_is_not_announced_when_it_is_put_back(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.decide(&test, policy_of(5)).await;
        send_sixty(&test, &norrby).await;
        test.days_pass(5).await;
        norrby.decide(&test, policy_of(30)).await;
        norrby.decide(&test, policy_of(5)).await;
        assert_eq!(announced(&test).await, 0);
    }
}
