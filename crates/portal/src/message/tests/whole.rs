//! A message becomes visible whole.

use crate::EventKind;
use crate::test_support::{PDF, draft, file, on_each_storage, pieces};

on_each_storage! {
    async fn a_message_reaches_each_recipient_in_a_case_of_their_own(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = portal.send(&sender, "key", 2).await;
        assert!(!receipt.repeated);
        assert_eq!(receipt.sent_at, portal.now());
        let [first, second] = receipt.deliveries.as_slice() else { panic!("two deliveries") };
        assert_ne!(first.case, second.case);
        assert_ne!(first.delivery, second.delivery);
        // Sent on the 22nd, readable for 30 whole days: until the midnight in Stockholm that ends 22 December.
        assert_eq!(first.expires_at.to_rfc3339(), "2026-12-22T23:00:00Z");
        assert_eq!(portal.blob_names().await.len(), 1);

        let status = portal.portal.message_status(&sender, receipt.id).await.unwrap();
        assert_eq!(status.document_type.as_deref(), Some("decision"));
        let listed: Vec<_> = status.deliveries.iter().map(|delivery| delivery.delivery).collect();
        assert_eq!(listed, [first.delivery, second.delivery]);
        for delivery in &status.deliveries {
            assert_eq!((delivery.opened_at, delivery.revoked_at, delivery.purged_at), (None, None, None));
            assert!(!delivery.expired);
        }

        let events = portal.portal.events(&sender, 0, 10).await.unwrap();
        let told: Vec<_> = events.iter().map(|event| (event.sequence, event.kind, event.delivery)).collect();
        assert_eq!(told, [
            (1, EventKind::Delivered, Some(first.delivery)),
            (2, EventKind::Delivered, Some(second.delivery)),
        ]);
    }

    async fn nothing_is_visible_before_the_last_step(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        upload.document(0, pieces(PDF, 7)).await.unwrap();
        assert!(portal.portal.events(&sender, 0, 10).await.unwrap().is_empty());
        let receipt = upload.finish().await.unwrap();
        assert!(portal.portal.message_status(&sender, receipt.id).await.is_ok());
    }

    async fn a_message_may_have_many_files_or_none(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut many = draft(1);
        many.files = (0..5).map(|index| file(&format!("{index}.txt"), "text/plain", b"hej")).collect();
        portal.send_all(&sender, "many", many, &[b"hej".as_slice(); 5]).await.unwrap();
        assert_eq!(portal.blob_names().await.len(), 5);
        let mut none = draft(1);
        none.files.clear();
        portal.send_all(&sender, "none", none, &[]).await.unwrap();
    }

    async fn a_large_file_comes_in_pieces_of_any_size(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut content = PDF.to_vec();
        content.resize(3 * 65_536 + 17, b'x');
        for (key, size) in [("one", content.len()), ("two", 65_536), ("three", 4_099)] {
            let mut draft = draft(1);
            draft.files = vec![file("stor.pdf", "application/pdf", &content)];
            let mut upload = portal.begin(&sender, key, draft).await.unwrap();
            upload.document(0, pieces(&content, size)).await.unwrap();
            upload.finish().await.unwrap();
        }
        assert_eq!(portal.blob_names().await.len(), 3);
    }
}
