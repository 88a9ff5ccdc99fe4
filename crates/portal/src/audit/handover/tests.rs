//! Who hands over what, how far it has come, and what waits for it.

use std::time::Duration;

use base::OrganisationId;
use uuid::Uuid;

use super::super::attacks::Attacker;
use super::super::chain_tests::write;
use super::super::{AuditRowsError, cut_due, handover};
use super::{AuditLogs, AuditReceiver, AuditReceiverKind, HandoverFailure, HandoverOutcome, TakenHandover};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{AuditReceiverState, Portal};

const A: Uuid = Uuid::from_u128(0xa);
const SECOND: Duration = Duration::from_secs(1);
const DAY: i64 = 24 * 60 * 60 * 1000;

fn log() -> Option<OrganisationId> {
    Some(OrganisationId::from_uuid(A))
}

fn receiver() -> AuditReceiver {
    AuditReceiver {
        kind: AuditReceiverKind::Syslog,
        name: "siem".to_owned(),
        logs: AuditLogs::Of(log()),
        place: "siem.norrby.example:6514".to_owned(),
    }
}

#[test]
fn every_failure_reads_back_from_its_name() {
    let named = HandoverFailure::NAMED.map(|(failure, _)| failure);
    for failure in named.into_iter().chain([HandoverFailure::Answered(503)]) {
        assert_eq!(HandoverFailure::from_stored(&failure.to_string()), failure);
    }
    assert_eq!(HandoverFailure::Answered(503).to_string(), "answered-503");
    for name in ["", "answered-", "answered-x", "something"] {
        assert_eq!(HandoverFailure::from_stored(name), HandoverFailure::Inside, "{name}");
    }
}

/// A portal that hands out A's log, of which it has so many rows.
async fn with_rows(mut portal: TestPortal, rows: usize) -> TestPortal {
    portal.settings.audit_receivers = vec![receiver()];
    portal.portal = portal.another_node().await;
    write(&portal.portal, log(), rows).await;
    portal.portal.chain_audit_log().await.unwrap();
    portal
}

async fn take(portal: &Portal) -> Option<TakenHandover> {
    portal.take_audit_handover(&receiver(), log()).await.unwrap()
}

/// The numbers of the rows that a handover is of.
async fn rows(portal: &Portal, taken: &TakenHandover) -> Vec<u64> {
    let mut rows = portal.audit_handover_rows(taken).await.unwrap();
    let mut numbers = Vec::new();
    loop {
        let more = rows.next().await.unwrap();
        if more.is_empty() {
            return numbers;
        }
        numbers.extend(more.iter().map(|row| row.sequence));
    }
}

async fn state(portal: &TestPortal) -> AuditReceiverState {
    handover::states(&portal.portal.0, A).await.unwrap().remove(0)
}

