//! Placing a hold: before and after what it comes too late for, twice, and wrongly.

use super::*;

on_both_databases! {
    async fn a_hold_says_what_it_came_too_late_for_and_is_refused_when_that_is_all(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (lost, later) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 10).await);
        test.clock.set(lost.deliveries[0].expires_at);
        // The program stops before any blob is deleted.
        test.portal.run_key_jobs().await.result().unwrap();
        assert!(matches!(norrby.try_to_hold(&test, &lost, HoldScope::Case).await, Err(HoldError::TooLate)));
        assert_eq!(test.rows("hold").await, 0);
        let placed = norrby.try_to_hold(&test, &lost, HoldScope::Recipient).await.unwrap();
        assert_eq!(placed.too_late, 1);
        let admin = norrby.admin(&test).await;
        let holds = test.portal.holds(&admin, ListPart::Beginning).await.unwrap();
        assert_eq!((holds.standing[0].too_late, holds.standing[0].messages), (1, 1));
        test.days_pass(20).await;
        assert!(!norrby.exists(&test, &lost).await && norrby.exists(&test, &later).await);
        assert!(matches!(norrby.try_to_hold(&test, &lost, HoldScope::Case).await, Err(HoldError::NotFound)));
    }

    async fn a_hold_in_the_middle_of_a_purge_wins_or_is_refused(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (mut won, mut refused) = (0, 0);
        for round in 0..8_u64 {
            let sent = norrby.send(&test, 1, 1).await;
            test.clock.set(sent.deliveries[0].expires_at);
            let admin = norrby.admin(&test).await;
            let other = test.another_node().await;
            let new = new_hold(&test, &sent, HoldScope::Case);
            let purge = async {
                tokio::time::sleep(Duration::from_millis(round)).await;
                test.portal.run_jobs().await
            };
            let place = async {
                tokio::time::sleep(Duration::from_millis(7 - round)).await;
                other.place_hold(&admin, &new).await
            };
            let (purged, placed) = tokio::join!(purge, place);
            purged.unwrap();
            test.days_pass(2).await;
            match placed {
                Ok(placed) => {
                    assert_eq!(placed.too_late, 0);
                    assert!(norrby.exists(&test, &sent).await, "what is held exists");
                    won += 1;
                }
                Err(HoldError::TooLate | HoldError::NotFound) => {
                    assert!(!norrby.exists(&test, &sent).await, "what was refused is purged");
                    refused += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(won + refused, 8);
        assert_eq!(test.rows("hold").await, won);
    }

    async fn a_hold_before_anything_is_condemned_wins_and_one_after_it_is_refused(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (before, after) = (norrby.send(&test, 1, 1).await, norrby.send(&test, 1, 1).await);
        test.clock.set(before.deliveries[0].expires_at);
        let placed = norrby.try_to_hold(&test, &before, HoldScope::Case).await.unwrap();
        assert_eq!(placed.too_late, 0);
        // The purge comes to a halt when it has marked what goes, and has destroyed nothing.
        interrupted(&test.another_node().await.0, Interruption::Condemned, 25).await;
        let refused = norrby.try_to_hold(&test, &after, HoldScope::Case).await;
        assert!(matches!(refused, Err(HoldError::TooLate)));
        assert!(norrby.exists(&test, &before).await && norrby.exists(&test, &after).await);
        assert_eq!(test.rows("hold").await, 1);

        assert_eq!(jobs(&test).await.messages, 1);
        assert!(norrby.exists(&test, &before).await && !norrby.exists(&test, &after).await);
        test.days_pass(2).await;
        assert!(norrby.exists(&test, &before).await, "what is held exists");
        norrby.lift(&test, placed.id).await;
        test.days_pass(7).await;
        assert!(!norrby.exists(&test, &before).await);
    }

    async fn the_same_form_is_one_hold_and_none_other(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (sent, other) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let admin = norrby.admin(&test).await;
        let new = new_hold(&test, &sent, HoldScope::Case);
        let node = test.another_node().await;
        let (one, two) = tokio::join!(test.portal.place_hold(&admin, &new), node.place_hold(&admin, &new));
        let placed = one.unwrap();
        assert_eq!(two.unwrap(), placed);
        assert_eq!(test.portal.place_hold(&admin, &new).await.unwrap(), placed);
        assert_eq!((test.rows("hold").await, test.audited("hold.placed").await), (1, 1));
        // What else it would have asked for is not said to be held.
        for changed in [
            NewHold { case: other.deliveries[0].case, ..new.clone() },
            NewHold { scope: HoldScope::Recipient, ..new.clone() },
            NewHold { reason: "Tvist".to_owned(), ..new.clone() },
            NewHold { review_on: new.review_on.map(|day| day.tomorrow().unwrap()), ..new.clone() },
        ] {
            let refused = test.portal.place_hold(&admin, &changed).await;
            assert!(matches!(refused, Err(HoldError::FormUsed)));
        }
        norrby.lift(&test, placed.id).await;
        let refused = test.portal.place_hold(&norrby.admin(&test).await, &new).await;
        assert!(matches!(refused, Err(HoldError::FormUsed)));
        // Another organisation's forms are its own.
        let soderby = test.sender_named("Söderby kommun").await;
        let theirs = NewHold { case: test.send(&soderby, "1", 1).await.deliveries[0].case, ..new };
        let stranger = test.first_admin_of(soderby.organisation_id()).await;
        test.portal.place_hold(&stranger, &theirs).await.unwrap();
        assert_eq!(test.rows("hold").await, 2);
    }

    async fn what_is_no_hold_changes_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let admin = norrby.admin(&test).await;
        let good = new_hold(&test, &sent, HoldScope::Case);
        let try_to = async |new: NewHold| test.portal.place_hold(&admin, &new).await;
        let before = good.review_on.unwrap().checked_sub(2.months()).unwrap();
        for (reason, review_on) in [(" ", good.review_on), (" ", Some(before)), (HOLD_REASON, Some(before)), ("", None)] {
            let refused = try_to(NewHold { reason: reason.to_owned(), review_on, ..good.clone() }).await;
            let wrong = InvalidHold { reason: reason != HOLD_REASON, review_on: review_on != good.review_on };
            assert!(matches!(refused, Err(HoldError::Invalid(told)) if told == wrong), "{refused:?}");
        }
        let other = test.sender_named("Söderby kommun").await;
        let theirs = test.send(&other, "1", 1).await;
        assert!(matches!(try_to(NewHold { case: theirs.deliveries[0].case, ..good.clone() }).await, Err(HoldError::NotFound)));
        let hold = try_to(good).await.unwrap().id;
        let stranger = test.first_admin_of(other.organisation_id()).await;
        assert!(matches!(test.portal.lift_hold(&stranger, hold, "x").await, Err(HoldError::NotFound)));
        assert!(matches!(test.portal.hold(&stranger, hold).await, Err(HoldError::NotFound)));
        assert!(matches!(test.portal.lift_hold(&admin, hold, "").await, Err(HoldError::InvalidReason)));
        norrby.lift(&test, hold).await;
        let again = test.portal.lift_hold(&norrby.admin(&test).await, hold, "x").await;
        assert!(matches!(again, Err(HoldError::AlreadyLifted)));
        assert_eq!((test.audited("hold.placed").await, test.audited("hold.lifted").await), (1, 1));
    }
}
