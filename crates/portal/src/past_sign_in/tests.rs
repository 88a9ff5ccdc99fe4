//! What a person sees of their sign-ins, for how long, and what a report does.

use std::time::Duration;

use base::{Personnummer, SessionId};
use sea_orm::EntityTrait;

use super::{DAY, Entity, LISTED, PAST_SIGN_IN_DAYS, PastSignIn};
use crate::test_support::{PDF, TestPortal, draft, identity, number, on_both_databases};
use crate::{
    BrowserFamily, Device, Identity, Place, PlaceName, RecipientActor, ReportSignInError, SessionKey, SystemFamily,
    VerifiedIdentity, Whereabouts,
};

const MINUTE: Duration = Duration::from_secs(60);
const PHONE: Device = Device {
    browser: BrowserFamily::Safari,
    system: SystemFamily::Iphone,
};
const COMPUTER: Device = Device {
    browser: BrowserFamily::Firefox,
    system: SystemFamily::Windows,
};

fn country(name: &str) -> Option<Place> {
    Place::new(None, PlaceName::new(name, name))
}

/// Signs test person number `index` in, a minute after whatever came before.
async fn sign_in(portal: &TestPortal, device: Device, place: &str, index: usize) -> RecipientActor {
    portal.clock.advance(MINUTE);
    let place = country(place);
    let key = format!("{:?} {index}", portal.now());
    portal
        .sign_in_from(Whereabouts { device, place }, &SessionKey::of(key.as_bytes()), index)
        .await
}

async fn sign_ins(portal: &TestPortal, actor: &RecipientActor) -> Vec<PastSignIn> {
    portal.portal.past_sign_ins(actor).await.unwrap().sign_ins
}

async fn report(portal: &TestPortal, actor: &RecipientActor, id: SessionId) -> Result<bool, ReportSignInError> {
    portal.portal.report_sign_in(actor, id).await
}

async fn is_signed_in(portal: &TestPortal, actor: &RecipientActor) -> bool {
    let found = portal.portal.recipient_actor(actor.session(), portal.request()).await;
    found.unwrap().is_some()
}

