//! Sending over API v1: what arrives, and what a repeat gets.

use serde_json::json;

use crate::api_support::{FIRST, PDF, SECOND, Served, json, metadata, metadata_with, refused};
use crate::harness::on_both_databases;

on_both_databases! {
    async fn a_message_to_two_people_makes_a_delivery_and_a_letter_each(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let two = json!([{ "personnummer": FIRST }, { "personnummer": SECOND, "email": "anna@example.se" }]);
        let response = served
            .send(&system, "k", &metadata_with("/recipients", two), &[PDF])
            .await;
        assert_eq!(response.status(), 201);
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        let receipt = json(response).await;
        assert_eq!(
            location,
            format!("/api/v1/messages/{}", receipt["id"].as_str().unwrap())
        );
        assert_eq!(receipt["repeated"], false);
        let deliveries = receipt["deliveries"].as_array().unwrap();
        assert_eq!(deliveries.len(), 2);
        assert_ne!(deliveries[0]["case_id"], deliveries[1]["case_id"]);
        let letter = deliveries[0]["letter"].as_str().unwrap();
        assert!(
            letter.contains("Norrby kommun") && letter.contains("localhost:3000"),
            "{letter}"
        );
        for told in ["Beslut", "beslut", "/cases", "http", receipt["id"].as_str().unwrap()] {
            assert!(!letter.contains(told), "the letter tells {told}");
        }

        let status = json(served.get(&system, location.trim_start_matches("/api/v1")).await).await;
        assert_eq!(status["document_type"], "decision");
        assert_eq!(status["deliveries"][1]["id"], deliveries[1]["id"]);
        assert_eq!(status["deliveries"][0]["state"], "delivered");
        assert_eq!(status["deliveries"][0]["expires_at"], deliveries[0]["expires_at"]);
    }

    async fn the_retention_of_a_message_ends_at_midnight_after_its_last_day(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let response = served
            .send(&system, "k", &metadata_with("/retention_days", json!(1)), &[PDF])
            .await;
        let receipt = json(response).await;
        // Readable through the 23rd in Stockholm, which is at UTC+1.
        assert_eq!(receipt["sent_at"], "2026-11-22T09:00:00Z");
        assert_eq!(receipt["deliveries"][0]["expires_at"], "2026-11-23T23:00:00Z");
    }

    async fn a_repeat_gets_the_first_receipt_and_stores_nothing_new(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let first = served.send(&system, "k", &metadata(), &[PDF]).await;
        assert_eq!(first.status(), 201);
        let first = json(first).await;
        let second = served.send(&system, "k", &metadata(), &[PDF]).await;
        assert_eq!(second.status(), 200);
        let second = json(second).await;
        assert_eq!(second["repeated"], true);
        assert_eq!(second["id"], first["id"]);
        assert_eq!(second["deliveries"], first["deliveries"]);
        assert_eq!(served.events(&system).await, 1);
    }

    async fn a_key_used_for_another_message_is_a_conflict(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        served.send(&system, "k", &metadata(), &[PDF]).await;
        let other_title = metadata_with("/title", json!("Ett annat beslut"));
        refused(served.send(&system, "k", &other_title, &[PDF]).await, "key-reused").await;
        let mut other_bytes = PDF.to_vec();
        *other_bytes.last_mut().unwrap() = b' ';
        refused(
            served.send(&system, "k", &metadata(), &[&other_bytes]).await,
            "key-reused",
        )
        .await;
        assert_eq!(served.events(&system).await, 1);
    }

    async fn a_key_is_the_systems_own(app: App) {
        let served = Served::over(app).await;
        let (one, another) = (served.system().await, served.system().await);
        assert_eq!(served.send(&one, "k", &metadata(), &[PDF]).await.status(), 201);
        assert_eq!(served.send(&another, "k", &metadata(), &[PDF]).await.status(), 201);
    }

    async fn a_second_request_while_the_first_is_received_is_told_to_wait(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let first = served.begin(&system, "k").await;
        let second = served.send(&system, "k", &metadata(), &[PDF]).await;
        let wait: u64 = second.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        let problem = refused(second, "still-receiving").await;
        assert_eq!(problem["retry_after"], wait);
        assert!(wait > 0);
        drop(first);
    }

    async fn a_message_may_be_text_alone_or_documents_alone(app: App) {
        let served = Served::over(app).await;
        let system = served.system().await;
        let text = metadata_with("/documents", json!([]));
        assert_eq!(served.send(&system, "1", &text, &[]).await.status(), 201);
        let documents = metadata_with("/body", json!(""));
        assert_eq!(served.send(&system, "2", &documents, &[PDF]).await.status(), 201);
        let mut neither = text;
        neither["body"] = json!("");
        refused(served.send(&system, "3", &neither, &[]).await, "empty-message").await;
    }
}
