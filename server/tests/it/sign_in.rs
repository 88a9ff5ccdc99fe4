//! Signing in and out, when everybody is honest.

use std::collections::BTreeMap;

use app::Language;
use app::texts::Texts;
use http::{Request, StatusCode};

use crate::harness::{ANNA, App, BENGT, PROVIDER, on_both_databases};

on_both_databases! {
    async fn a_person_signs_in_and_out(app: App) {
        let mut browser = app.browser();
        let address = browser.begin().await;
        let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(query["scope"], "openid");
        assert_eq!(query["prompt"], "login");
        assert_eq!(query["ui_locales"], "sv");
        assert_eq!(query["max_age"], "300");
        assert!(query["claims"].contains("loa3"), "{}", query["claims"]);
        let before = browser.session().unwrap().to_owned();

        let answer = browser.get(&app.provider.identify(&address)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), "/inbox");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_ne!(browser.session().unwrap(), before);
        assert!(browser.is_signed_in().await);
        assert_eq!(app.audited().await.get("recipient.signed-in/bankid"), Some(&1));

        let answer = browser.post("/sign-out", "").await;
        let to = url::Url::parse(answer.location()).unwrap();
        let query: BTreeMap<String, String> = to.query_pairs().into_owned().collect();
        assert!(answer.location().starts_with(&format!("{}/logout?", app.provider.issuer())));
        assert_eq!(query["client_id"], "postvalv");
        assert_eq!(query["post_logout_redirect_uri"], "http://localhost:3000/signed-out");
        assert!(!query.contains_key("id_token_hint"));
        assert_eq!(browser.session(), None);
        assert!(!browser.is_signed_in().await);
        assert_eq!(app.audited().await.get("recipient.signed-out/"), Some(&1));
    }
}

