//! How long somebody stays signed in, and the language form.

use app::Language;
use app::texts::Texts;
use http::StatusCode;

use crate::harness::{ANNA, App, on_both_databases};

const MINUTE: i64 = 60_000;

on_both_databases! {
    async fn a_session_ends_after_a_quarter_of_an_hour_without_use(app: App) {
        let mut browser = app.signed_in(ANNA).await;
        app.clock.advance_millis(14 * MINUTE);
        assert_eq!(browser.get("/inbox").await.status, StatusCode::OK);
        app.clock.advance_millis(14 * MINUTE);
        assert_eq!(browser.get("/inbox").await.status, StatusCode::OK);
        app.clock.advance_millis(15 * MINUTE);
        let answer = browser.get("/inbox").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        let notice = Texts::of(Language::Swedish).get("landing-session-ended");
        assert!(browser.get("/").await.text().contains(&notice));
    }

    async fn a_session_ends_after_an_hour_whatever_happens(app: App) {
        let mut browser = app.signed_in(ANNA).await;
        for _ in 0..5 {
            app.clock.advance_millis(11 * MINUTE);
            assert_eq!(browser.get("/inbox").await.status, StatusCode::OK);
        }
        app.clock.advance_millis(5 * MINUTE);
        assert_eq!(browser.get("/inbox").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn somebody_who_only_looks_around_gets_no_session() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    for path in ["/", "/signed-out", "/accessibility", "/nowhere"] {
        browser.get(path).await;
    }
    assert!(browser.cookies.is_empty());
    // Nor does somebody who would have to sign in: their own browser keeps where they were going.
    browser.get("/inbox").await;
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn signing_out_without_being_signed_in_is_fine() {
    let app = App::on_sqlite().await;
    let answer = app.browser().post("/sign-out", "").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/signed-out")
    );
}

#[tokio::test]
async fn a_script_or_frame_without_session_is_refused_rather_than_led_away() {
    let app = App::on_sqlite().await;
    for dest in ["empty", "iframe", "image"] {
        let request = http::Request::get("/inbox").header("sec-fetch-dest", dest);
        let answer = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn the_language_is_kept_and_the_page_comes_back() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    assert!(browser.get("/").await.text().contains("lang=\"sv\""));
    let answer = browser.post("/language", "language=en&to=/accessibility").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/accessibility")
    );
    assert!(browser.get("/accessibility").await.text().contains("lang=\"en\""));
}

#[tokio::test]
async fn the_language_form_leads_nowhere_else() {
    let app = App::on_sqlite().await;
    for to in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/sign-out",
    ] {
        let answer = app.browser().post("/language", &format!("language=en&to={to}")).await;
        assert_eq!(answer.location(), "/", "{to}");
    }
    assert_eq!(
        app.browser().post("/language", "language=xx").await.status,
        StatusCode::BAD_REQUEST
    );
    let huge = format!("language=en&to={}", "x".repeat(100_000));
    assert_eq!(
        app.browser().post("/language", &huge).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
