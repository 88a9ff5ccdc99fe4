//! Every form of people's, filled in wrongly: what answers is a page of ours.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use server::routes::{Access, Route};

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, PROVIDER};
use crate::staff_support::{KARIN, PASSWORD, any_form, form, new_password};

const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
const MINUTE: i64 = 60_000;
const FORM: &str = "application/x-www-form-urlencoded";

/// Every route that people send forms to.
fn routes(app: &App) -> Vec<Route> {
    // Machines get what their specifications say.
    let of_machines = |path: &str| {
        let apis = ["/api/", "/scim/"].iter().any(|api| path.starts_with(api));
        apis || path.ends_with("/back-channel-logout")
    };
    let posts = app.routes.iter().filter(|route| route.method == Method::POST);
    posts.filter(|route| !of_machines(&route.path)).cloned().collect()
}

/// The route's address with what there is in place of its parameters.
fn address(route: &Route, member: &str, system: &str) -> String {
    let id = match route.path.split("/{id}").next() {
        Some("/staff/members") => member,
        Some("/staff/systems") => system,
        _ => NOBODY,
    };
    route
        .path
        .replace("{id}", id)
        .replace("{credential}", NOBODY)
        .replace("{organisation}", "norrby-kommun")
        .replace("{provider}", PROVIDER)
        .replace("{token}", "AAAA")
}

/// Bodies that no form of ours sends, each with its type.
fn wrong_bodies() -> Vec<(&'static str, String)> {
    vec![
        (FORM, String::new()),
        (FORM, "colour=green".to_owned()),
        (FORM, format!("{0}&{0}", any_form())),
        (FORM, any_form().replace("role=sender", "role=king")),
        ("text/plain", any_form()),
        ("application/json", "{}".to_owned()),
        ("multipart/form-data; boundary=x", "--x--".to_owned()),
    ]
}

async fn send(browser: &mut Browser<'_>, address: &str, media_type: &str, body: String, language: &str) -> Answer {
    let request = Request::post(address)
        .header("sec-fetch-site", "same-origin")
        .header("accept-language", language)
        .header(header::CONTENT_TYPE, media_type);
    browser.send(request.body(Body::from(body)).unwrap()).await
}

/// Somebody for whom every route of a kind is open, however often a form of theirs signs them out.
struct Person<'a> {
    app: &'a App,
    browser: Browser<'a>,
    is_staff: bool,
}

impl Person<'_> {
    async fn come_back(&mut self) {
        if self.is_staff && !self.browser.is_staff().await {
            self.browser.give_password(KARIN, PASSWORD).await;
        } else if !self.is_staff && !self.browser.is_signed_in().await {
            self.app.provider.person(ANNA);
            self.browser.sign_in().await;
        }
    }
}