#[tokio::test]
async fn the_session_has_a_new_id_when_a_sign_in_begins_and_when_it_succeeds() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    browser.begin().await;
    let first = browser.session().unwrap().to_owned();
    let address = browser.begin().await;
    let second = browser.session().unwrap().to_owned();
    browser.get(&app.provider.identify(&address)).await;
    let third = browser.session().unwrap().to_owned();
    assert!(first != second && second != third && first != third);
    // Whoever planted or saw an earlier id has nothing.
    for old in [first, second] {
        let mut thief = app.browser();
        thief.cookies.insert(server::COOKIE.to_owned(), old);
        assert!(!thief.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_session_id_that_somebody_made_up_is_not_taken_over() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    browser
        .cookies
        .insert(server::COOKIE.to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned());
    browser.sign_in().await;
    assert_ne!(browser.session(), Some("AAAAAAAAAAAAAAAAAAAAAA"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn state_nonce_and_challenge_are_long_and_new_each_time() {
    let app = App::on_sqlite().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let address = app.browser().begin().await;
        let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        for name in ["state", "nonce", "code_challenge"] {
            assert!(query[name].len() >= 43, "{name} has fewer than 256 bits");
            assert!(!seen.contains(&query[name]));
            seen.push(query[name].clone());
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_another_site_begins_is_refused() {
    let app = App::on_sqlite().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
        ("x-nothing", ""),
    ] {
        let request = Request::post(format!("/sign-in/{PROVIDER}")).header(name, value);
        let answer = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer
                .text()
                .contains(&Texts::of(Language::Swedish).get("error-forbidden-origin"))
        );
    }
    assert_eq!(app.provider.requests("/.well-known/openid-configuration"), 0);
}

#[tokio::test]
async fn a_person_comes_to_the_page_that_they_were_going_to() {
    let app = App::on_sqlite().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    app.message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let (_, document) = app.first_document(&mut app.signed_in(ANNA).await).await;

    let mut browser = app.browser();
    app.provider.person(ANNA);
    for path in [
        format!("/documents/{document}"),
        format!("/documents/{document}/content?download"),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        let landing = browser.get("/").await.text();
        assert!(landing.contains(&Texts::of(Language::Swedish).get("landing-sign-in-first")));
        let answer = browser.sign_in().await;
        assert_eq!(answer.location(), format!("/documents/{document}"));
        browser.post("/sign-out", "").await;
    }
}

#[tokio::test]
async fn where_somebody_else_was_going_nobody_is_sent_astray() {
    let app = App::on_sqlite().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    app.message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    let (_, document) = app.first_document(&mut app.signed_in(ANNA).await).await;
    let path = format!("/documents/{document}");

    // Anna was going there on this device; Bengt signs in.
    let mut browser = app.browser();
    browser.get(&path).await;
    app.provider.person(BENGT);
    let answer = browser.sign_in().await;
    assert_eq!(answer.location(), path);
    let answer = browser.get(&path).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/inbox"));
    // Whoever goes there by themselves is told.
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    browser.post("/sign-out", "").await;
    assert_eq!(browser.sign_in().await.location(), "/inbox");
}

#[tokio::test]
async fn whoever_cancels_is_back_at_the_start() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let address = browser.begin().await;
    let state = address
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let cancelled = crate::provider::callback(&[("error", "access_denied"), ("state", &state)]);
    let answer = browser.get(&cancelled).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    let notice = Texts::of(Language::Swedish).get("landing-sign-in-cancelled");
    assert!(browser.get("/").await.text().contains(&notice));
    // Said once.
    assert!(!browser.get("/").await.text().contains(&notice));
    assert_eq!(app.audited().await.get("recipient.sign-in-refused/cancelled"), Some(&1));
}

#[tokio::test]
async fn two_tabs_may_sign_in_side_by_side() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let first = browser.begin().await;
    let second = browser.begin().await;
    assert_eq!(browser.get(&app.provider.identify(&second)).await.location(), "/inbox");
    assert_eq!(browser.get(&app.provider.identify(&first)).await.location(), "/inbox");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_new_sign_in_ends_the_one_before() {
    let app = App::on_sqlite().await;
    let mut browser = app.signed_in(ANNA).await;
    let anna = browser.copy();
    app.provider.person(BENGT);
    browser.begin().await;
    assert!(!browser.is_signed_in().await);
    assert!(!{ anna }.is_signed_in().await);
    assert_eq!(app.audited().await.get("recipient.signed-out/"), Some(&1));
}

#[tokio::test]
async fn the_portal_serves_while_the_provider_is_down() {
    let app = App::with(|text| {
        // A port that nobody listens on.
        let (before, rest) = text.rsplit_once("issuer = \"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        format!("{before}issuer = \"http://127.0.0.1:1\"{after}")
    })
    .await;
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
    let answer = app.browser().post(&format!("/sign-in/{PROVIDER}"), "").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn the_number_may_stand_in_the_id_token_instead() {
    let app = App::on_sqlite().await;
    app.provider.behave(|behaviour| {
        behaviour.user_info = Box::new(|claims| {
            claims.remove("number");
        });
        behaviour.claims = Box::new(|claims| {
            claims.insert("number".to_owned(), ANNA.into());
        });
    });
    assert_eq!(app.browser().sign_in().await.location(), "/inbox");
}

#[tokio::test]
async fn a_provider_without_levels_is_believed_by_its_required_claims() {
    let app = App::with(|text| {
        let with_levels = r#"levels = { "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }"#;
        assert!(text.contains(with_levels));
        text.replace(with_levels, "level_without_acr = 3")
            .replace("essential_acr = true", "")
    })
    .await;
    app.provider.behave(|behaviour| {
        behaviour.claims = Box::new(|claims| {
            claims.remove("acr");
        });
    });
    assert_eq!(app.browser().sign_in().await.location(), "/inbox");
    app.provider.behave(|behaviour| {
        behaviour.claims = Box::new(|claims| {
            claims.insert("acr".to_owned(), "urn:any".into());
        });
    });
    assert_eq!(app.browser().sign_in().await.status, StatusCode::FORBIDDEN);
}
