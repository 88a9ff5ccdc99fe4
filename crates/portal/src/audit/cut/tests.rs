//! What is left of the log verifies when its beginnings are gone, and nothing else passes for old.

use base::OrganisationId;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use super::super::chain_tests::{verify, write};
use super::super::{AuditFinding, Checkpoint, checkpoint, entity, link_entity};
use crate::test_support::{TestPortal, on_both_databases};
use crate::verify_audit_export;

const DAY: i64 = 24 * 60 * 60 * 1000;
const KEPT: i64 = 730 * DAY;
const A: Uuid = Uuid::from_u128(0xa);

fn a() -> Option<OrganisationId> {
    Some(OrganisationId::from_uuid(A))
}

async fn run(portal: &TestPortal, sql: &str) -> Result<(), sea_orm::DbErr> {
    let transaction = portal.portal.0.database.write().await?;
    transaction.execute_unprepared(sql).await?;
    transaction.commit().await
}

/// An identifier as the database writes it.
fn literal(portal: &TestPortal, id: Uuid) -> String {
    match portal.portal.0.database.backend() {
        DbBackend::Postgres => format!("'{id}'::uuid"),
        _ => format!("x'{}'", id.simple()),
    }
}

async fn latest(portal: &TestPortal) -> Checkpoint {
    checkpoint::latest(&portal.portal.0, a()).await.unwrap().unwrap()
}

/// A year of the log, every fifth day: two rows of A's and one of the installation's, by two nodes.
async fn year(portal: &TestPortal) {
    let other = portal.another_node().await;
    for _ in 0..73 {
        write(&portal.portal, a(), 1).await;
        write(&other, a(), 1).await;
        write(&other, None, 1).await;
        portal.portal.chain_audit_log().await.unwrap();
        portal.clock.advance_millis(5 * DAY);
    }
}

async fn first(portal: &TestPortal) -> (u64, u64) {
    let report = verify(portal, &[]).await;
    assert_eq!(report.findings, []);
    let chain = report.chains.iter().find(|chain| chain.organisation == a()).unwrap();
    (chain.cut, chain.last)
}

