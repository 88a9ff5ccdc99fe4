//! Every page, asked for with a query that no link of ours has: what answers is a page of ours.

use std::collections::BTreeSet;

use http::{Method, Request, StatusCode};
use server::routes::{Access, Route};

use crate::browser::{Answer, Browser};
use crate::forms::is_page;
use crate::harness::{ANNA, App};

const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
/// The fields that the pages' links have.
const FIELDS: [&str; 11] = [
    "about",
    "answered-before",
    "before",
    "case",
    "id",
    "lifted-before",
    "older-than",
    "open-after",
    "organisation",
    "other",
    "standing-after",
];

/// Every address that people open, with what there is in place of its parameters.
fn pages(app: &App) -> Vec<(Route, String)> {
    // Machines get what their specifications say.
    let of_machines = |path: &str| {
        let apis = ["/api/", "/scim/"].iter().any(|api| path.starts_with(api));
        apis || path.ends_with("-channel-logout")
    };
    let gets = app.routes.iter().filter(|route| route.method == Method::GET);
    let of_people = gets.filter(|route| !of_machines(&route.path) && route.access != Access::StaffCandidate);
    of_people.map(|route| (route.clone(), address(&route.path))).collect()
}

fn address(path: &str) -> String {
    let part = |part: &'_ str| {
        if part.starts_with('{') {
            NOBODY.to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn open(browser: &mut Browser<'_>, address: &str, language: &str) -> Answer {
    let request = Request::get(address)
        .header("sec-fetch-dest", "document")
        .header("accept-language", language);
    browser.send(request.body(String::new().into()).unwrap()).await
}

#[tokio::test]
async fn a_query_with_a_field_twice_is_refused_by_a_page_in_the_persons_language() {
    let app = App::without_second_factor().await;
    let (mut karin, mut anna) = (app.admin().await, app.signed_in(ANNA).await);
    let twice = FIELDS.map(|field| format!("{field}=1&{field}=2")).join("&");
    let mut refusing = BTreeSet::new();
    for (route, address) in pages(&app) {
        for language in ["sv", "en"] {
            let is_staffs = route.path.starts_with("/staff");
            let browser = if is_staffs { &mut karin } else { &mut anna };
            let address = format!("{address}?{twice}");
            let answer = open(browser, &address, language).await;
            if answer.status == StatusCode::BAD_REQUEST {
                is_page(&answer, language, &address);
                refusing.insert(route.path.clone());
            }
        }
    }
    for path in [
        "/rights/new",
        "/staff/audit",
        "/staff/cases",
        "/staff/holds",
        "/staff/holds/new",
        "/staff/protocols",
        "/staff/protocols/proofs",
        "/staff/requests",
        "/staff/retention",
        "/staff/sign-in",
    ] {
        assert!(refusing.contains(path), "{path} {refusing:?}");
    }
}

#[tokio::test]
async fn a_list_from_a_place_that_none_has_is_a_page_too() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let places = [
        "0",
        "-1",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "%ff",
        "%00",
    ];
    for (list, field) in [
        ("audit", "older-than"),
        ("cases", "older-than"),
        ("holds", "standing-after"),
        ("holds", "lifted-before"),
        ("protocols", "before"),
        ("requests", "open-after"),
        ("requests", "answered-before"),
        ("retention", "before"),
    ] {
        let cursors = places.iter().map(|place| format!("{place}.{NOBODY}"));
        for place in places.iter().map(|place| (*place).to_owned()).chain(cursors) {
            let address = format!("/staff/{list}?{field}={place}");
            let answer = open(&mut karin, &address, "sv").await;
            is_page(&answer, "sv", &address);
        }
    }
}
