//! A ledger that is not whole, or not this installation's, is refused.

use super::*;

on_both_databases! {
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
}