/// A recipient and an admin who are signed in, and the ids of the admin and of a system.
async fn people(app: &App) -> ([Person<'_>; 2], String, String) {
    let mut karin = app.admin().await;
    let member = karin
        .get("/staff/members")
        .await
        .id_after("<h2><a href=\"/staff/members/");
    let new = form(&[("name", "Ärendesystem"), ("networks", ""), ("messages:send", "on")]);
    assert_eq!(karin.post("/staff/systems", &new).await.status, StatusCode::OK);
    let system = karin
        .get("/staff/systems")
        .await
        .id_after("<h2><a href=\"/staff/systems/");
    let person = |browser, is_staff| Person { app, browser, is_staff };
    let people = [person(app.signed_in(ANNA).await, false), person(karin, true)];
    (people, member, system)
}

/// A refusal is a page in the person's language, whoever refuses. Gives whether the form was refused for its fields.
pub(crate) fn is_page(answer: &Answer, language: &str, what: &str) -> bool {
    let refused = answer.status.is_client_error() || answer.status.is_server_error();
    if refused {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{what}");
        let text = answer.text();
        assert!(text.contains(&format!("lang=\"{language}\"")), "{what}: {text}");
        assert!(text.contains("<h1>"), "{what}: {text}");
    }
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
    answer.status == StatusCode::BAD_REQUEST
}

#[tokio::test]
async fn a_form_with_other_fields_is_refused_by_a_page_in_the_persons_language() {
    let app = App::without_second_factor().await;
    let (mut people, member, system) = people(&app).await;
    let mut refusing = BTreeSet::new();
    for route in routes(&app) {
        let is_staffs = route.path.starts_with("/staff");
        let person = people.iter_mut().find(|person| person.is_staff == is_staffs).unwrap();
        if route.access == Access::StaffCandidate {
            continue;
        }
        let address = address(&route, &member, &system);
        for ((media_type, body), language) in wrong_bodies().into_iter().zip(["sv", "en"].into_iter().cycle()) {
            person.come_back().await;
            let what = format!("{address} {media_type} {body}");
            let answer = send(&mut person.browser, &address, media_type, body.clone(), language).await;
            if is_page(&answer, language, &what) && body == "colour=green" {
                refusing.insert(route.path.clone());
            }
        }
    }
    for path in [
        "/language",
        "/staff/invitations/{token}",
        "/staff/members",
        "/staff/members/{id}",
        "/staff/sign-in/{organisation}",
        "/staff/systems/{id}/keys",
    ] {
        assert!(refusing.contains(path), "{path} {refusing:?}");
    }
}

#[tokio::test]
async fn a_form_on_the_way_in_with_other_fields_is_refused_by_a_page_too() {
    let app = App::on_sqlite().await;
    let link = app.invitation(&app.organisation("Norrby kommun").await).await;
    let mut candidate = app.browser();
    let accepted = candidate.post(&link, &new_password(PASSWORD)).await;
    assert_eq!(accepted.location(), "/staff/second-factor/set-up");
    let mut refusing = BTreeSet::new();
    for route in routes(&app) {
        // What is asked of an authenticator is fetched by a script, without fields.
        if route.access != Access::StaffCandidate || route.path.ends_with("/options") {
            continue;
        }
        for (media_type, body) in wrong_bodies() {
            let what = format!("{} {media_type} {body}", route.path);
            let answer = send(&mut candidate, &route.path, media_type, body.clone(), "en").await;
            let refused = is_page(&answer, "en", &what);
            assert!(refused || media_type == FORM, "{what}: {}", answer.status);
            if refused && body == "colour=green" {
                refusing.insert(route.path.clone());
            }
        }
    }
    // Of the others, each field may be left out.
    let expected = ["/staff/password/renew", "/staff/second-factor/set-up"];
    assert_eq!(refusing.iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn the_countdown_on_the_answer_to_a_form_leads_to_a_page_that_tells_of_the_end() {
    let app = App::without_second_factor().await;
    let (mut people, member, system) = people(&app).await;
    let told = "Du har loggats ut eftersom du inte har använt sidan på en stund.";
    let mut counting = BTreeSet::new();
    for route in routes(&app) {
        let address = address(&route, &member, &system);
        for (index, body) in [any_form(), "colour=green".to_owned()].into_iter().enumerate() {
            let is_staffs = route.path.starts_with("/staff");
            let person = people.iter_mut().find(|person| person.is_staff == is_staffs).unwrap();
            person.come_back().await;
            let answer = send(&mut person.browser, &address, FORM, body, "sv").await;
            let text = answer.text();
            let Some((_, rest)) = text.split_once("data-leave-for=\"") else {
                assert!(!text.contains("id=\"countdown\""), "{address}: {text}");
                continue;
            };
            counting.insert((route.path.clone(), index));
            let leave = rest.split('"').next().unwrap();
            app.clock.advance_millis(30 * MINUTE);
            let left = person.browser.get(leave).await;
            assert_eq!(left.status, StatusCode::SEE_OTHER, "{address} to {leave}");
            let page = person.browser.get(left.location()).await;
            assert_eq!(page.status, StatusCode::OK, "{address} to {}", left.location());
            assert!(page.text().contains(told), "{address}: {}", page.text());
        }
    }
    for (path, index) in [
        ("/language", 1),
        ("/sessions/{id}/end", 0),
        ("/staff/members", 0),
        ("/staff/members/{id}/deactivate", 0),
        ("/staff/systems/{id}/secrets", 0),
        ("/staff/systems/{id}/secrets", 1),
    ] {
        assert!(counting.contains(&(path.to_owned(), index)), "{path} {counting:?}");
    }
}
