//! What goes wrong at BankID or on the phone.

use bankid::{FailedHint, PendingHint};
use serde_json::json;

use crate::harness::{ALMA, DESKTOP, World};

#[tokio::test]
async fn each_pending_hint_says_what_to_do() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let order = sign_in.scan().await;
    let mut said = Vec::new();
    for hint in PendingHint::ALL.iter().map(|hint| hint.code()).chain(["fromTheFuture"]) {
        world
            .phone("POST", &format!("{order}/hint"), json!({ "hintCode": hint }))
            .await;
        world.beat().await;
        let status = sign_in.status().await;
        assert_eq!(status["state"], "order", "{hint}");
        said.push(status["message"].as_str().unwrap().to_owned());
    }
    let generic = "Skanna QR-koden med BankID-appen.";
    assert_eq!(said[0], generic);
    assert_eq!(said.last().unwrap(), generic, "an unknown hint is the general case");
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 8, "{said:#?}");
}

#[tokio::test]
async fn each_failure_says_why_and_lets_the_person_try_again() {
    let world = World::with("[limits]\norders_per_minute = 1000").await;
    let hints = FailedHint::ALL.iter().map(|hint| hint.code()).chain(["fromTheFuture"]);
    for hint in hints.filter(|hint| *hint != "startFailed") {
        let mut sign_in = world.browser(DESKTOP).begin().await;
        let order = sign_in.scan().await;
        world
            .phone("POST", &format!("{order}/fail"), json!({ "hintCode": hint }))
            .await;
        world.beat().await;
        assert_eq!(sign_in.status().await["state"], "failed", "{hint}");
        let page = sign_in.page().await.body;
        assert!(
            page.contains("role=\"alert\"") && page.contains("Försök igen"),
            "{page}"
        );
        sign_in.post("start", &[("method", "qr")]).await;
        sign_in.approve_by_qr(ALMA).await;
        sign_in.code().await;
    }
}

#[tokio::test]
async fn a_high_risk_is_refused_and_a_moderate_one_is_a_matter_of_configuration() {
    async fn state(highest: &str, risk: &str) -> String {
        let world = World::with_bankid(&format!("highest_risk = \"{highest}\"")).await;
        world.misbehave(json!({ "risk": risk })).await;
        let mut sign_in = world.browser(DESKTOP).begin().await;
        sign_in.approve_by_qr(ALMA).await;
        sign_in.status().await["state"].as_str().unwrap().to_owned()
    }
    assert_eq!(state("moderate", "low").await, "complete");
    assert_eq!(state("moderate", "moderate").await, "complete");
    assert_eq!(state("moderate", "high").await, "failed");
    assert_eq!(state("moderate", "unheard-of").await, "failed");
    assert_eq!(state("low", "moderate").await, "failed");
}

#[tokio::test]
async fn when_bankid_is_closed_nothing_starts_and_trying_again_helps() {
    let world = World::new().await;
    for refuse in [
        json!({ "status": 503, "error_code": "Maintenance" }),
        json!({ "status": 503 }),
        json!({ "status": 400, "error_code": "alreadyInProgress" }),
        json!({ "status": 401, "error_code": "Unauthorized" }),
    ] {
        world.misbehave(json!({ "refuse": refuse })).await;
        let mut sign_in = world.browser(DESKTOP).begin().await;
        let page = sign_in.page().await.body;
        assert!(page.contains("BankID går inte att nå just nu."), "{page}");
        world.phone("DELETE", "behaviour", json!(null)).await;
        sign_in.post("start", &[("method", "qr")]).await;
        sign_in.approve_by_qr(ALMA).await;
        sign_in.code().await;
    }
}

#[tokio::test]
async fn an_overload_in_the_middle_is_waited_out() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    world
        .misbehave(json!({ "refuse": { "status": 503, "methods": ["collect"], "times": 2 } }))
        .await;
    world.beat().await;
    assert_eq!(
        sign_in.message().await,
        "BankID svarar inte just nu. Vi fortsätter att försöka."
    );
    world.beat().await;
    world.beat().await;
    assert_eq!(sign_in.message().await, "Skanna QR-koden med BankID-appen.");
    sign_in.approve_by_qr(ALMA).await;
    sign_in.code().await;
}

#[tokio::test]
async fn an_order_that_bankid_has_lost_is_begun_again() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    world
        .misbehave(json!({ "refuse": { "status": 400, "error_code": "invalidParameters", "methods": ["collect"] } }))
        .await;
    world.beat().await;
    let page = sign_in.page().await.body;
    assert!(page.contains("Något gick fel mellan oss och BankID."), "{page}");
}