on_both_databases! {
    async fn what_was_handed_over_is_not_again_and_what_comes_goes_on_from_there(portal: TestPortal) {
        let portal = with_rows(portal, 3).await;
        let taken = take(&portal.portal).await.unwrap();
        assert_eq!(rows(&portal.portal, &taken).await, [1, 2, 3]);
        assert!(portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(3)).await.unwrap());
        portal.portal.chain_audit_log().await.unwrap();
        // The log told that it goes there, and that row goes there too.
        assert_eq!(portal.audited("audit.receiver-added").await, 1);
        let taken = take(&portal.portal).await.unwrap();
        assert_eq!(rows(&portal.portal, &taken).await, [4]);
        portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(4)).await.unwrap();
        assert!(take(&portal.portal).await.is_none());
        let state = state(&portal).await;
        assert_eq!((state.row, state.last, state.succeeded_at, state.failure), (4, 4, Some(portal.now()), None));
        assert_eq!(portal.portal.audit_handover_lag().await.unwrap(), Duration::ZERO);
    }

    async fn one_node_at_a_time_is_at_it_and_another_goes_on_when_it_stops(portal: TestPortal) {
        let portal = with_rows(portal, 3).await;
        let other = portal.another_node().await;
        let lost = take(&portal.portal).await.unwrap();
        assert!(take(&other).await.is_none());
        portal.clock.advance(299 * SECOND);
        assert!(take(&other).await.is_none());
        portal.clock.advance(SECOND);
        let taken = take(&other).await.unwrap();
        assert_eq!(rows(&other, &taken).await[..3], [1, 2, 3]);
        // The first comes back, and its word counts no more.
        assert!(!portal.portal.settle_audit_handover(lost, HandoverOutcome::HandedOver(3)).await.unwrap());
        assert_eq!(state(&portal).await.row, 0);
        assert!(other.settle_audit_handover(taken, HandoverOutcome::HandedOver(2)).await.unwrap());
        assert_eq!(state(&portal).await.row, 2);
    }

    async fn a_receiver_that_moves_is_told_of_and_goes_on_where_it_was(portal: TestPortal) {
        let portal = with_rows(portal, 3).await;
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(2)).await.unwrap();
        let moved = AuditReceiver { place: "elsewhere.example:6514".to_owned(), ..receiver() };
        let taken = portal.portal.take_audit_handover(&moved, log()).await.unwrap().unwrap();
        assert_eq!((taken.after(), portal.audited("audit.receiver-added").await), (2, 2));
        assert!(portal.portal.take_audit_handover(&moved, log()).await.unwrap().is_none());
        assert_eq!(portal.audited("audit.receiver-added").await, 2);
    }

    async fn what_failed_is_tried_again_later_from_where_it_began(portal: TestPortal) {
        let portal = with_rows(portal, 3).await;
        let taken = take(&portal.portal).await.unwrap();
        let failed = HandoverOutcome::Failed(HandoverFailure::Unreachable);
        portal.portal.settle_audit_handover(taken, failed).await.unwrap();
        assert!(take(&portal.portal).await.is_none());
        let told = state(&portal).await;
        assert_eq!((told.row, told.failure), (0, Some((HandoverFailure::Unreachable, portal.now()))));
        portal.clock.advance(10 * SECOND);
        assert_eq!(portal.portal.audit_handover_lag().await.unwrap(), 10 * SECOND);
        let taken = take(&portal.portal).await.unwrap();
        assert_eq!(taken.after(), 0);
        // Given back, it goes on at once.
        portal.portal.settle_audit_handover(taken, HandoverOutcome::GivenBack).await.unwrap();
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(3)).await.unwrap();
        assert_eq!(state(&portal).await.failure, None);
    }

    async fn what_comes_before_a_row_that_is_not_as_it_was_written_goes_and_nothing_behind_it(portal: TestPortal) {
        let portal = with_rows(portal, 6).await;
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::GivenBack).await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        let mut attacks = vec![
            "UPDATE audit_event SET at = at + 1 WHERE id = {R4}",
            "UPDATE audit_event SET organisation_id = {B} WHERE id = {R4}",
            "UPDATE audit_link SET event_id = {R5} WHERE chain_id = {A} AND sequence = 4",
            "UPDATE audit_link SET hash = mac FROM audit_event WHERE chain_id = {A} AND sequence = 4 AND audit_event.id = event_id",
            "DELETE FROM audit_event WHERE id = {R4}",
            "DELETE FROM audit_event WHERE id IN ({R4}, {R5}, {R6})",
            "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 4",
        ];
        if portal.portal.0.database.backend() == sea_orm::DbBackend::Sqlite {
            // What is of no kind that the column has.
            attacks.push("UPDATE audit_event SET at = 'then' WHERE id = {R4}");
        }
        for attack in attacks {
            attacker.attack(&[attack]).await;
            let taken = take(&portal.portal).await.unwrap();
            let mut rows = portal.portal.audit_handover_rows(&taken).await.unwrap();
            let given = rows.next().await.unwrap();
            assert!(given.iter().map(|row| row.sequence).eq(1..=3), "{attack}");
            for _ in 0..2 {
                let refused = rows.next().await;
                assert!(matches!(refused, Err(AuditRowsError::NotAsWritten(4))), "{attack}: {refused:?}");
            }
            portal.portal.settle_audit_handover(taken, HandoverOutcome::GivenBack).await.unwrap();
            attacker.restore().await;
        }

        attacker.attack(&["DELETE FROM audit_event WHERE id = {R4}"]).await;
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(3)).await.unwrap();
        // It stays there, and is told of.
        let taken = take(&portal.portal).await.unwrap();
        let mut rows_left = portal.portal.audit_handover_rows(&taken).await.unwrap();
        assert!(matches!(rows_left.next().await, Err(AuditRowsError::NotAsWritten(4))));
        let failed = HandoverOutcome::Failed(HandoverFailure::NotAsWritten);
        portal.portal.settle_audit_handover(taken, failed).await.unwrap();
        let told = state(&portal).await;
        assert_eq!((told.row, told.failure), (3, Some((HandoverFailure::NotAsWritten, portal.now()))));
        portal.clock.advance(10 * SECOND);
        assert!(portal.portal.audit_handover_lag().await.unwrap() >= 10 * SECOND);
        // Put right, it goes on there.
        attacker.restore().await;
        let taken = take(&portal.portal).await.unwrap();
        assert_eq!(rows(&portal.portal, &taken).await[..3], [4, 5, 6]);
    }

    async fn a_clock_that_was_ahead_keeps_nothing_waiting(portal: TestPortal) {
        let portal = with_rows(portal, 3).await;
        portal.clock.advance_millis(300 * DAY);
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::Failed(HandoverFailure::TimedOut)).await.unwrap();
        portal.clock.advance_millis(-300 * DAY);
        assert!(take(&portal.portal).await.is_some());
    }

    async fn rows_that_a_receiver_does_not_have_are_kept_a_month_more(portal: TestPortal) {
        let portal = with_rows(portal, 4).await;
        let taken = take(&portal.portal).await.unwrap();
        portal.portal.settle_audit_handover(taken, HandoverOutcome::HandedOver(2)).await.unwrap();
        portal.clock.advance_millis(731 * DAY);
        cut_due(&portal.portal.0).await.unwrap();
        let taken = take(&portal.portal).await.unwrap();
        assert_eq!(taken.after(), 2);
        assert_eq!(rows(&portal.portal, &taken).await[..2], [3, 4]);
        portal.portal.settle_audit_handover(taken, HandoverOutcome::GivenBack).await.unwrap();
        portal.clock.advance_millis(30 * DAY);
        assert!(cut_due(&portal.portal.0).await.unwrap() > 0);
        portal.portal.chain_audit_log().await.unwrap();
        let taken = take(&portal.portal).await.unwrap();
        let left = rows(&portal.portal, &taken).await;
        assert!(!left.is_empty() && !left.contains(&3), "what is left goes on: {left:?}");
    }

    async fn no_log_goes_anywhere_of_an_organisation_that_there_is_not(portal: TestPortal) {
        let portal = with_rows(portal, 0).await;
        assert!(!portal.portal.has_audit_log(&receiver()).await.unwrap());
        assert!(take(&portal.portal).await.is_none());
        assert_eq!(portal.audited("audit.receiver-added").await, 0);
    }
}
