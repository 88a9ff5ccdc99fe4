//! An address of the person's own: given, proven, used, withdrawn.

use std::time::Duration;

use base::{Personnummer, SecretString};
use sea_orm::EntityTrait;

use super::super::{MailConsent, NotificationKind, OwnMail, SendingOutcome, TakenNotification, erase_unwanted};
use super::{GiveAddressError, ProveAddressError, entity, rule, store};
use crate::test_support::{PDF, TestPortal, draft, everything_stored, identity, is_among, number, on_both_databases};
use crate::{
    EventKind, Identity, MessageReceipt, Portal, RecipientActor, SessionKey, SystemActor, VerifiedIdentity,
    WarningSettings, Whereabouts,
};

mod codes;
mod linked;
mod told;
mod withdrawn;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const GIVEN: &str = "given@example.com";
const OWN: &str = "anna@example.se";
const OTHER: &str = "anna.ek@example.org";

fn consent() -> MailConsent {
    MailConsent {
        version: "1".to_owned(),
        swedish: "Ja.".to_owned(),
        english: "Yes.".to_owned(),
    }
}

impl TestPortal {
    async fn gives(&self, actor: &RecipientActor, address: &str) -> Result<(), GiveAddressError> {
        let consent = consent();
        self.portal
            .give_address(actor, address, &consent, &consent.hash())
            .await
    }

    /// What is due now.
    async fn due(&self) -> Vec<TakenNotification> {
        self.portal.take_notifications(100).await.unwrap().0
    }

    /// The code of the one mail that is due, which is sent.
    async fn code_for(&self, address: &str) -> SecretString {
        let mut due = self.due().await;
        assert_eq!(due.len(), 1, "{due:?}");
        let mail = due.remove(0);
        assert_eq!(
            (mail.kind, mail.address.expose().as_str()),
            (NotificationKind::AddressCode, address)
        );
        assert!(mail.organisations.is_empty() && !mail.has_unnamed);
        let code = mail.code.clone().unwrap();
        self.portal
            .settle_notification(mail, SendingOutcome::Sent)
            .await
            .unwrap();
        code
    }

    async fn proves(&self, actor: &RecipientActor, address: &str) {
        self.gives(actor, address).await.unwrap();
        let code = self.code_for(address).await;
        self.portal.prove_address(actor, code.expose()).await.unwrap();
    }

    /// Signs in whoever has the number, and had another before.
    async fn known_by(&self, key: &[u8], previous: Option<Personnummer>, number: Personnummer) -> RecipientActor {
        let who = VerifiedIdentity {
            identity: Identity::Number {
                number,
                previous,
                prid: None,
            },
            ..identity(0, self.now())
        };
        self.identify(&SessionKey::of(key), who, Whereabouts::UNKNOWN).await
    }

    /// What is kept of the one address that somebody has yet to prove.
    async fn row_of_proof(&self) -> entity::Model {
        let found = entity::Entity::find().one(self.portal.0.database.reader()).await;
        found.unwrap().unwrap()
    }

    async fn put_proof(&self, row: entity::Model) {
        let transaction = self.portal.0.database.write().await.unwrap();
        store::put(&transaction, row).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn own(&self, actor: &RecipientActor) -> OwnMail {
        self.portal.own_mail(actor).await.unwrap()
    }

    async fn write(&self, sender: &SystemActor, key: &str, address: Option<&str>) -> MessageReceipt {
        let mut draft = draft(1);
        draft.recipients[0].email = address.map(str::to_owned);
        self.send_all(sender, key, draft, &[PDF]).await.unwrap()
    }

    /// The addresses of what is due some time from now, which is sent.
    async fn told_after(&self, time: Duration) -> Vec<String> {
        self.clock.advance(time);
        let mut told = Vec::new();
        for mail in self.due().await {
            told.push(mail.address.expose().clone());
            self.portal
                .settle_notification(mail, SendingOutcome::Sent)
                .await
                .unwrap();
        }
        told
    }
}

/// Another code than that one.
fn another(code: &SecretString) -> String {
    code.expose()
        .chars()
        .map(|digit| if digit == '1' { '2' } else { '1' })
        .collect()
}

on_both_databases! {
    async fn an_address_is_used_when_it_is_proven_and_not_before(portal: TestPortal) {
        let sender = portal.sender().await;
        portal.write(&sender, "1", Some(GIVEN)).await;
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, &format!(" {OWN} ")).await.unwrap();
        let own = portal.own(&anna).await;
        let unproven = own.unproven.unwrap();
        assert_eq!((unproven.address.as_str(), unproven.until), (OWN, portal.now() + rule::HOLDS));
        assert_eq!((own.address.as_deref(), own.own_address, own.consent), (Some(GIVEN), None, None));
        let code = portal.code_for(OWN).await;
        assert_eq!(portal.told_after(5 * MINUTE).await, [GIVEN]);

        let typed = code.expose().clone();
        portal.portal.prove_address(&anna, &format!("{} {}", &typed[..4], &typed[4..])).await.unwrap();
        let own = portal.own(&anna).await;
        assert_eq!((own.own_address.as_deref(), own.address, own.unproven), (Some(OWN), None, None));
        let given = own.consent.unwrap();
        assert_eq!((given.consent, given.given_at, given.withdrawn_at), (consent(), portal.now(), None));
        // A sender's address never takes its place, and is not kept.
        portal.write(&sender, "2", Some(GIVEN)).await;
        assert!(portal.own(&anna).await.address.is_none());
        assert_eq!(portal.told_after(HOUR).await, [OWN]);
        // The code is used up.
        let again = portal.portal.prove_address(&anna, &typed).await;
        assert!(matches!(again, Err(ProveAddressError::NothingToProve)));
        for (action, times) in [("recipient.address-given", 1), ("recipient.address-proven", 1)] {
            assert_eq!(portal.audited(action).await, times, "{action}");
        }
    }

