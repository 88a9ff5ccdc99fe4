//! Signing in with the app on the device that has the browser.

use serde_json::{Value, json};

use crate::harness::{ALMA, CALLBACK, PHONE, SignIn, World};

/// Taps the link and approves; gives the address that the app opens.
async fn approve(world: &World, sign_in: &mut SignIn<'_>) -> String {
    let link = sign_in.status().await["open"].as_str().unwrap().to_owned();
    let token = link
        .strip_prefix("https://app.bankid.com/?autostarttoken=")
        .unwrap_or_else(|| panic!("{link}"));
    let order = world.phone("POST", "open", json!({ "autoStartToken": token })).await;
    let path = format!("orders/{}/approve", order["orderRef"].as_str().unwrap());
    let approved = world.phone("POST", &path, json!({ "personnummer": ALMA })).await;
    approved["returnUrl"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_phone_opens_the_app_and_comes_back() {
    let world = World::new().await;
    let mut sign_in = world.browser(PHONE).begin().await;
    let status = sign_in.status().await;
    assert_eq!(
        status["qr"],
        Value::Null,
        "the link and a QR code never belong to one order"
    );
    let page = sign_in.page().await.body;
    assert!(page.contains("Öppna BankID på den här enheten"));
    let back = approve(&world, &mut sign_in).await;
    world.clock.advance_millis(1_000);
    let answer = sign_in.browser.get(&back).await;
    assert_eq!(answer.location(), sign_in.path);
    assert!(sign_in.page().await.location().starts_with(CALLBACK));
}

#[tokio::test]
async fn the_tab_that_began_goes_on_once_its_browser_came_back() {
    let world = World::new().await;
    let mut sign_in = world.browser(PHONE).begin().await;
    let back = approve(&world, &mut sign_in).await;
    sign_in.browser.get(&back).await;
    world.beat().await;
    assert_eq!(sign_in.status().await["state"], "complete");
    sign_in.code().await;
}

#[tokio::test]
async fn without_coming_back_nobody_is_let_in() {
    // Somebody begins, sends the link to another person, and waits.
    let world = World::new().await;
    let mut attacker = world.browser(PHONE).begin().await;
    let back = approve(&world, &mut attacker).await;
    world.beat().await;
    assert_eq!(attacker.status().await["state"], "awaiting-return");
    assert!(attacker.page().await.body.contains("Gå tillbaka hit från BankID"));

    let mut victim = world.browser(PHONE);
    let page = victim.get(&back).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Gå tillbaka till webbläsaren där du började"));
    assert!(page.body.contains("Go back to the browser where you began"));
    assert_eq!(attacker.status().await["state"], "awaiting-return");
}

#[tokio::test]
async fn a_made_up_return_address_gives_nothing() {
    let world = World::new().await;
    let mut sign_in = world.browser(PHONE).begin().await;
    approve(&world, &mut sign_in).await;
    let id = sign_in.path.strip_prefix("/sign-in/").unwrap().to_owned();
    for nonce in ["x", &"A".repeat(43), &"A".repeat(200)] {
        sign_in.browser.get(&format!("/back/{id}/{nonce}")).await;
    }
    world.beat().await;
    assert_eq!(sign_in.status().await["state"], "awaiting-return");
}

#[tokio::test]
async fn choosing_the_other_way_cancels_the_first_order() {
    let world = World::new().await;
    let mut sign_in = world.browser(PHONE).begin().await;
    let first = world.waiting().await[0]["orderRef"].clone();
    sign_in.post("start", &[("method", "qr")]).await;
    let waiting = world.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert_ne!(waiting[0]["orderRef"], first);
    sign_in.approve_by_qr(ALMA).await;
    sign_in.code().await;
}

#[tokio::test]
async fn a_desktop_gets_the_link_of_the_apps_own_scheme() {
    let world = World::new().await;
    let mut sign_in = world.browser(crate::harness::DESKTOP).begin().await;
    sign_in.post("start", &[("method", "this-device")]).await;
    let link = sign_in.status().await["open"].as_str().unwrap().to_owned();
    assert!(
        link.starts_with("bankid:///?autostarttoken=") && link.ends_with("&redirect=null"),
        "{link}"
    );
}
