//! What a person sees and ends of their own sessions.

use std::time::Duration;

use base::{Ids, SessionId};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::session::entity::Entity;
use crate::test_support::{TestPortal, on_both_databases};
use crate::{
    BrowserFamily, Device, EndSessionError, Place, PlaceName, RecipientActor, SessionKey, SystemFamily, Whereabouts,
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

fn phone() -> SessionKey {
    SessionKey::of(b"phone")
}

fn computer() -> SessionKey {
    SessionKey::of(b"computer")
}

/// That kind of device at an unknown place.
const fn from(device: Device) -> Whereabouts {
    Whereabouts { device, place: None }
}

/// The same person on a phone and, five minutes later, on a computer.
async fn on_two_devices(portal: &TestPortal) -> (RecipientActor, RecipientActor) {
    let on_phone = portal.sign_in_from(from(PHONE), &phone(), 0).await;
    portal.clock.advance(5 * MINUTE);
    (on_phone, portal.sign_in_from(from(COMPUTER), &computer(), 0).await)
}

/// The same person near Luleå and, later, somewhere in Norway.
async fn at_two_places(portal: &TestPortal) -> [Option<Place>; 2] {
    let name = |swedish, english| PlaceName::new(swedish, english);
    let places = [
        Place::new(name("Luleå", "Luleå"), name("Sverige", "Sweden")),
        Place::new(None, name("Norge", "Norway")),
    ];
    for (place, key) in places.clone().into_iter().zip([phone(), computer()]) {
        let from = Whereabouts { device: PHONE, place };
        portal.sign_in_from(from, &key, 0).await;
        portal.clock.advance(MINUTE);
    }
    places
}

/// What a portal keeps of each session's place and network, the earliest session first.
async fn kept(portal: &TestPortal) -> Vec<(Option<Vec<u8>>, Option<Vec<u8>>)> {
    let mut rows = Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
    rows.sort_by_key(|row| row.created_at);
    let kept = rows.into_iter().map(|row| (row.sealed_place, row.network_mac));
    kept.collect()
}

async fn id_of(portal: &TestPortal, actor: &RecipientActor) -> SessionId {
    let sessions = portal.portal.sessions_of(actor).await.unwrap();
    sessions.iter().find(|session| session.is_this).unwrap().id.unwrap()
}

async fn holds(portal: &TestPortal, key: &SessionKey) -> bool {
    portal
        .portal
        .recipient_actor(key, portal.request())
        .await
        .unwrap()
        .is_some()
}

on_both_databases! {
    async fn a_person_sees_their_own_sessions_with_device_and_times_and_which_one_asks(portal: TestPortal) {
        let began = portal.now();
        let (on_phone, on_computer) = on_two_devices(&portal).await;
        portal.sign_in_to(&SessionKey::of(b"neighbour"), 1).await;
        portal.clock.advance(2 * MINUTE);
        assert!(holds(&portal, &computer()).await);

        let seen = portal.portal.sessions_of(&on_phone).await.unwrap();
        let devices: Vec<_> = seen.iter().map(|session| (session.device, session.is_this)).collect();
        assert_eq!(devices, [(PHONE, true), (COMPUTER, false)]);
        assert_eq!((seen[0].signed_in_at, seen[0].last_used_at), (began, began));
        assert_eq!((seen[1].signed_in_at, seen[1].last_used_at), (began + 5 * MINUTE, began + 7 * MINUTE));

        let seen = portal.portal.sessions_of(&on_computer).await.unwrap();
        let devices: Vec<_> = seen.iter().map(|session| (session.device, session.is_this)).collect();
        assert_eq!(devices, [(COMPUTER, true), (PHONE, false)]);
        assert_ne!(seen[0].id, seen[1].id);
    }

    async fn a_session_that_has_run_out_is_not_listed_and_can_not_be_ended(portal: TestPortal) {
        let (on_phone, on_computer) = on_two_devices(&portal).await;
        let id = id_of(&portal, &on_phone).await;
        portal.clock.advance(10 * MINUTE);
        assert_eq!(portal.portal.sessions_of(&on_computer).await.unwrap().len(), 1);
        let answer = portal.portal.end_session_of(&on_computer, id).await;
        assert!(matches!(answer, Err(EndSessionError::NotFound)));
        assert_eq!(portal.portal.end_other_sessions(&on_computer).await.unwrap(), 0);
        assert_eq!(portal.audited("recipient.session-ended").await, 0);
    }

    async fn sessions_are_listed_and_ended_by_the_clock_also_when_it_went_back(portal: TestPortal) {
        portal.clock.advance(120 * MINUTE);
        portal.sign_in_to(&SessionKey::of(b"signed in while the clock was ahead"), 0).await;
        portal.clock.advance_millis(-7_200_000);
        let (on_phone, on_computer) = on_two_devices(&portal).await;
        assert_eq!(portal.portal.sessions_of(&on_computer).await.unwrap().len(), 2);
        let id = id_of(&portal, &on_phone).await;
        portal.portal.end_session_of(&on_computer, id).await.unwrap();
        assert!(!holds(&portal, &phone()).await);
    }

    async fn ending_a_session_acts_on_its_next_request_and_leaves_the_others(portal: TestPortal) {
        let (on_phone, on_computer) = on_two_devices(&portal).await;
        let id = id_of(&portal, &on_phone).await;
        portal.portal.end_session_of(&on_computer, id).await.unwrap();
        assert!(!holds(&portal, &phone()).await);
        assert!(holds(&portal, &computer()).await);
        assert!(!portal.portal.save_session(&phone(), b"still on its way").await.unwrap());

        let log = portal.audit_log().await;
        let row = log.iter().find(|row| row.action == "recipient.session-ended").unwrap();
        assert_eq!(row.actor_id, Some(*on_computer.recipient_id().as_uuid()));
        assert_eq!((row.target_kind.as_deref(), row.target_id), (Some("session"), Some(*id.as_uuid())));

        let again = portal.portal.end_session_of(&on_computer, id).await;
        assert!(matches!(again, Err(EndSessionError::NotFound)));
        assert_eq!(portal.audited("recipient.session-ended").await, 1);
    }

    async fn somebody_elses_session_is_not_found_and_goes_on(portal: TestPortal) {
        let (on_phone, _) = on_two_devices(&portal).await;
        let neighbour = portal.sign_in_to(&SessionKey::of(b"neighbour"), 1).await;
        let nobodys: SessionId = Ids::new(portal.clock.clock()).next();
        for id in [id_of(&portal, &on_phone).await, nobodys] {
            let answer = portal.portal.end_session_of(&neighbour, id).await;
            assert!(matches!(answer, Err(EndSessionError::NotFound)));
        }
        assert_eq!(portal.portal.end_other_sessions(&neighbour).await.unwrap(), 0);
        assert!(holds(&portal, &phone()).await && holds(&portal, &computer()).await);
        assert_eq!(portal.audited("recipient.session-ended").await, 0);
    }

    async fn signing_out_everywhere_else_leaves_the_session_that_asks_and_other_people(portal: TestPortal) {
        let (_, on_computer) = on_two_devices(&portal).await;
        portal.sign_in_to(&SessionKey::of(b"tablet"), 0).await;
        let neighbour = SessionKey::of(b"neighbour");
        portal.sign_in_to(&neighbour, 1).await;
        assert_eq!(portal.portal.end_other_sessions(&on_computer).await.unwrap(), 2);
        assert!(!holds(&portal, &phone()).await && !holds(&portal, &SessionKey::of(b"tablet")).await);
        assert!(holds(&portal, &computer()).await && holds(&portal, &neighbour).await);
        assert_eq!(portal.audited("recipient.session-ended").await, 2);
        assert_eq!(portal.portal.sessions_of(&on_computer).await.unwrap().len(), 1);
    }

    async fn two_devices_that_end_each_others_sessions_at_once_do_not_wait_for_each_other(portal: TestPortal) {
        let (on_phone, on_computer) = on_two_devices(&portal).await;
        for number in 0..5 {
            portal.sign_in_to(&SessionKey::of(&[number]), 0).await;
        }
        let node = portal.another_node().await;
        let both = futures::future::join(
            portal.portal.end_other_sessions(&on_phone),
            node.end_other_sessions(&on_computer),
        );
        let (one, other) = both.await;
        assert!(one.unwrap() + other.unwrap() <= 7);
    }

    async fn a_person_whose_last_session_was_ended_is_forgotten(portal: TestPortal) {
        let on_phone = portal.sign_in_from(from(PHONE), &phone(), 0).await;
        portal.portal.end_session_of(&on_phone, id_of(&portal, &on_phone).await).await.unwrap();
        portal.clock.advance(60 * MINUTE);
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.recipients, 1);
    }

    async fn a_session_of_the_version_before_has_no_name_and_ends_with_the_others(portal: TestPortal) {
        let (_, on_computer) = on_two_devices(&portal).await;
        let transaction = portal.portal.0.database.write().await.unwrap();
        let forget = "UPDATE session SET public_id = NULL, sealed_device = NULL, signed_in_at = NULL \
            WHERE created_at < (SELECT MAX(created_at) FROM session)";
        transaction.execute_unprepared(forget).await.unwrap();
        transaction.commit().await.unwrap();
        let seen = portal.portal.sessions_of(&on_computer).await.unwrap();
        assert_eq!((seen[1].id, seen[1].device), (None, Device::UNKNOWN));
        assert_eq!(portal.portal.end_other_sessions(&on_computer).await.unwrap(), 1);
        assert!(!holds(&portal, &phone()).await);
    }

    async fn a_device_is_sealed_for_its_row_and_one_that_does_not_open_is_unknown(portal: TestPortal) {
        let (on_phone, _) = on_two_devices(&portal).await;
        let rows = Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
        let sealed: Vec<_> = rows.iter().map(|row| row.sealed_device.clone().unwrap()).collect();
        assert_eq!(sealed[0].len(), sealed[1].len());
        assert!(sealed.iter().all(|sealed| sealed.len() > 2));

        let transaction = portal.portal.0.database.write().await.unwrap();
        let copy = "UPDATE session SET sealed_device = (SELECT other.sealed_device FROM session other \
            WHERE other.key_hash <> session.key_hash) WHERE created_at = (SELECT MAX(created_at) FROM session)";
        transaction.execute_unprepared(copy).await.unwrap();
        transaction.commit().await.unwrap();
        let seen = portal.portal.sessions_of(&on_phone).await.unwrap();
        let devices: Vec<_> = seen.iter().map(|session| session.device).collect();
        assert_eq!(devices, [PHONE, Device::UNKNOWN]);
    }

    async fn each_session_of_the_person_opens_the_place_of_every_other(portal: TestPortal) {
        let places = at_two_places(&portal).await;
        let kept = kept(&portal).await;
        assert_eq!(kept[0].0.as_ref().map(Vec::len), kept[1].0.as_ref().map(Vec::len));
        for (key, order) in [(phone(), [0, 1]), (computer(), [1, 0])] {
            let actor = portal.portal.recipient_actor(&key, portal.request()).await.unwrap().unwrap();
            let seen = portal.portal.sessions_of(&actor).await.unwrap();
            let seen: Vec<_> = seen.into_iter().map(|session| session.place).collect();
            assert_eq!(seen, order.map(|number: usize| places[number].clone()));
        }
    }

    async fn a_place_is_sealed_for_its_row_and_one_that_does_not_open_is_unknown(portal: TestPortal) {
        at_two_places(&portal).await;
        let transaction = portal.portal.0.database.write().await.unwrap();
        let copy = "UPDATE session SET sealed_place = (SELECT other.sealed_place FROM session other \
            WHERE other.key_hash <> session.key_hash) WHERE created_at = (SELECT MAX(created_at) FROM session)";
        transaction.execute_unprepared(copy).await.unwrap();
        transaction.commit().await.unwrap();
        let actor = portal.portal.recipient_actor(&phone(), portal.request()).await.unwrap().unwrap();
        let seen = portal.portal.sessions_of(&actor).await.unwrap();
        assert!(seen[0].place.is_some() && seen[1].place.is_none());
    }

    async fn who_signs_in_anew_from_nowhere_known_leaves_no_place_behind(portal: TestPortal) {
        at_two_places(&portal).await;
        let mut unknown = portal.request();
        unknown.address = None;
        let identity = crate::test_support::identity(0, portal.now());
        portal.portal.sign_in_recipient(&phone(), identity, from(PHONE), unknown).await.unwrap();
        assert_eq!(kept(&portal).await[0], (None, None));
    }

    async fn the_network_of_a_sign_in_is_told_from_others_and_the_codes_are_unlike(portal: TestPortal) {
        let (on_phone, _) = on_two_devices(&portal).await;
        let codes: Vec<_> = kept(&portal).await.into_iter().map(|(_, code)| code.unwrap()).collect();
        assert_ne!(codes[0], codes[1]);
        for (address, same) in [("192.0.2.200", true), ("192.0.3.7", false), ("10.0.0.1", false)] {
            let mut request = portal.request();
            request.address = Some(address.parse().unwrap());
            let actor = portal.portal.recipient_actor(on_phone.session(), request).await.unwrap().unwrap();
            let seen = portal.portal.sessions_of(&actor).await.unwrap();
            assert!(seen.iter().all(|session| session.is_of_this_network == same), "{address}");
        }
    }
}
