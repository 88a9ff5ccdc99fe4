//! What every answer says to browsers.

use http::StatusCode;

use crate::harness::{ANNA, App};

#[tokio::test]
async fn every_page_has_a_strict_policy_and_is_kept_nowhere() {
    let app = App::on_sqlite().await;
    let mut browser = app.signed_in(ANNA).await;
    for path in [
        "/",
        "/inbox",
        "/cases/x",
        "/nowhere",
        "/accessibility",
        "/data-protection",
        "/signed-out",
        "/preview",
        "/healthz",
        "/api/v1/nowhere",
    ] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("base-uri 'none'") && policy.contains("frame-ancestors "),
            "{path}: {policy}"
        );
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} on {path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        // Plain HTTP on loopback; over TLS it is there.
        assert_eq!(answer.header("strict-transport-security"), "");
    }
}

#[tokio::test]
async fn forms_may_lead_to_the_provider_and_nowhere_else() {
    let app = App::on_sqlite().await;
    let answer = app.browser().get("/").await;
    let policy = answer.header("content-security-policy");
    let forms = policy.split("; ").find(|rule| rule.starts_with("form-action")).unwrap();
    assert_eq!(forms, format!("form-action 'self' {}", app.provider.issuer()));
}

#[tokio::test]
async fn only_the_preview_frame_may_be_framed_and_only_by_us() {
    let app = App::on_sqlite().await;
    let answer = app.browser().get("/preview").await;
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'self'")
    );
    assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN");
    let answer = app.browser().get("/").await;
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn what_the_manifest_does_not_name_is_no_asset() {
    let app = App::on_sqlite().await;
    for file in [
        "manifest.json",
        "..%2fmanifest.json",
        "..%2f..%2fCargo.toml",
        "main.css",
        "x.br",
    ] {
        assert_eq!(
            app.browser().get(&format!("/assets/{file}")).await.status,
            StatusCode::NOT_FOUND,
            "{file}"
        );
    }
}
