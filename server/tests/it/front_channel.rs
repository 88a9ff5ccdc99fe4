//! Signing out in a frame of the provider's page (OpenID Connect Front-Channel Logout 1.0), and what may be tried with it.

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode};

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, DIRECTORY, PROVIDER, on_both_databases};
use crate::work_accounts::{EVA, confirm_with};

const SID: &str = "007e3899-e104-731f-b675-0617c1f2dd72";
const OTHER: &str = "11111111-e104-731f-b675-0617c1f2dd72";

/// A provider that may end sessions here, and names its own [`SID`].
async fn with_a_frame() -> App {
    let app = App::with_provider(&[(
        "logout = \"end_session\"",
        "logout = \"end_session\"\nfront_channel_logout = true",
    )])
    .await;
    name_session(&app, SID);
    app
}

fn name_session(app: &App, sid: &'static str) {
    app.provider.behave(move |behaviour| {
        behaviour.claims = Box::new(move |claims| {
            claims.insert("sid".to_owned(), sid.into());
        });
    });
}

/// As a browser loads a frame of another site: without any cookie.
async fn load(app: &App, provider: &str, query: &str) -> Answer {
    let mut request = Request::get(format!("/sign-in/{provider}/front-channel-logout?{query}"))
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-dest", "iframe")
        .body(Body::empty())
        .unwrap();
    let peer: std::net::SocketAddr = "192.0.2.1:40000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await
}

fn issuer(app: &App) -> String {
    url::form_urlencoded::byte_serialize(app.provider.issuer().as_bytes()).collect()
}

/// Eva at work, whose directory calls its session so.
async fn eva<'a>(app: &'a App, change: fn(&mut serde_json::Map<String, serde_json::Value>)) -> Browser<'a> {
    app.directory_says(EVA, &["Postvalv.Admin"], change);
    let mut eva = app.browser();
    assert_eq!(eva.by_work_account(app).await.location(), "/staff");
    eva
}

#[tokio::test]
async fn the_session_that_the_provider_names_ends_without_its_cookie_and_no_other() {
    let app = with_a_frame().await;
    let mut here = app.signed_in(ANNA).await;
    name_session(&app, OTHER);
    let mut elsewhere = app.signed_in(ANNA).await;
    let answer = load(&app, PROVIDER, &format!("iss={}&sid={SID}", issuer(&app))).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    assert!(!here.is_signed_in().await && elsewhere.is_signed_in().await);
    let audited = app.audited().await;
    assert_eq!(audited.get("recipient.signed-out-in-frame/bankid"), Some(&1));
}

#[tokio::test]
async fn the_page_is_empty_kept_by_nobody_and_in_a_frame_of_the_provider_alone() {
    let app = with_a_frame().await;
    let answer = load(&app, PROVIDER, &format!("sid={SID}")).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let origin = url::Url::parse(app.provider.issuer()).unwrap().origin();
    let policy = format!("default-src 'none'; frame-ancestors {}", origin.ascii_serialization());
    assert_eq!(answer.header("content-security-policy"), policy);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn what_names_no_session_of_the_provider_ends_nothing_and_is_told_nothing() {
    let app = with_a_frame().await;
    let mut browser = app.signed_in(ANNA).await;
    let issuer = issuer(&app);
    let endless = format!("sid={}", "x".repeat(2000));
    for query in [
        "",
        "sid=",
        &endless,
        &format!("iss={issuer}"),
        &format!("sid={OTHER}"),
        &format!("iss=https%3A%2F%2Fevil.example&sid={SID}"),
        &format!("iss=&sid={SID}"),
        // Which of two is meant, nobody knows.
        &format!("iss={issuer}&sid={SID}&sid={SID}"),
        &format!("iss={issuer}&sid=subject%20of%20the%20provider"),
    ] {
        let answer = load(&app, PROVIDER, query).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0), "{query}");
        assert!(browser.is_signed_in().await, "{query}");
    }
    let audited = app.audited().await;
    assert!(!audited.keys().any(|event| event.contains("provider")), "{audited:?}");
}

#[tokio::test]
async fn a_provider_that_may_not_end_sessions_has_no_frame() {
    let app = App::on_sqlite().await;
    name_session(&app, SID);
    let mut browser = app.signed_in(ANNA).await;
    for provider in [PROVIDER, "freja"] {
        let answer = load(&app, provider, &format!("sid={SID}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{provider}");
    }
    assert!(browser.is_signed_in().await);
}

on_both_databases! {
    async fn staff_are_signed_out_when_they_sign_out_at_their_directory(app: App) {
        app.norrby().await;
        let mut here = eva(&app, |claims| {
            claims.insert("sid".to_owned(), SID.into());
        })
        .await;
        let mut elsewhere = eva(&app, |_| {}).await;
        // Entra ID says what it calls the session, and nothing else.
        assert_eq!(load(&app, DIRECTORY, &format!("sid={SID}")).await.status, StatusCode::OK);
        assert!(!here.is_staff().await && elsewhere.is_staff().await);
        assert_eq!(app.audited().await.get("staff.signed-out-in-frame/entra"), Some(&1));
    }

    async fn the_session_at_the_directory_is_the_one_in_which_it_was_last_asked(app: App) {
        app.norrby().await;
        let mut eva = eva(&app, |claims| {
            claims.insert("sid".to_owned(), SID.into());
        })
        .await;
        confirm_with(&app, &mut eva, EVA, |claims| {
            let now = claims["iat"].clone();
            claims.insert("auth_time".to_owned(), now);
            claims.insert("sid".to_owned(), OTHER.into());
        })
        .await;
        load(&app, DIRECTORY, &format!("sid={SID}")).await;
        assert!(eva.is_staff().await);
        load(&app, DIRECTORY, &format!("sid={OTHER}")).await;
        assert!(!eva.is_staff().await);
    }
}

#[tokio::test]
async fn guesses_keep_nobody_from_signing_out() {
    let app = with_a_frame().await;
    let mut browser = app.signed_in(ANNA).await;
    for _ in 0..200 {
        let answer = load(&app, PROVIDER, &format!("sid={OTHER}")).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    }
    assert!(browser.is_signed_in().await);
    assert_eq!(load(&app, PROVIDER, &format!("sid={SID}")).await.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await);
}
