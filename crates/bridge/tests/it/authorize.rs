//! The authorisation endpoint, from outside.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::harness::{DESKTOP, ORIGIN, World, authorization, call, query};

#[tokio::test]
async fn a_stranger_gets_a_page_and_no_redirect() {
    let world = World::new().await;
    for change in [
        ("client_id", "nobody"),
        ("redirect_uri", "https://portal.example/callback/"),
    ] {
        let parameters: Vec<_> = authorization()
            .into_iter()
            .map(|(name, value)| if name == change.0 { change } else { (name, value) })
            .collect();
        let answer = world
            .browser(DESKTOP)
            .get(&format!("/authorize?{}", query(&parameters)))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.headers.contains_key("location"));
        assert!(answer.body.contains("Länken går inte att använda"));
    }
    assert!(world.waiting().await.is_empty(), "nothing was started");
}

#[tokio::test]
async fn a_known_relying_party_is_told_what_is_wrong() {
    let world = World::new().await;
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
    ] {
        let parameters: Vec<_> = authorization()
            .into_iter()
            .map(|(name, value)| if name == change.0 { change } else { (name, value) })
            .collect();
        let answer = world
            .browser(DESKTOP)
            .get(&format!("/authorize?{}", query(&parameters)))
            .await;
        assert_eq!(answer.told_one("error").as_deref(), Some(error));
        assert_eq!(answer.told_one("state").as_deref(), Some("the-state"));
        assert_eq!(answer.told_one("iss").as_deref(), Some(ORIGIN));
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let silent = format!("/authorize?{}&prompt=none", query(&authorization()));
    let answer = world.browser(DESKTOP).get(&silent).await;
    assert_eq!(answer.told_one("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_form_of_the_relying_partys_begins_a_sign_in_too() {
    let world = World::new().await;
    let request = Request::post("/authorize")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://portal.example")
        .body(Body::from(query(&authorization())))
        .unwrap();
    let answer = call(&world.router, request).await;
    assert!(answer.location().starts_with("/sign-in/"));
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let world = World::new().await;
    let sign_in = world.browser(DESKTOP).begin().await;
    let cookie = format!("__Host-bridge={}", sign_in.browser.cookie.as_deref().unwrap());
    for action in ["start", "extend", "cancel", "language"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("x-nothing", "x"),
        ] {
            let request = Request::post(format!("{}/{action}", sign_in.path))
                .header("cookie", &cookie)
                .header(name, value)
                .body(Body::from("method=qr&language=en"))
                .unwrap();
            let answer = call(&world.router, request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{action} {name} {value}");
        }
    }
    assert_eq!(world.waiting().await.len(), 1);
}

#[tokio::test]
async fn the_language_follows_the_request_then_the_browser_then_the_person() {
    let world = World::new().await;
    let mut browser = world.browser(DESKTOP);
    let asked = format!("/authorize?{}&ui_locales=en-GB", query(&authorization()));
    let path = browser.get(&asked).await.location().to_owned();
    assert!(browser.get(&path).await.body.contains("Identify yourself to Portalen"));
    browser.post(&format!("{path}/language"), &[("language", "sv")]).await;
    assert!(browser.get(&path).await.body.contains("Legitimera dig hos Portalen"));
}
