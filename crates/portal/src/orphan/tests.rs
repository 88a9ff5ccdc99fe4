//! What counts as an orphan, when it goes, and what is never touched.

use std::time::Duration;

use base::{DocumentId, OrganisationId};
use bytes::Bytes;
use keyring::ContentOwner;

use super::{AGAIN_AFTER, DeleteOrphansError, MOST, Orphans, Then, look};
use crate::test_support::{PDF, TestPortal, draft, on_each_storage, pieces};
use crate::{ContentUse, SystemActor};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A message that lives, and its sender.
async fn living(portal: &TestPortal) -> (SystemActor, DocumentId) {
    let system = portal.sender().await;
    let receipt = portal.send(&system, "1", 1).await;
    let person = portal.sign_in(0).await;
    let document = portal.only_document(&person, &receipt.deliveries[0]).await;
    (system, document)
}

/// Keys that nothing names, as many as asked for.
async fn keys_alone(portal: &TestPortal, organisation: OrganisationId, count: usize) {
    let context = &portal.portal.0;
    let owners: Vec<_> = (0..count).map(|_| ContentOwner::Document(context.ids.next())).collect();
    let day = portal.now().day().plus_days(20);
    context
        .vault
        .new_content_keys(organisation, &owners, day)
        .await
        .unwrap();
}

async fn blob_alone(portal: &TestPortal, organisation: OrganisationId, document: DocumentId) {
    let mut writer = portal.portal.0.blobs.writer(organisation, document);
    writer.write(Bytes::from_static(b"nobody's")).await.unwrap();
    writer.finish().await.unwrap();
}

