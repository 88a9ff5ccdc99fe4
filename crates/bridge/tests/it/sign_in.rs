//! Signing in by QR code.

use std::time::Duration;

use serde_json::json;

use crate::harness::{ALMA, DESKTOP, ORIGIN, World, authorization, query};

#[tokio::test]
async fn a_person_signs_in_by_qr_code() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    assert_eq!(sign_in.message().await, "Skanna QR-koden med BankID-appen.");
    let order = sign_in.scan().await;
    world.beat().await;
    let status = sign_in.status().await;
    assert_eq!(
        status["message"],
        "Läs texten i BankID-appen och skriv din säkerhetskod."
    );
    assert!(status["qr"].is_null(), "nothing is left to scan");
    world
        .phone("POST", &format!("{order}/approve"), json!({ "personnummer": ALMA }))
        .await;
    world.beat().await;
    assert_eq!(sign_in.status().await["state"], "complete");
    let answer = sign_in.page().await;
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    let told = answer.told();
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(told[1].1, "the-state");
    assert_eq!(told[2].1, ORIGIN);
}

#[tokio::test]
async fn the_app_shows_who_asks_and_why_in_the_pages_language() {
    let world = World::new().await;
    world.browser(DESKTOP).begin().await;
    let mut english = world.browser(DESKTOP);
    english.language = "en";
    english.begin().await;
    let texts: Vec<String> = world
        .waiting()
        .await
        .iter()
        .map(|order| order["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.contains("Legitimera dig hos Portalen") && text.contains("läsa dina brev"))
    );
    assert!(
        texts
            .iter()
            .any(|text| text.contains("Identify yourself to Portalen") && text.contains("read your letters"))
    );
}

#[tokio::test]
async fn the_qr_code_is_new_each_second_and_an_old_one_does_not_scan() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let first = sign_in.qr().await;
    world.clock.advance(Duration::from_secs(1));
    let second = sign_in.qr().await;
    assert!(first.contains(".0.") && second.contains(".1."), "{first} {second}");
    world.clock.advance(Duration::from_secs(5));
    let (status, problem) = world.control("POST", "scan", json!({ "qr": first })).await;
    assert_eq!(
        (status.as_u16(), &problem["detail"]),
        (400, &json!("the QR code is too old"))
    );
    sign_in.scan().await;
}

#[tokio::test]
async fn bankid_is_asked_every_two_seconds_no_matter_how_often_the_page_asks() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    for _ in 0..40 {
        world.clock.advance(Duration::from_millis(250));
        world.bridge.collect_due().await;
        sign_in.status().await;
    }
    let order = &world.waiting().await[0];
    assert_eq!(order["collects"], 5);
    assert_eq!(order["fastestCollectMs"], 2000);
}

#[tokio::test]
async fn an_order_that_nobody_opens_is_renewed_quietly_for_three_minutes() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let first = world.waiting().await[0]["orderRef"].clone();
    for _ in 0..16 {
        world.beat().await;
    }
    let renewed = world.waiting().await;
    assert_eq!(renewed.len(), 1);
    assert_ne!(renewed[0]["orderRef"], first);
    assert_eq!(sign_in.message().await, "Skanna QR-koden med BankID-appen.");
    // The new order can be scanned and completed as the first could.
    sign_in.scan().await;
    for _ in 0..120 {
        world.beat().await;
    }
    let page = sign_in.page().await.body;
    assert!(page.contains("Tiden gick ut innan du var klar"), "{page}");
    assert!(world.waiting().await.is_empty());
}

#[tokio::test]
async fn after_three_minutes_without_anybody_it_stops_and_one_tap_begins_again() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    for _ in 0..95 {
        world.beat().await;
    }
    let page = sign_in.page().await.body;
    assert!(page.contains("Ingen öppnade BankID i tid."), "{page}");
    assert!(world.waiting().await.is_empty(), "nothing is left at BankID");
    let answer = sign_in.post("start", &[("method", "qr")]).await;
    assert_eq!(answer.location(), sign_in.path);
    sign_in.approve_by_qr(ALMA).await;
    sign_in.code().await;
}

#[tokio::test]
async fn the_time_that_is_left_is_told_and_one_tap_gives_more() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let status = sign_in.status().await;
    assert_eq!(status["time"], "Du har 3 minuter på dig.");
    assert_eq!(status["moreTime"], false);
    for _ in 0..65 {
        world.beat().await;
    }
    let status = sign_in.status().await;
    assert_eq!(status["time"], "Du har 60 sekunder kvar.");
    assert_eq!(status["moreTime"], true);
    sign_in.post("extend", &[]).await;
    assert_eq!(sign_in.status().await["time"], "Du har 3 minuter på dig.");
    for _ in 0..40 {
        world.beat().await;
    }
    assert_eq!(sign_in.status().await["state"], "order");
}

#[tokio::test]
async fn who_cancels_is_sent_back_and_the_order_is_cancelled_at_bankid() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let answer = sign_in.post("cancel", &[]).await;
    assert_eq!(answer.told_one("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.told_one("state").as_deref(), Some("the-state"));
    assert_eq!(answer.told_one("iss").as_deref(), Some(ORIGIN));
    assert!(world.waiting().await.is_empty());
    assert_eq!(sign_in.status().await["state"], "finished");
}

#[tokio::test]
async fn a_complete_sign_in_gives_one_code() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    sign_in.approve_by_qr(ALMA).await;
    sign_in.code().await;
    let page = sign_in.page().await.body;
    assert!(page.contains("Du har fortsatt i en annan flik."), "{page}");
    let again = sign_in.post("start", &[("method", "qr")]).await;
    assert_eq!(again.location(), sign_in.path);
    assert!(
        world.waiting().await.is_empty(),
        "what is finished does not start again"
    );
}

#[tokio::test]
async fn another_browser_has_no_part_in_it() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    sign_in.approve_by_qr(ALMA).await;
    let own = sign_in.browser.cookie.take();
    for cookie in [None, Some("somebody-elses"), Some("")] {
        sign_in.browser.cookie = cookie.map(str::to_owned);
        assert_eq!(sign_in.page().await.status, 404);
        assert_eq!(sign_in.status().await["state"], "gone");
        for action in ["start", "extend", "cancel", "language"] {
            let form = [("method", "qr"), ("language", "en")];
            assert_eq!(sign_in.post(action, &form).await.status, 404, "{action}");
        }
    }
    sign_in.browser.cookie = own;
    sign_in.code().await;
}

#[tokio::test]
async fn two_tabs_of_one_browser_sign_in_beside_each_other() {
    let world = World::new().await;
    let mut first = world.browser(DESKTOP).begin().await;
    let cookie = first.browser.cookie.clone();
    let answer = first
        .browser
        .get(&format!("/authorize?{}", query(&authorization())))
        .await;
    assert_eq!(first.browser.cookie, cookie);
    let second = answer.location().to_owned();
    assert_ne!(first.path, second);
    assert_eq!(first.status().await["state"], "order");
    first.path = second;
    assert_eq!(first.status().await["state"], "order");
}

#[tokio::test]
async fn after_ten_minutes_it_is_gone_and_so_is_its_order() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    sign_in.scan().await;
    world.clock.advance(Duration::from_secs(170));
    world.clock.advance(Duration::from_secs(430));
    world.bridge.tidy().await;
    assert_eq!(sign_in.page().await.status, 404);
    assert!(world.waiting().await.is_empty());
}
