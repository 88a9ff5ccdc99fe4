//! What becomes of holds when copies from before are put back.

use std::path::Path;

use base::SecretString;

use super::super::place_as_told;
use super::*;
use crate::ledger::{LedgerEntry, ToldHold, follow};
use crate::test_support::copy;
use crate::{BlobSettings, ProviderSettings, Settings};

/// The settings with copies as they were made at some time, and today's ledger.
pub(super) fn settings(test: &TestPortal, copies: &Path) -> Settings {
    let mut settings = test.settings.clone();
    let url = |name: &str| SecretString::new(format!("sqlite:{}", copies.join(name).display()));
    settings.database_url = url("portal.db");
    settings.vault_url = url("vault.db");
    settings.provider = ProviderSettings::Folder(copies.join("provider"));
    settings.blobs = BlobSettings::Folder(copies.join("blobs"));
    settings
}

/// The test with another portal in place of its own.
async fn put_back(mut test: TestPortal, copies: &Path) -> TestPortal {
    test.portal.close().await;
    test.settings = settings(&test, copies);
    test.portal = test.another_node().await;
    test
}

#[tokio::test]
async fn what_was_held_after_the_copy_is_held_again_before_anything_is_purged() {
    let test = TestPortal::on_sqlite().await;
    let norrby = Norrby::new(&test).await;
    let (held, of_person, free) = (
        norrby.send(&test, 1, 3).await,
        norrby.send(&test, 2, 3).await,
        norrby.send(&test, 1, 3).await,
    );
    test.portal.run_jobs().await.unwrap();
    let copies = tempfile::tempdir().unwrap();
    copy(test.folder(), copies.path());

    let hold = norrby.hold(&test, &held, HoldScope::Case).await;
    // On a case that the copy does not have, and so on those of the same person that it has.
    let mut later = norrby.send(&test, 2, 3).await;
    later.deliveries.swap(0, 1);
    norrby.hold(&test, &later, HoldScope::Recipient).await;
    // And one of which nothing is in the copy.
    norrby
        .hold(&test, &norrby.send(&test, 1, 3).await, HoldScope::Case)
        .await;
    test.days_pass(5).await;
    let test = put_back(test, copies.path()).await;
    test.days_pass(60).await;
    assert!(norrby.exists(&test, &held).await && norrby.exists(&test, &of_person).await);
    assert!(!norrby.exists(&test, &free).await);

    let admin = norrby.admin(&test).await;
    let holds = test.portal.holds(&admin, ListPart::Beginning).await.unwrap();
    assert_eq!(holds.standing.len(), 2);
    for seen in &holds.standing {
        assert!(seen.restored && seen.review_due && seen.reason.is_none() && seen.placed_by.is_none());
        assert_eq!(seen.messages, 1);
    }
    assert_eq!(test.audited("hold.placed").await, 2);
    norrby.lift(&test, hold).await;
    test.days_pass(6).await;
    assert!(norrby.exists(&test, &held).await);
    test.days_pass(1).await;
    assert!(!norrby.exists(&test, &held).await && norrby.exists(&test, &of_person).await);
}

#[tokio::test]
async fn what_was_lifted_after_the_copy_has_its_seven_days_from_the_restore() {
    let test = TestPortal::on_sqlite().await;
    let norrby = Norrby::new(&test).await;
    let (known, unknown) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
    let first = norrby.hold(&test, &known, HoldScope::Case).await;
    let copies = tempfile::tempdir().unwrap();
    copy(test.folder(), copies.path());
    let second = norrby.hold(&test, &unknown, HoldScope::Case).await;
    test.clock.advance(5 * DAY);
    for hold in [first, second] {
        norrby.lift(&test, hold).await;
    }
    test.clock.advance(6 * DAY);

    let test = put_back(test, copies.path()).await;
    let admin = norrby.admin(&test).await;
    let lifted = test.portal.holds(&admin, ListPart::Beginning).await.unwrap().lifted;
    assert_eq!(lifted.len(), 2);
    for hold in lifted {
        let how = hold.lifted.unwrap();
        assert!(how.restored && how.by.is_none() && how.reason.is_none());
        assert_eq!(how.keeps_until, test.now() + 7 * DAY);
    }
    test.days_pass(6).await;
    assert!(norrby.exists(&test, &known).await && norrby.exists(&test, &unknown).await);
    test.days_pass(1).await;
    assert!(!norrby.exists(&test, &known).await && !norrby.exists(&test, &unknown).await);
}

