//! What the ledger promises: it is whole or refused, it comes before the keys' end, and whoever opens a portal catches up with
//! it.

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

    async fn what_was_told_and_failed_is_taken_back_by_any_node_some_minutes_later(portal: TestPortal) {
        let system = portal.sender().await;
        let (failed, revoked) = (portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await);
        let node = portal.another_node().await;
        portal.no_batches(&portal.portal.0.database, true).await;
        assert!(portal.portal.revoke_message(&system, failed.id).await.is_err());
        portal.no_batches(&portal.portal.0.database, false).await;
        // Another node goes on behind it, and records no place beyond it.
        node.revoke_message(&system, revoked.id).await.unwrap();
        portal.clock.advance(LEFT - Duration::from_secs(1));
        assert_eq!(node.run_jobs().await.unwrap().taken_back, 0);
        assert_eq!(recorded(&portal).await, [None, None]);

        portal.clock.advance(Duration::from_secs(1));
        assert_eq!(node.run_jobs().await.unwrap().taken_back, 1);
        assert!(read(&portal, &failed).await.is_ok() && read(&portal, &revoked).await.is_err());
        assert!(text(&portal).contains("taken-back batch 1\n"));
        let end = node.0.ledger.end().await.unwrap();
        assert_eq!(recorded(&portal).await, [end, end]);
        assert_eq!(portal.audited("ledger.taken-back").await, 1);
        assert_eq!(portal.portal.run_jobs().await.unwrap().taken_back, 0);
        // Nor does a copy from before learn of it, which learns of all else.
        let copied = portal.another_node().await;
        let transaction = copied.0.database.write().await.unwrap();
        for forget in ["UPDATE installation SET ledger_number = NULL, ledger_hash = NULL", "UPDATE delivery SET revoked_at = NULL"] {
            transaction.execute_unprepared(forget).await.unwrap();
        }
        transaction.commit().await.unwrap();
        reopened(&portal).await.unwrap();
        assert!(read(&portal, &failed).await.is_ok() && read(&portal, &revoked).await.is_err());
    }

    async fn what_was_taken_back_can_not_be_done_any_more(portal: TestPortal) {
        let context = &portal.portal.0;
        let delivery = Ids::new(portal.clock.clock()).next::<DeliveryId>();
        let [late, later] = [
            context.ledger.append(&[LedgerEntry::Ended(delivery)]).await.unwrap(),
            context.ledger.append(&[LedgerEntry::Ended(delivery)]).await.unwrap(),
        ];
        portal.clock.advance(LEFT);
        // The ledger can't be told, so the row alone knows.
        let ledger = folder(&portal);
        let batch = context.ledger.next_batch(None).await.unwrap().unwrap();
        let transaction = context.database.write().await.unwrap();
        fate::decide(&transaction, batch.head(), Fate::ToTakeBack).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(late.applied(context).await.is_err());
        assert_eq!(files(&ledger).len(), 2);
        assert_eq!(settle(context).await.unwrap(), None, "it waits for the ledger");
        // Another start does not do it either.
        portal.another_node().await;
        assert_eq!(portal.portal.run_jobs().await.unwrap().taken_back, 1);
        // The start did the second, which lies before the place by now: whoever comes with it may not go on.
        assert!(later.applied(context).await.is_err());
        assert_eq!(text(&portal).matches("taken-back batch 1\n").count(), 1);
    }

    async fn what_the_vault_was_about_to_destroy_and_did_not_is_taken_back_and_told_again(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        portal.no_batches(portal.portal.0.vault.database(), true).await;
        assert!(portal.portal.purge(PurgeMode::Run).await.is_err());
        portal.no_batches(portal.portal.0.vault.database(), false).await;
        assert_eq!(portal.content_keys().await, 2);
        portal.clock.advance(LEFT);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.taken_back, report.purge.documents), (1, 1));
        assert_eq!((portal.content_keys().await, text(&portal).matches("purged document").count()), (0, 2));
        let end = portal.portal.0.ledger.end().await.unwrap();
        assert_eq!(recorded(&portal).await, [end, end]);
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

    async fn a_ledger_that_lost_what_was_done_since_the_recorded_place_is_refused(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 1).await;
        portal.portal.revoke_message(&system, receipt.id).await.unwrap();
        assert_eq!(recorded(&portal).await, [None, None]);
        std::fs::remove_file(&files(&folder(&portal))[0]).unwrap();
        assert!(matches!(refused(&portal).await, LedgerError::Missing(1)));
    }

    async fn a_ledger_without_its_end_its_middle_or_its_word_is_refused(portal: TestPortal) {
        let system = portal.sender().await;
        for key in ["1", "2", "3"] {
            let receipt = portal.send(&system, key, 1).await;
            portal.portal.revoke_message(&system, receipt.id).await.unwrap();
            portal.portal.purge(PurgeMode::Run).await.unwrap();
        }
        let files = files(&folder(&portal));
        assert_eq!(files.len(), 6);
        let last = files.last().unwrap();
        let whole = std::fs::read(last).unwrap();

        std::fs::remove_file(last).unwrap();
        assert!(matches!(refused(&portal).await, LedgerError::Missing(6)));
        assert!(portal.portal.readiness().await.is_err());
        let altered = String::from_utf8(whole.clone()).unwrap().replace("purged message", "purged document");
        std::fs::write(last, altered).unwrap();
        assert!(matches!(refused(&portal).await, LedgerError::Damaged(6)));
        std::fs::copy(&files[0], last).unwrap();
        assert!(matches!(refused(&portal).await, LedgerError::Damaged(6)));
        std::fs::write(last, &whole).unwrap();
        reopened(&portal).await.unwrap();

        // A node that knows less than the ledger has needs every batch on the way.
        let transaction = portal.portal.0.database.write().await.unwrap();
        let forget = "UPDATE installation SET ledger_number = NULL, ledger_hash = NULL";
        transaction.execute_unprepared(forget).await.unwrap();
        transaction.commit().await.unwrap();
        let middle = std::fs::read(&files[2]).unwrap();
        std::fs::remove_file(&files[2]).unwrap();
        assert!(matches!(refused(&portal).await, LedgerError::Missing(3)));
        std::fs::write(&files[2], middle).unwrap();
        reopened(&portal).await.unwrap();
    }

    async fn another_installations_ledger_is_refused(portal: TestPortal) {
        let other = TestPortal::on_sqlite().await;
        for portal in [&portal, &other] {
            let system = portal.sender().await;
            let receipt = portal.send(&system, "1", 1).await;
            portal.portal.revoke_message(&system, receipt.id).await.unwrap();
            portal.portal.purge(PurgeMode::Run).await.unwrap();
        }
        let mut settings = portal.settings.clone();
        settings.ledger = other.settings.ledger.clone();
        let opened = Portal::open(settings, portal.clock.clock()).await;
        assert!(matches!(opened.err(), Some(OpenError::Ledger(LedgerError::Damaged(_)))));
    }

    async fn who_has_a_key_that_was_replaced_writes_nothing_more(portal: TestPortal) {
        let ledger = &portal.portal.0.ledger;
        let delivery = Ids::new(portal.clock.clock()).next::<DeliveryId>();
        ledger.tell_alone(&[LedgerEntry::Ended(delivery)]).await;
        let stolen = tempfile::TempDir::new().unwrap();
        let ProviderSettings::Folder(keys) = &portal.settings.provider;
        copy(keys, stolen.path());
        let thief = crate::provider::FolderProvider::open(stolen.path()).unwrap();
        portal.portal.rotate_signing_key(&portal.operator()).await.unwrap();
        assert!(reopened(&portal).await.is_ok());
        let head = ledger.head().await.unwrap();
        assert_eq!(head.number, 2, "the new key has signed");
        let forged = LedgerBatch {
            installation: ledger.0.installation,
            number: 3,
            at: portal.now(),
            previous: Some(head.hash),
            entries: vec![LedgerEntry::Ended(delivery)],
        };
        let signature = signing::sign(&thief, SigningPurpose::Ledger, forged.to_text().as_bytes()).await.unwrap();
        let stored = signed::with_signature(&forged.to_text(), &signature);
        assert!(ledger.0.batches.create(3, stored).await.unwrap());
        assert!(matches!(refused(&portal).await, LedgerError::Damaged(3)));
        // Nor does a node go on behind it.
        assert!(matches!(ledger.append(&[LedgerEntry::Ended(delivery)]).await, Err(LedgerError::Damaged(3))));
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

#[test]
fn a_batch_reads_as_it_was_written_and_in_no_other_form() {
    let key = keyring::SigningKey::from_bytes(&[7; 32]);
    let record = crate::provider::SigningKeyRecord {
        version: 1,
        key: key.verifying_key(),
        from: Timestamp::from_millis(0),
    };
    let keys = PublicKeys::of(&[record]);
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let batch = LedgerBatch {
        installation: id.parse().unwrap(),
        number: 17,
        at: Timestamp::from_millis(1_795_338_000_000),
        previous: Some([9; 32]),
        entries: vec![
            LedgerEntry::Purged(ContentOwner::Message(id.parse().unwrap())),
            LedgerEntry::Purged(ContentOwner::Document(id.parse().unwrap())),
            LedgerEntry::Ended(id.parse().unwrap()),
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::Forgotten(id.parse().unwrap()),
        ],
    };
    let latest = LedgerBatch {
        entries: vec![
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::OrganisationDeleted(id.parse().unwrap()),
            LedgerEntry::OrganisationErased(id.parse().unwrap()),
        ],
        ..batch
    };
    let told = |of_recipient| ToldHold {
        id: id.parse().unwrap(),
        case: id.parse().unwrap(),
        of_recipient,
    };
    let later = LedgerBatch {
        entries: vec![
            LedgerEntry::Revoked(id.parse().unwrap()),
            LedgerEntry::Held(told(None)),
            LedgerEntry::Held(told(Some((id.parse().unwrap(), id.parse().unwrap())))),
            LedgerEntry::Lifted(id.parse().unwrap()),
            LedgerEntry::MailRefused(id.parse().unwrap()),
            LedgerEntry::MailAllowed(id.parse().unwrap()),
            LedgerEntry::OwnAddress(id.parse().unwrap()),
            LedgerEntry::Restored(2),
        ],
        ..batch
    };
    let text = batch.to_text();
    let sign = |text: &str| {
        let signature = crate::Signature {
            key_id: keys.iter().next().unwrap().id.clone(),
            bytes: key.sign("postvalv ledger v1", text.as_bytes()),
        };
        signed::with_signature(text, &signature)
    };
    assert_eq!(LedgerBatch::verify(&sign(&text), &keys), Some((batch, 0)));
    let newer = later.to_text();
    assert!(newer.starts_with("postvalv ledger v2\n") && text.starts_with("postvalv ledger v1\n"));
    assert_eq!(LedgerBatch::verify(&sign(&newer), &keys), Some((later, 0)));
    assert_eq!(
        LedgerBatch::verify(&sign(&newer.replace("ledger v2", "ledger v1")), &keys),
        None
    );
    let newest = latest.to_text();
    assert!(
        newest.starts_with("postvalv ledger v3\n")
            && newest.contains(&format!("\ndeleted organisation {id}\nerased organisation {id}\n"))
    );
    assert_eq!(LedgerBatch::verify(&sign(&newest), &keys), Some((latest, 0)));
    assert!(LedgerBatch::is_newer(&sign(&newer.replace("ledger v2", "ledger v5"))));
    assert!(!LedgerBatch::is_newer(&sign(&newer)));
    for other in [
        text.replace("number 17", "number 017"),
        text.replace("ledger v1", "ledger v2"),
        text.replace("ended delivery", "ended  delivery"),
        text.replace(id, &id.to_uppercase()),
        text.replace("09:00:00Z", "09:00:00.000Z"),
    ] {
        assert_ne!(other, text);
        assert_eq!(LedgerBatch::verify(&sign(&other), &keys), None, "{other}");
    }
    let stored = sign(&text);
    for broken in [&stored[..stored.len() - 1], &stored[1..], "", "\n", &text] {
        assert_eq!(LedgerBatch::verify(broken, &keys), None);
    }
    assert_eq!(LedgerBatch::verify(&stored, &PublicKeys::of(&[])), None);
}
