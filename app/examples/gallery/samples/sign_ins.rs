//! Where people are and were signed in.

use base::{SessionId, Timestamp};
use portal::{
    BrowserFamily, Device, NewDevice, OwnSession, PastSignIn, PastSignIns, Place, PlaceName, SystemFamily, Whereabouts,
};

use super::{NOW, days_ago, ids};

/// A place that is called so in Swedish and English.
pub(crate) fn place(city: Option<[&str; 2]>, country: Option<[&str; 2]>) -> Option<Place> {
    let name = |[swedish, english]: [&str; 2]| PlaceName::new(swedish, english);
    Place::new(city.and_then(name), country.and_then(name))
}

/// Only a sign-in in Samsung's browser came from the network of this one.
fn session(browser: BrowserFamily, system: SystemFamily, minutes: i64, is_this: bool) -> OwnSession {
    OwnSession {
        id: Some(ids().next::<SessionId>()),
        device: Device { browser, system },
        place: None,
        is_of_this_network: is_this || browser == BrowserFamily::SamsungInternet,
        signed_in_at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        last_used_at: Timestamp::from_millis(NOW.as_millis() - minutes * 20_000),
        is_this,
    }
}

/// Sign-ins from new kinds of devices, the latest first, the first near a place.
pub(crate) fn new_devices() -> [NewDevice; 2] {
    let device = |browser, system, minutes: i64, place| NewDevice {
        device: Device { browser, system },
        place,
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
    };
    let lulea = place(Some(["Luleå", "Luleå"]), Some(["Sverige", "Sweden"]));
    [
        device(BrowserFamily::Safari, SystemFamily::Iphone, 31, lulea),
        device(BrowserFamily::Unknown, SystemFamily::Unknown, 4_000, None),
    ]
}

/// Sign-ins on several devices, known and unknown, near and far, the last of them from before its name was kept and from
/// yesterday.
pub(crate) fn sessions() -> Vec<OwnSession> {
    use BrowserFamily as B;
    use SystemFamily as S;
    let mut sessions = vec![
        session(B::Firefox, S::Windows, 12, true),
        session(B::SamsungInternet, S::Android, 31, false),
        session(B::Safari, S::MacOrIpad, 45, false),
        session(B::Unknown, S::Iphone, 50, false),
        session(B::Chrome, S::Unknown, 55, false),
        session(B::Unknown, S::Unknown, 1_000, false),
    ];
    let sweden = Some(["Sverige", "Sweden"]);
    let places = [
        place(Some(["Luleå", "Luleå"]), sweden),
        place(Some(["Skellefteå", "Skellefteå"]), sweden),
        place(
            Some([
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            ]),
            Some(["Storbritannien", "United Kingdom"]),
        ),
        place(
            None,
            Some([
                "Sydgeorgien och Sydsandwichöarna",
                "South Georgia & South Sandwich Islands",
            ]),
        ),
        place(Some(["Göteborg", "Gothenburg"]), None),
    ];
    for (session, place) in sessions.iter_mut().zip(places) {
        session.place = place;
    }
    if let Some(last) = sessions.last_mut() {
        last.id = None;
    }
    sessions
}

/// From where somebody was signed in.
pub(super) fn whereabouts(browser: BrowserFamily, system: SystemFamily, place: Option<Place>) -> Whereabouts {
    Whereabouts {
        device: Device { browser, system },
        place,
    }
}

pub(super) fn lulea() -> Option<Place> {
    place(Some(["Luleå", "Luleå"]), Some(["Sverige", "Sweden"]))
}

/// All sign-ins: the one that asks, one that is unusual in two ways, one that was reported, and one of which nothing is known.
pub(crate) fn past_sign_ins() -> PastSignIns {
    use BrowserFamily as B;
    use SystemFamily as S;
    let sign_in = |minutes: i64, from| PastSignIn {
        id: ids().next::<SessionId>(),
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        from,
        is_new_device: false,
        is_new_country: false,
        reported_at: None,
        is_this: false,
    };
    let far = place(
        None,
        Some([
            "Sydgeorgien och Sydsandwichöarna",
            "South Georgia & South Sandwich Islands",
        ]),
    );
    PastSignIns {
        sign_ins: vec![
            PastSignIn {
                is_this: true,
                ..sign_in(12, whereabouts(B::Firefox, S::Windows, lulea()))
            },
            PastSignIn {
                is_new_device: true,
                is_new_country: true,
                ..sign_in(190, whereabouts(B::Chrome, S::Linux, far))
            },
            sign_in(1_900, whereabouts(B::SamsungInternet, S::Android, lulea())),
            PastSignIn {
                is_new_device: true,
                reported_at: Some(days_ago(2)),
                ..sign_in(3_300, whereabouts(B::Unknown, S::Iphone, None))
            },
            sign_in(90_000, whereabouts(B::Unknown, S::Unknown, None)),
        ],
        has_more: true,
    }
}
