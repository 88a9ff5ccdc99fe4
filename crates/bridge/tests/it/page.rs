//! What browsers are given: pages without JavaScript, headers, assets.

use axum::http::StatusCode;

use crate::harness::{DESKTOP, PHONE, World};

#[tokio::test]
async fn without_javascript_the_page_refreshes_itself_and_holds_the_qr_code() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let page = sign_in.page().await;
    assert!(
        page.body
            .contains(r#"<noscript><meta http-equiv="refresh" content="2"></noscript>"#)
    );
    assert!(
        page.body
            .contains("<svg role=\"img\" aria-label=\"QR-kod att skanna med BankID-appen\"")
    );
    assert!(page.body.contains("<path d=\"M0 0h7v1h-7z"));
}

#[tokio::test]
async fn a_phone_has_the_app_first_and_a_desktop_the_qr_code() {
    let world = World::new().await;
    let phone = world.browser(PHONE).begin().await.page().await.body;
    assert!(phone.contains("href=\"https://app.bankid.com/?autostarttoken=") && !phone.contains("id=\"qr\""));
    let desktop = world.browser(DESKTOP).begin().await.page().await.body;
    assert!(desktop.contains("id=\"qr\"") && !desktop.contains("autostarttoken"));
}

#[tokio::test]
async fn a_page_loads_nothing_inline_or_foreign_and_its_forms_lead_home_or_to_the_relying_party() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let page = sign_in.page().await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    assert!(
        policy.contains("form-action 'self' https://portal.example;"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert!(!page.body.contains(" style=") && !page.body.contains("<style") && !page.body.contains("onclick"));
    let assets: Vec<&str> = page
        .body
        .split('"')
        .filter(|text| text.starts_with("/assets/"))
        .collect();
    assert_eq!(assets.len(), 4, "{assets:?}");
    for asset in assets {
        let answer = sign_in.browser.get(asset).await;
        assert_eq!(answer.status, StatusCode::OK, "{asset}");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so() {
    let world = World::new().await;
    for path in ["/", "/assets/x.css", "/sign-in/x", "/nowhere"] {
        let answer = world.browser(DESKTOP).get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("<html lang=\"sv\">"), "{path}");
    }
}

#[tokio::test]
async fn the_secret_of_the_qr_code_never_reaches_the_browser() {
    let world = World::new().await;
    let mut sign_in = world.browser(DESKTOP).begin().await;
    let (page, status) = (sign_in.page().await.body, sign_in.status().await.to_string());
    let order = world.waiting().await[0].clone();
    for secret in ["autoStartToken", "orderRef"] {
        let secret = order[secret].as_str().unwrap();
        assert!(!page.contains(secret) && !status.contains(secret));
    }
}
