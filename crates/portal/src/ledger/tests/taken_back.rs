//! What the ledger was told and nobody did.

use super::*;

on_both_databases! {
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

    async fn a_node_that_opens_does_not_do_what_another_is_taking_back(portal: TestPortal) {
        let system = portal.sender().await;
        let (lives, purged) = (portal.send(&system, "1", 1).await, portal.send(&system, "2", 1).await);
        let context = &portal.portal.0;
        context.ledger.tell_alone(&[LedgerEntry::Revoked(lives.id)]).await;
        context.ledger.tell_alone(&[LedgerEntry::Purged(ContentOwner::Message(purged.id))]).await;
        let first = context.ledger.next_batch(None).await.unwrap().unwrap();
        let second = context.ledger.next_batch(Some(first.head())).await.unwrap().unwrap();
        for batch in [&first, &second] {
            let transaction = batch.database(context).write().await.unwrap();
            fate::decide(&transaction, batch.head(), Fate::ToTakeBack).await.unwrap();
            transaction.commit().await.unwrap();
            // It looked before that was so.
            assert!(!apply::apply(context, batch, Some(batch.head())).await.unwrap());
        }
        assert!(read(&portal, &lives).await.is_ok() && read(&portal, &purged).await.is_ok());
        // Nor once it is told and the place has moved on.
        portal.clock.advance(LEFT);
        assert_eq!(portal.portal.run_jobs().await.unwrap().taken_back, 2);
        for batch in [&first, &second] {
            assert!(!apply::apply(context, batch, Some(batch.head())).await.unwrap());
        }
        assert!(read(&portal, &lives).await.is_ok() && read(&portal, &purged).await.is_ok());
    }

    async fn what_a_node_began_to_do_as_it_opened_is_done_by_another_when_it_ended(portal: TestPortal) {
        let system = portal.sender().await;
        let revoked = portal.send(&system, "1", 1).await;
        let context = &portal.portal.0;
        let late = context.ledger.append(&[LedgerEntry::Revoked(revoked.id)]).await.unwrap();
        let batch = context.ledger.next_batch(None).await.unwrap().unwrap();
        assert!(apply::claim(context, &batch, Some(batch.head())).await.unwrap());
        assert_eq!(settle(context).await.unwrap(), None, "it is not done");
        portal.clock.advance(LEFT);
        assert!(read(&portal, &revoked).await.is_ok());
        assert_eq!(portal.portal.run_jobs().await.unwrap().taken_back, 0);
        assert!(read(&portal, &revoked).await.is_err());
        assert_eq!(settle(context).await.unwrap(), context.ledger.end().await.unwrap());
        assert_eq!((portal.audited("ledger.applied").await, portal.audited("ledger.taken-back").await), (1, 0));
        assert!(late.applied(context).await.is_err(), "it lies before the place by now");
    }

    async fn who_wrote_what_another_node_claimed_may_still_do_it(portal: TestPortal) {
        let context = &portal.portal.0;
        let delivery = Ids::new(portal.clock.clock()).next::<DeliveryId>();
        let told = context.ledger.append(&[LedgerEntry::Ended(delivery)]).await.unwrap();
        let batch = context.ledger.next_batch(None).await.unwrap().unwrap();
        assert!(apply::claim(context, &batch, Some(batch.head())).await.unwrap());
        told.applied(context).await.unwrap();
        assert_eq!(settle(context).await.unwrap(), Some(batch.head()));
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
}
