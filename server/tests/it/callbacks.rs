//! What may be tried with the way back from an honest provider: forged, changed, repeated, late or somebody else's.

use http::StatusCode;
use url::Url;

use crate::attacks::{Refused, assert_refused, refusals};
use crate::harness::{App, BENGT};
use crate::provider::callback;

/// A callback's parameters with one of them changed.
fn with(path: &str, name: &str, value: Option<&str>) -> String {
    let address = Url::parse("http://localhost").unwrap().join(path).unwrap();
    let mut parameters: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    parameters.retain(|(other, _)| other != name);
    parameters.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let pairs: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    callback(&pairs)
}

/// The code in a callback.
fn code_in(path: &str) -> String {
    let address = Url::parse("http://localhost").unwrap().join(path).unwrap();
    let code = address.query_pairs().find(|(name, _)| name == "code");
    code.unwrap().1.into_owned()
}

/// A good callback with one parameter changed is refused, and the sign-in that it came from was not used up unless its
/// state was right.
macro_rules! a_callback_is_refused {
    ($($name:ident => $refused:ident, $parameter:expr, $value:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let app = App::on_sqlite().await;
            let mut browser = app.browser();
            let good = app.provider.identify(&browser.begin().await);
            let answer = browser.get(&with(&good, $parameter, $value)).await;
            assert_eq!(app.provider.requests("/token"), 0);
            assert_refused(&app, browser, &answer, Refused::$refused).await;
        }
    )+};
}

a_callback_is_refused! {
    a_callback_with_another_state => Lost, "state", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    a_callback_without_state => Lost, "state", None;
    a_callback_with_an_empty_state => Lost, "state", Some("");
    a_callback_of_another_issuer => Lost, "iss", Some("https://evil.example");
    a_callback_with_an_overlong_code => Lost, "code", Some(&"x".repeat(5000));
    a_callback_without_code => NotTrusted, "code", None;
    a_callback_with_an_error_of_the_provider => Unavailable, "error", Some("server_error");
    a_callback_with_a_refusal_of_the_provider => NotTrusted, "error", Some("invalid_scope");
}

#[tokio::test]
async fn a_callback_must_name_its_issuer_when_the_provider_promises_to() {
    let app = App::on_sqlite().await;
    app.provider.behave(|behaviour| {
        behaviour.metadata = Box::new(|metadata| {
            metadata.insert("authorization_response_iss_parameter_supported".to_owned(), true.into());
        });
    });
    let mut browser = app.browser();
    let good = app.provider.identify(&browser.begin().await);
    let answer = browser.get(&with(&good, "iss", Some(app.provider.issuer()))).await;
    assert_eq!(answer.location(), "/inbox");

    let mut browser = app.browser();
    let silent = app.provider.identify(&browser.begin().await);
    let answer = browser.get(&silent).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!browser.is_signed_in().await);
    assert_eq!(refusals(&app, Refused::Lost).await, 1);
}

#[tokio::test]
async fn a_callback_with_its_parameters_doubled_is_refused() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let good = app.provider.identify(&browser.begin().await);
    let answer = browser.get(&format!("{good}&state=x")).await;
    assert_refused(&app, browser, &answer, Refused::Lost).await;
}

#[tokio::test]
async fn a_callback_in_another_browser_is_refused() {
    let app = App::on_sqlite().await;
    let mut began = app.browser();
    let callback = app.provider.identify(&began.begin().await);
    let mut other = app.browser();
    let answer = other.get(&callback).await;
    assert!(!began.is_signed_in().await);
    assert_refused(&app, other, &answer, Refused::Lost).await;
}

/// Login CSRF: an attacker's own code, sent to a victim who is signing in.
#[tokio::test]
async fn somebody_elses_code_is_refused() {
    let app = App::on_sqlite().await;
    let mut attacker = app.browser();
    app.provider.person(BENGT);
    let theirs = app.provider.identify(&attacker.begin().await);
    let mut victim = app.browser();
    let ours = app.provider.identify(&victim.begin().await);
    let answer = victim.get(&with(&ours, "code", Some(&code_in(&theirs)))).await;
    assert_refused(&app, victim, &answer, Refused::NotTrusted).await;
}

#[tokio::test]
async fn a_callback_that_was_used_is_refused() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let callback = app.provider.identify(&browser.begin().await);
    let before = browser.copy();
    assert_eq!(browser.get(&callback).await.location(), "/inbox");
    // In the same browser it changes nothing; with the cookie from before, that session is gone.
    for mut again in [browser.copy(), before] {
        let answer = again.get(&callback).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(&Refused::Lost.title()));
    }
    assert_eq!(app.provider.requests("/token"), 1);
    assert!(browser.is_signed_in().await);
    assert_eq!(refusals(&app, Refused::Lost).await, 2);
}

/// A code that was used, brought back in a sign-in that is under way: the provider refuses it, and so do we.
#[tokio::test]
async fn a_code_that_was_used_is_refused_in_another_sign_in() {
    let app = App::on_sqlite().await;
    let mut person = app.browser();
    let used = app.provider.identify(&person.begin().await);
    assert_eq!(person.get(&used).await.location(), "/inbox");
    let mut thief = app.browser();
    let ours = app.provider.identify(&thief.begin().await);
    let answer = thief.get(&with(&ours, "code", Some(&code_in(&used)))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains(&Refused::NotTrusted.title()));
    assert!(!thief.is_signed_in().await && person.is_signed_in().await);
    assert_eq!(refusals(&app, Refused::NotTrusted).await, 1);
}

#[tokio::test]
async fn of_two_callbacks_at_once_one_signs_in() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let callback = app.provider.identify(&browser.begin().await);
    let (mut first, mut second) = (browser.copy(), browser.copy());
    let (first, second) = futures::join!(first.get(&callback), second.get(&callback));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::BAD_REQUEST]);
    assert_eq!(refusals(&app, Refused::Lost).await, 1);
    assert_eq!(app.provider.requests("/token"), 1);
}

#[tokio::test]
async fn a_callback_after_ten_minutes_is_refused() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let callback = app.provider.identify(&browser.begin().await);
    app.clock.advance_millis(600_001);
    let answer = browser.get(&callback).await;
    assert_refused(&app, browser, &answer, Refused::Lost).await;
}

/// Mix-up (RFC 9700 section 4.4): the answer of one provider, sent to the callback of another.
#[tokio::test]
async fn a_callback_at_another_providers_address_is_refused() {
    let app = App::with(|text| {
        let provider = text.split_once("[providers.bankid]").unwrap().1.to_owned();
        format!("{text}\n[providers.other]{provider}")
    })
    .await;
    let mut browser = app.browser();
    let callback = app.provider.identify(&browser.begin().await);
    let elsewhere = callback.replace("/sign-in/bankid/", "/sign-in/other/");
    let answer = browser.get(&elsewhere).await;
    assert_refused(&app, browser, &answer, Refused::Lost).await;
}

#[tokio::test]
async fn a_provider_that_nobody_configured_does_not_exist() {
    let app = App::on_sqlite().await;
    for answer in [
        app.browser().post("/sign-in/freja", "").await,
        app.browser().get("/sign-in/freja/callback?code=a&state=b").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}
