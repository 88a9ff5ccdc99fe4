//! What the ledger promises: it is whole or refused, it comes before the keys' end, and whoever opens a portal catches up with
//! it.

mod format;
mod taken_back;
mod whole;

use std::path::{Path, PathBuf};
use std::time::Duration;

use base::{DeliveryId, Ids, Timestamp};
use keyring::ContentOwner;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::fate::Fate;
use super::*;
use crate::delivery::entity::{Column, Entity};
use crate::test_support::{TestPortal, copy, count, number, on_both_databases, read};
use crate::{BlobSettings, LedgerSettings, OpenError, Portal, ProviderSettings, PurgeMode, RecipientIdentifier};

/// How long a batch is left to whoever wrote it.
const LEFT: Duration = Duration::from_secs(5 * 60);

fn folder(portal: &TestPortal) -> PathBuf {
    portal.folder().join("ledger")
}

/// The batches' files, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Everything that the ledger says.
fn text(portal: &TestPortal) -> String {
    let files = files(&folder(portal));
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// The places that the portal's and the vault's database have recorded.
async fn recorded(portal: &TestPortal) -> [Option<LedgerHead>; 2] {
    let context = &portal.portal.0;
    let portal = head::recorded(context.database.reader()).await.unwrap();
    [portal, head::recorded(context.vault.database().reader()).await.unwrap()]
}

async fn reopened(portal: &TestPortal) -> Result<Portal, OpenError> {
    Portal::open(portal.settings.clone(), portal.clock.clock()).await
}

async fn refused(portal: &TestPortal) -> LedgerError {
    match reopened(portal).await {
        Err(OpenError::Ledger(error)) => error,
        Err(other) => panic!("another error: {other:?}"),
        Ok(_) => panic!("it opened"),
    }
}

on_both_databases! {
    async fn what_ends_is_told_before_it_is_gone(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        assert!(text(&portal).contains(&format!("revoked message {}\n", receipt.id)));
        // Whoever was written to within the hour is spared.
        portal.clock.advance_millis(2 * 3_600_000);
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        let told = text(&portal);
        assert!(told.contains(&format!("purged message {}\n", receipt.id)), "{told}");
        assert_eq!(told.matches("purged document ").count(), 1);
        assert_eq!(told.matches("forgotten recipient ").count(), 1);
        let batches = files(&folder(&portal)).len();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        assert_eq!(files(&folder(&portal)).len(), batches, "nothing is told twice");
        assert_eq!(follow(&portal.another_node().await.0).await.unwrap(), 0);
    }

    async fn a_delivery_that_ends_alone_is_told_of(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 2).await;
        let ended = receipt.deliveries[0].delivery;
        let transaction = portal.portal.0.database.write().await.unwrap();
        Entity::update_many()
            .col_expr(Column::ExpiresAt, portal.now().as_millis().into())
            .filter(Column::Id.eq(*ended.as_uuid()))
            .exec(&transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        portal.portal.purge(PurgeMode::Run).await.unwrap();
        let told = text(&portal);
        assert!(told.contains(&format!("ended delivery {ended}\n")), "{told}");
        assert!(!told.contains("purged message"), "{told}");
        assert_eq!(portal.content_keys().await, 2);
    }

    async fn who_opens_a_portal_catches_up_with_what_its_databases_do_not_know(portal: TestPortal) {
        let system = portal.sender().await;
        let (purged, revoked) = (portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await);
        let (shared, lives) = (portal.send(&system, "3", 2).await, portal.send(&system, "4", 1).await);
        let ended: DeliveryId = shared.deliveries[0].delivery;
        let ledger = &portal.portal.0.ledger;
        ledger.tell_alone(&[LedgerEntry::Purged(ContentOwner::Message(purged.id))]).await;
        let entries = [LedgerEntry::Revoked(revoked.id), LedgerEntry::Ended(ended)];
        ledger.tell_alone(&entries).await;
        assert_eq!(portal.content_keys().await, 8);

        let node = reopened(&portal).await.unwrap();
        assert_eq!(portal.content_keys().await, 4, "keys went before anybody got in");
        assert_eq!(portal.audited("ledger.applied").await, 1);
        node.run_jobs().await.unwrap();
        let actor = portal.sign_in(0).await;
        let inbox = node.inbox(&actor).await.unwrap();
        let delivered: Vec<_> = lives.deliveries.iter().map(|delivery| delivery.case).collect();
        assert_eq!(inbox.iter().map(|entry| entry.case).collect::<Vec<_>>(), delivered);
        assert_eq!(follow(&node.0).await.unwrap(), 0, "it is done once");
    }

    async fn what_two_nodes_did_in_turns_is_recorded_and_not_done_anew(portal: TestPortal) {
        let system = portal.sender().await;
        let node = portal.another_node().await;
        for number in 0..6 {
            let receipt = portal.send(&system, &number.to_string(), 1).await;
            let by = if number % 2 == 0 { &portal.portal } else { &node };
            by.revoke_message(&system, receipt.id).await.unwrap();
        }
        // Keys go in the vault, where it is written down that they do.
        node.purge(PurgeMode::Run).await.unwrap();
        let end = node.0.ledger.end().await.unwrap();
        assert!(end.unwrap().number > 6);
        assert_eq!(recorded(&portal).await, [end, end]);
        for database in [&portal.portal.0.database, portal.portal.0.vault.database()] {
            assert_eq!(count(database, "ledger_batch").await, 0);
        }
        assert_eq!(follow(&portal.another_node().await.0).await.unwrap(), 0);
        assert_eq!(portal.audited("ledger.applied").await, 0);
    }

    async fn without_the_ledger_no_key_goes_before_its_day_and_each_goes_with_its_day(portal: TestPortal) {
        let system = portal.sender().await;
        let first = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, first.id).await.unwrap();
        let second = portal.send(&system, "2", 1).await;
        std::fs::remove_file(&files(&folder(&portal))[0]).unwrap();
        assert!(portal.portal.revoke_message(&system, second.id).await.is_err());
        assert!(portal.portal.purge(PurgeMode::Run).await.is_err());
        assert_eq!(portal.content_keys().await, 4);
        portal.clock.advance_millis(41 * 86_400_000);
        assert!(portal.portal.run_jobs().await.is_err());
        assert_eq!(portal.content_keys().await, 0, "their day is over");
    }

    async fn batches_of_many_nodes_have_numbers_without_a_gap(portal: TestPortal) {
        let nodes = futures::future::join_all((0..3).map(|_| portal.another_node())).await;
        let ids = Ids::new(portal.clock.clock());
        futures::future::join_all(nodes.iter().map(async |node| {
            for _ in 0..5 {
                node.0.ledger.tell_alone(&[LedgerEntry::Ended(ids.next())]).await;
            }
        }))
        .await;
        let names: Vec<_> = files(&folder(&portal)).iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
        let expected: Vec<_> = (1..=15).map(|number| format!("{number:020}")).collect();
        assert_eq!(names, expected);
        assert_eq!(follow(&portal.portal.0).await.unwrap(), 15);
    }
}

