//! The page of a person's own sign-ins, and its forms.

use app::Language;
use app::texts::Texts;
use http::{Request, StatusCode};

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT, on_both_databases};

const MINUTE: i64 = 60_000;
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";
const COMPUTER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";

/// A browser that says what it is, in which somebody is signed in.
async fn signed_in<'a>(app: &'a App, user_agent: &'static str, number: &str) -> Browser<'a> {
    let mut browser = app.browser().called(user_agent);
    app.provider.person(number);
    assert_eq!(browser.sign_in().await.location(), "/inbox");
    browser
}

/// Anna on her phone at ten o'clock and, five minutes later, on her computer.
async fn on_two_devices(app: &App) -> (Browser<'_>, Browser<'_>) {
    let phone = signed_in(app, PHONE, ANNA).await;
    app.clock.advance_millis(5 * MINUTE);
    (phone, signed_in(app, COMPUTER, ANNA).await)
}

/// The form on the page that ends the first other session.
async fn form(browser: &mut Browser<'_>) -> String {
    let id = browser.get("/sessions").await.id_after("action=\"/sessions/");
    format!("/sessions/{id}/end")
}

fn tells(answer: &Answer, key: &str) -> bool {
    answer.text().contains(&Texts::of(Language::Swedish).get(key))
}

on_both_databases! {
    async fn a_person_sees_where_they_are_signed_in(app: App) {
        let (mut phone, mut computer) = on_two_devices(&app).await;
        signed_in(&app, PHONE, BENGT).await;
        app.clock.advance_millis(2 * MINUTE);
        for (browser, this, other) in [
            (&mut phone, "Safari på iPhone", "Firefox på Windows"),
            (&mut computer, "Firefox på Windows", "Safari på iPhone"),
        ] {
            let page = browser.get("/sessions").await;
            assert_eq!(page.status, StatusCode::OK);
            let text = page.text();
            let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word} in {text}"));
            assert!(place(this) < place("Den här enheten") && place("Den här enheten") < place(other), "{text}");
            assert_eq!(text.matches("class=\"sign-in\"").count(), 2, "{text}");
            assert!(text.contains("Inloggad i dag kl.\u{a0}10.00") && text.contains("Inloggad i dag kl.\u{a0}10.05"));
            // What the browsers said of themselves stands nowhere.
            assert!(!text.contains("Mozilla") && !text.contains("18_1") && !text.contains("133.0"), "{text}");
        }
        assert!(phone.get("/inbox").await.text().contains("href=\"/sessions\""));
    }

    async fn an_ended_session_is_refused_at_its_next_request(app: App) {
        let (mut phone, mut computer) = on_two_devices(&app).await;
        let form = form(&mut computer).await;
        let answer = computer.post(&form, "").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sessions"));
        assert!(tells(&computer.get("/sessions").await, "sessions-one-ended"));
        // It is told once.
        assert!(!tells(&computer.get("/sessions").await, "sessions-one-ended"));

        assert!(!phone.is_signed_in().await);
        let script = Request::get("/inbox").header("sec-fetch-dest", "empty");
        let refused = phone.copy().send(script.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(phone.get("/inbox").await.location(), "/");
        assert!(tells(&phone.get("/").await, "landing-session-ended"));
        assert!(computer.is_signed_in().await);
        assert_eq!(app.audited().await.get("recipient.session-ended/"), Some(&1));

        // Pressed again, for instance by going back in the browser.
        assert_eq!(computer.post(&form, "").await.status, StatusCode::NOT_FOUND);
    }

    async fn somebody_elses_session_is_not_found(app: App) {
        let (phone, mut computer) = on_two_devices(&app).await;
        let form = form(&mut computer).await;
        let mut bengt = signed_in(&app, COMPUTER, BENGT).await;
        let nobodys = "/sessions/0192f0c1-2345-7abc-8def-0123456789ab/end";
        for path in [&*form, nobodys, "/sessions/x/end"] {
            assert_eq!(bengt.post(path, "").await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(bengt.post("/sessions/end-others", "").await.status, StatusCode::SEE_OTHER);
        assert!(phone.copy().is_signed_in().await && computer.is_signed_in().await);
        assert_eq!(app.audited().await.get("recipient.session-ended/"), None);
    }

    async fn signing_out_everywhere_else_leaves_only_this_one(app: App) {
        let (phone, mut computer) = on_two_devices(&app).await;
        let tablet = signed_in(&app, "", ANNA).await;
        let bengt = signed_in(&app, PHONE, BENGT).await;
        let answer = computer.post("/sessions/end-others", "").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sessions"));
        let page = computer.get("/sessions").await;
        assert!(tells(&page, "sessions-others-ended"));
        assert!(!page.text().contains("action=\"/sessions/"));
        assert!(!phone.copy().is_signed_in().await && !tablet.copy().is_signed_in().await);
        assert!(bengt.copy().is_signed_in().await);
        assert_eq!(app.audited().await.get("recipient.session-ended/"), Some(&2));
    }

    async fn a_session_that_has_run_out_is_not_listed(app: App) {
        let (phone, mut computer) = on_two_devices(&app).await;
        let form = form(&mut computer).await;
        app.clock.advance_millis(10 * MINUTE);
        assert!(!phone.copy().is_signed_in().await);
        assert!(!computer.get("/sessions").await.text().contains("iPhone"));
        assert_eq!(computer.post(&form, "").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn no_other_site_ends_a_session() {
    let app = App::on_sqlite().await;
    let (phone, mut computer) = on_two_devices(&app).await;
    for path in [form(&mut computer).await, "/sessions/end-others".to_owned()] {
        let request = Request::post(&path)
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example");
        let answer = computer.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(
            computer.get(&path).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
    assert!(phone.copy().is_signed_in().await);
}

#[tokio::test]
async fn whoever_must_sign_in_first_comes_back_to_the_page() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser().called(PHONE);
    assert_eq!(browser.get("/sessions").await.location(), "/");
    app.provider.person(ANNA);
    assert_eq!(browser.sign_in().await.location(), "/sessions");
    let answer = browser.post("/language", "language=en&to=/sessions").await;
    assert_eq!(answer.location(), "/sessions");
    assert!(browser.get("/sessions").await.text().contains("Safari on iPhone"));
}
