//! What the list of holds shows.

use base::HoldId;
use sea_orm::{EntityTrait, IntoActiveModel, QueryTrait};
use uuid::Uuid;

use super::super::{entity, store};
use crate::test_support::{Norrby, TestPortal, on_both_databases};
use crate::{Cursor, Hold, HoldScope, ListPart};

/// Holds like one that stands, of which two each are to be reviewed and were lifted at one instant.
async fn many_like(test: &TestPortal, hold: HoldId, count: u8, are_lifted: bool) {
    let database = &test.portal.0.database;
    let like = entity::Entity::find_by_id(*hold.as_uuid())
        .one(database.reader())
        .await
        .unwrap()
        .unwrap();
    let transaction = database.write().await.unwrap();
    for number in 0..count {
        let at = i64::from(number / 2) + 1;
        let row = entity::Model {
            id: Uuid::from_u128(u128::from(number) * 2 + u128::from(are_lifted)),
            form_id: None,
            sealed_reason: None,
            review_at: like.review_at + at,
            lifted_at: are_lifted.then_some(test.now().as_millis() + at),
            lifted_by: are_lifted.then_some(like.placed_by),
            ..like.clone()
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

fn ids(holds: &[Hold]) -> Vec<HoldId> {
    holds.iter().map(|hold| hold.id).collect()
}

on_both_databases! {
    async fn every_hold_is_on_a_part_of_its_list_and_one_look_is_one_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        many_like(&test, hold, 51, false).await;
        many_like(&test, hold, 53, true).await;
        let admin = norrby.admin(&test).await;
        let list = async |part| test.portal.holds(&admin, part).await.unwrap();

        let first = list(ListPart::Beginning).await;
        assert_eq!((first.standing.len(), first.lifted.len()), (25, 25));
        assert_eq!(first.standing[0].id, hold);
        let [(first_standing, last_standing), (first_lifted, last_lifted)] =
            [&first.standing, &first.lifted].map(|part| (part[0].id, part[24].id));
        let shown = format!("standing 25 {first_standing} {last_standing} lifted 25 {first_lifted} {last_lifted}");
        assert_eq!(test.details("holds.listed").await, [Some(shown)]);
        let (mut standing, mut more) = (first.standing, first.more_standing);
        while let Some(cursor) = more {
            let part = list(ListPart::Open(cursor)).await;
            assert!(part.lifted.is_empty() && part.more_lifted.is_none());
            standing.extend(part.standing);
            more = part.more_standing;
        }
        let (mut lifted, mut more) = (first.lifted, first.more_lifted);
        while let Some(cursor) = more {
            let part = list(ListPart::Closed(cursor)).await;
            assert!(part.standing.is_empty() && part.more_standing.is_none());
            lifted.extend(part.lifted);
            more = part.more_lifted;
        }
        assert_eq!((standing.len(), lifted.len()), (52, 53));
        assert_eq!(test.audited("holds.listed").await, 5);
        let numbered = |numbers: std::ops::Range<u128>, is_lifted: bool| -> Vec<HoldId> {
            numbers.map(|number| HoldId::from_uuid(Uuid::from_u128(number * 2 + u128::from(is_lifted)))).collect()
        };
        assert_eq!(ids(&standing)[1..], numbered(0..51, false));
        let mut latest_first = numbered(0..53, true);
        latest_first.reverse();
        assert_eq!(ids(&lifted), latest_first);
        // What each of them keeps is counted on whatever part it is.
        assert!(standing.iter().chain(&lifted).all(|hold| hold.messages == 1));
    }

    async fn a_list_goes_on_where_a_hold_stood_that_was_lifted_meanwhile(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        many_like(&test, hold, 27, false).await;
        let admin = norrby.admin(&test).await;
        let first = test.portal.holds(&admin, ListPart::Beginning).await.unwrap();
        norrby.lift(&test, first.standing[24].id).await;
        let next = test.portal.holds(&admin, ListPart::Open(first.more_standing.unwrap())).await.unwrap();
        assert_eq!((next.standing.len(), next.more_standing), (3, None));
    }

    async fn another_organisations_place_in_a_list_shows_nothing_of_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        norrby.hold(&test, &sent, HoldScope::Case).await;
        let soderby = test.organisation("Söderby kommun").await;
        let eva = test.first_admin_of(soderby).await;
        let from_the_first = Cursor::new(0, Uuid::nil());
        let seen = test.portal.holds(&eva, ListPart::Open(from_the_first)).await.unwrap();
        assert!(seen.standing.is_empty());
        assert_eq!(test.audited("holds.listed").await, 0);
    }

    async fn a_part_of_the_list_is_read_in_its_order_without_sorting(test: TestPortal) {
        let organisation = test.organisation("Norrby").await;
        let cursor = Cursor::new(7, Uuid::nil());
        let backend = test.portal.0.database.backend();
        for (question, index) in [
            (store::standing(organisation, None), "hold_standing"),
            (store::standing(organisation, Some(cursor)), "hold_standing"),
            (store::lifted(organisation, None), "hold_lifted"),
            (store::lifted(organisation, Some(cursor)), "hold_lifted"),
        ] {
            let steps = test.plan(question.build(backend)).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
            assert!(steps.iter().all(|step| !step.contains("Sort") && !step.contains("TEMP B-TREE")), "{steps:?}");
        }
    }
}
