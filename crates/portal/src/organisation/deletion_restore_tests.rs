//! What becomes of a deleted organisation when a copy from before is put back.

use std::path::Path;
use std::time::Duration;

use base::OrganisationId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::deletion_tests::{DAY, is_erased, organisation_keys};
use crate::test_support::{Norrby, PASSWORD, TestPortal, copy, secret};
use crate::{BlobSettings, HoldScope, LedgerSettings, OpenError, Portal, ProviderSettings, StaffSignInError};

/// Copies as they were made at some time, in a portal of their own with the ledger as it is now.
async fn restored(test: &TestPortal, copies: &Path) -> Result<Portal, OpenError> {
    let mut settings = test.settings.clone();
    let url = |name: &str| base::SecretString::new(format!("sqlite:{}", copies.join(name).display()));
    settings.database_url = url("portal.db");
    settings.vault_url = url("vault.db");
    settings.provider = ProviderSettings::Folder(copies.join("provider"));
    settings.blobs = BlobSettings::Folder(copies.join("blobs"));
    settings.ledger = LedgerSettings::Folder(test.folder().join("ledger"));
    Portal::open(settings, test.clock.clock()).await
}

async fn standing(node: &Portal, organisation: OrganisationId) -> u64 {
    use crate::delivery::entity::{Column, Entity};
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::PurgedAt.is_null())
        .count(node.0.database.reader())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_deletion_that_was_told_and_failed_is_done_to_no_copy() {
    let test = TestPortal::on_sqlite().await;
    let norrby = Norrby::new(&test).await;
    norrby.send(&test, 1, 30).await;
    let copies = tempfile::tempdir().unwrap();
    copy(test.folder(), copies.path());
    let database = &test.portal.0.database;
    test.no_batches(database, true).await;
    assert!(norrby.delete(&test).await.is_err());
    test.no_batches(database, false).await;
    test.clock.advance(Duration::from_secs(5 * 60));
    test.portal.run_jobs().await.unwrap();
    let node = restored(&test, copies.path()).await.unwrap();
    assert_eq!(standing(&node, norrby.id).await, 1);
    let listed = node.list_organisations(&test.operator()).await.unwrap();
    assert!(listed.iter().all(|listed| listed.deleted_at.is_none()));
}

#[tokio::test]
async fn a_copy_from_before_is_deleted_again_when_it_is_opened() {
    let test = TestPortal::on_sqlite().await;
    let norrby = Norrby::new(&test).await;
    let other = test.sender_named("Söderby kommun").await;
    let (sent, kept) = (norrby.send(&test, 1, 40).await, test.send(&other, "kept", 1).await);
    let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
    let copies = [(); 3].map(|()| tempfile::tempdir().unwrap());
    copy(test.folder(), copies[0].path());
    norrby.lift(&test, hold).await;
    test.clock.advance(7 * DAY);
    copy(test.folder(), copies[1].path());
    norrby.delete(&test).await.unwrap();

    // It is told that it was deleted, and not yet that the last of it is gone.
    let node = restored(&test, copies[1].path()).await.unwrap();
    assert_eq!(standing(&node, norrby.id).await, 0);
    assert!(node.organisation_at("norrby-kommun").await.unwrap().is_none());
    let (password, request) = (secret(PASSWORD), test.request());
    let refused = node.staff_password("norrby-kommun", "karin@norrby.example", &password, &request);
    assert!(matches!(refused.await, Err(StaffSignInError::Refused)));
    assert!(!is_erased(&node, &test, norrby.id).await);
    node.run_jobs().await.unwrap();
    assert!(is_erased(&node, &test, norrby.id).await);
    assert_eq!(organisation_keys(&node).await, 1);
    assert_eq!(standing(&node, other.organisation_id()).await, 1);
    node.close().await;

    test.portal.run_jobs().await.unwrap();
    assert!(is_erased(&test.portal, &test, norrby.id).await);
    copy(test.folder(), copies[2].path());
    // A copy in which a hold stands: the last of it was destroyed long after that.
    for copies in [&copies[0], &copies[2]] {
        let node = restored(&test, copies.path()).await.unwrap();
        assert_eq!(organisation_keys(&node).await, 1);
        let owner = keyring::ContentOwner::Message(sent.id);
        assert!(node.0.vault.content_key(norrby.id, owner).await.unwrap().is_none());
        let owner = keyring::ContentOwner::Message(kept.id);
        assert!(
            node.0
                .vault
                .content_key(other.organisation_id(), owner)
                .await
                .unwrap()
                .is_some()
        );
        node.run_jobs().await.unwrap();
        test.clock.advance(8 * DAY);
        node.run_jobs().await.unwrap();
        assert!(is_erased(&node, &test, norrby.id).await);
        node.close().await;
    }
}
