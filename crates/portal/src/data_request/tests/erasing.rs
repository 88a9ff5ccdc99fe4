//! What becomes of what is erased, and of what can not be yet.

use super::*;

on_both_databases! {
    async fn what_is_done_while_the_clock_is_far_ahead_is_kept_no_longer_than_by_a_right_one(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        norrby.erase(&test, request, &sent).await;
        test.portal.run_key_jobs().await.result().unwrap();
        let right = test.now();
        test.clock.set(right + 60 * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("message.purged").await, 1);
        test.clock.set(right);
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        let own = test.portal.own_request(&person, request).await.unwrap();
        assert_eq!((own.state, own.done_at, own.kept_until), (DataRequestState::Done, Some(right), Some(right + 30 * DAY)));
    }

    async fn a_case_is_erased_for_the_person_who_asks_and_this_is_told(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (sent, other) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        test.clock.advance(Duration::from_secs(3_600));
        mails(&test).await;
        let request = norrby.asked(&test, &sent).await;
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Received, false));
        let events = test.portal.events(&norrby.system, 0, 1000).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!((last.kind, last.request, last.message), (EventKind::RequestReceived, Some(request), None));

        let admin = norrby.admin(&test).await;
        let (seen, cases, _) = test.portal.data_request(&admin, request).await.unwrap();
        assert_eq!(seen.text.as_deref(), Some("Ta bort det, tack."));
        assert_eq!(seen.answer_by.to_string(), "2026-12-22");
        assert_eq!((cases.len(), cases[0].messages, cases[0].documents, cases[0].held), (1, 1, 1, false));
        assert_eq!(test.portal.open_requests(&admin).await.unwrap(), OpenRequests { open: 1, overdue: 0 });
        test.portal.take_up_request(&admin, request).await.unwrap();
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Handling, false));

        assert_eq!(norrby.erase(&test, request, &sent).await, Granted { erased: 1, waits: false });
        assert!(!is_readable(&test, &person, &sent).await, "withdrawn at once");
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Granted, false));
        assert_eq!(mails(&test).await, [NotificationKind::RequestAnswered]);
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.purge.documents, report.purge.messages), (1, 1));
        assert!(!norrby.exists(&test, &sent).await);
        assert!(is_readable(&test, &person, &other).await && norrby.exists(&test, &other).await);
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false));
        assert_eq!(test.portal.open_requests(&admin).await.unwrap(), OpenRequests::default());

        assert_eq!(norrby.purged_for(&test).await, PurgeReason::Erased);
        let events = test.portal.events(&norrby.system, last.sequence, 1000).await.unwrap();
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds[..2], [EventKind::Revoked, EventKind::Purged]);
        for (action, times) in [
            ("data-request.received", 1), ("data-request.taken-up", 1), ("data-request.granted", 1),
            ("data-request.carried-out", 1), ("case.erased", 1),
        ] {
            assert_eq!(test.audited(action).await, times, "{action}");
        }
    }

    async fn what_is_held_is_withdrawn_and_waits_until_the_hold_is_over(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 5).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let request = norrby.asked(&test, &sent).await;
        assert_eq!(norrby.erase(&test, request, &sent).await, Granted { erased: 1, waits: true });
        // Far beyond the days that it was sent for.
        for _ in 0..30 {
            test.clock.advance(DAY);
            test.portal.run_jobs().await.unwrap();
        }
        let person = test.sign_in(0).await;
        assert!(!is_readable(&test, &person, &sent).await);
        assert!(norrby.exists(&test, &sent).await, "held");
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Granted, true));
        let admin = norrby.admin(&test).await;
        assert!(test.portal.data_requests(&admin, ListPart::Beginning).await.unwrap().answered[0].waits);

        test.portal.lift_hold(&admin, hold, "Avgjort").await.unwrap();
        test.clock.advance(7 * DAY - Duration::from_secs(1));
        test.portal.run_jobs().await.unwrap();
        assert!(norrby.exists(&test, &sent).await, "the grace");
        test.clock.advance(Duration::from_secs(1));
        test.portal.run_jobs().await.unwrap();
        assert!(!norrby.exists(&test, &sent).await);
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false));
        assert_eq!(norrby.purged_for(&test).await, PurgeReason::Erased);
    }

    async fn a_hold_that_comes_after_the_erasure_and_before_the_purge_keeps_it_too(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        norrby.erase(&test, request, &sent).await;
        norrby.hold(&test, &sent, HoldScope::Case).await;
        test.portal.run_jobs().await.unwrap();
        assert!(norrby.exists(&test, &sent).await);
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Granted, true));
    }

    async fn what_others_were_sent_too_stays_theirs(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 2, 30).await;
        let request = norrby.asked(&test, &sent).await;
        norrby.erase(&test, request, &sent).await;
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.purge.deliveries, report.purge.documents), (1, 0));
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false));
        let other = test.sign_in(1).await;
        let document = test.only_document(&other, &sent.deliveries[1]).await;
        assert_eq!(bytes_of(test.view(&other, document, None).await.unwrap()).await.unwrap(), PDF);
    }

    async fn a_restored_copy_learns_of_the_erasure_from_the_ledger(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        norrby.hold(&test, &sent, HoldScope::Case).await;
        let request = norrby.asked(&test, &sent).await;
        norrby.erase(&test, request, &sent).await;
        // As a copy from before: the row knows nothing of it, and the databases not of the batches.
        let transaction = test.portal.0.database.write().await.unwrap();
        for forget in ["UPDATE delivery SET revoked_at = NULL, erased_for = NULL", "DELETE FROM ledger_batch"] {
            sea_orm::ConnectionTrait::execute_unprepared(&transaction, forget).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let restored = test.another_node().await;
        let row = delivery::entity::Entity::find().one(restored.0.database.reader()).await.unwrap().unwrap();
        assert!(row.revoked_at.is_some() && row.erased_for.is_some() && row.condemned_at.is_none(), "{row:?}");
        assert!(norrby.exists(&test, &sent).await, "held, also after a restore");
    }

    async fn a_request_that_a_restored_copy_knows_nothing_of_waits_for_what_is_held_of_it(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let request = norrby.asked(&test, &sent).await;
        norrby.erase(&test, request, &sent).await;
        // As a copy from between: nothing is answered, and the ledger told of the erasure alone.
        let transaction = test.portal.0.database.write().await.unwrap();
        for forget in [
            "UPDATE delivery SET revoked_at = NULL, erased_for = NULL",
            "UPDATE data_request SET state = 'received', answered_at = NULL, answered_by = NULL",
        ] {
            sea_orm::ConnectionTrait::execute_unprepared(&transaction, forget).await.unwrap();
        }
        delivery::erase_as_told(&transaction, &[sent.deliveries[0].delivery], test.now()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(norrby.erase(&test, request, &sent).await, Granted { erased: 1, waits: true });
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Granted, true));
        let admin = norrby.admin(&test).await;
        test.portal.lift_hold(&admin, hold, "Tvisten är slut").await.unwrap();
        test.clock.advance(7 * DAY);
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false));
    }

    async fn who_asks_again_while_it_is_held_waits_for_the_same(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let (first, again) = (norrby.asked(&test, &sent).await, norrby.asked(&test, &sent).await);
        norrby.erase(&test, first, &sent).await;
        let admin = norrby.admin(&test).await;
        let granted = test.portal.grant_request(&admin, again, &whole(&[])).await.unwrap();
        assert_eq!(granted, Granted { erased: 0, waits: true });
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        for request in [first, again] {
            assert_eq!(state(&test, &person, request).await, (DataRequestState::Granted, true));
        }
        test.portal.lift_hold(&admin, hold, "Tvisten är slut").await.unwrap();
        test.clock.advance(7 * DAY);
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        for request in [first, again] {
            assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false));
        }
    }

    async fn an_erasure_that_failed_is_in_no_ledger(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let admin = norrby.admin(&test).await;
        test.no_audit(true).await;
        let granted = test.portal.grant_request(&admin, request, &whole(&[&sent])).await;
        assert!(matches!(granted, Err(AnswerRequestError::Fault(_))), "{granted:?}");
        test.no_audit(false).await;
        let node = test.another_node().await;
        let row = delivery::entity::Entity::find().one(node.0.database.reader()).await.unwrap().unwrap();
        assert!(row.revoked_at.is_none() && row.erased_for.is_none(), "{row:?}");
    }

    async fn who_turns_out_to_be_somebody_else_meanwhile_is_erased_as_that_person(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let request = norrby.asked(&test, &sent).await;
        let (before, after) = (test.sign_in(0).await.recipient_id(), test.sign_in(1).await.recipient_id());
        let admin = norrby.admin(&test).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        case::lock(&transaction, &[*sent.deliveries[0].case.as_uuid()]).await.unwrap();
        let grant = whole(&[&sent]);
        let (granted, ()) = tokio::join!(test.portal.grant_request(&admin, request, &grant), async {
            // The request was read by then, and waits for its turn to write.
            tokio::time::sleep(Duration::from_millis(300)).await;
            case::give(&transaction, &[before], after).await.unwrap();
            delivery::give(&transaction, &[before], after).await.unwrap();
            crate::data_request::give(&transaction, &[before], after).await.unwrap();
            transaction.commit().await.unwrap();
        });
        assert_eq!(granted.unwrap(), Granted { erased: 1, waits: false });
        let person = test.sign_in(1).await;
        assert_eq!(state(&test, &person, request).await.0, DataRequestState::Granted);
        assert!(!is_readable(&test, &person, &sent).await);
    }

    async fn nothing_is_erased_but_what_the_request_is_about(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (sent, other) = (norrby.send(&test, 2, 30).await, norrby.send(&test, 1, 30).await);
        let request = norrby.asked(&test, &sent).await;
        let admin = norrby.admin(&test).await;
        for wrong in [vec![], vec![other.deliveries[0].case], vec![sent.deliveries[1].case]] {
            let grant = Grant { cases: wrong.clone(), answer: String::new() };
            let refused = test.portal.grant_request(&admin, request, &grant).await;
            assert!(matches!(refused, Err(AnswerRequestError::InvalidCases)), "{wrong:?}");
        }
        // Of everything, a part: the person must be told why not the rest.
        let person = test.sign_in(0).await;
        let all = norrby.ask(&test, None, DataRequestKind::Erasure);
        let all = test.portal.make_request(&person, &all).await.unwrap();
        let refused = test.portal.grant_request(&admin, all, &whole(&[&sent])).await;
        assert!(matches!(refused, Err(AnswerRequestError::InvalidText)));
        let part = Grant { answer: WHY.to_owned(), ..whole(&[&sent]) };
        test.portal.grant_request(&admin, all, &part).await.unwrap();
        assert_eq!(test.portal.own_request(&person, all).await.unwrap().answer.as_deref(), Some(WHY));
        assert!(is_readable(&test, &person, &other).await && !is_readable(&test, &person, &sent).await);
    }

    async fn what_has_gone_already_is_answered_at_once(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let request = norrby.asked(&test, &sent).await;
        test.clock.set(sent.deliveries[0].expires_at);
        // Condemned, while its blob and metadata are there yet.
        test.portal.run_key_jobs().await.result().unwrap();
        let admin = norrby.admin(&test).await;
        let (_, cases, _) = test.portal.data_request(&admin, request).await.unwrap();
        assert!(cases.is_empty());
        let nothing = test.portal.grant_request(&admin, request, &whole(&[])).await.unwrap();
        assert_eq!(nothing, Granted { erased: 0, waits: false });
        test.portal.run_jobs().await.unwrap();
        let person = test.sign_in(0).await;
        assert_eq!(state(&test, &person, request).await, (DataRequestState::Done, false), "the same person as before");
        assert_eq!(norrby.purged_for(&test).await, PurgeReason::Expired);
    }

    async fn what_expired_under_a_hold_can_be_erased(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        norrby.hold(&test, &sent, HoldScope::Case).await;
        let request = norrby.asked(&test, &sent).await;
        test.clock.set(sent.deliveries[0].expires_at + DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(norrby.erase(&test, request, &sent).await, Granted { erased: 1, waits: true });
        test.portal.run_jobs().await.unwrap();
        assert!(norrby.exists(&test, &sent).await);
    }
}
