use std::time::Duration;

use base::{Personnummer, RecipientId, Timestamp};

use super::{NotificationKind, SendingOutcome, TakenNotification};
use crate::ledger::LedgerEntry;
use crate::test_support::{PDF, TestPortal, draft, identity, number, on_both_databases};
use crate::{EventKind, Identity, MessageReceipt, Portal, SessionKey, SystemActor, VerifiedIdentity, Whereabouts};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const EMAIL: &str = "anna@example.com";

async fn take(portal: &Portal) -> Vec<TakenNotification> {
    let mut taken = Vec::new();
    loop {
        let (some, more) = portal.take_notifications(2).await.unwrap();
        taken.extend(some);
        if !more {
            return taken;
        }
    }
}

impl TestPortal {
    /// A message to the first test person, with their address.
    async fn write_to_anna(&self, sender: &SystemActor, key: &str) -> MessageReceipt {
        let mut draft = draft(1);
        draft.recipients[0].email = Some(EMAIL.to_owned());
        self.send_all(sender, key, draft, &[PDF]).await.unwrap()
    }

    async fn take_after(&self, time: Duration) -> Vec<TakenNotification> {
        self.clock.advance(time);
        take(&self.portal).await
    }

    async fn take_one_after(&self, time: Duration) -> TakenNotification {
        let mut taken = self.take_after(time).await;
        assert_eq!(taken.len(), 1);
        taken.remove(0)
    }

    async fn settle(&self, notification: TakenNotification, outcome: SendingOutcome) {
        self.portal.settle_notification(notification, outcome).await.unwrap();
    }

    async fn told(&self, sender: &SystemActor) -> usize {
        let events = self.portal.events(sender, 0, 1000).await.unwrap();
        events.iter().filter(|event| event.kind == EventKind::Notified).count()
    }
}

