//! What the ledger knows of own addresses, and who waits for whom while it is told.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};

use super::{GIVEN, HOUR, MINUTE, OWN};
use crate::Portal;
use crate::audit::{AuditAction, AuditEntry};
use crate::ledger::LedgerEntry;
use crate::notification::refusal;
use crate::test_support::on_both_databases;

/// Whether somebody waits for a row that somebody else has, on PostgreSQL.
const WAITS: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

on_both_databases! {
    async fn what_was_said_of_own_addresses_and_the_ledger_knows_holds_in_a_copy(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.clock.advance(MINUTE);
        let ledger = &portal.portal.0.ledger;
        // What was told before is told again, as after a crash: what holds since stays.
        portal.forget_batches().await;
        let node = portal.another_node().await;
        assert_eq!(node.own_mail(&anna).await.unwrap().own_address.as_deref(), Some(OWN));
        // This copy lacks the address that was given after it was made, so it writes to none.
        ledger.tell_alone(&[LedgerEntry::OwnAddress(anna.recipient_id())]).await;
        let node = portal.another_node().await;
        let own = node.own_mail(&anna).await.unwrap();
        assert!(own.own_address.is_none() && own.address.is_none() && own.refused_at.is_some());
        assert!(own.consent.unwrap().withdrawn_at.is_some());
    }

    async fn a_withdrawal_that_the_ledger_knows_is_not_undone_by_a_copy(portal: TestPortal) {
        let sender = portal.sender().await;
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.write(&sender, "1", Some(GIVEN)).await;
        portal.clock.advance(MINUTE);
        portal.portal.0.ledger.tell_alone(&[LedgerEntry::MailRefused(anna.recipient_id())]).await;
        let node: Portal = portal.another_node().await;
        let own = node.own_mail(&anna).await.unwrap();
        assert!(own.own_address.is_none() && own.refused_at.is_some() && own.consent.unwrap().withdrawn_at.is_some());
        assert!(portal.told_after(HOUR).await.is_empty());
    }

    async fn a_withdrawal_holds_in_a_copy_where_the_clock_was_ahead_when_the_address_was_given(portal: TestPortal) {
        portal.clock.advance(HOUR);
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.clock.set(portal.now() - HOUR);
        portal.portal.0.ledger.tell_alone(&[LedgerEntry::MailRefused(anna.recipient_id())]).await;
        let own = portal.another_node().await.own_mail(&anna).await.unwrap();
        assert!(own.own_address.is_none() && own.refused_at.is_some());
    }

    async fn whoever_proves_an_address_and_waits_for_a_row_keeps_nobody_from_the_log(portal: TestPortal) {
        let database = &portal.portal.0.database;
        if database.reader().get_database_backend() != DbBackend::Postgres {
            // On SQLite there is one writer, and nobody has half of what another needs.
            return;
        }
        let anna = portal.sign_in(0).await;
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.gives(&anna, OWN).await.unwrap();
        let code = portal.code_for(OWN).await;
        // As in another tab, which takes back that no mails are wanted.
        let other = database.write().await.unwrap();
        assert!(refusal::delete(&other, anna.recipient_id()).await.unwrap());
        let (node, actor) = (portal.portal.clone(), anna.clone());
        let proving = tokio::spawn(async move { node.prove_address(&actor, code.expose()).await });
        let waits = async {
            while database.reader().query_all_raw(sea_orm::Statement::from_string(DbBackend::Postgres, WAITS)).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waits).await.expect("it waits for the refusal");
        let entry = AuditEntry::by_recipient(&anna, AuditAction::RecipientMailAllowed);
        portal.portal.0.audit.record(&other, portal.now(), &entry).await.unwrap();
        other.commit().await.unwrap();
        proving.await.unwrap().unwrap();
        assert_eq!(portal.own(&anna).await.own_address.as_deref(), Some(OWN));
    }
}
