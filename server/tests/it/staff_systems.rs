//! What admins decide about a system on its page: where it publishes its keys, and what it may do.

use base::SystemId;
use http::{Method, StatusCode};
use portal::{NewSystem, OperatorActor, Scope};
use reqwest::Response;

use crate::api_support::{Served, json};
use crate::browser::Browser;
use crate::harness::App;
use crate::key_server::{KeyServer, signed_request};
use crate::provider::Fault;
use crate::staff_support::form;

/// The first system that an admin's page lists, which they added.
async fn own_system(karin: &mut Browser<'_>) -> SystemId {
    let fields = form(&[
        ("name", "ärendesystem"),
        ("networks", ""),
        ("messages:send", "yes"),
        ("events:read", "yes"),
    ]);
    assert_eq!(karin.post("/staff/systems", &fields).await.status, StatusCode::OK);
    karin
        .get("/staff/systems")
        .await
        .id_after("<h2><a href=\"/staff/systems/")
        .parse()
        .unwrap()
}

fn key_set(address: &str) -> String {
    form(&[("address", address), ("key_set_days", "")])
}

#[tokio::test]
async fn an_admin_registers_where_a_system_publishes_its_keys() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let page = format!("/staff/systems/{}", own_system(&mut karin).await);
    let sets = format!("{page}/key-sets");
    let server = KeyServer::start(&[1]).await;

    let wrong_days = form(&[("address", &server.address), ("key_set_days", "9999")]);
    let refused = karin.post(&sets, &wrong_days).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("mellan 1 och 3650") && refused.text().contains(&server.address));

    assert_eq!(karin.post(&sets, &key_set(&server.address)).await.location(), page);
    let text = karin.get(&page).await.text();
    assert!(
        text.contains("Adressen är sparad.") && text.contains(&server.address),
        "{text}"
    );

    let again = karin.post(&sets, &key_set(&format!(" {} ", server.address))).await;
    assert!(
        again.text().contains("Systemet har redan den adressen."),
        "{}",
        again.text()
    );
    for place in ["second", "third"] {
        let other = key_set(&format!("{}?{place}", server.address));
        let answer = karin.post(&sets, &other).await;
        if place == "third" {
            assert!(answer.text().contains("redan två adresser"), "{}", answer.text());
        } else {
            assert_eq!(answer.location(), page);
        }
    }
    assert_eq!(app.audited().await["credential.added/key-set"], 2);
}

