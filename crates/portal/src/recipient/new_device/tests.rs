//! Who is told of which device, until when, and how long it is known.

use std::time::Duration;

use base::Personnummer;

use crate::test_support::{PDF, TestPortal, draft, identity, number, on_both_databases};
use crate::{
    BrowserFamily, Device, Identity, NewDevice, Place, PlaceName, RecipientActor, SessionKey, SystemFamily,
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
const TABLET: Device = Device {
    browser: BrowserFamily::Safari,
    system: SystemFamily::Ipad,
};

/// Signs test person number `index` in, a minute after whatever came before.
async fn sign_in(portal: &TestPortal, device: Device, session: &str, index: usize) -> RecipientActor {
    portal.clock.advance(MINUTE);
    let from = Whereabouts { device, place: None };
    portal
        .sign_in_from(from, &SessionKey::of(session.as_bytes()), index)
        .await
}

async fn told(portal: &TestPortal, actor: &RecipientActor) -> Vec<NewDevice> {
    portal.portal.new_devices(actor).await.unwrap()
}

async fn dismiss(portal: &TestPortal, actor: &RecipientActor) {
    portal.portal.dismiss_new_devices(actor, portal.now()).await.unwrap();
}

/// A new kind of device at an unknown place, now.
fn now(portal: &TestPortal, device: Device) -> NewDevice {
    let at = portal.now();
    NewDevice {
        device,
        place: None,
        at,
    }
}

/// A samordningsnummer among Skatteverket's test numbers.
fn old_number() -> Personnummer {
    Personnummer::from_digits("197010632391").unwrap()
}

on_both_databases! {
    async fn a_sign_in_from_a_new_kind_of_device_is_told_until_it_is_dismissed(portal: TestPortal) {
        let computer = sign_in(&portal, COMPUTER, "computer", 0).await;
        assert!(told(&portal, &computer).await.is_empty());
        sign_in(&portal, PHONE, "phone", 0).await;
        let new = [now(&portal, PHONE)];
        assert_eq!(told(&portal, &computer).await, new);
        // Neither is told again of what is known by now, and nobody else is told of it.
        sign_in(&portal, PHONE, "phone again", 0).await;
        let again = sign_in(&portal, COMPUTER, "computer again", 0).await;
        assert_eq!(told(&portal, &again).await, new);
        let other = sign_in(&portal, TABLET, "tablet", 1).await;
        assert!(told(&portal, &other).await.is_empty());

        dismiss(&portal, &other).await;
        assert_eq!(told(&portal, &computer).await.len(), 1);
        dismiss(&portal, &computer).await;
        dismiss(&portal, &computer).await;
        assert!(told(&portal, &computer).await.is_empty() && told(&portal, &again).await.is_empty());
        let log = portal.audit_log().await;
        let by: Vec<_> = log.iter().filter(|row| row.action == "recipient.notices-dismissed").collect();
        assert_eq!(by.len(), 1);
        let who = Some(*computer.recipient_id().as_uuid());
        assert_eq!((by[0].actor_id, by[0].target_id), (who, who));
    }

    async fn whoever_comes_with_the_new_device_is_not_told_of_it_and_can_not_dismiss_it(portal: TestPortal) {
        let computer = sign_in(&portal, COMPUTER, "computer", 0).await;
        let phone = sign_in(&portal, PHONE, "phone", 0).await;
        assert!(told(&portal, &phone).await.is_empty());
        dismiss(&portal, &phone).await;
        assert_eq!(told(&portal, &computer).await.len(), 1);
        assert_eq!(portal.audited("recipient.notices-dismissed").await, 0);
    }

    async fn what_came_after_the_page_was_shown_is_not_dismissed_with_it(portal: TestPortal) {
        let computer = sign_in(&portal, COMPUTER, "computer", 0).await;
        sign_in(&portal, PHONE, "phone", 0).await;
        let shown = told(&portal, &computer).await;
        sign_in(&portal, TABLET, "tablet", 0).await;
        let tablet = now(&portal, TABLET);
        portal.portal.dismiss_new_devices(&computer, shown[0].at).await.unwrap();
        assert_eq!(told(&portal, &computer).await, [tablet]);
    }

    async fn a_session_that_has_ended_is_told_nothing_and_dismisses_nothing(portal: TestPortal) {
        let computer = sign_in(&portal, COMPUTER, "computer", 0).await;
        sign_in(&portal, PHONE, "phone", 0).await;
        portal.portal.sign_out(computer.session(), &portal.request()).await.unwrap();
        assert!(told(&portal, &computer).await.is_empty());
        dismiss(&portal, &computer).await;
        let again = sign_in(&portal, COMPUTER, "again", 0).await;
        assert_eq!(told(&portal, &again).await.len(), 1);
    }

    async fn where_a_new_kind_of_device_was_is_told_and_then_forgotten(portal: TestPortal) {
        let place = Place::new(PlaceName::new("Luleå", "Luleå"), PlaceName::new("Sverige", "Sweden"));
        let at = |device| Whereabouts { device, place: place.clone() };
        let computer = portal.sign_in_from(at(COMPUTER), &SessionKey::of(b"computer"), 0).await;
        // Of the first there is nothing to tell.
        assert_eq!(portal.rows("recipient_device WHERE sealed_place IS NOT NULL").await, 0);
        portal.sign_in_from(at(PHONE), &SessionKey::of(b"phone"), 0).await;
        assert_eq!(told(&portal, &computer).await[0].place, place);
        dismiss(&portal, &computer).await;
        assert_eq!(portal.rows("recipient_device").await, 2);
        assert_eq!(portal.rows("recipient_device WHERE sealed_place IS NOT NULL").await, 0);
    }

    async fn the_devices_of_a_person_go_with_the_person_and_keep_nobody_known(portal: TestPortal) {
        sign_in(&portal, COMPUTER, "computer", 0).await;
        sign_in(&portal, PHONE, "phone", 0).await;
        let sender = portal.sender().await;
        portal.send_all(&sender, "key", draft(1), &[PDF]).await.unwrap();
        portal.clock.advance(2 * 60 * MINUTE);
        sign_in(&portal, COMPUTER, "somebody else's", 1).await;
        // The sessions are over; who has something to read is known, with their devices.
        assert_eq!(portal.portal.run_jobs().await.unwrap().purge.recipients, 0);
        assert_eq!(portal.rows("recipient_device").await, 3);
        let before = sign_in(&portal, COMPUTER, "before", 0).await;
        assert_eq!(told(&portal, &before).await.len(), 1);

        portal.clock.advance(60 * 24 * 60 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        portal.clock.advance(2 * 60 * MINUTE);
        portal.portal.run_jobs().await.unwrap();
        assert_eq!(portal.audited("recipient.forgotten").await, 2);
        assert_eq!(portal.rows("recipient_device").await, 0);

        // Whoever comes back is somebody new.
        let after = sign_in(&portal, TABLET, "after", 0).await;
        assert_ne!(after.recipient_id(), before.recipient_id());
        assert!(told(&portal, &after).await.is_empty());
        sign_in(&portal, PHONE, "phone", 0).await;
        assert_eq!(told(&portal, &after).await.len(), 1);
    }

    async fn the_devices_of_who_turned_out_to_be_somebody_else_are_forgotten_at_once(portal: TestPortal) {
        let by = async |session: &str, device, who| {
            portal.clock.advance(MINUTE);
            let verified = VerifiedIdentity { identity: who, ..identity(0, portal.now()) };
            portal.identify(&SessionKey::of(session.as_bytes()), verified, Whereabouts { device, place: None }).await
        };
        let person = |number, previous| Identity::Number { number, previous, prid: None };
        for (session, device) in [("old computer", COMPUTER), ("old phone", PHONE)] {
            by(session, device, person(old_number(), None)).await;
        }
        let known = by("tablet", TABLET, person(number(0), None)).await;
        assert_eq!(portal.rows("recipient_device").await, 3);

        let linked = by("phone", PHONE, person(number(0), Some(old_number()))).await;
        assert_eq!(linked.recipient_id(), known.recipient_id());
        assert_eq!(portal.rows("recipient_device").await, 2);
        // That the phone was known as the other's does not make it known.
        let devices: Vec<_> = told(&portal, &known).await.iter().map(|new| new.device).collect();
        assert_eq!(devices, [PHONE]);
    }
}
