//! Whoever has the database alone can't have the portal itself destroy rows before their time, by making them look old.

use base::OrganisationId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::super::attacks::{A, Attacker, B, FIT};
use super::super::chain_tests::{verify, write};
use super::super::{Checkpoint, checkpoint, entity};
use crate::test_support::{TestPortal, on_both_databases};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// For how many days rows are kept here.
const KEPT_DAYS: u32 = 3;
/// How many of A's rows are older than that.
const OLD: u64 = 2;
/// How many more it has.
const YOUNG: u64 = 10;

/// The attack, what it does, whether a round sees it before it cuts anything off A's log, and what a verification finds after that round.
#[rustfmt::skip]
const ATTACKS: [(&str, &[&str], bool, &str); 11] = [
    ("backdate the first", &["UPDATE audit_event SET at = 0 WHERE id IN ({R3}, {R4}, {R5})"], true, "row 5 was changed"),
    ("backdate all", &["UPDATE audit_event SET at = 0 WHERE organisation_id = {A}"], true, "row 5 was changed"),
    ("backdate those in the middle", &["UPDATE audit_event SET at = 0 WHERE id IN ({R5}, {R6})"], false, "row 5 was changed"),
    ("backdate and fit the chain", &["UPDATE audit_event SET at = 0 WHERE id IN ({R3}, {R4}, {R5})", FIT], true, "row 5 was changed"),
    ("put old rows of another log in their places", &["UPDATE audit_link SET event_id = (SELECT event_id FROM audit_link WHERE chain_id = {B} AND sequence = 1) WHERE chain_id = {A} AND sequence = 3"], true, "its place in the chain was removed"),
    ("put old rows of the same log in their places", &["UPDATE audit_link SET event_id = {R1} WHERE chain_id = {A} AND sequence = 3"], true, "row 3 is not the one that was put there"),
    ("remove one and backdate the next", &["DELETE FROM audit_event WHERE id = {R3}", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 3", "UPDATE audit_event SET at = 0 WHERE id IN ({R4}, {R5})"], true, "row 3 was removed"),
    ("put a row into a second place that is cut off", &["INSERT INTO audit_link SELECT chain_id, 0, event_id, hash FROM audit_link WHERE chain_id = {A} AND sequence = 5"], false, "row 0 is not the one that was put there"),
    ("say that the log is cut", &["INSERT INTO audit_cut SELECT chain_id, 4, hash, hash FROM audit_link WHERE chain_id = {A} AND sequence = 4", "UPDATE audit_event SET at = 0 WHERE id IN ({R5}, {R6})"], true, "what is said of old rows that were deleted was changed"),
    ("say that rows of the writer are gone", &["INSERT INTO audit_writer_cut SELECT writer_id, 5, 5, mac FROM audit_event WHERE id = {R5}", "UPDATE audit_event SET at = 0 WHERE id IN ({R3}, {R4}, {R5})"], true, "row 5 was changed"),
    ("backdate so that the time is none", &["UPDATE audit_event SET at = -9223372036854775807 WHERE id IN ({R3}, {R4}, {R5})"], true, "row 5 was changed"),
];

/// Two rows of A's and of B's whose time is over within a day, and ten of A's that were written since, under a checkpoint that somebody keeps.
async fn history(portal: &TestPortal) -> Checkpoint {
    let (a, b) = (OrganisationId::from_uuid(A), OrganisationId::from_uuid(B));
    write(&portal.portal, Some(a), usize::try_from(OLD).unwrap()).await;
    write(&portal.another_node().await, Some(b), 2).await;
    portal.portal.run_jobs().await.unwrap();
    portal.clock.advance_millis(3 * DAY);
    write(&portal.portal, Some(a), usize::try_from(YOUNG).unwrap()).await;
    portal.portal.run_jobs().await.unwrap();
    let held = checkpoint::latest(&portal.portal.0, Some(a)).await.unwrap().unwrap();
    assert_eq!(held.sequence, OLD + YOUNG);
    held
}

/// How many of the rows that [`history`] wrote in a log are there.
async fn rows(portal: &TestPortal, log: Uuid) -> u64 {
    let rows = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(log))
        .filter(entity::Column::Action.eq("document.purged"));
    rows.count(portal.portal.0.database.reader()).await.unwrap()
}

on_both_databases! {
    async fn no_round_destroys_what_somebody_made_look_old(portal: TestPortal) {
        let mut portal = portal;
        portal.settings.audit_retention_days = KEPT_DAYS;
        portal.portal = portal.another_node().await;
        let held = [history(&portal).await];
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        assert_eq!(verify(&portal, &held).await.findings, []);
        portal.clock.advance_millis(DAY);
        for (attack, statements, is_seen, found) in ATTACKS {
            attacker.attack(statements).await;
            let before = rows(&portal, A).await;
            portal.clock.advance_millis(HOUR);
            let round = portal.portal.run_jobs().await;
            let kept = if is_seen { before } else { YOUNG };
            assert_eq!(rows(&portal, A).await, kept, "{attack}: {round:?}");
            assert!(!is_seen || round.is_err(), "{attack}: {round:?}");
            assert_eq!(rows(&portal, B).await, 0, "{attack}: the other log's time goes on");
            let report = verify(&portal, &held).await;
            let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
            assert!(findings.iter().any(|finding| finding.contains(found)), "{attack}: {findings:#?}");
            attacker.restore().await;
        }
        // As nothing is in its way any more, what is old goes, and the rest verifies.
        portal.portal.run_jobs().await.unwrap();
        assert_eq!((rows(&portal, A).await, rows(&portal, B).await), (YOUNG, 0));
        assert_eq!(verify(&portal, &held).await.findings, []);
    }

    async fn a_checkpoint_of_the_last_row_that_was_cut_off_proves_no_other(portal: TestPortal) {
        let mut portal = portal;
        portal.settings.audit_retention_days = KEPT_DAYS;
        portal.portal = portal.another_node().await;
        let a = Some(OrganisationId::from_uuid(A));
        write(&portal.portal, a, 5).await;
        portal.portal.run_jobs().await.unwrap();
        let held = checkpoint::latest(&portal.portal.0, a).await.unwrap().unwrap();
        portal.clock.advance_millis(4 * DAY);
        write(&portal.portal, a, 2).await;
        portal.portal.run_jobs().await.unwrap();
        let report = verify(&portal, std::slice::from_ref(&held)).await;
        assert_eq!(report.findings, []);
        let chain = report.chains.iter().find(|chain| chain.organisation == a).unwrap();
        assert_eq!((chain.cut, chain.earlier, &chain.held), (5, Some(5), &None));
        // It is younger than a log is kept that is kept for longer.
        portal.settings.audit_retention_days = 30;
        portal.portal = portal.another_node().await;
        let findings = verify(&portal, &[held]).await.findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains("the rows up to 5 were deleted before their time, as the checkpoint of row 5 shows"));
    }
}
