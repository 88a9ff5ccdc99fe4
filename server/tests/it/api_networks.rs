//! From where a system may come, asked over HTTP: of the token and of every request, by the address that a trusted proxy
//! gives.

use base::AllowedNetworks;
use reqwest::{Method, Response};

use crate::api_support::{PDF, Served, System, json, metadata, refused};
use crate::harness::App;

/// The program behind a proxy on this host, which is trusted.
async fn behind_a_proxy(more: &str) -> Served {
    let section = format!("[listen]\ntrusted_proxies = [\"127.0.0.1\"]\n{more}");
    Served::over(App::with(|text| format!("{text}\n{section}\n")).await).await
}

async fn restrict(served: &Served, system: &System, networks: &str) {
    let networks: AllowedNetworks = networks.parse().unwrap();
    let operator = served.operator();
    served
        .app
        .portal
        .set_networks(&operator, system.id, networks)
        .await
        .unwrap();
}

async fn token_from(served: &Served, system: &System, secret: &str, address: &str) -> Response {
    served
        .bare(Method::POST, "/token")
        .header("x-forwarded-for", address)
        .basic_auth(system.id, Some(secret))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap()
}

async fn events_from(served: &Served, system: &System, address: &str) -> Response {
    let request = served.request(system, Method::GET, "/events");
    request.header("x-forwarded-for", address).send().await.unwrap()
}

#[tokio::test]
async fn a_token_and_every_request_need_an_address_that_the_system_may_come_from() {
    let served = behind_a_proxy("").await;
    let system = served.system().await;
    restrict(&served, &system, "192.0.2.0/24").await;
    let secret = system.secret.expose().as_str();

    assert_eq!(token_from(&served, &system, secret, "192.0.2.9").await.status(), 200);
    assert_eq!(events_from(&served, &system, "192.0.2.9").await.status(), 200);

    let outside = token_from(&served, &system, secret, "198.51.100.9").await;
    assert_eq!(
        (outside.status().as_u16(), outside.headers()["cache-control"].as_bytes()),
        (400, &b"no-store"[..])
    );
    assert_eq!(json(outside).await["error"], "unauthorized_client");
    let wrong = token_from(&served, &system, "wrong", "198.51.100.9").await;
    assert_eq!(json(wrong).await["error"], "invalid_client");
    refused(
        events_from(&served, &system, "198.51.100.9").await,
        "network-not-allowed",
    )
    .await;
    // What a stranger writes to the left of the proxy's own word is not believed.
    refused(
        events_from(&served, &system, "192.0.2.9, 198.51.100.9").await,
        "network-not-allowed",
    )
    .await;
    let upload = served.send(&system, "k", &metadata(), &[PDF]).await;
    refused(upload, "network-not-allowed").await;
    let audited = served.app.audited().await;
    assert_eq!(audited["system.outside-networks/"], 4);

    restrict(&served, &system, "").await;
    assert_eq!(events_from(&served, &system, "198.51.100.9").await.status(), 200);
}

#[tokio::test]
async fn without_a_trusted_proxy_its_header_says_nothing() {
    let served = Served::start().await;
    let system = served.system().await;
    restrict(&served, &system, "192.0.2.0/24").await;
    refused(events_from(&served, &system, "192.0.2.9").await, "network-not-allowed").await;
    restrict(&served, &system, "127.0.0.1").await;
    assert_eq!(events_from(&served, &system, "192.0.2.9").await.status(), 200);
}

#[tokio::test]
async fn an_address_fills_the_audit_log_with_so_many_refusals_a_minute_and_no_more() {
    let served = behind_a_proxy("[rates]\nrefused_tokens_per_minute = 2").await;
    let system = served.system().await;
    restrict(&served, &system, "192.0.2.0/24").await;
    for code in ["network-not-allowed", "network-not-allowed", "too-many-requests"] {
        refused(events_from(&served, &system, "198.51.100.9").await, code).await;
    }
    let token = token_from(&served, &system, system.secret.expose(), "198.51.100.9").await;
    refused(token, "too-many-requests").await;
    assert_eq!(served.app.audited().await["system.outside-networks/"], 2);
    assert_eq!(events_from(&served, &system, "192.0.2.9").await.status(), 200);
}

#[tokio::test]
async fn the_end_of_a_credential_is_an_event_without_a_message() {
    let served = Served::start().await;
    let system = served.system().await;
    let made = served
        .app
        .portal
        .add_secret(&served.operator(), system.id, Some(3))
        .await
        .unwrap();
    served.app.portal.run_jobs().await.unwrap();
    let page = json(served.get(&system, "/events").await).await;
    let event = &page["events"][0];
    assert_eq!(
        (&event["kind"], &event["message_id"]),
        (&"credential_ending".into(), &serde_json::Value::Null)
    );
    assert_eq!(event["credential"]["system_id"], system.id.to_string());
    assert_eq!(event["credential"]["credential_id"], made.id.to_string());
    assert_eq!(event["credential"]["expires_at"], "2026-11-25T09:00:00Z");
}
