//! Terms: asked for before anything is read, on every route, and taken back.

use http::{Request, StatusCode};
use server::routes::Access;

use crate::browser::Browser;
use crate::harness::{ANNA, App};
use crate::staff_support::form;
use crate::your_data;

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
const TERMS: &str = "\n[terms]\nversion = \"2026-11\"\nswedish = \"\"\"# Villkor\n\nDu läser <b>själv</b>.\"\"\"\nenglish = \"You read yourself.\"\n";

async fn with_terms() -> App {
    App::with(|text| format!("{text}{TERMS}")).await
}

/// What names the terms on the page.
fn shown(html: &str) -> String {
    let (_, rest) = html
        .split_once("name=\"terms\" value=\"")
        .unwrap_or_else(|| panic!("{html}"));
    rest.split_once('"').unwrap().0.to_owned()
}

async fn accept(person: &mut Browser<'_>) -> String {
    let page = person.get("/terms").await.text();
    let fields = form(&[("terms", &shown(&page)), ("accepted", "yes")]);
    person.post("/terms/accept", &fields).await.location().to_owned()
}

#[tokio::test]
async fn no_route_that_shows_something_works_before_the_terms_are_accepted() {
    let app = with_terms().await;
    let (system, _) = app.sender("Norrby kommun").await;
    app.message(&system, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let mut anna = app.signed_in(ANNA).await;
    let mut tried = 0;
    for route in app.routes.iter().filter(|route| route.access == Access::Recipient) {
        tried += 1;
        let request = |dest: &str| {
            Request::builder()
                .method(route.method.clone())
                .uri(route.path.replace("{id}", ID))
                .header("sec-fetch-site", "same-origin")
                .header("sec-fetch-dest", dest)
                .body(axum::body::Body::empty())
                .unwrap()
        };
        let opened = anna.send(request("document")).await;
        let led = opened.status == StatusCode::SEE_OTHER && opened.location() == "/terms";
        assert!(led, "{route:?}: {}", opened.status);
        assert_eq!(
            anna.send(request("empty")).await.status,
            StatusCode::FORBIDDEN,
            "{route:?}"
        );
    }
    assert!(tried >= 6, "{tried}");
    // What needs none.
    for path in [
        "/terms",
        "/rights",
        "/rights/new",
        "/mail",
        "/sessions",
        "/sign-ins",
        "/your-data",
        "/data-protection",
        "/accessibility",
    ] {
        let page = anna.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text().contains("beslut.txt"), "{path}");
    }
    let english = anna
        .post("/language", &form(&[("language", "en"), ("to", "/terms")]))
        .await;
    assert_eq!(english.location(), "/terms");
    assert!(anna.get("/terms").await.text().contains("You read yourself."));
    assert_eq!(anna.post("/sign-out", "").await.status, StatusCode::SEE_OTHER);
    assert!(!anna.is_signed_in().await);
}

#[tokio::test]
async fn the_terms_are_accepted_by_a_box_that_is_not_ticked_and_taken_back() {
    let app = with_terms().await;
    let (system, _) = app.sender("Norrby kommun").await;
    let receipt = app
        .message(&system, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let case = format!("/cases/{}", receipt.deliveries[0].case);
    let mut anna = app.signed_in(ANNA).await;
    assert_eq!(anna.get(&case).await.location(), "/terms");
    let page = anna.get("/terms").await.text();
    assert!(
        page.contains("<h2>Villkor</h2>") && page.contains("Du läser &lt;b&gt;själv&lt;/b&gt;."),
        "{page}"
    );
    assert!(
        !page.contains("checked") && page.contains("be avsändaren om att få det på papper"),
        "{page}"
    );

    let unticked = anna.post("/terms/accept", &form(&[("terms", &shown(&page))])).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unticked.text().contains("Kryssa i rutan"), "{}", unticked.text());
    let others = anna
        .post("/terms/accept", &form(&[("terms", "x"), ("accepted", "yes")]))
        .await;
    assert_eq!(others.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        others.text().contains("Villkoren har just ändrats"),
        "{}",
        others.text()
    );
    assert_eq!(anna.get(&case).await.location(), "/terms");

    assert_eq!(accept(&mut anna).await, case, "where they were going");
    assert_eq!(anna.get(&case).await.status, StatusCode::OK);
    let rights = anna.get("/rights").await.text();
    assert!(
        rights.contains("Du godkände version 2026-11") && rights.contains("förrän du godkänner igen"),
        "{rights}"
    );
    assert!(anna.get("/terms/accepted").await.text().contains("Du läser"));

    assert_eq!(anna.post("/terms/withdraw", "").await.location(), "/rights");
    assert!(
        anna.get("/rights")
            .await
            .text()
            .contains("Du tog tillbaka ditt godkännande")
    );
    assert_eq!(anna.get(&case).await.location(), "/terms");
    let audited = app.audited().await;
    for what in ["recipient.terms-accepted/", "recipient.terms-withdrawn/"] {
        assert!(
            audited.iter().any(|(audited, _)| audited.starts_with(what)),
            "{what}: {audited:?}"
        );
    }
}

