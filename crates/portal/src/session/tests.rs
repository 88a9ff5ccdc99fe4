//! How long a session lasts and who is signed in to it.

use std::time::Duration;

use base::Personnummer;
use sea_orm::EntityTrait;

use super::entity::Entity;
use crate::test_support::{TestPortal, identity, number, on_both_databases};
use crate::{RecipientIdentifier, SessionCreation, SessionKey, SignInError, SignInRefusal, Whereabouts};

const MINUTE: Duration = Duration::from_secs(60);

fn key() -> SessionKey {
    SessionKey::of(b"what the cookie holds")
}

async fn known(portal: &TestPortal, number: Personnummer) -> bool {
    portal
        .portal
        .0
        .vault
        .find_recipients(&[RecipientIdentifier::Number(number)])
        .await
        .unwrap()[0]
        .is_some()
}

on_both_databases! {
    async fn a_session_keeps_what_it_was_given(portal: TestPortal) {
        assert!(portal.portal.load_session(&key()).await.unwrap().is_none());
        assert_eq!(portal.portal.create_session(&key(), b"first").await.unwrap(), SessionCreation::Created);
        assert_eq!(portal.portal.load_session(&key()).await.unwrap().unwrap().data, b"first");
        assert!(portal.portal.save_session(&key(), b"second").await.unwrap());
        assert_eq!(portal.portal.load_session(&key()).await.unwrap().unwrap().data, b"second");
        portal.portal.delete_session(&key()).await.unwrap();
        assert!(portal.portal.load_session(&key()).await.unwrap().is_none());
    }

    async fn an_id_that_is_taken_leaves_the_session_alone(portal: TestPortal) {
        portal.portal.create_session(&key(), b"first").await.unwrap();
        assert_eq!(portal.portal.create_session(&key(), b"other").await.unwrap(), SessionCreation::Collision);
        assert_eq!(portal.portal.load_session(&key()).await.unwrap().unwrap().data, b"first");
    }

    async fn the_database_holds_neither_the_cookies_id_nor_data_nor_name_in_clear(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.portal.save_session(&key(), b"the canary in the data").await.unwrap();
        let row = Entity::find().one(portal.portal.0.database.reader()).await.unwrap().unwrap();
        let everything = [row.key_hash, row.sealed_data, row.sealed_name.unwrap()].concat();
        for canary in [&b"what the cookie holds"[..], b"canary", b"Testperson"] {
            assert!(!everything.windows(canary.len()).any(|window| window == canary));
        }
    }

    async fn the_installations_own_key_does_not_open_a_session_without_the_cookie(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        let row = Entity::find().one(portal.portal.0.database.reader()).await.unwrap().unwrap();
        let sealing = portal.portal.0.vault.session_key();
        let place = keyring::Field::new("session", "sealed_name", &row.key_hash);
        let sealed = row.sealed_name.unwrap();
        assert!(sealing.open_field(place, &sealed).is_err());
        let hash: [u8; 32] = row.key_hash.as_slice().try_into().unwrap();
        assert!(sealing.bound_to(&hash).open_field(place, &sealed).is_err());
        assert!(sealing.bound_to(key().secret()).open_field(place, &sealed).is_ok());
    }

    async fn a_session_runs_out_when_it_is_not_used(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.clock.advance(15 * MINUTE - Duration::from_millis(1));
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_some());
        portal.clock.advance(15 * MINUTE);
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_none());
        assert!(portal.portal.load_session(&key()).await.unwrap().is_none());
        assert!(!portal.portal.save_session(&key(), b"too late").await.unwrap());
    }

    async fn a_clock_that_goes_back_makes_no_session_last_longer(portal: TestPortal) {
        let ahead = SessionKey::of(b"signed in while the clock was ahead");
        portal.clock.advance(120 * MINUTE);
        portal.sign_in_to(&ahead, 0).await;
        portal.clock.advance_millis(-7_200_000);
        assert!(portal.portal.recipient_actor(&ahead, portal.request()).await.unwrap().is_none());
        assert!(!portal.portal.save_session(&ahead, b"too late").await.unwrap());

        portal.sign_in_to(&key(), 0).await;
        portal.clock.advance_millis(-59_000);
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_some());
        portal.clock.advance(16 * MINUTE);
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_none());
    }

    async fn a_session_that_is_used_runs_out_an_hour_after_signing_in(portal: TestPortal) {
        portal.portal.create_session(&key(), b"{}").await.unwrap();
        portal.clock.advance(10 * MINUTE);
        portal.portal.sign_in_recipient(&key(), identity(0, portal.now()), Whereabouts::UNKNOWN, portal.request()).await.unwrap();
        for _ in 0..11 {
            portal.clock.advance(5 * MINUTE);
            assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_some());
        }
        portal.clock.advance(5 * MINUTE);
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_none());
    }

    async fn using_a_session_writes_at_most_every_half_minute(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        let seen = async || {
            portal.portal.load_session(&key()).await.unwrap();
            let row = Entity::find().one(portal.portal.0.database.reader()).await.unwrap().unwrap();
            row.last_seen_at
        };
        let first = seen().await;
        portal.clock.advance(Duration::from_secs(29));
        assert_eq!(seen().await, first);
        portal.clock.advance(Duration::from_secs(1));
        assert_eq!(seen().await, first + 30_000);
    }

    async fn signing_in_gives_an_actor_with_the_name_to_greet(portal: TestPortal) {
        portal.portal.create_session(&key(), b"{}").await.unwrap();
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_none());
        let signed_in = portal.sign_in_to(&key(), 0).await;
        let actor = portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().unwrap();
        assert_eq!(actor.recipient_id(), signed_in.recipient_id());
        assert_eq!(actor.name(), Some("Testperson 0"));
        let log = portal.audit_log().await;
        let row = log.iter().find(|row| row.action == "recipient.signed-in").unwrap();
        assert_eq!(row.detail.as_deref(), Some("bankid"));
        assert_eq!(row.actor_id, Some(*actor.recipient_id().as_uuid()));
    }

    async fn the_same_person_is_the_same_recipient_in_every_session(portal: TestPortal) {
        let one = portal.sign_in_to(&SessionKey::of(b"phone"), 0).await;
        let two = portal.sign_in_to(&SessionKey::of(b"computer"), 0).await;
        let other = portal.sign_in_to(&SessionKey::of(b"neighbour"), 1).await;
        assert_eq!(one.recipient_id(), two.recipient_id());
        assert_ne!(one.recipient_id(), other.recipient_id());
    }

    async fn nobody_signs_in_to_a_session_that_has_ended(portal: TestPortal) {
        let answer = portal.portal.sign_in_recipient(&key(), identity(0, portal.now()), Whereabouts::UNKNOWN, portal.request()).await;
        assert!(matches!(answer, Err(SignInError::SessionGone)));
        portal.portal.create_session(&key(), b"{}").await.unwrap();
        portal.clock.advance(15 * MINUTE);
        let answer = portal.portal.sign_in_recipient(&key(), identity(0, portal.now()), Whereabouts::UNKNOWN, portal.request()).await;
        assert!(matches!(answer, Err(SignInError::SessionGone)));
        assert_eq!(portal.audited("recipient.signed-in").await, 0);
    }

    async fn signing_out_ends_the_session(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.portal.sign_out(&key(), &portal.request()).await.unwrap();
        portal.portal.sign_out(&key(), &portal.request()).await.unwrap();
        assert!(portal.portal.recipient_actor(&key(), portal.request()).await.unwrap().is_none());
        assert!(portal.portal.load_session(&key()).await.unwrap().is_none());
        assert_eq!(portal.audited("recipient.signed-out").await, 1);
    }

    async fn a_refusal_is_logged_without_saying_who(portal: TestPortal) {
        portal.portal.record_failed_sign_in(SignInRefusal::Mismatch, &portal.request()).await.unwrap();
        let log = portal.audit_log().await;
        assert_eq!(log[0].action, "recipient.sign-in-refused");
        assert_eq!(log[0].detail.as_deref(), Some("mismatch"));
        assert_eq!((log[0].actor_id, log[0].target_id), (None, None));
    }

    async fn a_person_without_a_case_is_known_only_as_long_as_their_session(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.clock.advance(5 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        assert!(known(&portal, number(0)).await);

        portal.portal.sign_out(&key(), &portal.request()).await.unwrap();
        portal.clock.advance(60 * MINUTE);
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.recipients, 1);
        assert!(!known(&portal, number(0)).await);
        assert_eq!(portal.audited("recipient.forgotten").await, 1);
    }

    async fn a_person_whose_session_ran_out_is_forgotten_too(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.clock.advance(61 * MINUTE);
        let report = portal.portal.run_jobs().await.unwrap();
        assert_eq!((report.sessions, report.purge.recipients), (1, 1));
        assert!(!known(&portal, number(0)).await);
    }

    async fn a_person_with_a_case_is_still_known_after_signing_out(portal: TestPortal) {
        let system = portal.sender().await;
        portal.send(&system, "1", 1).await;
        portal.sign_in_to(&key(), 0).await;
        portal.portal.sign_out(&key(), &portal.request()).await.unwrap();
        portal.clock.advance(120 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        assert!(known(&portal, number(0)).await);
        let person = portal.sign_in(0).await;
        assert_eq!(portal.portal.inbox(&person).await.unwrap().len(), 1);
    }

    async fn a_session_that_is_taken_over_by_another_person_frees_the_first(portal: TestPortal) {
        portal.sign_in_to(&key(), 0).await;
        portal.portal.sign_in_recipient(&key(), identity(1, portal.now()), Whereabouts::UNKNOWN, portal.request()).await.unwrap();
        portal.clock.advance(61 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        assert!(!known(&portal, number(0)).await);
    }
}

#[test]
fn a_session_key_does_not_print() {
    assert_eq!(format!("{:?}", key()), "SessionKey([secret])");
}
