//! A full disk: a refusal of its own, nothing visible, nothing lost.

use sea_orm::{ConnectionTrait, Statement};

use crate::SendError;
use crate::blob::BlobError;
use crate::test_support::{PDF, TestPortal, draft, pieces};

/// Lets the portal's SQLite file grow by no more than so many pages.
async fn allow_pages(portal: &TestPortal, more: i64) {
    let transaction = portal.portal.0.database.write().await.unwrap();
    let read = Statement::from_string(transaction.get_database_backend(), "PRAGMA page_count");
    let pages: i64 = transaction
        .query_one_raw(read)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap();
    transaction
        .execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + more))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_full_database_refuses_and_shows_nothing_and_goes_on_when_there_is_room() {
    let portal = TestPortal::on_sqlite().await;
    let sender = portal.sender().await;
    let mut long = draft(1);
    long.body = "a".repeat(20_000);
    let mut upload = portal.begin(&sender, "key", long.clone()).await.unwrap();
    upload.document(0, pieces(PDF, 10)).await.unwrap();
    allow_pages(&portal, 0).await;
    assert!(matches!(upload.finish().await, Err(SendError::OutOfSpace)));
    assert_eq!(portal.rows("message").await, 0);
    allow_pages(&portal, 1_000_000).await;
    portal.clock.advance(std::time::Duration::from_secs(301));
    portal.portal.run_jobs().await.unwrap();
    assert_eq!(portal.blob_names().await, Vec::<String>::new());
    portal.send_all(&sender, "key", long, &[PDF]).await.unwrap();
}

#[test]
fn a_full_blob_store_is_told_apart_from_a_broken_one() {
    assert!(matches!(SendError::from(BlobError::OutOfSpace), SendError::OutOfSpace));
    assert!(matches!(SendError::from(BlobError::Short), SendError::Fault(_)));
}