    async fn whoever_gave_an_address_is_told_of_all_and_a_sender_who_gave_none_is_not_named(portal: TestPortal) {
        let (norrby, soderby) = (portal.sender().await, portal.sender_named("Söderby kommun").await);
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.write(&norrby, "1", None).await;
        portal.write(&soderby, "2", Some(GIVEN)).await;
        portal.clock.advance(5 * MINUTE);
        let mut due = portal.due().await;
        assert_eq!(due.len(), 1);
        let mail = due.remove(0);
        assert_eq!((mail.address.expose().as_str(), &*mail.organisations), (OWN, &["Söderby kommun".to_owned()][..]));
        assert!(mail.has_unnamed);
        portal.portal.settle_notification(mail, SendingOutcome::Sent).await.unwrap();
        for sender in [&norrby, &soderby] {
            let events = portal.portal.events(sender, 0, 100).await.unwrap();
            assert_eq!(events.iter().filter(|event| event.kind == EventKind::Notified).count(), 1);
        }
        // And of what is soon gone.
        let mut settings = portal.settings.clone();
        settings.warnings = WarningSettings { unread: 7 * DAY, read: 3 * DAY };
        let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
        portal.clock.advance(25 * DAY);
        node.run_jobs().await.unwrap();
        portal.clock.advance(5 * MINUTE);
        let due = node.take_notifications(100).await.unwrap().0;
        assert!(due.iter().any(|mail| mail.kind == NotificationKind::EndingUnread && mail.has_unnamed), "{due:?}");
    }

    async fn what_is_no_address_and_another_text_are_refused(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        for address in ["", "anna", "anna@", "a b@example.se", "anna@example.se\r\nBcc: b@example.se"] {
            assert!(matches!(portal.gives(&anna, address).await, Err(GiveAddressError::NotAnAddress)), "{address}");
        }
        let other = portal.portal.give_address(&anna, OWN, &consent(), "x").await;
        assert!(matches!(other, Err(GiveAddressError::OtherConsent)));
        assert!(portal.due().await.is_empty());
        assert_eq!((portal.rows("address_proof").await, portal.rows("mail_consent_text").await), (0, 0));
        let none = portal.portal.send_another_code(&anna).await;
        assert!(matches!(none, Err(GiveAddressError::NothingToProve)));
    }

    async fn an_address_that_is_given_while_another_is_being_proven_stays_to_be_proven(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.gives(&anna, OTHER).await.unwrap();
        // What another tab still had to do when it had proven the first.
        portal.portal.0.vault.erase_other_emails(anna.recipient_id()).await.unwrap();
        let code = portal.code_for(OTHER).await;
        portal.portal.prove_address(&anna, code.expose()).await.unwrap();
        assert_eq!(portal.own(&anna).await.own_address.as_deref(), Some(OTHER));
    }

    async fn an_address_that_is_given_up_is_forgotten(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.gives(&anna, OTHER).await.unwrap();
        portal.portal.drop_unproven_address(&anna).await.unwrap();
        portal.portal.drop_unproven_address(&anna).await.unwrap();
        assert!(portal.due().await.is_empty());
        let own = portal.own(&anna).await;
        assert_eq!((own.own_address.as_deref(), own.unproven), (Some(OWN), None));
        assert_eq!(portal.audited("recipient.address-dropped").await, 1);
    }

    async fn an_address_that_takes_no_mail_is_said_to(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.gives(&anna, OWN).await.unwrap();
        let mail = portal.due().await.remove(0);
        portal.portal.settle_notification(mail, SendingOutcome::Refused).await.unwrap();
        assert!(portal.own(&anna).await.unproven.unwrap().is_undeliverable);
        assert_eq!(portal.audited("notification.refused").await, 1);
        portal.gives(&anna, OTHER).await.unwrap();
        assert!(!portal.own(&anna).await.unproven.unwrap().is_undeliverable);
    }

    async fn an_address_that_is_proven_during_a_sign_in_stays(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        // What a sign-in does last of somebody to whom others turned out to be linked: by then they agree.
        erase_unwanted(&portal.portal.0, anna.recipient_id()).await.unwrap();
        assert_eq!(portal.own(&anna).await.own_address.as_deref(), Some(OWN));
    }

    async fn it_goes_with_the_person_and_lies_nowhere_in_clear(portal: TestPortal) {
        let anna = portal.sign_in(0).await;
        portal.proves(&anna, OWN).await;
        portal.gives(&anna, OTHER).await.unwrap();
        let code = portal.code_for(OTHER).await;
        let mut stored = everything_stored(&portal.portal.0.database).await;
        stored.extend(everything_stored(portal.portal.0.vault.database()).await);
        for word in [OWN, OTHER, code.expose().as_str()] {
            assert!(!is_among(word, &stored), "{word}");
        }
        portal.portal.sign_out(anna.session(), &portal.request()).await.unwrap();
        portal.clock.advance(48 * HOUR);
        for _ in 0..2 {
            portal.portal.run_jobs().await.unwrap();
        }
        assert_eq!(portal.audited("recipient.forgotten").await, 1);
        for table in ["mail_consent", "address_proof", "address_code_count", "unsent_notification"] {
            assert_eq!(portal.rows(table).await, 0, "{table}");
        }
    }
}

#[tokio::test]
async fn without_a_mail_server_no_address_is_taken() {
    let mut portal = TestPortal::on_sqlite().await;
    portal.settings.sends_mail = false;
    portal.portal = portal.another_node().await;
    let anna = portal.sign_in(0).await;
    assert!(matches!(portal.gives(&anna, OWN).await, Err(GiveAddressError::NotSent)));
}
