//! The scoped finder against its rule, for every state that a delivery can be in.

use base::{RecipientId, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use super::entity::{Entity, Model};
use super::{Finder, listing};
use crate::test_support::{TestPortal, on_both_databases};

/// The rule in plain words.
fn may_read(delivery: &Model, recipient: RecipientId, now: Timestamp) -> bool {
    delivery.recipient_id == Some(*recipient.as_uuid())
        && delivery.expires_at > now.as_millis()
        && delivery.expired_at.is_none()
        && delivery.revoked_at.is_none()
        && delivery.condemned_at.is_none()
        && delivery.purged_at.is_none()
}

on_both_databases! {
    async fn the_finder_finds_what_the_rule_allows_in_every_state(portal: TestPortal) {
        let system = portal.sender().await;
        let receipt = portal.send(&system, "1", 2).await;
        let people = [portal.sign_in(0).await, portal.sign_in(1).await, portal.sign_in(2).await];
        let document = portal.only_document(&people[0], &receipt.deliveries[0]).await;
        let database = &portal.portal.0.database;
        let mut readable = 0;
        for state in 0..16 {
            let latch = |bit: i32| if state & (1 << bit) == 0 { "NULL" } else { "1" };
            let change = format!(
                "UPDATE delivery SET expired_at = {}, revoked_at = {}, condemned_at = {}, purged_at = {}",
                latch(0), latch(1), latch(2), latch(3)
            );
            let transaction = database.write().await.unwrap();
            transaction.execute_unprepared(&change).await.unwrap();
            transaction.commit().await.unwrap();
            let rows = Entity::find().all(database.reader()).await.unwrap();
            for person in &people {
                for offset in [-1, 0, 1] {
                    let now = Timestamp::from_millis(receipt.deliveries[0].expires_at.as_millis() + offset);
                    let allowed: Vec<_> =
                        rows.iter().filter(|row| may_read(row, person.recipient_id(), now)).map(|row| row.id).collect();
                    readable += allowed.len();
                    let finder = Finder::new(person, now);
                    let found = finder.deliveries(database.reader()).await.unwrap();
                    let found: Vec<_> = found.iter().map(|found| *found.id.as_uuid()).collect();
                    assert_eq!(found, allowed, "state {state}, {offset} ms after expiry");
                    for delivery in &receipt.deliveries {
                        let theirs = rows.iter().any(|row| row.case_id == *delivery.case.as_uuid() && allowed.contains(&row.id));
                        let in_case = finder.in_case(database.reader(), delivery.case).await.unwrap();
                        assert_eq!(!in_case.is_empty(), theirs);
                        let documents = finder.documents_in_case(database.reader(), delivery.case).await.unwrap();
                        assert_eq!(!documents.is_empty(), theirs);
                    }
                    let found = finder.document(database.reader(), document).await.unwrap();
                    assert_eq!(found.is_some(), !allowed.is_empty());
                }
            }
        }
        assert_eq!(readable, 2, "one state, one instant, two people");
    }
}

/// What an inbox costs must not grow with everybody else's deliveries.
#[tokio::test]
async fn an_inbox_is_found_by_its_person_alone() {
    let portal = TestPortal::on_sqlite().await;
    let plan = format!("EXPLAIN QUERY PLAN {}", listing::sql(DbBackend::Sqlite));
    let values = [vec![0_u8; 16].into(), 0_i64.into(), 1_000_i64.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, plan, values);
    let steps = portal
        .portal
        .0
        .database
        .reader()
        .query_all_raw(statement)
        .await
        .unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
    assert!(
        steps
            .contains(&"SEARCH delivery USING INDEX delivery_of_recipient (recipient_id=? AND purged_at=?)".to_owned()),
        "{steps:?}"
    );
    assert!(
        steps.iter().all(|step| !step.contains("TEMP B-TREE")),
        "already in order: {steps:?}"
    );
}
