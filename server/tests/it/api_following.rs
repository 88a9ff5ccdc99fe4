//! What becomes of a message, as its sender sees it over API v1: status, revocation, events.

use std::time::Duration;

use portal::PurgeMode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::api_support::{FIRST, PDF, SECOND, Served, System, json, metadata, refused};
use crate::harness::on_both_databases;

async fn send(served: &Served, system: &System, key: &str, recipients: &[&str]) -> Value {
    let mut metadata = metadata();
    metadata["recipients"] = recipients
        .iter()
        .map(|number| json!({ "personnummer": number }))
        .collect();
    let response = served.send(system, key, &metadata, &[PDF]).await;
    assert_eq!(response.status(), 201);
    json(response).await
}

fn path(receipt: &Value) -> String {
    format!("/messages/{}", receipt["id"].as_str().unwrap())
}

async fn fresh_token(served: &Served, system: &System) -> String {
    let response = served
        .bare(Method::POST, "/token")
        .basic_auth(system.id, Some(system.secret.expose()))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    json(response).await["access_token"].as_str().unwrap().to_owned()
}

on_both_databases! {
    async fn a_revoked_message_is_revoked_and_then_purged(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let receipt = send(&served, &system, "k", &[FIRST]).await;
        for _ in 0..2 {
            let response = served
                .request(&system, Method::DELETE, &path(&receipt))
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 204);
        }
        let status = json(served.get(&system, &path(&receipt)).await).await;
        assert_eq!(status["deliveries"][0]["state"], "revoked");
        assert!(status["deliveries"][0]["revoked_at"].is_string());

        served.app.portal.purge(PurgeMode::Run).await.unwrap();
        let status = json(served.get(&system, &path(&receipt)).await).await;
        assert_eq!(status["deliveries"][0]["state"], "purged");
    }

    async fn a_message_whose_time_is_over_is_expired_whether_or_not_it_is_purged(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let receipt = send(&served, &system, "k", &[FIRST]).await;
        served.app.clock.advance(Duration::from_secs(32 * 24 * 60 * 60));
        let system = System {
            token: fresh_token(&served, &system).await,
            ..system
        };
        let status = json(served.get(&system, &path(&receipt)).await).await;
        assert_eq!(status["deliveries"][0]["state"], "expired");
        assert_eq!(status["deliveries"][0]["opened_at"], Value::Null);
    }

    async fn events_page_by_a_cursor_that_skips_and_repeats_nothing(app: App) {
        let served = Served::over(app).await;
        let (system, another) = (served.system().await, served.system().await);
        let first = send(&served, &system, "1", &[FIRST, SECOND]).await;
        send(&served, &another, "1", &[FIRST]).await;
        let second = send(&served, &system, "2", &[FIRST]).await;
        let revoked = served
            .request(&system, Method::DELETE, &path(&first))
            .send()
            .await
            .unwrap();
        assert_eq!(revoked.status(), 204);

        let mut after = 0;
        let mut seen = Vec::new();
        loop {
            let page = json(served.get(&system, &format!("/events?after={after}&limit=2")).await).await;
            for event in page["events"].as_array().unwrap() {
                assert!(event["sequence"].as_u64().unwrap() > after);
                let message = if event["message_id"] == first["id"] {
                    "first"
                } else {
                    "second"
                };
                assert!(message == "first" || event["message_id"] == second["id"]);
                seen.push(format!("{message} {}", event["kind"].as_str().unwrap()));
            }
            after = page["next_after"].as_u64().unwrap();
            if page["more"] == false {
                break;
            }
        }
        assert_eq!(
            seen,
            [
                "first delivered",
                "first delivered",
                "second delivered",
                "first revoked",
                "first revoked"
            ]
        );

        let end = json(served.get(&system, &format!("/events?after={after}")).await).await;
        assert_eq!(end, json!({ "events": [], "next_after": after, "more": false }));
        served.app.portal.purge(PurgeMode::Run).await.unwrap();
        let later = json(served.get(&system, &format!("/events?after={after}")).await).await;
        assert_eq!(later["events"][0]["kind"], "purged");
    }

    async fn a_query_that_is_none_is_refused(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        for query in ["after=-1", "after=x", "limit=0", "limit=501", "since=1", "after=1&after=2"] {
            refused(
                served.get(&system, &format!("/events?{query}")).await,
                "malformed-request",
            )
            .await;
        }
    }
}
