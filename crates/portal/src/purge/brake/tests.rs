//! What a wrong clock, and more than was foreseen, may and may not do.

use std::time::Duration;

use base::Timestamp;
use keyring::ContentOwner;

use super::*;
use crate::test_support::{PDF, TestPortal, bytes_of, draft, file, on_both_databases};
use crate::{MessageDraft, PurgeMode, ReadError, SystemActor};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Files in a message.
const FILES: usize = 40;

fn hours<const N: usize>(hours: [(i64, u64); N]) -> Hours {
    hours.into()
}

#[test]
fn what_was_foreseen_for_an_hour_is_not_counted() {
    assert_eq!(unforeseen(&hours([(7, 10)]), &hours([(7, 10)])), 0);
    assert_eq!(unforeseen(&hours([(7, 12)]), &hours([(7, 10)])), 2);
    assert_eq!(unforeseen(&hours([(7, 12), (8, 5)]), &hours([(7, 10)])), 7);
}

#[test]
fn what_did_not_come_lets_nothing_else_go() {
    assert_eq!(unforeseen(&hours([(7, 1), (8, 100)]), &hours([(7, 100), (8, 1)])), 99);
}

#[test]
fn a_share_of_all_may_go_and_never_fewer_than_fifty() {
    assert_eq!(allowed(0, 5), 50);
    assert_eq!(allowed(1_000, 5), 50);
    assert_eq!(allowed(1_020, 5), 51);
    assert_eq!(allowed(u64::MAX, 100), u64::MAX);
}

/// Sends so many messages of [`FILES`] documents each, and says when they expire.
async fn send_many(portal: &TestPortal, system: &SystemActor, first: usize, messages: usize) -> Timestamp {
    let mut expires_at = portal.now();
    for number in first..first + messages {
        let draft = MessageDraft {
            files: (0..FILES).map(|_| file("beslut.pdf", "application/pdf", PDF)).collect(),
            ..draft(1)
        };
        let contents = vec![PDF; FILES];
        let receipt = portal
            .send_all(system, &number.to_string(), draft, &contents)
            .await
            .unwrap();
        expires_at = receipt.deliveries[0].expires_at;
    }
    expires_at
}

/// A message to one person without documents.
fn draft_of_text() -> MessageDraft {
    MessageDraft {
        files: Vec::new(),
        ..draft(1)
    }
}

/// How many documents were purged.
async fn purged(portal: &TestPortal) -> usize {
    portal.audited("document.purged").await
}