on_each_storage! {
    async fn what_nothing_names_goes_after_seven_days_and_is_written_down(portal: TestPortal) {
        let (system, document) = living(&portal).await;
        keys_alone(&portal, system.organisation_id(), 1).await;
        let lost: DocumentId = portal.portal.0.ids.next();
        blob_alone(&portal, system.organisation_id(), lost).await;
        portal.days_pass(7).await;
        assert_eq!((portal.content_keys().await, portal.blob_names().await.len()), (3, 2));
        assert_eq!(portal.portal.orphans().await.unwrap(), Orphans::default());
        portal.days_pass(1).await;
        assert_eq!((portal.content_keys().await, portal.blob_names().await.len()), (2, 1));
        assert_eq!(portal.audited("orphan.deleted").await, 2);
        let person = portal.sign_in(0).await;
        portal.portal.open_content(&person, document, ContentUse::View, None).await.unwrap();
    }

    async fn what_came_back_of_something_purged_goes_too(portal: TestPortal) {
        let (system, document) = living(&portal).await;
        let sent = portal.send(&system, "2", 1).await;
        portal.portal.revoke_message(&system, sent.id).await.unwrap();
        let person = portal.sign_in(0).await;
        let blobs = portal.blob_names().await;
        portal.portal.run_jobs().await.unwrap();
        let left = portal.blob_names().await;
        let purged = blobs.iter().find(|blob| !left.contains(blob)).unwrap();
        let purged: DocumentId = purged.rsplit('/').next().unwrap().parse().unwrap();
        blob_alone(&portal, system.organisation_id(), purged).await;
        portal.days_pass(8).await;
        assert_eq!(portal.blob_names().await, left);
        let person = { drop(person); portal.sign_in(0).await };
        portal.portal.open_content(&person, document, ContentUse::View, None).await.unwrap();
    }

    async fn an_upload_that_goes_on_for_days_keeps_what_is_its(portal: TestPortal) {
        let (system, _) = living(&portal).await;
        let mut upload = portal.begin(&system, "long", draft(1)).await.unwrap();
        // It is heard of every few minutes; the rounds of these days are the other nodes'.
        upload.document(0, pieces(PDF, 10)).await.unwrap();
        let found = super::named::unnamed(&portal.portal.0, upload_ids(&portal).await).await.unwrap();
        assert_eq!(found.len(), 0);
        upload.finish().await.unwrap();
    }

    async fn many_wait_until_the_operator_says_so(portal: TestPortal) {
        let (system, _) = living(&portal).await;
        let count = usize::try_from(MOST).unwrap() + 1;
        keys_alone(&portal, system.organisation_id(), count).await;
        portal.days_pass(8).await;
        let before = portal.content_keys().await;
        assert_eq!(portal.audited("orphans.found").await, 1);
        assert_eq!(portal.audited("orphan.deleted").await, 0);
        let refused = portal.portal.delete_orphans(&portal.operator(), MOST).await;
        assert!(matches!(refused, Err(DeleteOrphansError::More(more)) if more == MOST + 1));
        assert_eq!(portal.content_keys().await, before);
        let deleted = portal.portal.delete_orphans(&portal.operator(), MOST + 1).await.unwrap();
        assert_eq!(deleted, Orphans { keys: MOST + 1, blobs: 0 });
        assert_eq!(portal.content_keys().await, before - i64::try_from(count).unwrap());
        assert_eq!(portal.audited("orphan.deleted").await, count);
    }

    async fn no_more_are_deleted_than_were_counted_whatever_became_one_since(portal: TestPortal) {
        let (system, document) = living(&portal).await;
        let organisation = system.organisation_id();
        keys_alone(&portal, organisation, 3).await;
        for _ in 0..2 {
            let lost: DocumentId = portal.portal.0.ids.next();
            blob_alone(&portal, organisation, lost).await;
        }
        portal.clock.advance(DAY * 8);
        let context = &portal.portal.0;
        context.latch().await.unwrap();
        let deletes = async |most| {
            let found = look(context, Then::Delete { most }).await.unwrap();
            (found.orphans.keys, found.orphans.blobs, found.more)
        };
        assert_eq!(deletes(0).await, (0, 0, true));
        assert_eq!(deletes(2).await, (2, 0, true));
        assert_eq!(portal.audited("orphan.deleted").await, 2);
        assert_eq!(deletes(2).await, (1, 1, true));
        assert_eq!(portal.portal.orphans().await.unwrap(), Orphans { keys: 0, blobs: 1 });
        assert_eq!(deletes(1).await, (0, 1, false));
        assert_eq!(portal.audited("orphan.deleted").await, 5);
        let person = portal.sign_in(0).await;
        portal.portal.open_content(&person, document, ContentUse::View, None).await.unwrap();
    }

    async fn a_turn_in_which_looking_failed_is_not_lost(portal: TestPortal) {
        let (system, _) = living(&portal).await;
        keys_alone(&portal, system.organisation_id(), 1).await;
        portal.days_pass(7).await;
        portal.clock.advance(DAY);
        // A store that does not carry the installation's mark, as an empty one in its place.
        let blobs = &portal.portal.0.blobs;
        let mark = blobs.read_mark().await.unwrap().unwrap();
        blobs.delete_mark().await.unwrap();
        assert!(portal.portal.run_blob_jobs().await.result().is_err());
        blobs.write_mark(mark).await.unwrap();

        // Not with each round either: that would look at everything again and again while the store is away.
        portal.clock.advance(AGAIN_AFTER - Duration::from_millis(1));
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.audited("orphan.deleted").await, 0);
        portal.clock.advance(Duration::from_millis(1));
        portal.another_node().await.run_jobs().await.unwrap();
        assert_eq!(portal.audited("orphan.deleted").await, 1);

        keys_alone(&portal, system.organisation_id(), 1).await;
        portal.clock.advance(DAY * 8);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.audited("orphan.deleted").await, 2);
    }

    async fn they_are_looked_for_once_a_day_by_whichever_node(portal: TestPortal) {
        let (system, _) = living(&portal).await;
        keys_alone(&portal, system.organisation_id(), 1).await;
        portal.days_pass(7).await;
        let other = portal.another_node().await;
        portal.clock.advance(Duration::from_secs(60));
        other.run_jobs().await.unwrap();
        assert_eq!(portal.audited("orphan.deleted").await, 0);
        portal.clock.advance(DAY);
        other.run_jobs().await.unwrap();
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.audited("orphan.deleted").await, 1);
    }
}

/// What the only upload under way names.
async fn upload_ids(portal: &TestPortal) -> std::collections::BTreeSet<uuid::Uuid> {
    use sea_orm::EntityTrait;
    let reader = portal.portal.0.database.reader();
    let intents = crate::intent::entity::Entity::find().all(reader).await.unwrap();
    let documents = crate::intent::document_entity::Entity::find()
        .all(reader)
        .await
        .unwrap();
    let ids: std::collections::BTreeSet<_> = intents
        .iter()
        .map(|intent| intent.message_id)
        .chain(documents.iter().map(|document| document.document_id))
        .collect();
    assert_eq!(ids.len(), 2);
    ids
}

#[tokio::test]
async fn files_that_are_no_documents_are_left_alone() {
    let portal = TestPortal::on_sqlite().await;
    let (system, _) = living(&portal).await;
    let organisation = system.organisation_id();
    let blobs = portal.folder().join("blobs");
    let others = [
        "note.txt".to_owned(),
        "organisations/readme".to_owned(),
        format!("organisations/{organisation}/documents/not-an-id"),
        format!("organisations/{organisation}/documents/00000000-0000-4000-8000-000000000000"),
    ];
    for other in &others {
        std::fs::write(blobs.join(other), b"somebody's").unwrap();
    }
    portal.days_pass(9).await;
    assert!(others.iter().all(|other| blobs.join(other).exists()));
}
