//! On which device a person identifies, where a provider is asked otherwise in one than in the other.

use std::collections::BTreeMap;

use app::Language;
use app::texts::Texts;
use http::StatusCode;
use url::Url;

use crate::browser::Browser;
use crate::harness::{App, PROVIDER};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";
const COMPUTER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";

async fn with_modes() -> App {
    App::with_provider(&[(
        "essential_acr = true",
        r#"essential_acr = true
        parameters = { a = "always", b = "always" }
        this_device = { acr_values = ["urn:same"], parameters = { b = "this" } }
        other_device = { acr_values = ["urn:qr"], parameters = { c = "other" } }"#,
    )])
    .await
}

fn text(key: &str) -> String {
    Texts::of(Language::Swedish).with(key, &[("provider", "BankID".into())])
}

/// What the provider is asked when this form is sent.
async fn asked(browser: &mut Browser<'_>, form: &str) -> BTreeMap<String, String> {
    let answer = browser.post(&format!("/sign-in/{PROVIDER}"), form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let address = Url::parse(answer.location()).unwrap();
    address.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_main_button_is_for_this_device_on_a_phone_and_for_another_on_a_computer() {
    let app = with_modes().await;
    for (user_agent, main, quieter, instead) in [
        (PHONE, "this", "other", "landing-on-other-device"),
        (COMPUTER, "other", "this", "landing-on-this-device"),
    ] {
        let page = app.browser().called(user_agent).get("/").await.text();
        let button = |mode: &str| page.find(&format!("name=\"device\" value=\"{mode}\"")).unwrap();
        // The first button of a form is also what Enter presses.
        assert!(button(main) < button(quieter), "{page}");
        assert!(page.contains(&text(instead)), "{page}");
        assert_eq!(page.matches("name=\"device\"").count(), 2);
    }
}

#[tokio::test]
async fn each_mode_asks_the_provider_for_its_own() {
    let app = with_modes().await;
    for user_agent in [PHONE, COMPUTER] {
        let mut browser = app.browser().called(user_agent);
        let this = asked(&mut browser, "device=this").await;
        assert_eq!(
            (&*this["acr_values"], &*this["a"], &*this["b"]),
            ("urn:same", "always", "this")
        );
        assert!(!this.contains_key("c"));
        let other = asked(&mut browser, "device=other").await;
        assert_eq!(
            (&*other["acr_values"], &*other["a"], &*other["b"]),
            ("urn:qr", "always", "always")
        );
        assert_eq!(other["c"], "other");
    }
}

#[tokio::test]
async fn without_a_choice_that_is_one_the_device_decides() {
    let app = with_modes().await;
    for form in ["", "device=", "device=THIS", "device=this&device=other", "other=this"] {
        for (user_agent, acr) in [(PHONE, "urn:same"), (COMPUTER, "urn:qr")] {
            let mut browser = app.browser().called(user_agent);
            assert_eq!(asked(&mut browser, form).await["acr_values"], acr, "{form}");
        }
    }
}

#[tokio::test]
async fn where_the_provider_is_asked_the_same_nobody_chooses() {
    let app = App::on_sqlite().await;
    let page = app.browser().called(PHONE).get("/").await.text();
    assert!(!page.contains("name=\"device\"") && !page.contains(&text("landing-on-other-device")));
    let mut browser = app.browser();
    assert!(!asked(&mut browser, "device=this").await.contains_key("acr_values"));
}