on_both_databases! {
    async fn a_clock_a_year_ahead_destroys_nothing_and_when_it_is_right_again_everything_opens(portal: TestPortal) {
        let portal = portal.guarded().await;
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        let person = portal.sign_in(0).await;
        let document = portal.only_document(&person, &receipt.deliveries[0]).await;
        portal.portal.run_jobs().await.unwrap();
        let before = portal.now();
        let secrets = portal.portal.0.vault.provider().day_secrets().await.unwrap();

        portal.clock.set(before + DAY * 365);
        let report = portal.portal.run_jobs().await.unwrap();
        let clock = before + DAY * 365;
        let reason = StopReason::ClockAhead { latest: before, clock };
        assert_eq!(report.stopped, Some(PurgeStopped { reason, documents: 1 }));
        assert_eq!((report.days, report.sessions, report.purge.documents), (0, 0, 0));
        // Also at the command line, and after a restart.
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        portal.another_node().await.run_jobs().await.unwrap();
        let left = portal.portal.0.vault.provider().day_secrets().await.unwrap();
        assert!(secrets.iter().all(|secret| left.contains(secret)));
        assert_eq!(portal.content_keys().await, 2);
        // Meanwhile nobody reads it.
        let late = portal.sign_in(0).await;
        assert!(matches!(portal.view(&late, document, None).await, Err(ReadError::NotFound)));
        assert_eq!(portal.audited("purge.stopped").await, 1);

        portal.clock.set(before + HOUR);
        assert_eq!(portal.portal.run_jobs().await.unwrap().stopped, None);
        let person = portal.sign_in(0).await;
        let content = portal.view(&person, document, None).await.unwrap();
        assert_eq!(bytes_of(content).await.unwrap(), PDF);
    }

    async fn after_a_long_standstill_the_operator_confirms_what_waits(portal: TestPortal) {
        let portal = portal.guarded().await;
        let system = portal.sender().await;
        let expires_at = send_many(&portal, &system, 0, 2).await;
        portal.portal.run_jobs().await.unwrap();
        portal.clock.set(expires_at + DAY);
        assert_eq!(portal.portal.run_jobs().await.unwrap().stopped.unwrap().documents, 80);
        assert_eq!(portal.portal.purge_stopped().await.unwrap().unwrap().documents, 80);

        let operator = portal.operator();
        let refused = portal.portal.confirm_purge(&operator, 79).await;
        assert!(matches!(refused, Err(ConfirmPurgeError::More { documents: 80 })));
        portal.portal.confirm_purge(&operator, 80).await.unwrap();
        let report = portal.another_node().await.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 80));
        assert!(report.days > 0);
        let twice = portal.portal.confirm_purge(&operator, 80).await;
        assert!(matches!(twice, Err(ConfirmPurgeError::NothingWaits)));
        assert_eq!(portal.audited("purge.confirmed").await, 1);
    }

    async fn what_was_foreseen_goes_by_itself_however_much_it_is(portal: TestPortal) {
        let system = portal.sender().await;
        let expires_at = send_many(&portal, &system, 0, 3).await;
        portal.clock.set(expires_at - DAY);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.set(expires_at);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 120));
    }

    async fn more_than_was_foreseen_waits_unreadable_with_its_keys_and_days(portal: TestPortal) {
        let system = portal.sender().await;
        let expires_at = send_many(&portal, &system, 0, 2).await;
        portal.portal.run_jobs().await.unwrap();
        // Two days at once, which no forecast of the day before speaks of.
        portal.clock.set(expires_at - DAY * 2);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.set(expires_at + DAY);
        let report = portal.portal.run_jobs().await.unwrap();
        let reason = StopReason::Unforeseen { documents: 80, allowed: 50 };
        assert_eq!(report.stopped, Some(PurgeStopped { reason, documents: 80 }));
        assert_eq!((report.days, purged(&portal).await), (0, 0));
        assert_eq!(portal.content_keys().await, 82);
        let person = portal.sign_in(0).await;
        assert!(portal.portal.inbox(&person).await.unwrap().is_empty());
        // It waits however long it takes; that it does is written down once.
        portal.clock.advance(DAY);
        assert!(portal.portal.run_jobs().await.unwrap().stopped.is_some());
        assert_eq!(portal.audited("purge.stopped").await, 1);

        portal.portal.confirm_purge(&portal.operator(), 80).await.unwrap();
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.documents, 80);
        assert_eq!(portal.content_keys().await, 0);
    }

    async fn a_little_more_than_foreseen_goes_but_not_bit_by_bit(portal: TestPortal) {
        let system = portal.sender().await;
        let first = send_many(&portal, &system, 0, 1).await;
        portal.clock.advance(DAY);
        let second = send_many(&portal, &system, 1, 1).await;
        // No round before, so that nothing is foreseen.
        portal.clock.set(first);
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.documents, 40);
        let statement = "UPDATE purge_forecast SET documents = 0";
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(statement).await.unwrap();
        transaction.commit().await.unwrap();
        portal.clock.set(second - HOUR);
        let deliveries = "UPDATE delivery SET expires_at = expires_at - 3600000";
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(deliveries).await.unwrap();
        transaction.commit().await.unwrap();
        let stopped = portal.portal.run_jobs().await.unwrap().stopped.unwrap();
        assert_eq!(stopped.reason, StopReason::Unforeseen { documents: 80, allowed: 50 });
        // A day after the first have gone there is room for as many again.
        portal.clock.advance(HOUR * 2);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 40));
    }

    async fn what_went_days_ago_lets_nothing_go_whose_end_is_moved_to_its_hour(portal: TestPortal) {
        let system = portal.sender().await;
        let ended = send_many(&portal, &system, 0, 2).await;
        portal.clock.set(ended - DAY);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.set(ended);
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.documents, 80);
        send_many(&portal, &system, 2, 2).await;
        portal.clock.set(ended + DAY * 3);
        assert_eq!(portal.portal.run_jobs().await.unwrap().stopped, None);

        let moved = format!("UPDATE delivery SET expires_at = {} WHERE purged_at IS NULL", ended.as_millis());
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(&moved).await.unwrap();
        transaction.commit().await.unwrap();
        let stopped = portal.portal.run_jobs().await.unwrap().stopped.unwrap();
        assert_eq!(stopped.reason, StopReason::Unforeseen { documents: 80, allowed: 50 });
    }

    async fn what_was_foreseen_and_did_not_go_yet_still_may_days_later(portal: TestPortal) {
        let system = portal.sender().await;
        let ended = send_many(&portal, &system, 0, 2).await;
        portal.clock.set(ended - DAY);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.set(ended + DAY * 3);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped, report.purge.documents), (None, 80));
    }

    async fn messages_without_documents_count_in_the_share_as_they_do_in_what_falls_due(portal: TestPortal) {
        let system = portal.sender().await;
        let reader = portal.portal.0.database.reader();
        portal.send_all(&system, "text", draft_of_text(), &[]).await.unwrap();
        assert_eq!(forecast::living(reader).await.unwrap(), 1);
        send_many(&portal, &system, 0, 1).await;
        assert_eq!(forecast::living(reader).await.unwrap(), 41);
    }

    async fn what_was_revoked_needs_no_word(portal: TestPortal) {
        let portal = portal.guarded().await;
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        send_many(&portal, &system, 2, 2).await;
        portal.portal.run_jobs().await.unwrap();
        let before = portal.now();
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        portal.clock.set(before + DAY * 365);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.stopped.unwrap().documents, report.purge.documents), (80, 1));
        let owner = ContentOwner::Message(receipt.id);
        let key = portal.portal.0.vault.content_key(system.organisation_id(), owner).await.unwrap();
        assert!(key.is_none());
    }

    async fn a_clock_that_is_behind_stops_the_purge_and_can_not_be_confirmed(portal: TestPortal) {
        portal.portal.run_jobs().await.unwrap();
        let latest = portal.now();
        portal.clock.set(latest - DAY * 365);
        let report = portal.portal.run_jobs().await.unwrap();
        let reason = StopReason::ClockBehind { latest, clock: latest - DAY * 365 };
        assert_eq!(report.stopped, Some(PurgeStopped { reason, documents: 0 }));
        let refused = portal.portal.confirm_purge(&portal.operator(), 0).await;
        assert!(matches!(refused, Err(ConfirmPurgeError::ClockBehind)));
        portal.clock.set(latest);
        assert_eq!(portal.portal.run_jobs().await.unwrap().stopped, None);
    }
}