#[tokio::test]
async fn a_copy_of_what_is_held_needs_no_terms_and_has_nothing_of_what_was_sent_without_them() {
    let app = with_terms().await;
    let (system, _) = app.sender("Norrby kommun").await;
    let sent = app
        .message(&system, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let mut anna = app.signed_in(ANNA).await;
    assert!(anna.get("/rights").await.text().contains("href=\"/your-data\""));
    let page = anna.get("/your-data").await.text();
    assert!(page.contains("Du har inte godkänt villkoren"), "{page}");
    let archive = your_data::ordered(&mut anna).await;
    let files = your_data::files(&anna.post(&archive, "").await);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["register-extract.json", "registerutdrag.pdf", "saknas-missing.txt"]
    );
    let missing = String::from_utf8(files["saknas-missing.txt"].clone()).unwrap();
    for words in [
        "Kräver att du har godkänt villkoren",
        "Can be read here once you have accepted the terms",
    ] {
        assert!(missing.contains(words), "{missing}");
    }
    assert!(missing.contains(&sent.id.to_string()), "{missing}");
    let json: serde_json::Value = serde_json::from_slice(&files["register-extract.json"]).unwrap();
    assert_eq!(json["person"]["identifiers"][0]["value"], ANNA);
    assert_eq!(json["cases"][0]["messages"][0]["state"], "terms-not-accepted");
    assert_eq!(json["terms"], serde_json::Value::Null);
    assert!(!json.to_string().contains("beslut.txt") && !json.to_string().contains("förskoleplats"));
    // Nothing was opened, so nobody is told that it was.
    assert_eq!(app.rows("audit_event WHERE action = 'case.opened'").await, 0);

    accept(&mut anna).await;
    assert!(
        !anna
            .get("/your-data")
            .await
            .text()
            .contains("Du har inte godkänt villkoren")
    );
    // The register is as it was gathered; what was sent is opened now.
    let files = your_data::files(&anna.post(&archive, "").await);
    assert!(files.values().any(|content| content == b"Ja.") && !files.contains_key("saknas-missing.txt"));
    let json: serde_json::Value = serde_json::from_slice(&files["register-extract.json"]).unwrap();
    assert_eq!(json["cases"][0]["messages"][0]["state"], "readable");
    app.clock.advance_millis(1_000);
    let again = your_data::ordered(&mut anna).await;
    let files = your_data::files(&anna.post(&again, "").await);
    let json: serde_json::Value = serde_json::from_slice(&files["register-extract.json"]).unwrap();
    assert_eq!(
        (&json["terms"]["version"], &json["terms"]["withdrawn"]),
        (&"2026-11".into(), &serde_json::Value::Null)
    );
}

#[tokio::test]
async fn without_terms_nobody_is_asked() {
    let app = App::on_sqlite().await;
    let mut anna = app.signed_in(ANNA).await;
    assert_eq!(anna.get("/inbox").await.status, StatusCode::OK);
    assert_eq!(anna.get("/terms").await.status, StatusCode::NOT_FOUND);
    assert!(!anna.get("/rights").await.text().contains("Villkor"));
}
