//! What a sender may know and do afterwards.

use std::time::Duration;

use base::Ids;

use crate::test_support::{draft, on_both_databases};
use crate::{EventKind, Scope, SystemError};

on_both_databases! {
    async fn a_message_can_be_taken_back_once_and_again(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = portal.send(&sender, "key", 2).await;
        portal.clock.advance(Duration::from_secs(60));
        portal.portal.revoke_message(&sender, receipt.id).await.unwrap();
        let at = portal.now();
        portal.clock.advance(Duration::from_secs(60));
        portal.portal.revoke_message(&sender, receipt.id).await.unwrap();
        let status = portal.portal.message_status(&sender, receipt.id).await.unwrap();
        assert!(status.deliveries.iter().all(|delivery| delivery.revoked_at == Some(at)));
        let kinds: Vec<_> = portal.portal.events(&sender, 2, 10).await.unwrap().iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Revoked, EventKind::Revoked]);
    }

    async fn what_was_taken_back_is_destroyed_by_the_next_purge(portal: TestPortal) {
        let sender = portal.sender().await;
        let revoked = portal.send(&sender, "revoked", 1).await;
        let kept = portal.send(&sender, "kept", 1).await;
        portal.portal.revoke_message(&sender, revoked.id).await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.blob_names().await.len(), 1);
        assert_eq!(portal.content_keys().await, 2);
        let status = portal.portal.message_status(&sender, revoked.id).await.unwrap();
        assert!(status.deliveries[0].purged_at.is_some());
        let status = portal.portal.message_status(&sender, kept.id).await.unwrap();
        assert_eq!(status.deliveries[0].purged_at, None);
    }

    async fn an_expired_delivery_says_so(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = portal.send(&sender, "key", 1).await;
        portal.clock.set(receipt.deliveries[0].expires_at - Duration::from_millis(1));
        let status = portal.portal.message_status(&sender, receipt.id).await.unwrap();
        assert!(!status.deliveries[0].expired);
        portal.clock.advance_millis(1);
        let status = portal.portal.message_status(&sender, receipt.id).await.unwrap();
        assert!(status.deliveries[0].expired);
    }

    async fn another_organisations_message_is_like_one_that_never_was(portal: TestPortal) {
        let sender = portal.sender().await;
        let other = portal.sender_named("Söderby kommun").await;
        let receipt = portal.send(&sender, "key", 1).await;
        let unknown = Ids::new(portal.clock.clock()).next();
        for message in [receipt.id, unknown] {
            let status = portal.portal.message_status(&other, message).await;
            assert!(matches!(status, Err(SystemError::NotFound)));
            let revoked = portal.portal.revoke_message(&other, message).await;
            assert!(matches!(revoked, Err(SystemError::NotFound)));
        }
        assert!(portal.portal.events(&other, 0, 10).await.unwrap().is_empty());
        let status = portal.portal.message_status(&sender, receipt.id).await.unwrap();
        assert_eq!(status.deliveries[0].revoked_at, None);
    }

    async fn each_question_needs_its_scope(portal: TestPortal) {
        let full = portal.sender().await;
        let receipt = portal.send(&full, "key", 1).await;
        let bare = portal.sender_with("Söderby kommun", &[]).await;
        let missing = [
            portal.portal.message_status(&bare, receipt.id).await.err(),
            portal.portal.revoke_message(&bare, receipt.id).await.err(),
            portal.portal.events(&bare, 0, 10).await.err(),
            portal.portal.match_recipients(&bare, Vec::new()).await.err(),
        ];
        let scopes: Vec<_> = missing.iter().map(|error| error.as_ref().and_then(SystemError::missing_scope)).collect();
        let expected = [Scope::MessagesRead, Scope::MessagesSend, Scope::EventsRead, Scope::RecipientsMatch];
        assert_eq!(scopes, expected.map(Some));
    }

    async fn events_come_in_pages_and_go_on_from_a_cursor(portal: TestPortal) {
        let sender = portal.sender().await;
        for key in ["a", "b", "c"] {
            portal.send(&sender, key, 1).await;
        }
        let sequence = async |after, limit| {
            let events = portal.portal.events(&sender, after, limit).await.unwrap();
            events.iter().map(|event| event.sequence).collect::<Vec<_>>()
        };
        assert_eq!(sequence(0, 2).await, [1, 2]);
        assert_eq!(sequence(2, 2).await, [3]);
        assert!(sequence(3, 2).await.is_empty());
        assert!(sequence(u64::MAX, 2).await.is_empty());
        assert_eq!(sequence(0, usize::MAX).await, [1, 2, 3]);
    }

    async fn a_person_matches_when_they_have_an_address_for_notifications(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut draft = draft(2);
        draft.recipients[1].email = Some("asa@example.se".to_owned());
        portal.send_all(&sender, "key", draft, &[crate::test_support::PDF]).await.unwrap();
        let numbers = [0, 1, 2, 1].map(crate::test_support::number).to_vec();
        let matched = portal.portal.match_recipients(&sender, numbers).await.unwrap();
        assert_eq!(matched, [false, true, false, true]);
    }
}
