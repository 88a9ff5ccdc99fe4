//! What a hold keeps, from what, and until when.

mod keys;
mod listed;
mod lives;
mod placing;
mod restored;
mod seeing;

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
    CaseActKind, Denied, Identity, KnownAs, ListPart, MessageReceipt, NewOrganisationExtract, PurgeMode, PurgeReport,
    ReadError, RecipientIdentifier, Role, SentRecipient, SessionKey, ShownHold, Whereabouts, delivery,
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

    async fn what_is_sent_while_a_lifted_hold_keeps_it_does_not_stop_the_purge_when_it_lets_go(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 3).await;
        test.portal.run_jobs().await.unwrap();
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        norrby.lift(&test, hold).await;
        for _ in 0..60 {
            norrby.send(&test, 1, 3).await;
        }
        for day in 0..7 {
            assert_eq!(test.audited("document.purged").await, 0, "day {day}");
            test.clock.advance(DAY);
            assert_eq!(test.portal.run_jobs().await.unwrap().stopped, None, "day {day}");
        }
        assert_eq!(test.audited("document.purged").await, 61);
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

    async fn what_a_lifted_hold_keeps_falls_due_when_its_grace_is_over(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let [kept, revoked, later, free] = [3, 3, 30, 3].map(|days| norrby.send(&test, 1, days));
        let (kept, revoked, later, _free) = (kept.await, revoked.await, later.await, free.await);
        let mut holds = Vec::new();
        for sent in [&kept, &revoked, &later] {
            holds.push(norrby.hold(&test, sent, HoldScope::Case).await);
        }
        norrby.revoke(&test, &revoked).await;
        // A Tuesday: three days after the sending is this week, seven days from now the next one.
        test.clock.advance(2 * DAY);
        for hold in holds {
            norrby.lift(&test, hold).await;
        }
        let admin = norrby.admin(&test).await;
        let weeks = test.portal.due_weeks(&admin).await.unwrap();
        let documents: Vec<_> = weeks.iter().take(5).map(|week| week.documents).collect();
        assert_eq!(documents, [1, 2, 0, 0, 1]);
        test.clock.advance(7 * DAY);
        jobs(&test).await;
        assert_eq!(test.audited("document.purged").await, 3);
    }
}