on_both_databases! {
    async fn a_person_sees_their_own_sign_ins_and_what_is_unusual_of_each(portal: TestPortal) {
        sign_in(&portal, COMPUTER, "Sverige", 0).await;
        let ended = sign_in(&portal, PHONE, "Sverige", 0).await;
        portal.portal.sign_out(ended.session(), &portal.request()).await.unwrap();
        sign_in(&portal, PHONE, "Island", 1).await;
        let last = sign_in(&portal, PHONE, "Norge", 0).await;
        let seen = sign_ins(&portal, &last).await;
        let told: Vec<_> = seen
            .iter()
            .map(|one| (one.from.device, one.from.place.clone(), one.is_new_device, one.is_new_country, one.is_this))
            .collect();
        assert_eq!(told, [
            (PHONE, country("Norge"), false, true, true),
            (PHONE, country("Sverige"), true, false, false),
            (COMPUTER, country("Sverige"), false, false, false),
        ]);
        assert_eq!((seen[0].at, seen[0].reported_at), (portal.now(), None));
        // The same to a request that comes later in the session.
        let later = portal.portal.recipient_actor(last.session(), portal.request()).await.unwrap().unwrap();
        assert_eq!(sign_ins(&portal, &later).await, seen);
    }

    async fn the_latest_are_listed_and_it_is_said_when_there_are_more(portal: TestPortal) {
        for _ in 0..LISTED {
            sign_in(&portal, PHONE, "", 0).await;
        }
        let last = sign_in(&portal, PHONE, "", 0).await;
        let seen = portal.portal.past_sign_ins(&last).await.unwrap();
        assert!(seen.has_more && seen.sign_ins.len() == LISTED && seen.sign_ins[0].is_this);
    }

    async fn a_sign_in_is_kept_for_its_days_and_goes_with_the_person(portal: TestPortal) {
        sign_in(&portal, COMPUTER, "Sverige", 0).await;
        let sender = portal.sender().await;
        portal.clock.advance(DAY * (PAST_SIGN_IN_DAYS % 30));
        for month in 0..PAST_SIGN_IN_DAYS / 30 {
            // Something is always there for the person.
            portal.send_all(&sender, &month.to_string(), draft(1), &[PDF]).await.unwrap();
            portal.clock.advance(DAY * 30 - MINUTE / 6);
            portal.portal.run_jobs().await.unwrap();
        }
        let actor = sign_in(&portal, PHONE, "Sverige", 1).await;
        assert_eq!(portal.rows("past_sign_in").await, 2);
        let anna = sign_in(&portal, COMPUTER, "Norge", 0).await;
        // Gone from the page to the minute, whether or not a job has run.
        assert_eq!(sign_ins(&portal, &anna).await.len(), 1);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("past_sign_in").await, 2);
        // Nobody is known for the sake of their sign-ins.
        portal.send_all(&sender, "last", draft(1), &[PDF]).await.unwrap();
        portal.portal.sign_out(actor.session(), &portal.request()).await.unwrap();
        portal.clock.advance(2 * DAY);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.rows("past_sign_in").await, 1);
    }

    async fn a_report_ends_every_other_session_and_is_told_to_the_operator_and_to_each_sender_once(portal: TestPortal) {
        let [norrby, soderby, other] = ["Norrby", "Söderby", "Österby"].map(|name| portal.sender_named(name));
        let (norrby, soderby, _) = (norrby.await, soderby.await, other.await);
        for (sender, key) in [(&norrby, "one"), (&norrby, "two"), (&soderby, "three")] {
            portal.send_all(sender, key, draft(1), &[PDF]).await.unwrap();
        }
        let thief = sign_in(&portal, PHONE, "Norge", 0).await;
        let bengt = sign_in(&portal, PHONE, "Norge", 1).await;
        let anna = sign_in(&portal, COMPUTER, "Sverige", 0).await;
        let id = thief.sign_in().unwrap();

        assert!(report(&portal, &anna, id).await.unwrap());
        assert!(!is_signed_in(&portal, &thief).await);
        assert!(is_signed_in(&portal, &anna).await && is_signed_in(&portal, &bengt).await);
        let reported: Vec<_> = sign_ins(&portal, &anna).await.iter().map(|one| one.reported_at).collect();
        assert_eq!(reported, [None, Some(portal.now())]);

        // Again: what the thief began meanwhile ends, and nothing more is said.
        let back = sign_in(&portal, PHONE, "Norge", 0).await;
        assert!(!report(&portal, &anna, id).await.unwrap());
        assert!(!is_signed_in(&portal, &back).await);
        let log = portal.audit_log().await;
        let rows: Vec<_> = log.iter().filter(|row| row.action == "recipient.sign-in-reported").collect();
        let mut told: Vec<_> = rows.iter().map(|row| (row.organisation_id, row.target_id.unwrap())).collect();
        told.sort();
        let who = *anna.recipient_id().as_uuid();
        let mut expected = vec![
            (None, *id.as_uuid()),
            (Some(*norrby.organisation_id().as_uuid()), who),
            (Some(*soderby.organisation_id().as_uuid()), who),
        ];
        expected.sort();
        assert_eq!(told, expected);
    }

    async fn of_a_reported_kind_of_device_the_person_is_told_again(portal: TestPortal) {
        sign_in(&portal, COMPUTER, "Sverige", 0).await;
        let thief = sign_in(&portal, PHONE, "Sverige", 0).await;
        let anna = sign_in(&portal, COMPUTER, "Sverige", 0).await;
        portal.portal.dismiss_new_devices(&anna, portal.now()).await.unwrap();
        report(&portal, &anna, thief.sign_in().unwrap()).await.unwrap();
        assert_eq!(portal.portal.new_devices(&anna).await.unwrap(), []);

        sign_in(&portal, PHONE, "Sverige", 0).await;
        let told = portal.portal.new_devices(&anna).await.unwrap();
        assert_eq!(told.iter().map(|new| new.device).collect::<Vec<_>>(), [PHONE]);
        assert!(sign_ins(&portal, &anna).await[0].is_new_device);
    }

    async fn a_report_of_the_kind_that_one_has_forgets_nothing(portal: TestPortal) {
        let other = sign_in(&portal, PHONE, "Sverige", 0).await;
        let anna = sign_in(&portal, PHONE, "Sverige", 0).await;
        report(&portal, &anna, other.sign_in().unwrap()).await.unwrap();
        sign_in(&portal, COMPUTER, "Sverige", 0).await;
        assert_eq!(portal.portal.new_devices(&anna).await.unwrap().len(), 1, "it is not taken for the first");
    }

    async fn nobody_reports_the_sign_in_of_somebody_else_nor_the_one_they_came_by(portal: TestPortal) {
        let bengt = sign_in(&portal, PHONE, "", 1).await;
        let elsewhere = sign_in(&portal, PHONE, "", 0).await;
        let anna = sign_in(&portal, COMPUTER, "", 0).await;
        let unknown: SessionId = portal.portal.0.ids.next();
        for id in [bengt.sign_in().unwrap(), anna.sign_in().unwrap(), unknown] {
            assert!(matches!(report(&portal, &anna, id).await, Err(ReportSignInError::NotFound)));
        }
        assert!(is_signed_in(&portal, &bengt).await && is_signed_in(&portal, &elsewhere).await);
        assert_eq!(portal.audited("recipient.sign-in-reported").await, 0);
    }

    async fn the_sign_ins_of_who_somebody_was_before_are_theirs(portal: TestPortal) {
        let old = Personnummer::from_digits("197010632391").unwrap();
        let as_known = |previous, number| VerifiedIdentity {
            identity: Identity::Number { number, previous, prid: None },
            ..identity(0, portal.now())
        };
        let before = portal.identify(&SessionKey::of(b"one"), as_known(None, old.clone()), Whereabouts::UNKNOWN).await;
        portal.clock.advance(MINUTE);
        let now = portal.identify(&SessionKey::of(b"two"), as_known(Some(old), number(0)), Whereabouts::UNKNOWN).await;
        let ids: Vec<_> = sign_ins(&portal, &now).await.iter().map(|one| one.id).collect();
        assert_eq!(ids, [now.sign_in().unwrap(), before.sign_in().unwrap()]);
    }

    async fn what_does_not_open_is_listed_as_unknown(portal: TestPortal) {
        let actor = sign_in(&portal, PHONE, "Sverige", 0).await;
        let context = &portal.portal.0;
        let transaction = context.database.write().await.unwrap();
        let damaged = Entity::update_many().col_expr(super::Column::SealedDevice, vec![1_u8; 30].into());
        damaged.exec(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let seen = sign_ins(&portal, &actor).await;
        assert_eq!((seen[0].from.device, seen[0].from.place.clone()), (Device::UNKNOWN, country("Sverige")));
    }
}
