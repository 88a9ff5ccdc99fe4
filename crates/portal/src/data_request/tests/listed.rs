//! What the list of requests shows.

use base::DataRequestId;
use sea_orm::{EntityTrait, IntoActiveModel, QueryTrait};
use uuid::Uuid;

use super::super::{entity, store};
use crate::test_support::{Norrby, TestPortal, on_both_databases};
use crate::{Cursor, DataRequest, DataRequestState, ListPart};

/// Requests like one, in a state, of which two each came and are due at one instant.
async fn many_like(test: &TestPortal, request: DataRequestId, count: u8, state: DataRequestState) {
    let database = &test.portal.0.database;
    let like = entity::Entity::find_by_id(*request.as_uuid())
        .one(database.reader())
        .await
        .unwrap()
        .unwrap();
    let transaction = database.write().await.unwrap();
    for number in 0..count {
        let at = i64::from(number / 2) + 1;
        let row = entity::Model {
            id: numbered(number, state),
            form_id: numbered(number, state),
            state: state.as_str().to_owned(),
            received_at: like.received_at + at,
            due_at: like.due_at + at,
            ..like.clone()
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

fn numbered(number: u8, state: DataRequestState) -> Uuid {
    Uuid::from_u128(u128::from(number) * 2 + u128::from(state.is_open()))
}

fn ids(requests: &[DataRequest]) -> Vec<Uuid> {
    requests.iter().map(|request| *request.id.as_uuid()).collect()
}

on_both_databases! {
    async fn every_request_is_on_a_part_of_its_list_and_one_look_is_one_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        many_like(&test, request, 51, DataRequestState::Handling).await;
        many_like(&test, request, 53, DataRequestState::Declined).await;
        let admin = norrby.admin(&test).await;
        let list = async |part| test.portal.data_requests(&admin, part).await.unwrap();

        let first = list(ListPart::Beginning).await;
        assert_eq!((first.open.len(), first.answered.len()), (25, 25));
        let [(first_open, last_open), (first_answered, last_answered)] =
            [&first.open, &first.answered].map(|part| (part[0].id, part[24].id));
        let shown = format!("open 25 {first_open} {last_open} answered 25 {first_answered} {last_answered}");
        assert_eq!(test.details("data-requests.listed").await, [Some(shown)]);
        let (mut open, mut more) = (first.open, first.more_open);
        while let Some(cursor) = more {
            let part = list(ListPart::Open(cursor)).await;
            assert!(part.answered.is_empty() && part.more_answered.is_none());
            open.extend(part.open);
            more = part.more_open;
        }
        let (mut answered, mut more) = (first.answered, first.more_answered);
        while let Some(cursor) = more {
            let part = list(ListPart::Closed(cursor)).await;
            assert!(part.open.is_empty() && part.more_open.is_none());
            answered.extend(part.answered);
            more = part.more_answered;
        }
        assert_eq!(test.audited("data-requests.listed").await, 5);
        let due_first: Vec<Uuid> = (0..51).map(|number| numbered(number, DataRequestState::Handling)).collect();
        assert_eq!(ids(&open)[1..], due_first);
        assert_eq!(open[0].id, request);
        let latest_first: Vec<Uuid> = (0..53).rev().map(|number| numbered(number, DataRequestState::Declined)).collect();
        assert_eq!(ids(&answered), latest_first);
    }

    async fn a_part_of_the_list_is_read_in_its_order_without_sorting(test: TestPortal) {
        let organisation = test.organisation("Norrby").await;
        let cursor = Cursor::new(7, Uuid::nil());
        let backend = test.portal.0.database.backend();
        for (question, index) in [
            (store::open_of(organisation, None), "data_request_open"),
            (store::open_of(organisation, Some(cursor)), "data_request_open"),
            (store::others_of(organisation, None), "data_request_closed"),
            (store::others_of(organisation, Some(cursor)), "data_request_closed"),
        ] {
            let steps = test.plan(question.build(backend)).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
            assert!(steps.iter().all(|step| !step.contains("Sort") && !step.contains("TEMP B-TREE")), "{steps:?}");
        }
    }
}