on_both_databases! {
    async fn rows_go_when_the_log_has_been_kept_so_long_and_the_rest_verifies(portal: TestPortal) {
        let context = &portal.portal.0;
        year(&portal).await;
        super::super::sign_due(context).await.unwrap();
        let early = latest(&portal).await;
        year(&portal).await;
        assert_eq!(super::cut_due(context).await.unwrap(), 0);
        assert_eq!(first(&portal).await, (0, 292));

        // A day later the first day's rows go, and only they.
        portal.clock.advance_millis(DAY);
        assert_eq!(super::cut_due(context).await.unwrap(), 3);
        assert_eq!(super::cut_due(context).await.unwrap(), 0);
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(first(&portal).await, (2, 293), "that rows went is a row");
        assert_eq!(portal.audited("audit.cut").await, 2);

        // A year later half of it is gone, and a checkpoint from then still proves the rest.
        year(&portal).await;
        super::super::sign_due(context).await.unwrap();
        let late = latest(&portal).await;
        super::cut_due(context).await.unwrap();
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(first(&portal).await.0, 148);
        assert_eq!(verify(&portal, &[early, late]).await.findings, []);
        let links = link_entity::Entity::find().count(context.database.reader()).await.unwrap();
        let events = entity::Entity::find().count(context.database.reader()).await.unwrap();
        assert_eq!(links, events);

        // So does an export.
        let mut export = portal.portal.export_audit_log_of(&portal.operator(), a()).await.unwrap();
        let mut text = String::new();
        while let Some(lines) = export.next().await.unwrap() {
            text.push_str(&lines);
        }
        let keys = portal.portal.signing_keys().await.unwrap();
        let report = verify_audit_export(text.as_bytes(), &[latest(&portal).await], &keys).unwrap();
        assert_eq!((report.findings, report.chains[0].cut), (Vec::new(), 148));
        assert!(report.chains[0].held.is_some());
    }

    async fn everything_may_be_gone(portal: TestPortal) {
        let context = &portal.portal.0;
        write(&portal.portal, a(), 5).await;
        portal.portal.chain_audit_log().await.unwrap();
        portal.clock.advance_millis(KEPT + DAY);
        assert_eq!(super::cut_due(context).await.unwrap(), 5);
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(first(&portal).await, (5, 6));
    }

    async fn two_nodes_that_cut_at_once_count_each_row_once(portal: TestPortal) {
        let other = portal.another_node().await;
        for chain in 1..=4_u128 {
            for node in [&portal.portal, &other] {
                write(node, Some(OrganisationId::from_uuid(Uuid::from_u128(chain))), 20).await;
            }
        }
        portal.portal.chain_audit_log().await.unwrap();
        portal.clock.advance_millis(KEPT + DAY);
        let (one, two) = tokio::join!(super::cut_due(&portal.portal.0), super::cut_due(&other.0));
        assert_eq!(one.unwrap() + two.unwrap(), 160);
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(verify(&portal, &[]).await.findings, []);
    }

    async fn the_database_lets_no_row_go_before(portal: TestPortal) {
        write(&portal.portal, a(), 5).await;
        portal.portal.chain_audit_log().await.unwrap();
        for sql in ["DELETE FROM audit_event", "DELETE FROM audit_link", "UPDATE audit_link SET sequence = 9", "UPDATE audit_event SET at = 0"] {
            assert!(run(&portal, sql).await.is_err(), "{sql}");
        }
        portal.clock.advance_millis(KEPT + DAY);
        super::cut_due(&portal.portal.0).await.unwrap();
        portal.portal.chain_audit_log().await.unwrap();
        for sql in ["DELETE FROM audit_event", "DELETE FROM audit_link"] {
            assert!(run(&portal, sql).await.is_err(), "{sql}");
        }
    }

    async fn rows_that_went_before_their_time_are_missed_by_who_holds_a_checkpoint_of_them(portal: TestPortal) {
        let mut portal = portal;
        let context = &portal.portal.0;
        write(&portal.portal, a(), 9).await;
        portal.portal.run_jobs().await.unwrap();
        let held = latest(&portal).await;
        write(&portal.portal, a(), 3).await;
        portal.portal.chain_audit_log().await.unwrap();
        portal.clock.advance_millis(KEPT + DAY);
        super::cut_due(context).await.unwrap();
        portal.portal.chain_audit_log().await.unwrap();
        let report = verify(&portal, std::slice::from_ref(&held)).await;
        assert_eq!((report.findings, report.chains.iter().find_map(|chain| chain.earlier)), (Vec::new(), Some(9)));
        // As if an operator had cut it by a setting that does not hold any more, or made codes for a cut of their own.
        portal.settings.audit_retention_days = 2 * 730;
        portal.portal = portal.another_node().await;
        let findings = verify(&portal, &[held]).await.findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains("the rows up to 12 were deleted before their time, as the checkpoint of row 9 shows"));
    }

    async fn who_has_the_database_alone_can_not_pass_a_row_off_as_old(portal: TestPortal) {
        let context = &portal.portal.0;
        write(&portal.portal, a(), 10).await;
        portal.portal.chain_audit_log().await.unwrap();
        portal.clock.advance_millis(KEPT + DAY);
        super::cut_due(context).await.unwrap();
        write(&portal.portal, a(), 9).await;
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(first(&portal).await, (10, 20));

        // As if the chain had been cut behind row 15: the guards believe it, the verification does not.
        let id = literal(&portal, A);
        for sql in [
            format!("UPDATE audit_cut SET sequence = 15, hash = (SELECT hash FROM audit_link WHERE chain_id = {id} AND sequence = 15) WHERE chain_id = {id}"),
            format!("DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_link WHERE chain_id = {id} AND sequence <= 15)"),
            format!("DELETE FROM audit_link WHERE chain_id = {id} AND sequence <= 15"),
        ] {
            run(&portal, &sql).await.unwrap();
        }
        let findings: Vec<String> = verify(&portal, &[]).await.findings.iter().map(ToString::to_string).collect();
        for found in ["what is said of old rows that were deleted was changed", "rows 1 to 15 were removed", "its rows 11 to 15 were removed"] {
            assert!(findings.iter().any(|finding| finding.contains(found)), "{found}: {findings:#?}");
        }
        // Nor can the count of a writer's old rows be raised.
        run(&portal, "UPDATE audit_writer_cut SET rows = rows + 5, highest = highest + 5").await.unwrap();
        let findings = verify(&portal, &[]).await.findings;
        assert!(findings.iter().any(|found| matches!(found, AuditFinding::NumbersMissing { first: 1, last: 15, .. })), "{findings:#?}");
    }
}