on_both_databases! {
    async fn many_messages_at_once_are_one_mail_and_the_next_comes_an_hour_later(portal: TestPortal) {
        let sender = portal.sender().await;
        for number in 0..10 {
            portal.write_to_anna(&sender, &format!("first-{number}")).await;
        }
        let taken = portal.take_one_after(5 * MINUTE).await;
        assert_eq!(taken.kind, NotificationKind::Waiting);
        assert_eq!((taken.address.expose().as_str(), &*taken.organisations), (EMAIL, &["Norrby kommun".to_owned()][..]));
        // Sent while it is on its way.
        portal.write_to_anna(&sender, "meanwhile").await;
        portal.settle(taken, SendingOutcome::Sent).await;
        assert_eq!(portal.told(&sender).await, 10);
        portal.write_to_anna(&sender, "after").await;
        assert!(portal.take_after(59 * MINUTE).await.is_empty());
        let taken = portal.take_one_after(MINUTE).await;
        portal.settle(taken, SendingOutcome::Sent).await;
        assert_eq!(portal.told(&sender).await, 12);
        assert_eq!(portal.rows("unsent_notification").await, 0);

        // An hour counts from the last, whenever something new waits.
        portal.write_to_anna(&sender, "again").await;
        assert!(portal.take_after(5 * MINUTE).await.is_empty());
        assert_eq!(portal.take_after(55 * MINUTE).await.len(), 1);
    }

    async fn what_does_not_wait_any_more_is_not_told(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = {
            let mut draft = draft(1);
            draft.recipients[0].email = Some(EMAIL.to_owned());
            portal.send_all(&sender, "key", draft, &[PDF]).await.unwrap()
        };
        portal.portal.revoke_message(&sender, receipt.id).await.unwrap();
        assert!(portal.take_after(5 * MINUTE).await.is_empty());
        assert_eq!(portal.rows("unsent_notification").await, 0);

        portal.write_to_anna(&sender, "opened").await;
        let anna = portal.sign_in(0).await;
        let case = portal.portal.inbox(&anna).await.unwrap()[0].case;
        portal.portal.case(&anna, case).await.unwrap();
        assert!(portal.take_after(5 * MINUTE).await.is_empty());

        // Nor is anybody told of what came without an address, although another sender gave one.
        portal.send(&sender, "two", 2).await;
        assert!(portal.take_after(5 * MINUTE).await.is_empty());
        portal.write_to_anna(&sender, "with").await;
        let taken = portal.take_one_after(5 * MINUTE).await;
        assert_eq!(taken.address.expose(), EMAIL);
        assert_eq!(portal.told(&sender).await, 0);
    }

    async fn one_node_takes_a_mail_and_another_only_when_that_has_stopped(portal: TestPortal) {
        let sender = portal.sender().await;
        let other = portal.another_node().await;
        portal.write_to_anna(&sender, "key").await;
        portal.clock.advance(5 * MINUTE);
        let (one, two) = tokio::join!(take(&portal.portal), take(&other));
        let mut taken: Vec<_> = one.into_iter().chain(two).collect();
        assert_eq!(taken.len(), 1);
        let lost = taken.remove(0);
        assert!(portal.take_after(4 * MINUTE).await.is_empty());
        let taken = portal.take_one_after(MINUTE).await;
        // What the first says now counts for nothing.
        portal.settle(lost, SendingOutcome::Sent).await;
        assert_eq!(portal.told(&sender).await, 0);
        portal.settle(taken, SendingOutcome::Sent).await;
        assert_eq!(portal.told(&sender).await, 1);
    }

    async fn what_fails_is_tried_more_and_more_seldom_and_given_up_after_two_weeks(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "key").await;
        let began = portal.now();
        portal.clock.advance(5 * MINUTE);
        let mut tried: Vec<Timestamp> = Vec::new();
        while portal.rows("unsent_notification").await > 0 {
            for taken in take(&portal.portal).await {
                tried.push(portal.now());
                portal.settle(taken, SendingOutcome::Failed).await;
            }
            portal.clock.advance(MINUTE);
        }
        let pauses: Vec<_> = tried.windows(2).map(|two| (two[1].as_seconds() - two[0].as_seconds()) / 60).collect();
        assert_eq!(pauses[..9], [1, 2, 4, 8, 16, 32, 64, 128, 240]);
        let last = *tried.last().unwrap();
        assert!(last < began + 14 * DAY && last + 4 * HOUR >= began + 14 * DAY);
        assert_eq!(portal.audited("notification.given-up").await, 1);
        assert_eq!(portal.told(&sender).await, 0);
    }

    async fn mails_go_on_when_a_clock_that_was_ahead_is_set_right(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "key").await;
        let right = portal.now();
        portal.clock.advance(5 * DAY);
        portal.write_to_anna(&sender, "ahead").await;
        portal.settle(portal.take_one_after(5 * MINUTE).await, SendingOutcome::Failed).await;
        portal.write_to_anna(&sender, "ahead-too").await;
        portal.portal.run_jobs().await.unwrap();

        portal.clock.set(right);
        let taken = portal.take_one_after(Duration::ZERO).await;
        assert!(take(&portal.portal).await.is_empty());
        portal.settle(taken, SendingOutcome::Failed).await;
        assert!(portal.take_after(MINUTE).await.is_empty());
        let taken = portal.take_one_after(MINUTE).await;
        portal.settle(taken, SendingOutcome::Sent).await;
        assert_eq!(portal.told(&sender).await, 3);
        assert_eq!(portal.rows("unsent_notification").await, 0);
    }

    async fn a_refused_address_is_dropped_and_audited(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "key").await;
        let taken = portal.take_one_after(5 * MINUTE).await;
        portal.settle(taken, SendingOutcome::Refused).await;
        assert_eq!(portal.rows("unsent_notification").await, 0);
        assert_eq!(portal.audited("notification.refused").await, 1);
        assert_eq!(portal.told(&sender).await, 0);
    }

    async fn a_person_who_is_forgotten_leaves_nothing_in_the_outbox(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = portal.write_to_anna(&sender, "key").await;
        assert_eq!(portal.rows("unsent_notification").await, 1);
        portal.portal.revoke_message(&sender, receipt.id).await.unwrap();
        portal.clock.advance(2 * HOUR);
        for _ in 0..2 {
            portal.portal.run_jobs().await.unwrap();
        }
        assert_eq!(portal.audited("recipient.forgotten").await, 1);
        assert_eq!(portal.rows("unsent_notification").await, 0);
        assert_eq!(portal.audited("notification.given-up").await, 0);
    }

    async fn a_person_who_wants_no_mails_gets_none_and_no_address_of_theirs_is_kept(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let anna = portal.sign_in(0).await;
        let seen = portal.portal.own_mail(&anna).await.unwrap();
        assert_eq!((seen.is_sent, seen.address.as_deref(), seen.refused_at), (true, Some(EMAIL), None));
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.portal.refuse_mail(&anna).await.unwrap();
        assert_eq!(portal.rows("unsent_notification").await, 0);
        // The next sender has an address too.
        portal.clock.advance(MINUTE);
        portal.write_to_anna(&sender, "second").await;
        assert!(portal.take_after(HOUR).await.is_empty());
        let seen = portal.portal.own_mail(&portal.sign_in(0).await).await.unwrap();
        assert!(seen.address.is_none() && seen.refused_at.is_some());
        assert_eq!(portal.told(&sender).await, 0);

        portal.portal.allow_mail(&anna).await.unwrap();
        portal.portal.allow_mail(&anna).await.unwrap();
        let seen = portal.portal.own_mail(&anna).await.unwrap();
        assert_eq!((seen.address, seen.refused_at), (None, None));
        portal.write_to_anna(&sender, "third").await;
        assert_eq!(portal.take_after(HOUR).await.len(), 1);
        for action in ["recipient.mail-refused", "recipient.mail-allowed"] {
            assert_eq!(portal.audited(action).await, 1);
        }
    }

    async fn what_somebody_said_of_mails_and_the_ledger_knows_holds_when_a_portal_opens(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let anna = portal.sign_in(0).await;
        let ledger = &portal.portal.0.ledger;
        let stranger = RecipientId::from_uuid(uuid::Uuid::from_u128(7));
        for recipient in [anna.recipient_id(), stranger] {
            ledger.tell_alone(&[LedgerEntry::MailRefused(recipient)]).await;
        }
        let node = portal.another_node().await;
        let seen = node.own_mail(&anna).await.unwrap();
        assert!(seen.address.is_none() && seen.refused_at.is_some());
        assert!(portal.take_after(HOUR).await.is_empty());
        ledger.tell_alone(&[LedgerEntry::MailAllowed(anna.recipient_id())]).await;
        let node = portal.another_node().await;
        assert!(node.own_mail(&anna).await.unwrap().refused_at.is_none());
        // Of whom nobody knows nothing is kept either.
        portal.clock.advance(2 * HOUR);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("mail_refusal").await, 0);
    }

    async fn a_refusal_that_could_not_be_taken_back_is_in_no_ledger_as_taken_back(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let anna = portal.sign_in(0).await;
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.no_audit(true).await;
        assert!(portal.portal.allow_mail(&anna).await.is_err());
        portal.no_audit(false).await;
        let node = portal.another_node().await;
        assert!(node.own_mail(&anna).await.unwrap().refused_at.is_some());
    }

    async fn who_wants_no_mails_is_one_person_and_is_forgotten_with_them(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let bengt = portal.sign_in(1).await;
        portal.portal.refuse_mail(&bengt).await.unwrap();
        assert_eq!(portal.take_after(HOUR).await.len(), 1);
        portal.portal.sign_out(bengt.session(), &portal.request()).await.unwrap();
        portal.clock.advance(48 * HOUR);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("mail_refusal").await, 0);
    }

    async fn a_mail_that_is_being_sent_when_its_reader_wants_none_is_the_last(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let taken = portal.take_one_after(5 * MINUTE).await;
        let anna = portal.sign_in(0).await;
        portal.portal.refuse_mail(&anna).await.unwrap();
        portal.settle(taken, SendingOutcome::Failed).await;
        assert!(portal.take_after(HOUR).await.is_empty());
    }

    async fn what_somebody_said_of_mails_under_their_earlier_number_holds(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        let as_known = |previous, number| VerifiedIdentity {
            identity: Identity::Number { number, previous, prid: None },
            ..identity(0, portal.now())
        };
        let before = as_known(None, old.clone());
        let before = portal.identify(&SessionKey::of(b"one"), before, Whereabouts::UNKNOWN).await;
        portal.portal.refuse_mail(&before).await.unwrap();
        let sender = portal.sender().await;
        portal.write_to_anna(&sender, "first").await;
        let now = as_known(Some(old), number(0));
        let now = portal.identify(&SessionKey::of(b"two"), now, Whereabouts::UNKNOWN).await;
        let seen = portal.portal.own_mail(&now).await.unwrap();
        assert!(seen.address.is_none() && seen.refused_at.is_some());
        assert!(portal.take_after(HOUR).await.is_empty());
    }
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_put_into_the_outbox() {
    let mut portal = TestPortal::on_sqlite().await;
    portal.settings.sends_mail = false;
    portal.portal = portal.another_node().await;
    let sender = portal.sender().await;
    portal.write_to_anna(&sender, "key").await;
    assert_eq!(portal.rows("unsent_notification").await, 0);
}
