//! The end of a day, with a failure at each place, and what waits for the blob store and what does not.

use std::path::PathBuf;

use base::Day;
use keyring::ContentOwner;
use sea_orm::ConnectionTrait;

use crate::PurgeMode;
use crate::database::Database;
use crate::test_support::{PDF, TestPortal, draft, on_both_databases, pieces};

async fn sql(database: &Database, statement: &str) {
    let transaction = database.write().await.unwrap();
    transaction.execute_unprepared(statement).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Begins the next day, and gives the one that is over then.
fn midnight(portal: &TestPortal) -> Day {
    let over = portal.now().day();
    portal.clock.set(over.end());
    over
}

/// Whether the provider has a secret of a day.
async fn has_secret(portal: &TestPortal, day: Day) -> bool {
    let secrets = portal.portal.0.vault.provider().day_secrets().await.unwrap();
    secrets.iter().any(|name| name.day == day)
}

/// How often the audit log says that a day's secret was destroyed.
async fn logged(portal: &TestPortal, day: Day) -> usize {
    let day = day.to_string();
    let log = portal.audit_log().await;
    let rows = log.iter().filter(|row| row.action == "day-secret.destroyed");
    rows.filter(|row| row.detail.as_deref() == Some(day.as_str())).count()
}

/// Makes a key that is wrapped for today.
async fn key_for_today(portal: &TestPortal) {
    let organisation = portal.sender().await.organisation_id();
    let owner = ContentOwner::Message(portal.portal.0.ids.next());
    let today = portal.now().day();
    let vault = &portal.portal.0.vault;
    vault.new_content_keys(organisation, &[owner], today).await.unwrap();
}

on_both_databases! {
    async fn a_day_of_which_the_log_can_not_tell_keeps_its_secret_until_it_can(portal: TestPortal) {
        portal.portal.run_jobs().await.unwrap();
        let over = midnight(&portal);
        let database = &portal.portal.0.database;
        sql(database, "ALTER TABLE audit_event RENAME TO away").await;
        assert!(portal.portal.run_jobs().await.is_err());
        sql(database, "ALTER TABLE away RENAME TO audit_event").await;
        assert!(has_secret(&portal, over).await);

        assert_eq!(portal.portal.run_jobs().await.unwrap().days, 1);
        assert!(!has_secret(&portal, over).await);
        assert_eq!(portal.portal.run_jobs().await.unwrap().days, 0);
        assert_eq!(logged(&portal, over).await, 1);
    }

    async fn a_round_that_stopped_after_destroying_a_secret_is_finished_by_another_node(portal: TestPortal) {
        portal.portal.run_jobs().await.unwrap();
        key_for_today(&portal).await;
        let over = midnight(&portal);
        portal.portal.0.vault.destroy_days_before(portal.now().day()).await.unwrap();
        assert!(!has_secret(&portal, over).await);

        portal.another_node().await.run_jobs().await.unwrap();
        assert_eq!(portal.content_keys().await, 0);
    }

    async fn rows_that_could_not_be_deleted_at_a_days_end_go_in_the_next_round(portal: TestPortal) {
        portal.portal.run_jobs().await.unwrap();
        key_for_today(&portal).await;
        let over = midnight(&portal);
        let vault = portal.portal.0.vault.database();
        sql(vault, "ALTER TABLE content_key RENAME TO away").await;
        assert!(portal.portal.run_jobs().await.is_err());
        sql(vault, "ALTER TABLE away RENAME TO content_key").await;
        assert!(!has_secret(&portal, over).await);
        assert_eq!(logged(&portal, over).await, 1);
        assert_eq!(portal.content_keys().await, 1);

        portal.portal.run_jobs().await.unwrap();
        assert_eq!(logged(&portal, over).await, 1);
        assert_eq!(portal.content_keys().await, 0);
    }

    async fn a_compaction_that_failed_is_tried_again_in_the_next_round(portal: TestPortal) {
        portal.portal.run_jobs().await.unwrap();
        key_for_today(&portal).await;
        let vault = &portal.portal.0.vault;
        let tomorrow = portal.now().day().plus_days(1);
        let organisation = portal.sender_named("other").await.organisation_id();
        let owner = ContentOwner::Message(portal.portal.0.ids.next());
        vault.new_content_keys(organisation, &[owner], tomorrow).await.unwrap();
        vault.destroy_content_keys(&[owner]).await.unwrap();
        let old = vault.provider().day_secrets().await.unwrap();
        let old = old.into_iter().find(|name| name.day == tomorrow).unwrap();
        midnight(&portal);
        sql(vault.database(), "ALTER TABLE content_key RENAME TO away").await;
        assert!(portal.portal.run_jobs().await.is_err());
        sql(vault.database(), "ALTER TABLE away RENAME TO content_key").await;
        assert!(vault.provider().day_secret(old).await.unwrap().is_some());

        portal.portal.run_jobs().await.unwrap();
        assert!(vault.provider().day_secret(old).await.unwrap().is_none());
    }
}

/// What a round says when something fails in it.
mod with_faults {
    use super::*;

    /// Renames a table, so that whatever needs it fails.
    async fn take_away(portal: &TestPortal, table: &str) {
        let rename = format!("ALTER TABLE {table} RENAME TO {table}_away");
        sql(&portal.portal.0.database, &rename).await;
    }

    on_both_databases! {
        async fn what_a_round_did_is_told_beside_each_thing_that_failed_in_it(portal: TestPortal) {
            let portal = portal.guarded().await;
            let system = portal.sender().await;
            portal.send(&system, "1", 1).await;
            portal.portal.run_jobs().await.unwrap();
            take_away(&portal, "audit_chained").await;
            take_away(&portal, "audit_checkpoint").await;
            let round = portal.portal.run_key_jobs().await;
            assert_eq!(round.faults.len(), 2, "{:?}", round.faults);
            assert!(!round.report.unjudged && round.report.stopped.is_none());

            portal.clock.advance(std::time::Duration::from_secs(365 * 86_400));
            let round = portal.portal.run_key_jobs().await;
            assert_eq!(round.faults.len(), 1, "{:?}", round.faults);
            assert!(!round.report.unjudged);
            assert_eq!(round.report.stopped.map(|stopped| stopped.documents), Some(1));
        }

        async fn a_round_that_never_came_to_the_purge_does_not_say_that_it_goes_on(portal: TestPortal) {
            portal.portal.run_jobs().await.unwrap();
            take_away(&portal, "installation").await;
            let round = portal.portal.run_key_jobs().await;
            assert!(round.report.unjudged);
            assert_eq!(round.faults.len(), 1);
            assert_eq!(portal.portal.run_blob_jobs().await.faults.len(), 1);
        }
    }
}

/// A blob store in a folder, which can be taken away.
mod without_blobs {
    use super::*;

    /// Puts another folder in the place of the blobs', as when a disk isn't mounted, and gives where they are now.
    fn unmount_blobs(portal: &TestPortal) -> PathBuf {
        let away = portal.folder().join("blobs away");
        std::fs::rename(portal.folder().join("blobs"), &away).unwrap();
        std::fs::create_dir(portal.folder().join("blobs")).unwrap();
        away
    }

    fn mount_blobs(portal: &TestPortal) {
        std::fs::remove_dir_all(portal.folder().join("blobs")).unwrap();
        std::fs::rename(portal.folder().join("blobs away"), portal.folder().join("blobs")).unwrap();
    }

    on_both_databases! {
        async fn a_blob_store_that_is_away_keeps_no_key_alive(portal: TestPortal) {
            let system = portal.sender().await;
            let receipt = portal.send(&system, "expires", 1).await;
            let mut upload = portal.begin(&system, "broken-off", draft(1)).await.unwrap();
            upload.document(0, pieces(PDF, 1000)).await.unwrap();
            std::mem::forget(upload);
            portal.portal.run_jobs().await.unwrap();
            let last_day = receipt.deliveries[0].expires_at.day();
            portal.clock.set(receipt.deliveries[0].expires_at);
            let away = unmount_blobs(&portal);

            // It expires: its keys go, and those of the upload that was broken off.
            assert!(portal.portal.run_jobs().await.is_err());
            assert_eq!(portal.content_keys().await, 0);
            // Its day ends: the secret goes, and is logged.
            portal.clock.set(last_day.end());
            assert!(portal.portal.run_jobs().await.is_err());
            assert!(!has_secret(&portal, last_day).await);
            assert_eq!(logged(&portal, last_day).await, 1);
            // Nothing counts as deleted that is not.
            assert_eq!(portal.audited("document.purged").await, 0);
            assert!(away.join("installation").exists());

            mount_blobs(&portal);
            assert_eq!(portal.blob_names().await.len(), 2);
            let report = portal.portal.run_jobs().await.unwrap();
            assert_eq!((report.purge.deliveries, report.purge.documents), (1, 1));
            assert_eq!(portal.audited("document.purged").await, 1);
            assert_eq!(portal.blob_names().await, Vec::<String>::new());
        }

        async fn what_lies_in_another_installations_blob_store_is_not_deleted(portal: TestPortal) {
            let system = portal.sender().await;
            let receipt = portal.send(&system, "expires", 1).await;
            let mark = portal.folder().join("blobs/installation");
            let ours = std::fs::read(&mark).unwrap();
            std::fs::write(&mark, String::from_utf8(ours.clone()).unwrap().replace(" 1\n", " 2\n")).unwrap();
            portal.clock.set(receipt.deliveries[0].expires_at);
            let before = portal.blob_names().await;
            assert!(portal.portal.run_jobs().await.is_err());
            assert!(portal.portal.purge(PurgeMode::Run).await.is_err());
            assert_eq!(portal.blob_names().await, before);
            assert_eq!(portal.content_keys().await, 0);

            std::fs::write(&mark, ours).unwrap();
            assert_eq!(portal.portal.run_jobs().await.unwrap().purge.documents, 1);
        }
    }
}
