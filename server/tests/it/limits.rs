//! How much one network address can make the portal write, and that others are not the worse for it.

use app::Language;
use app::texts::Texts;
use axum::body::Body;
use axum::extract::ConnectInfo;
use base::SystemId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Request, StatusCode, header};
use serde_json::Value;

use crate::browser::Answer;
use crate::harness::{ANNA, App, PROVIDER, on_both_databases};

const HERE: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";
const REFUSED: &str = "token.refused/";
const STRAY: &str = "recipient.sign-in-refused/mismatch";

/// A request for a token, from an address.
async fn token(app: &App, address: &str, id: SystemId, secret: &str) -> Answer {
    let mut request = Request::post("/api/v1/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(
            header::AUTHORIZATION,
            format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
        )
        .body(Body::from("grant_type=client_credentials"))
        .unwrap();
    let peer: std::net::SocketAddr = format!("{address}:40000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await
}

async fn audited(app: &App, event: &str) -> usize {
    app.audited().await.get(event).copied().unwrap_or_default()
}

on_both_databases! {
    async fn wrong_credentials_fill_the_audit_log_only_so_fast(app: App) {
        let (system, secret) = app.system("Norrby kommun").await;
        for _ in 0..30 {
            assert_eq!(token(&app, HERE, system, "wrong").await.status, StatusCode::UNAUTHORIZED);
        }
        let refused = token(&app, HERE, system, "wrong").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.header("retry-after"), "2");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        let problem: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!((&problem["code"], &problem["retry_after"]), (&"too-many-requests".into(), &2.into()));
        assert_eq!(audited(&app, REFUSED).await, 30);

        // Good credentials count for nothing, and neither does anybody elsewhere.
        assert_eq!(token(&app, HERE, system, secret.expose()).await.status, StatusCode::OK);
        assert_eq!(token(&app, ELSEWHERE, system, "wrong").await.status, StatusCode::UNAUTHORIZED);
        app.clock.advance_millis(2_000);
        assert_eq!(token(&app, HERE, system, "wrong").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(token(&app, HERE, system, "wrong").await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(audited(&app, REFUSED).await, 32);
    }

    async fn answers_of_no_sign_in_fill_the_audit_log_only_so_fast(app: App) {
        let stray = format!("/sign-in/{PROVIDER}/callback?code=a&state=b");
        for _ in 0..60 {
            assert_eq!(app.browser().at(HERE).get(&stray).await.status, StatusCode::BAD_REQUEST);
        }
        for path in [stray.clone(), format!("{stray}&state=twice"), format!("{stray}{}", "x".repeat(5000))] {
            let refused = app.browser().at(HERE).get(&path).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(refused.header("retry-after"), "1");
            assert!(refused.text().contains(&Texts::of(Language::Swedish).get("error-too-many-requests-body")));
        }
        assert_eq!(audited(&app, STRAY).await, 60);
        assert_eq!(app.browser().at(ELSEWHERE).get(&stray).await.status, StatusCode::BAD_REQUEST);
        app.clock.advance_millis(1_000);
        assert_eq!(app.browser().at(HERE).get(&stray).await.status, StatusCode::BAD_REQUEST);
    }

    async fn sign_ins_that_are_begun_and_left_are_bounded(app: App) {
        let start = format!("/sign-in/{PROVIDER}");
        let mut waiting = app.browser().at(HERE);
        let address = waiting.begin().await;
        for _ in 1..60 {
            app.browser().at(HERE).begin().await;
        }
        let refused = app.browser().at(HERE).post(&start, "").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(app.rows("session").await, 60);

        // Who began goes on, and by ending it makes room for the next.
        app.provider.person(ANNA);
        assert_eq!(waiting.get(&app.provider.identify(&address)).await.location(), "/inbox");
        app.browser().at(HERE).begin().await;
        assert_eq!(app.browser().at(HERE).post(&start, "").await.status, StatusCode::TOO_MANY_REQUESTS);
        app.browser().at(ELSEWHERE).begin().await;
    }

    async fn looking_around_without_signing_in_writes_nothing(app: App) {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let mut returning = app.browser();
        for path in ["/", "/inbox", &format!("/cases/{id}"), &format!("/documents/{id}/content"), "/"] {
            app.browser().get(path).await;
            returning.get(path).await;
        }
        let mut forged = app.browser();
        forged.cookies.insert(server::COOKIE.to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned());
        forged.get("/inbox").await;
        forged.post("/sign-out", "").await;
        assert_eq!((app.rows("session").await, app.rows("audit_event").await), (0, 0));
    }
}

#[tokio::test]
async fn many_who_share_an_address_sign_in_as_long_as_they_end_it() {
    let app = App::on_sqlite().await;
    app.provider.person(ANNA);
    for _ in 0..70 {
        assert_eq!(app.browser().at(HERE).sign_in().await.location(), "/inbox");
    }
}

#[tokio::test]
async fn people_behind_a_trusted_proxy_are_told_apart_and_others_can_not_pretend() {
    let app = App::with(|text| {
        format!("{text}\n[listen]\ntrusted_proxies = [\"10.0.0.0/8\"]\n[rates]\nsign_ins_per_minute = 1\n")
    })
    .await;
    let start = async |peer: &str, forwarded: &str| {
        let request = Request::post(format!("/sign-in/{PROVIDER}"))
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", forwarded)
            .body(Body::empty());
        app.browser().at(peer).send(request.unwrap()).await.status
    };
    assert_eq!(start("10.1.2.3", "192.0.2.1").await, StatusCode::SEE_OTHER);
    assert_eq!(start("10.1.2.3", "192.0.2.2").await, StatusCode::SEE_OTHER);
    assert_eq!(
        start("10.1.2.4", "192.0.2.9, 192.0.2.1").await,
        StatusCode::TOO_MANY_REQUESTS
    );
    // Not a proxy of ours: it is counted as itself, whatever it says.
    assert_eq!(start("203.0.113.1", "192.0.2.3").await, StatusCode::SEE_OTHER);
    assert_eq!(start("203.0.113.1", "192.0.2.4").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_ipv6_network_counts_as_one_address() {
    let app = App::with(|text| format!("{text}\n[rates]\nsign_ins_per_minute = 1\n")).await;
    let start = async |address: &str| {
        let mut browser = app.browser().at(address);
        browser.post(&format!("/sign-in/{PROVIDER}"), "").await.status
    };
    assert_eq!(start("2001:db8::1").await, StatusCode::SEE_OTHER);
    assert_eq!(start("2001:db8::ffff").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(start("2001:db8:0:1::1").await, StatusCode::SEE_OTHER);
}