/// Copies as they were made at some time, in a portal of their own with that ledger.
async fn restored(portal: &TestPortal, copies: &Path, ledger: &Path) -> Result<Portal, OpenError> {
    let mut settings = portal.settings.clone();
    let url = |name: &str| base::SecretString::new(format!("sqlite:{}", copies.join(name).display()));
    settings.database_url = url("portal.db");
    settings.vault_url = url("vault.db");
    settings.provider = ProviderSettings::Folder(copies.join("provider"));
    settings.blobs = BlobSettings::Folder(copies.join("blobs"));
    settings.ledger = LedgerSettings::Folder(ledger.to_owned());
    Portal::open(settings, portal.clock.clock()).await
}

#[tokio::test]
async fn copies_from_before_a_purge_a_revocation_and_an_erasure_give_none_of_it_back() {
    let portal = TestPortal::on_sqlite().await;
    let system = portal.sender().await;
    let first = portal.send(&system, "1", 1).await;
    portal.portal.revoke_message(&system, first.id).await.unwrap();
    portal.portal.purge(PurgeMode::Run).await.unwrap();
    let purged = portal.send(&system, "2", 2).await;
    let lives = portal.send(&system, "3", 1).await;
    let revoked = portal.send(&system, "4", 1).await;
    let copies = tempfile::tempdir().unwrap();
    copy(portal.folder(), copies.path());
    let then = copies.path().join("ledger");
    let older = tempfile::tempdir().unwrap();
    copy(copies.path(), older.path());

    portal.portal.revoke_message(&system, purged.id).await.unwrap();
    portal.clock.advance_millis(2 * 3_600_000);
    portal.portal.purge(PurgeMode::Run).await.unwrap();
    portal.portal.revoke_message(&system, revoked.id).await.unwrap();
    let person = [RecipientIdentifier::Number(number(1))];
    let known = async |portal: &Portal| portal.0.vault.find_recipients(&person).await.unwrap()[0].is_some();
    assert!(!known(&portal.portal).await);
    let opens = async |portal: &Portal, message| {
        let owner = ContentOwner::Message(message);
        let key = portal.0.vault.content_key(system.organisation_id(), owner).await;
        key.unwrap().is_some()
    };

    // The ledger from then knows nothing of all that, as the copies do; without any, they are refused.
    let empty = tempfile::tempdir().unwrap();
    let refused = restored(&portal, copies.path(), empty.path()).await;
    assert!(matches!(
        refused.err(),
        Some(OpenError::Ledger(LedgerError::Missing(2)))
    ));
    let thief = restored(&portal, older.path(), &then).await.unwrap();
    assert!(opens(&thief, purged.id).await && opens(&thief, revoked.id).await && known(&thief).await);
    thief.close().await;

    let whole = restored(&portal, copies.path(), &folder(&portal)).await.unwrap();
    assert!(!opens(&whole, purged.id).await && !opens(&whole, revoked.id).await && !known(&whole).await);
    assert!(opens(&whole, lives.id).await);
    whole.run_jobs().await.unwrap();
    whole.readiness().await.unwrap();
    assert!(opens(&whole, lives.id).await);
    whole.close().await;
}