#[tokio::test]
async fn an_admin_learns_of_an_address_what_is_wrong_and_nothing_that_it_says() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let sets = format!("/staff/systems/{}/key-sets", own_system(&mut karin).await);
    let server = KeyServer::start(&[]).await;
    let secret_place = KeyServer::start(&[1]).await;
    let not_https = "Skriv en hel adress";
    let not_allowed = "ett nätverk som vi inte hämtar från";
    for (address, told) in [
        ("jwks", not_https),
        ("ftp://system.example.se/jwks", not_https),
        ("http://system.example.se/jwks", not_https),
        ("https://user@system.example.se/jwks", not_https),
        ("https://10.0.0.7/jwks", not_allowed),
        ("https://169.254.169.254/latest/meta-data", not_allowed),
        ("https://[::ffff:192.168.1.1]/jwks", not_allowed),
    ] {
        let answer = karin.post(&sets, &key_set(address)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(answer.text().contains(told), "{address}: {}", answer.text());
    }
    // An address may try ten times in a minute.
    app.clock.advance_millis(60_000);
    for (fault, told) in [
        (None, "ingen nyckel som vi kan använda"),
        (Some(Fault::Garbage), "inte med en JWK Set"),
        (Some(Fault::Status(403)), "inte med en JWK Set"),
        (
            Some(Fault::Redirect(secret_place.address.clone())),
            "inte med en JWK Set",
        ),
        (Some(Fault::Huge), "inte med en JWK Set"),
        (Some(Fault::Silent), "Vi fick inget svar från internet."),
        (Some(Fault::Slow), "Vi fick inget svar från internet."),
    ] {
        server.fail(fault);
        let text = karin.post(&sets, &key_set(&server.address)).await.text();
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(secret_place.requests(), 0);
    let closed = KeyServer::start(&[]).await.address.replace("127.0.0.1", "127.0.0.2");
    let answer = karin.post(&sets, &key_set(&closed)).await;
    assert!(
        answer.text().contains("Vi fick inget svar från internet."),
        "{}",
        answer.text()
    );
    assert!(!app.audited().await.contains_key("credential.added/key-set"));
}

#[tokio::test]
async fn nothing_is_fetched_for_whoever_may_not_register_it_and_not_without_end_for_whoever_may() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let own = own_system(&mut karin).await;
    let (foreign, _) = app.system("Söderby kommun").await;
    let server = KeyServer::start(&[]).await;
    let sets = |system: SystemId| format!("/staff/systems/{system}/key-sets");
    let answer = karin.post(&sets(foreign), &key_set(&server.address)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    karin.post(&format!("/staff/systems/{own}/disable"), "").await;
    let answer = karin.post(&sets(own), &key_set(&server.address)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(server.requests(), 0);

    let operator = OperatorActor::on_this_host(app.request_info());
    let systems = app.portal.find_system(&operator, own).await.unwrap();
    let new = NewSystem {
        name: "another".to_owned(),
        scopes: vec![Scope::EventsRead],
        networks: base::AllowedNetworks::anywhere(),
    };
    let another = app
        .portal
        .create_system(&operator, systems.organisation, new)
        .await
        .unwrap();
    for _ in 0..10 {
        let answer = karin.post(&sets(another), &key_set(&server.address)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = karin.post(&sets(another), &key_set(&server.address)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(server.requests(), 10);
    app.clock.advance_millis(5 * 60_000);
    let stale = karin.post(&sets(another), &key_set(&server.address)).await;
    assert_eq!(stale.location(), "/staff/confirm");
    assert_eq!(server.requests(), 10);
}

async fn events(served: &Served, token: &str) -> Response {
    let request = served.bare(Method::GET, "/events").bearer_auth(token);
    request.send().await.unwrap()
}

#[tokio::test]
async fn what_a_system_may_do_changes_for_its_very_next_request() {
    let served = Served::over(App::without_second_factor().await).await;
    let mut karin = served.app.admin().await;
    let system = own_system(&mut karin).await;
    let page = format!("/staff/systems/{system}");
    let operator = served.operator();
    let secret = served
        .app
        .portal
        .add_secret(&operator, system, None)
        .await
        .unwrap()
        .secret;
    let issued = served
        .app
        .portal
        .issue_token(system, &secret, None, served.app.request_info())
        .await
        .unwrap();
    let token = issued.token.expose();
    assert_eq!(events(&served, token).await.status(), 200);

    let set = format!("{page}/scopes");
    let none = karin.post(&set, "").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("Välj minst en sak"), "{}", none.text());
    let other = form(&[("messages:send", "yes"), ("messages:read", "yes")]);
    assert_eq!(karin.post(&set, &other).await.location(), page);
    let text = karin.get(&page).await.text();
    assert!(
        text.contains("läsa status för meddelanden</dd>") && text.contains("Ändringen är sparad."),
        "{text}"
    );
    let refused = events(&served, token).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(json(refused).await["code"], "insufficient-scope");
    let detail = "from: messages:send events:read; to: messages:send messages:read";
    assert_eq!(
        served.app.audited().await[&format!("system.scopes-changed/{detail}")],
        1
    );

    served.app.clock.advance_millis(5 * 60_000);
    assert_eq!(karin.post(&set, &other).await.location(), "/staff/confirm");
}

#[tokio::test]
async fn a_page_tells_that_the_keys_could_not_be_fetched() {
    let served = Served::over(App::without_second_factor().await).await;
    let mut karin = served.app.admin().await;
    let system = own_system(&mut karin).await;
    let server = KeyServer::start(&[1]).await;
    let sets = format!("/staff/systems/{system}/key-sets");
    karin.post(&sets, &key_set(&server.address)).await;
    server.fail(Some(Fault::Status(500)));
    let page = format!("/staff/systems/{system}");
    assert!(
        !karin
            .get(&page)
            .await
            .text()
            .contains("Vi kunde inte hämta nycklarna senast.")
    );
    signed_request(&served, system, 1, "1").send().await.unwrap();
    assert!(
        karin
            .get(&page)
            .await
            .text()
            .contains("Vi kunde inte hämta nycklarna senast. Adressen svarade")
    );
    server.fail(None);
    served.app.clock.advance_millis(60_000);
    signed_request(&served, system, 1, "1").send().await.unwrap();
    assert!(
        !karin
            .get(&page)
            .await
            .text()
            .contains("Vi kunde inte hämta nycklarna senast.")
    );
}
