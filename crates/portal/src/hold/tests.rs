//! What a hold keeps, from what, and until when.

mod lives;
mod restored;

use std::time::Duration;

use jiff::ToSpan;
use keyring::ContentOwner;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::{HoldError, HoldScope, InvalidHold, NewHold};
use crate::purge::{Interruption, interrupted};
use crate::test_support::{
    HOLD_REASON, Norrby, PDF, TestPortal, draft, identity, new_hold, number, on_both_databases, read,
};
use crate::{
    CaseActKind, Denied, Identity, KnownAs, MessageReceipt, NewOrganisationExtract, PurgeMode, PurgeReport, ReadError,
    RecipientIdentifier, Role, SentRecipient, SessionKey, ShownHold, Whereabouts, delivery,
};

const DAY: Duration = Duration::from_secs(86_400);

impl Norrby {
    async fn revoke(&self, test: &TestPortal, sent: &MessageReceipt) {
        test.portal.revoke_message(&self.system, sent.id).await.unwrap();
    }
}

async fn jobs(test: &TestPortal) -> PurgeReport {
    test.portal.run_jobs().await.unwrap().purge
}

on_both_databases! {
    async fn what_is_held_and_what_is_let_go_does_not_stop_the_purge(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        for _ in 0..60 {
            norrby.send(&test, 1, 3).await;
        }
        test.portal.run_jobs().await.unwrap();
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        // The ends come and go; later than any forecast speaks of, nothing waits for a word and nothing lags.
        for _ in 0..15 {
            test.clock.advance(DAY);
            assert_eq!(test.portal.run_jobs().await.unwrap().stopped, None);
        }
        assert_eq!(test.portal.gauges().await.unwrap().purge_lag, Duration::ZERO);
        assert_eq!(test.audited("document.purged").await, 0);

        norrby.lift(&test, hold).await;
        for day in 0..7 {
            assert_eq!(test.audited("document.purged").await, 0, "day {day}");
            test.clock.advance(DAY);
            assert_eq!(test.portal.run_jobs().await.unwrap().stopped, None, "day {day}");
        }
        assert_eq!(test.audited("document.purged").await, 61);
        assert_eq!(test.audited("purge.stopped").await, 0);
    }

    async fn a_clock_that_is_far_ahead_ends_no_hold(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        test.portal.run_jobs().await.unwrap();
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        norrby.revoke(&test, &sent).await;
        norrby.lift(&test, hold).await;
        let right = test.now();
        test.clock.advance(365 * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 0);
        test.clock.set(right + DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 0);
        for _ in 0..6 {
            test.clock.advance(DAY);
            test.portal.run_jobs().await.unwrap();
        }
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn what_is_held_can_not_be_read_after_its_end_but_is_not_destroyed(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
        let hold = norrby.hold(&test, &held, HoldScope::Case).await;
        test.clock.set(held.deliveries[0].expires_at - Duration::from_millis(1));
        assert_eq!(read(&test, &held).await.unwrap(), PDF);
        test.clock.advance(Duration::from_millis(1));
        assert!(matches!(read(&test, &held).await, Err(ReadError::NotFound)));
        // Longer than the ceiling of 40 days.
        test.days_pass(100).await;
        assert!(norrby.exists(&test, &held).await && !norrby.exists(&test, &free).await);
        assert_eq!(test.blob_names().await.len(), 1);
        assert!(matches!(read(&test, &held).await, Err(ReadError::NotFound)));

        norrby.lift(&test, hold).await;
        test.days_pass(6).await;
        assert!(norrby.exists(&test, &held).await);
        test.days_pass(1).await;
        assert!(!norrby.exists(&test, &held).await);
        assert!(test.blob_names().await.is_empty());
        assert_eq!(test.audited("message.purged").await, 2);
        test.days_pass(1).await;
        let known = test.portal.0.vault.find_recipients(&[RecipientIdentifier::Number(number(0))]).await.unwrap();
        assert_eq!(known, [None]);
    }

    async fn what_is_revoked_under_a_hold_is_withdrawn_at_once_and_destroyed_after_the_lifting(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        norrby.revoke(&test, &sent).await;
        assert!(matches!(read(&test, &sent).await, Err(ReadError::NotFound)));
        assert_eq!(test.portal.purge(PurgeMode::DryRun).await.unwrap(), PurgeReport::default());
        test.days_pass(2).await;
        assert!(norrby.exists(&test, &sent).await);
        norrby.lift(&test, hold).await;
        test.clock.advance(7 * DAY - Duration::from_millis(1));
        assert_eq!(jobs(&test).await.messages, 0);
        test.clock.advance(Duration::from_millis(1));
        assert_eq!(test.portal.purge(PurgeMode::DryRun).await.unwrap().messages, 1);
        assert_eq!(jobs(&test).await.messages, 1);
        assert!(!norrby.exists(&test, &sent).await);
    }

    async fn another_hold_within_the_seven_days_loses_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        let first = norrby.hold(&test, &sent, HoldScope::Case).await;
        test.days_pass(10).await;
        norrby.lift(&test, first).await;
        test.days_pass(6).await;
        let second = norrby.hold(&test, &sent, HoldScope::Case).await;
        test.days_pass(30).await;
        assert!(norrby.exists(&test, &sent).await);
        norrby.lift(&test, second).await;
        test.days_pass(7).await;
        assert!(!norrby.exists(&test, &sent).await);
    }

    async fn a_hold_on_a_recipient_is_on_what_comes_later_and_on_nobody_elses(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let first = norrby.send(&test, 1, 3).await;
        let hold = norrby.hold(&test, &first, HoldScope::Recipient).await;
        let other = test.sender_named("Söderby kommun").await;
        let elsewhere = test.send_all(&other, "1", crate::MessageDraft { retention_days: Some(3), ..draft(1) }, &[PDF]).await.unwrap();
        test.days_pass(1).await;
        let to_both = norrby.send(&test, 2, 3).await;
        test.days_pass(60).await;
        assert!(norrby.exists(&test, &first).await && norrby.exists(&test, &to_both).await);
        let owner = ContentOwner::Message(elsewhere.id);
        assert!(test.portal.0.vault.content_key(other.organisation_id(), owner).await.unwrap().is_none());
        // What the other recipient of the same message had is gone for them.
        let rows = delivery::entity::Entity::find().all(test.portal.0.database.reader()).await.unwrap();
        let second = rows.iter().find(|row| row.id == *to_both.deliveries[1].delivery.as_uuid()).unwrap();
        assert!(second.purged_at.is_some() && second.recipient_id.is_none());
        norrby.lift(&test, hold).await;
        test.days_pass(7).await;
        assert!(!norrby.exists(&test, &first).await && !norrby.exists(&test, &to_both).await);
        assert!(test.blob_names().await.is_empty());
    }

    async fn a_hold_on_somebody_who_turns_out_to_be_somebody_else_is_on_them(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let before = norrby.send(&test, 1, 3).await;
        let hold = norrby.hold(&test, &before, HoldScope::Recipient).await;
        // A new number, bound to the one of before.
        let mut anna = identity(1, test.now());
        if let Identity::Number { previous, .. } = &mut anna.identity {
            *previous = Some(number(0));
        }
        test.identify(&SessionKey::of(b"Anna"), anna, Whereabouts::UNKNOWN).await;
        let mut to_anna = draft(2);
        (to_anna.recipients, to_anna.retention_days) = (to_anna.recipients.split_off(1), Some(3));
        let after = test.send_all(&norrby.system, "after", to_anna, &[PDF]).await.unwrap();
        test.days_pass(50).await;
        assert!(norrby.exists(&test, &before).await && norrby.exists(&test, &after).await);
        norrby.lift(&test, hold).await;
        test.days_pass(7).await;
        assert!(!norrby.exists(&test, &before).await && !norrby.exists(&test, &after).await);
    }

    async fn a_server_that_was_down_for_longer_than_every_secret_reaches_finds_what_is_held(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
        norrby.hold(&test, &held, HoldScope::Case).await;
        jobs(&test).await;
        test.clock.advance(300 * DAY);
        jobs(&test).await;
        assert!(norrby.exists(&test, &held).await && !norrby.exists(&test, &free).await);
        test.days_pass(3).await;
        assert!(norrby.exists(&test, &held).await);
    }

    async fn no_days_secret_goes_while_something_held_can_not_be_wrapped_for_a_later_day(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let held = norrby.send(&test, 1, 3).await;
        norrby.hold(&test, &held, HoldScope::Case).await;
        jobs(&test).await;
        // Whoever wraps anew finds the organisation's key unreadable.
        let vault = test.portal.0.vault.clone();
        let sql = async |statement: &str| {
            let transaction = vault.database().write().await.unwrap();
            transaction.execute_unprepared(statement).await.unwrap();
            transaction.commit().await.unwrap();
        };
        sql("UPDATE organisation_key SET root_version = root_version + 1").await;
        test.clock.advance(50 * DAY);
        let secrets = vault.provider().day_secrets().await.unwrap().len();
        assert!(test.portal.run_jobs().await.is_err());
        assert!(vault.provider().day_secrets().await.unwrap().len() >= secrets);
        sql("UPDATE organisation_key SET root_version = root_version - 1").await;
        assert!(test.portal.run_jobs().await.unwrap().days > 0);
        assert!(norrby.exists(&test, &held).await);
    }

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
        let holds = test.portal.holds(&admin).await.unwrap();
        assert_eq!((holds.standing[0].too_late, holds.standing[0].messages), (1, 1));
        test.days_pass(20).await;
        assert!(!norrby.exists(&test, &lost).await && norrby.exists(&test, &later).await);
        assert!(matches!(norrby.try_to_hold(&test, &lost, HoldScope::Case).await, Err(HoldError::NotFound)));
    }

    async fn what_has_lost_its_keys_is_not_said_to_be_held(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        test.portal.0.vault.destroy_content_keys(&[ContentOwner::Message(sent.id)]).await.unwrap();
        assert!(matches!(norrby.try_to_hold(&test, &sent, HoldScope::Case).await, Err(HoldError::TooLate)));
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

    async fn what_was_said_of_a_hold_is_sealed_and_goes_with_the_seven_days(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        let admin = norrby.admin(&test).await;
        let seen = test.portal.holds(&admin).await.unwrap();
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
        let row = super::entity::Entity::find().one(test.portal.0.database.reader()).await.unwrap().unwrap();
        assert_eq!((row.sealed_reason, row.sealed_lift_reason, row.recipient_id), (None, None, None));
        let holds = test.portal.holds(&norrby.admin(&test).await).await.unwrap();
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

    async fn an_auditor_looks_and_sees_nobodys_number_and_a_sender_sees_nothing(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Case).await;
        let admin = norrby.admin(&test).await;
        let auditor = test.member(&admin, "olle@norrby.example", Role::Auditor).await;
        let sender = test.member(&admin, "eva@norrby.example", Role::Sender).await;
        assert!(test.portal.holds(&auditor).await.unwrap().standing[0].recipient.is_none());
        let new = new_hold(&test, &sent, HoldScope::Case);
        for actor in [&auditor, &sender] {
            let refused = test.portal.place_hold(actor, &new).await;
            assert!(matches!(refused, Err(HoldError::Denied(Denied::Forbidden))));
            let refused = test.portal.lift_hold(actor, hold, "x").await;
            assert!(matches!(refused, Err(HoldError::Denied(Denied::Forbidden))));
            assert!(matches!(test.portal.show_holds(actor, true).await, Err(HoldError::Denied(Denied::Forbidden))));
        }
        assert!(matches!(test.portal.holds(&sender).await, Err(HoldError::Denied(Denied::Forbidden))));
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
        test.portal.holds(&admin).await.unwrap();
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

    async fn what_is_held_is_not_counted_as_falling_due(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, _free) = (norrby.send(&test, 1, 3).await, norrby.send(&test, 1, 3).await);
        norrby.hold(&test, &held, HoldScope::Case).await;
        let admin = norrby.admin(&test).await;
        let weeks = test.portal.due_weeks(&admin).await.unwrap();
        assert_eq!(weeks.iter().map(|week| week.documents).sum::<u64>(), 1);
        assert_eq!(test.portal.held_documents(&admin).await.unwrap(), 1);
        let sent = test.portal.sent_messages(&admin, None).await.unwrap();
        for message in sent.messages {
            assert_eq!(message.deliveries[0].held, message.id == held.id);
        }
    }
}
