//! Who sees what of a hold, and for how long.

use super::*;

on_both_databases! {
    async fn what_was_said_of_a_hold_is_sealed_and_goes_with_the_seven_days(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        let admin = norrby.admin(&test).await;
        let seen = test.portal.holds(&admin, ListPart::Beginning).await.unwrap();
        let standing = &seen.standing[0];
        assert_eq!((standing.reason.as_deref(), standing.messages), (Some(HOLD_REASON), 1));
        assert_eq!(standing.placed_by.as_deref(), Some("Karin Ödegård"));
        assert!(standing.recipient == Some(SentRecipient::Known(KnownAs::Number(number(0)))));
        assert!(!standing.review_due);
        test.days_pass(31).await;
        assert!(test.portal.hold(&norrby.admin(&test).await, hold).await.unwrap().0.review_due);
        norrby.lift(&test, hold).await;
        let (lifted, _) = test.portal.hold(&norrby.admin(&test).await, hold).await.unwrap();
        let lifted = lifted.lifted.unwrap();
        assert_eq!((lifted.reason.as_deref(), lifted.is_over), (Some("Tvisten är avgjord"), false));
        assert_eq!(lifted.keeps_until, test.now() + 7 * DAY);
        test.days_pass(7).await;
        let row = super::super::entity::Entity::find().one(test.portal.0.database.reader()).await.unwrap().unwrap();
        assert_eq!((row.sealed_reason, row.sealed_lift_reason, row.recipient_id), (None, None, None));
        let holds = test.portal.holds(&norrby.admin(&test).await, ListPart::Beginning).await.unwrap();
        assert!(holds.standing.is_empty() && holds.lifted[0].lifted.as_ref().is_some_and(|lifted| lifted.is_over));
        assert_eq!((test.audited("hold.placed").await, test.audited("hold.lifted").await), (1, 1));
        for line in test.audit_log().await {
            assert!(!format!("{line:?}").contains("dnr 2026-17"));
        }
    }

    async fn the_recipient_sees_that_there_is_a_hold_when_the_organisation_lets_them(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let hold = norrby.hold(&test, &held, HoldScope::Case).await;
        let person = test.sign_in(0).await;
        let sees = async |sent: &MessageReceipt| test.portal.case(&person, sent.deliveries[0].case).await.unwrap().hold;
        assert_eq!(sees(&held).await, None);
        test.portal.show_holds(&norrby.admin(&test).await, true).await.unwrap();
        let stands = Some(ShownHold { keeps_until: None });
        assert_eq!((sees(&held).await, sees(&free).await), (stands, None));
        // A lifted one keeps it for seven days more, and one that stands for longer.
        let other = norrby.hold(&test, &held, HoldScope::Recipient).await;
        norrby.lift(&test, hold).await;
        assert_eq!((sees(&held).await, sees(&free).await), (stands, stands));
        norrby.lift(&test, other).await;
        let lifted = Some(ShownHold { keeps_until: Some(test.now() + 7 * DAY) });
        assert_eq!((sees(&held).await, sees(&free).await), (lifted, lifted));
        test.portal.show_holds(&norrby.admin(&test).await, false).await.unwrap();
        assert_eq!(sees(&held).await, None);
        test.portal.show_holds(&norrby.admin(&test).await, true).await.unwrap();
        test.days_pass(6).await;
        let person = test.sign_in(0).await;
        let sees = async || test.portal.case(&person, held.deliveries[0].case).await.unwrap().hold;
        assert_eq!(sees().await, lifted);
        test.clock.advance(DAY);
        let person = test.sign_in(0).await;
        let sees = async || test.portal.case(&person, held.deliveries[0].case).await.unwrap().hold;
        assert_eq!(sees().await, None);
        assert_eq!(test.audited("holds.shown-changed").await, 3);
    }

    async fn an_auditor_looks_and_sees_nobodys_number_and_a_sender_sees_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let admin = norrby.admin(&test).await;
        let auditor = test.member(&admin, "olle@norrby.example", Role::Auditor).await;
        let sender = test.member(&admin, "eva@norrby.example", Role::Sender).await;
        assert!(test.portal.holds(&auditor, ListPart::Beginning).await.unwrap().standing[0].recipient.is_none());
        let new = new_hold(&test, &sent, HoldScope::Case);
        for actor in [&auditor, &sender] {
            let refused = test.portal.place_hold(actor, &new).await;
            assert!(matches!(refused, Err(HoldError::Denied(Denied::Forbidden))));
            let refused = test.portal.lift_hold(actor, hold, "x").await;
            assert!(matches!(refused, Err(HoldError::Denied(Denied::Forbidden))));
            assert!(matches!(test.portal.show_holds(actor, true).await, Err(HoldError::Denied(Denied::Forbidden))));
        }
        assert!(matches!(test.portal.holds(&sender, ListPart::Beginning).await, Err(HoldError::Denied(Denied::Forbidden))));
        test.clock.advance(Duration::from_secs(600));
        let stale = test.staff_in(&SessionKey::of_staff(b"Karin, later")).await.unwrap();
        assert!(matches!(test.portal.lift_hold(&stale, hold, "x").await, Err(HoldError::Denied(Denied::StepUpNeeded))));
    }

    async fn a_look_at_one_hold_or_before_placing_one_is_a_look_at_its_case(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let hold = norrby.hold(&test, &held, HoldScope::Recipient).await;
        let admin = norrby.admin(&test).await;
        let [held, free] = [held, free].map(|sent| sent.deliveries[0].case);
        test.portal.hold(&admin, hold).await.unwrap();
        let known = test.portal.case_to_hold(&admin, free).await.unwrap();
        assert!(known == SentRecipient::Known(KnownAs::Number(number(0))));
        let log = test.audit_log().await;
        let looks: Vec<_> = log.iter().filter(|row| row.action == "cases.listed").map(|row| row.target_id).collect();
        assert_eq!(looks, [held, free].map(|case| Some(*case.as_uuid())));
        // Which the person sees of both, and of neither that there is a hold.
        let anna = test.sign_in(0).await;
        for case in [held, free] {
            let history = test.portal.case_history(&anna, case).await.unwrap();
            assert_eq!(history.acts.iter().filter(|act| act.what == CaseActKind::CaseSeen).count(), 1);
        }
        let new = NewOrganisationExtract {
            form: test.portal.new_extract_form(),
            number: number(0),
            reason: "Begäran per brev".to_owned(),
        };
        let extract = test.portal.make_organisation_extract(&admin, &new).await.unwrap().unwrap();
        assert_eq!(extract.acts.iter().filter(|act| act.action == "cases.listed").count(), 2);
        assert!(extract.acts.iter().all(|act| !act.action.contains("hold")));
        // The list is about nobody in particular.
        assert_eq!(test.audited("holds.listed").await, 0);
        test.portal.holds(&admin, ListPart::Beginning).await.unwrap();
        let log = test.audit_log().await;
        let list = log.iter().find(|row| row.action == "holds.listed").unwrap();
        assert_eq!(list.target_id, None);
    }

    async fn before_a_hold_is_placed_nobody_is_named_who_may_read_nothing_any_more(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (revoked, due) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 3).await);
        norrby.revoke(&test, &revoked).await;
        test.clock.set(due.deliveries[0].expires_at);
        let admin = norrby.admin(&test).await;
        for sent in [&revoked, &due] {
            let whom = test.portal.case_to_hold(&admin, sent.deliveries[0].case).await.unwrap();
            assert!(whom == SentRecipient::Forgotten);
            // Their destruction can be stopped still.
            norrby.hold(&test, sent, HoldScope::Case).await;
        }
    }
}