on_both_databases! {
    async fn a_hold_that_was_told_and_not_written_stands_when_the_portal_opens(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, lifted) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
        let hold = norrby.hold(&test, &lifted, HoldScope::Case).await;
        let told = ToldHold { id: test.portal.0.ids.next(), case: held.deliveries[0].case, of_recipient: None };
        let ledger = &test.portal.0.ledger;
        ledger.tell_alone(&[LedgerEntry::Held(told)]).await;
        ledger.tell_alone(&[LedgerEntry::Lifted(hold)]).await;
        // The program died between the row and the record of how far it had come.
        place_as_told(&test.portal.0, told, test.now()).await.unwrap();
        let node = test.another_node().await;
        assert_eq!(follow(&node.0).await.unwrap(), 0);
        assert_eq!((test.audited("hold.placed").await, test.audited("hold.lifted").await), (2, 1));
        test.days_pass(10).await;
        assert!(norrby.exists(&test, &held).await && !norrby.exists(&test, &lifted).await);
    }

    async fn a_hold_that_was_told_on_what_a_deleted_organisation_has_keeps_it_for_seven_days(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let told = ToldHold { id: test.portal.0.ids.next(), case: sent.deliveries[0].case, of_recipient: None };
        test.portal.delete_organisation(&test.operator(), &norrby.id.to_string(), 1).await.unwrap();
        place_as_told(&test.portal.0, told, test.now()).await.unwrap();
        assert_eq!((test.audited("hold.placed").await, test.audited("hold.lifted").await), (1, 1));
        test.days_pass(6).await;
        assert!(norrby.exists(&test, &sent).await);
        test.days_pass(1).await;
        assert!(!norrby.exists(&test, &sent).await);
    }

    async fn a_lifting_that_failed_is_in_no_ledger(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let admin = norrby.admin(&test).await;
        test.no_audit(true).await;
        let lifted = test.portal.lift_hold(&admin, hold, "Tvisten är slut").await;
        assert!(matches!(lifted, Err(HoldError::Fault(_))), "{lifted:?}");
        test.no_audit(false).await;
        let node = test.another_node().await;
        assert_eq!(node.holds(&admin, ListPart::Beginning).await.unwrap().standing.len(), 1);
    }

    async fn a_restored_hold_is_on_whom_the_ledger_names_also_where_the_case_is_somebody_elses(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let mut to_second = draft(2);
        (to_second.recipients, to_second.retention_days) = (to_second.recipients.split_off(1), Some(3));
        let theirs = test.send_all(&norrby.system, "theirs", to_second, &[PDF]).await.unwrap();
        let case = norrby.send(&test, 1, 3).await;
        // The case came to them later, as who had it turned out to be them.
        let told = test.sign_in(1).await.recipient_id();
        let id = test.portal.0.ids.next();
        let told = ToldHold { id, case: case.deliveries[0].case, of_recipient: Some((norrby.id, told)) };
        place_as_told(&test.portal.0, told, test.now()).await.unwrap();
        test.days_pass(60).await;
        assert!(norrby.exists(&test, &case).await && norrby.exists(&test, &theirs).await);
        norrby.lift(&test, id).await;
        test.days_pass(7).await;
        assert!(!norrby.exists(&test, &case).await && !norrby.exists(&test, &theirs).await);
    }

    async fn a_hold_that_can_not_be_told_is_not_placed(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let ledger = test.folder().join("ledger");
        std::fs::remove_dir_all(&ledger).unwrap();
        std::fs::write(&ledger, "").unwrap();
        assert!(matches!(norrby.try_to_hold(&test, &sent, HoldScope::Case).await, Err(HoldError::Fault(_))));
        assert_eq!((test.rows("hold").await, test.audited("hold.placed").await), (0, 0));
    }
}
