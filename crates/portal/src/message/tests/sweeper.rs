//! What the sweeper leaves alone, and what can't hold it up.

use std::time::Duration;

use crate::test_support::{PDF, draft, on_both_databases, pieces};

/// Longer than any lease, and then longer than a swept intent is kept.
const LEASE_OVER: Duration = Duration::from_secs(301);
const INTENT_OVER: Duration = Duration::from_secs(3601);

on_both_databases! {
    async fn one_blob_that_can_not_be_deleted_holds_up_no_other_upload(portal: TestPortal) {
        let sender = portal.sender().await;
        for key in ["first", "second", "third"] {
            let mut upload = portal.begin(&sender, key, draft(1)).await.unwrap();
            upload.document(0, pieces(PDF, 1000)).await.unwrap();
            std::mem::forget(upload);
        }
        // A folder that is not empty lies where the first blob was.
        let stuck = portal.folder().join("blobs").join(&portal.blob_names().await[0]);
        std::fs::remove_file(&stuck).unwrap();
        std::fs::create_dir_all(stuck.join("folder")).unwrap();
        portal.clock.advance(LEASE_OVER);
        assert!(portal.portal.run_jobs().await.is_err());
        assert_eq!(portal.blob_names().await, Vec::<String>::new());
        assert_eq!(portal.content_keys().await, 0);
        std::fs::remove_dir_all(&stuck).unwrap();
        portal.clock.advance(INTENT_OVER);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("intent").await, 0);
    }

    async fn by_a_clock_that_is_far_ahead_no_upload_is_swept_for_the_last_time(portal: TestPortal) {
        let portal = portal.guarded().await;
        let sender = portal.sender().await;
        let upload = portal.begin(&sender, "key", draft(1)).await.unwrap();
        std::mem::forget(upload);
        portal.clock.advance(LEASE_OVER);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.advance(INTENT_OVER * 24 * 365);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("intent").await, 1);
    }

    async fn the_sweeper_never_touches_what_no_intent_names(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.send(&sender, "key", 1).await;
        let stray = portal.folder().join("blobs/organisations/stray");
        std::fs::write(&stray, "not ours").unwrap();
        portal.clock.advance(INTENT_OVER);
        portal.portal.run_jobs().await.unwrap();
        assert!(stray.exists());
        assert_eq!(portal.blob_names().await.len(), 2);
    }
}
