//! Signing out at the provider's word (OpenID Connect Back-Channel Logout 1.0), and what may be tried with it.

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT, PROVIDER};
use crate::provider::{Behaviour, Fault, Signing};

const HERE: &str = "192.0.2.1";

/// A provider that names its session `sid` in the ID token and may end it here.
pub(crate) async fn with_sessions_of_the_provider() -> App {
    let app = App::with_provider(&[(
        "logout = \"end_session\"",
        "logout = \"end_session\"\nback_channel_logout = true",
    )])
    .await;
    name_session(&app, "session of the provider");
    app
}

fn name_session(app: &App, sid: &'static str) {
    app.provider.behave(move |behaviour| {
        behaviour.claims = Box::new(move |claims| {
            claims.insert("sid".to_owned(), sid.into());
        });
    });
}

fn post(provider: &str, body: String) -> Request<Body> {
    let mut request = Request::post(format!("/sign-in/{provider}/back-channel-logout"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    let peer: std::net::SocketAddr = format!("{HERE}:40000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

async fn send(app: &App, token: &str) -> Answer {
    app.send(post(PROVIDER, format!("logout_token={token}"))).await
}

fn token(app: &App, change: impl FnOnce(&mut Map<String, Value>)) -> String {
    app.provider.logout_token(Signing::Es256, "logout+jwt", change)
}

/// The provider says that the person has signed out.
pub(crate) async fn notify(app: &App) -> Answer {
    send(app, &token(app, |_| {})).await
}

async fn signed_in<'a>(app: &'a App, number: &str, sid: &'static str) -> Browser<'a> {
    name_session(app, sid);
    app.signed_in(number).await
}

#[tokio::test]
async fn the_session_that_the_provider_names_ends_at_once_and_no_other() {
    let app = with_sessions_of_the_provider().await;
    let mut here = app.signed_in(ANNA).await;
    let mut elsewhere = signed_in(&app, ANNA, "another session of the provider").await;
    let answer = notify(&app).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!here.is_signed_in().await);
    assert!(elsewhere.is_signed_in().await);
    assert_eq!(
        app.audited().await.get("recipient.signed-out-by-provider/bankid"),
        Some(&1)
    );
    // The person is told as anybody is whose session has ended.
    assert_eq!(here.get("/inbox").await.location(), "/");
}

#[tokio::test]
async fn every_session_of_the_person_ends_when_the_provider_names_no_session() {
    let app = with_sessions_of_the_provider().await;
    let mut first = app.signed_in(ANNA).await;
    let mut second = signed_in(&app, ANNA, "another session of the provider").await;
    let of_person = |claims: &mut Map<String, Value>| {
        claims.remove("sid");
        claims.insert("sub".to_owned(), "subject of the provider".into());
    };
    assert_eq!(send(&app, &token(&app, of_person)).await.status, StatusCode::OK);
    assert!(!first.is_signed_in().await && !second.is_signed_in().await);
}

#[tokio::test]
async fn a_token_for_us_among_others_of_a_plain_kind_is_good_too() {
    for (kind, signing) in [("JWT", Signing::Es256), ("application/LOGOUT+jwt", Signing::Es256)] {
        let app = with_sessions_of_the_provider().await;
        let mut browser = app.signed_in(ANNA).await;
        let token = app.provider.logout_token(signing, kind, |claims| {
            claims.insert("aud".to_owned(), json!(["another client", "postvalv"]));
        });
        assert_eq!(send(&app, &token).await.status, StatusCode::OK, "{kind}");
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_session_that_is_not_here_is_none_of_our_business() {
    let app = with_sessions_of_the_provider().await;
    let mut browser = signed_in(&app, ANNA, "another session of the provider").await;
    assert_eq!(notify(&app).await.status, StatusCode::OK);
    assert!(browser.is_signed_in().await);
    assert!(!app.audited().await.keys().any(|event| event.contains("by-provider")));
}

#[tokio::test]
async fn a_token_works_once() {
    let app = with_sessions_of_the_provider().await;
    let token = token(&app, |_| {});
    assert_eq!(send(&app, &token).await.status, StatusCode::OK);
    let mut browser = app.signed_in(ANNA).await;
    assert_refused(&send(&app, &token).await, "invalid_request");
    assert!(browser.is_signed_in().await);
    assert_eq!(app.audited().await.get("provider.logout-refused/replayed"), Some(&1));
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched_once() {
    let app = with_sessions_of_the_provider().await;
    let mut browser = app.signed_in(ANNA).await;
    app.clock.advance_millis(61_000);
    app.provider.behave(|behaviour| {
        behaviour.key = 1;
        behaviour.published = vec![1];
    });
    assert_eq!(notify(&app).await.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await);
    app.provider.behave(|behaviour| behaviour.published = vec![0]);
    for _ in 0..3 {
        let forged = app
            .provider
            .logout_token(Signing::Es256WithStrangeKey, "logout+jwt", |_| {});
        assert_refused(&send(&app, &forged).await, "invalid_request");
    }
    assert_eq!(app.provider.requests("/keys"), 2);
}

#[tokio::test]
async fn while_the_provider_does_not_answer_no_token_is_believed() {
    let app = with_sessions_of_the_provider().await;
    let mut browser = app.signed_in(ANNA).await;
    app.clock.advance_millis(61_000);
    app.provider.behave(|behaviour| {
        behaviour.key = 1;
        behaviour.faults.insert("/keys", Fault::Status(503));
    });
    assert_refused(&notify(&app).await, "temporarily_unavailable");
    assert!(browser.is_signed_in().await);
    assert_eq!(
        app.audited().await.get("provider.logout-refused/provider-unavailable"),
        Some(&1)
    );
}

#[tokio::test]
async fn a_provider_that_may_not_end_sessions_has_no_address_for_it() {
    let app = App::on_sqlite().await;
    name_session(&app, "session of the provider");
    let mut browser = app.signed_in(ANNA).await;
    for provider in [PROVIDER, "freja"] {
        // As from our own page, so that the origin rule is not what refuses it.
        let token = token(&app, |_| {});
        let mut request = post(provider, format!("logout_token={token}"));
        request
            .headers_mut()
            .insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert_eq!(app.send(request).await.status, StatusCode::NOT_FOUND, "{provider}");
    }
    assert!(browser.is_signed_in().await);
}

/// A browser on another site could bring a token along, but has no business to.
#[tokio::test]
async fn a_request_with_cookies_is_a_browsers_and_must_come_from_us() {
    let app = with_sessions_of_the_provider().await;
    let mut browser = app.signed_in(ANNA).await;
    let mut request = post(PROVIDER, format!("logout_token={}", token(&app, |_| {})));
    request
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn made_up_tokens_fill_the_audit_log_only_so_fast() {
    let app = with_sessions_of_the_provider().await;
    for _ in 0..60 {
        assert_eq!(send(&app, "a.b.c").await.status, StatusCode::BAD_REQUEST);
    }
    let refused = send(&app, "a.b.c").await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "1")
    );
    assert_eq!(
        app.audited().await.get("provider.logout-refused/invalid-token"),
        Some(&60)
    );
    // A good one from there still works.
    let mut browser = app.signed_in(ANNA).await;
    assert_eq!(notify(&app).await.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await);
}

fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "no-store")
    );
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["error"], error);
    for secret in ["session of the provider", "subject of the provider", ANNA] {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
}

/// Nobody is signed out, the audit log tells, and an honest provider is heard as before.
async fn assert_ignored(app: &App, body: String) {
    let mut browser = app.signed_in(ANNA).await;
    assert_refused(&app.send(post(PROVIDER, body)).await, "invalid_request");
    assert!(browser.is_signed_in().await);
    let audited = app.audited().await;
    assert_eq!(
        audited.get("provider.logout-refused/invalid-token"),
        Some(&1),
        "{audited:?}"
    );
    app.provider.behave(|behaviour| *behaviour = Behaviour::default());
    app.clock.advance_millis(61_000);
    let mut next = signed_in(app, BENGT, "session of the provider").await;
    assert_eq!(notify(app).await.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await && !next.is_signed_in().await);
}

/// A token that is made so is refused.
macro_rules! a_logout_token_is_refused {
    ($($(#[doc = $why:literal])* $name:ident => $signing:ident, $kind:expr, $change:expr;)+) => {$(
        $(#[doc = $why])*
        #[tokio::test]
        async fn $name() {
            let app = with_sessions_of_the_provider().await;
            let token = app.provider.logout_token(Signing::$signing, $kind, $change);
            assert_ignored(&app, format!("logout_token={token}")).await;
        }
    )+};
}

const KIND: &str = "logout+jwt";

fn with(name: &'static str, value: Value) -> impl FnOnce(&mut Map<String, Value>) {
    move |claims| {
        claims.insert(name.to_owned(), value);
    }
}

fn without(name: &'static str) -> impl FnOnce(&mut Map<String, Value>) {
    move |claims| {
        claims.remove(name);
    }
}

/// Moves an instant of the token by that many seconds.
fn moved(name: &'static str, seconds: i64) -> impl FnOnce(&mut Map<String, Value>) {
    move |claims| {
        let instant = claims[name].as_i64().unwrap() + seconds;
        claims.insert(name.to_owned(), instant.into());
    }
}

a_logout_token_is_refused! {
    an_unsigned_token => None, KIND, |_| {};
    an_unsigned_token_in_capitals => NoneInCapitals, KIND, |_| {};
    a_token_signed_with_the_clients_secret => Hs256WithClientSecret, KIND, |_| {};
    a_token_signed_with_the_public_key_as_a_secret => Hs256WithPublicKey, KIND, |_| {};
    a_good_signature_with_an_algorithm_that_is_not_configured => Rs256, KIND, |_| {};
    a_signature_by_a_key_that_was_never_published => Es256WithStrangeKey, KIND, |_| {};
    a_signature_with_one_bit_changed => Es256Broken, KIND, |_| {};

    a_token_of_another_kind => Es256, "at+jwt", |_| {};
    a_token_of_another_issuer => Es256, KIND, with("iss", json!("https://evil.example"));
    a_token_without_issuer => Es256, KIND, without("iss");
    a_token_for_another_audience => Es256, KIND, with("aud", json!("another client"));
    a_token_without_audience => Es256, KIND, without("aud");
    a_token_of_no_event => Es256, KIND, without("events");
    a_token_of_another_event => Es256, KIND, with("events", json!({ "urn:another": {} }));
    a_token_whose_event_is_no_object =>
        Es256, KIND, with("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }));
    a_token_whose_events_are_a_list =>
        Es256, KIND, with("events", json!(["http://schemas.openid.net/event/backchannel-logout"]));
    /// So that no ID token can stand in for one.
    a_token_with_a_nonce => Es256, KIND, with("nonce", json!("x"));
    a_token_with_an_empty_nonce => Es256, KIND, with("nonce", json!(null));
    a_token_that_names_nobody => Es256, KIND, without("sid");
    a_token_whose_session_is_empty => Es256, KIND, with("sid", json!(""));
    a_token_whose_session_is_no_text => Es256, KIND, with("sid", json!(["session of the provider"]));
    a_token_whose_subject_is_no_text => Es256, KIND, with("sub", json!(17));
    a_token_whose_subject_is_endless => Es256, KIND, with("sub", json!("x".repeat(2000)));
    a_token_without_a_name => Es256, KIND, without("jti");
    a_token_with_an_empty_name => Es256, KIND, with("jti", json!(""));
    a_token_from_the_future => Es256, KIND, moved("iat", 31);
    a_token_of_which_it_is_not_said_when_it_was_issued => Es256, KIND, without("iat");
    a_token_that_has_expired => Es256, KIND, moved("exp", -150);
    a_token_without_expiry => Es256, KIND, without("exp");
    /// Its name would have to be remembered for as long.
    a_token_that_is_good_for_more_than_a_day => Es256, KIND, moved("exp", 86_400);
    a_token_that_is_good_for_ever => Es256, KIND, with("exp", json!(i64::MAX));
    a_token_whose_expiry_is_a_text => Es256, KIND, with("exp", json!("2099-01-01"));
}

/// What is no token at all is refused.
macro_rules! a_request_is_refused {
    ($($name:ident => $body:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let app = with_sessions_of_the_provider().await;
            assert_ignored(&app, $body.to_owned()).await;
        }
    )+};
}

a_request_is_refused! {
    a_request_without_token => "";
    a_request_with_an_empty_token => "logout_token=";
    a_request_with_two_tokens => "logout_token=a.b.c&logout_token=a.b.c";
    a_request_that_is_no_form => "{\"logout_token\": \"a.b.c\"}";
    a_request_with_an_endless_token => format!("logout_token={}", "a".repeat(70_000));
}

/// A good ID token says who signed in, not that anybody signed out.
#[tokio::test]
async fn an_id_token_is_no_logout_token() {
    let app = with_sessions_of_the_provider().await;
    let token = app.provider.logout_token(Signing::Es256, "JWT", |claims| {
        claims.remove("events");
        claims.insert("sub".to_owned(), "subject of the provider".into());
        claims.insert("nonce".to_owned(), "a nonce".into());
    });
    assert_ignored(&app, format!("logout_token={token}")).await;
}

/// Mix-up: a token that one provider signed, brought to the address of another.
#[tokio::test]
async fn a_token_ends_nothing_of_another_providers() {
    let app = App::with(|text| {
        let text = text.replace(
            "logout = \"end_session\"",
            "logout = \"end_session\"\nback_channel_logout = true",
        );
        let provider = text.split_once("[providers.bankid]").unwrap().1.to_owned();
        format!("{text}\n[providers.other]{provider}")
    })
    .await;
    name_session(&app, "session of the provider");
    let mut browser = app.signed_in(ANNA).await;
    let answer = app
        .send(post("other", format!("logout_token={}", token(&app, |_| {}))))
        .await;
    // The same issuer, which had us under two names: what was signed in under the one stays.
    assert_eq!(answer.status, StatusCode::OK);
    assert!(browser.is_signed_in().await);
}
