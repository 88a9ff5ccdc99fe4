//! What the audit log promises.

use sea_orm::ConnectionTrait;

use super::{AuditAction, AuditEntry};
use crate::SignInRefusal;
use crate::test_support::{TestPortal, on_both_databases};

async fn write(portal: &TestPortal, count: usize) {
    for _ in 0..count {
        let request = portal.request();
        portal
            .portal
            .record_failed_sign_in(SignInRefusal::Cancelled, &request)
            .await
            .unwrap();
    }
}

on_both_databases! {
    async fn a_writers_rows_are_numbered_without_a_gap_even_when_work_was_undone(portal: TestPortal) {
        write(&portal, 2).await;
        let context = &portal.portal.0;
        let transaction = context.database.write().await.unwrap();
        let entry = AuditEntry::by_portal(AuditAction::DaySecretDestroyed);
        context.audit.record(&transaction, context.now(), &entry).await.unwrap();
        drop(transaction);
        write(&portal, 2).await;

        let counters: Vec<i64> = portal.audit_log().await.iter().map(|row| row.counter).collect();
        assert_eq!(counters, [1, 2, 3, 4]);
    }

    async fn each_node_writes_under_its_own_id(portal: TestPortal) {
        write(&portal, 1).await;
        let other = portal.another_node().await;
        other.record_failed_sign_in(SignInRefusal::Cancelled, &portal.request()).await.unwrap();
        let log = portal.audit_log().await;
        assert_ne!(log[0].writer_id, log[1].writer_id);
        assert_eq!((log[0].counter, log[1].counter), (1, 1));
    }

    async fn a_changed_row_is_noticed_whatever_was_changed(portal: TestPortal) {
        portal.sign_in(0).await;
        let writer = &portal.portal.0.audit;
        let row = portal.audit_log().await.remove(0);
        assert!(writer.verifies(&row));
        let changes: [fn(&mut super::entity::Model); 10] = [
            |row| row.id = row.writer_id,
            |row| row.writer_id = row.id,
            |row| row.counter += 1,
            |row| row.organisation_id = Some(row.id),
            |row| row.at += 1,
            |row| row.actor_kind.push('s'),
            |row| row.actor_id = None,
            |row| row.detail = None,
            |row| std::mem::swap(&mut row.target_id, &mut row.request_id),
            |row| row.sealed_address = None,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = row.clone();
            change(&mut changed);
            assert!(!writer.verifies(&changed), "change {number}");
        }
    }

    async fn the_database_refuses_to_change_or_delete_a_row(portal: TestPortal) {
        write(&portal, 1).await;
        for sql in ["UPDATE audit_event SET at = 0", "DELETE FROM audit_event"] {
            let transaction = portal.portal.0.database.write().await.unwrap();
            assert!(transaction.execute_unprepared(sql).await.is_err(), "{sql}");
        }
        assert_eq!(portal.audit_log().await.len(), 1);
    }

    async fn an_address_is_sealed(portal: TestPortal) {
        write(&portal, 1).await;
        let row = portal.audit_log().await.remove(0);
        let sealed = row.sealed_address.unwrap();
        assert!(!sealed.windows(9).any(|window| window == b"192.0.2.7"));
        let place = keyring::Field::new("audit_event", "sealed_address", row.id.as_bytes());
        let address = portal.portal.0.vault.address_key().open_text(place, &sealed).unwrap();
        assert_eq!(address, "192.0.2.7");
    }
}
