//! A request that is sent again makes no second message.

use std::time::Duration;

use crate::test_support::{PDF, draft, file, on_both_databases, pieces};
use crate::{FileProblem, SendError};

on_both_databases! {
    async fn a_repeat_gets_the_first_receipt_and_stores_nothing(portal: TestPortal) {
        let sender = portal.sender().await;
        let first = portal.send(&sender, "key", 2).await;
        portal.clock.advance(Duration::from_secs(3600));
        let second = portal.send(&sender, "key", 2).await;
        assert!(second.repeated);
        assert_eq!((second.id, second.sent_at, &second.deliveries), (first.id, first.sent_at, &first.deliveries));
        assert_eq!(portal.blob_names().await.len(), 1);
        assert_eq!(portal.rows("message").await, 1);
        assert_eq!(portal.rows("delivery").await, 2);
        assert_eq!(portal.rows("intent").await, 0);
    }

    async fn the_same_key_for_anything_else_is_refused(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.send(&sender, "key", 1).await;
        let mut title = draft(1);
        title.title.push('!');
        let mut body = draft(1);
        body.body.clear();
        let mut kind = draft(1);
        kind.document_type = None;
        let mut days = draft(1);
        days.retention_days = Some(30);
        let mut name = draft(1);
        name.files[0].name = "annat.pdf".to_owned();
        let mut email = draft(1);
        email.recipients[0].email = Some("asa@example.se".to_owned());
        for other in [title, body, kind, days, name, email, draft(2)] {
            let refused = portal.send_all(&sender, "key", other, &[PDF]).await;
            assert!(matches!(refused, Err(SendError::KeyReused)));
        }
        let mut content = PDF.to_vec();
        content[10] ^= 1;
        let refused = portal.send_all(&sender, "key", draft(1), &[&content]).await;
        assert!(matches!(refused, Err(SendError::KeyReused)));
        assert_eq!(portal.rows("message").await, 1);
    }

    async fn a_repeat_is_held_to_the_same_rules_as_the_first(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.send(&sender, "key", 1).await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        let refused = upload.document(0, pieces(&PDF[1..], 10)).await;
        assert!(matches!(refused, Err(SendError::File { problem: FileProblem::SizeMismatch, .. })));
    }

    async fn a_key_belongs_to_one_system(portal: TestPortal) {
        let first = portal.sender().await;
        let second = portal.sender_named("Söderby kommun").await;
        assert_ne!(portal.send(&first, "key", 1).await.id, portal.send(&second, "key", 1).await.id);
    }

    async fn while_one_request_is_received_another_waits(portal: TestPortal) {
        let sender = portal.sender().await;
        let upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        match portal.begin(&sender, "key", draft(1)).await {
            Err(SendError::StillReceiving { retry_after }) => assert_eq!(retry_after, Duration::from_secs(10)),
            other => panic!("{other:?}"),
        }
        drop(upload);
    }

    async fn of_many_requests_at_once_one_is_received(portal: TestPortal) {
        let sender = portal.sender().await;
        let attempts = futures::future::join_all((0..8).map(|_| portal.begin(&sender, "key", draft(1)))).await;
        assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1);
        for refused in attempts.iter().filter_map(|attempt| attempt.as_ref().err()) {
            assert!(matches!(refused, SendError::StillReceiving { .. }));
        }
    }

    async fn a_long_upload_keeps_its_lease(portal: TestPortal) {
        let sender = portal.sender().await;
        let content = [PDF, &[b' '; 10_000]].concat();
        let mut slow = draft(1);
        slow.files = vec![file("beslut.pdf", "application/pdf", &content)];
        let mut upload = portal.begin(&sender, "key", slow).await.unwrap();
        let clock = portal.clock.clone();
        let minutes = futures::StreamExt::map(pieces(&content, 200), move |piece| {
            clock.advance(Duration::from_secs(60));
            piece
        });
        upload.document(0, minutes).await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        upload.finish().await.unwrap();
    }

    async fn a_key_is_forgotten_after_seven_days(portal: TestPortal) {
        let sender = portal.sender().await;
        let first = portal.send(&sender, "key", 1).await;
        portal.clock.advance(Duration::from_secs(7 * 86_400 - 1));
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.send(&sender, "key", 1).await.id, first.id);
        portal.clock.advance(Duration::from_secs(1));
        assert_ne!(portal.send(&sender, "key", 1).await.id, first.id);
        portal.clock.advance(Duration::from_secs(8 * 86_400));
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("idempotency").await, 0);
    }

    async fn keys_of_different_requests_do_not_wait_for_each_other(portal: TestPortal) {
        let sender = portal.sender().await;
        let keys: Vec<String> = (0..10).map(|index| format!("key-{index}")).collect();
        let receipts = futures::future::join_all(keys.iter().map(|key| portal.send(&sender, key, 3))).await;
        assert_eq!(receipts.len(), 10);
        let events = portal.portal.events(&sender, 0, 100).await.unwrap();
        let sequence: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequence, (1..=30).collect::<Vec<_>>());
    }
}
