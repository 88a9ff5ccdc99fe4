//! What a hostile provider may try. (What others may do with a callback stands in `callbacks`.) Each is refused with the page that fits and an
//! audit event; nobody is signed in, and the next person signs in as if nothing had been.

use app::Language;
use app::texts::Texts;
use http::StatusCode;
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT, PROVIDER};
use crate::provider::{Behaviour, Fault, LEVEL_3, Signing};

/// The page and the audit event of a refusal.
#[derive(Clone, Copy)]
pub(crate) enum Refused {
    Lost,
    NotTrusted,
    LevelTooLow,
    NoIdentity,
    Unavailable,
}

impl Refused {
    pub(crate) fn title(self) -> String {
        Texts::of(Language::Swedish).get(match self {
            Self::Lost => "error-sign-in-lost",
            Self::NotTrusted => "error-sign-in-not-trusted",
            Self::LevelTooLow => "error-sign-in-level",
            Self::NoIdentity => "error-sign-in-identity",
            Self::Unavailable => "error-sign-in-provider",
        })
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Lost => StatusCode::BAD_REQUEST,
            Self::NotTrusted | Self::LevelTooLow | Self::NoIdentity => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::BAD_GATEWAY,
        }
    }

    const fn audited(self) -> &'static str {
        match self {
            Self::Lost => "recipient.sign-in-refused/mismatch",
            Self::NotTrusted => "recipient.sign-in-refused/invalid-answer",
            Self::LevelTooLow => "recipient.sign-in-refused/level-too-low",
            Self::NoIdentity => "recipient.sign-in-refused/missing-claim",
            Self::Unavailable => "recipient.sign-in-refused/provider-unavailable",
        }
    }
}

pub(crate) async fn assert_refused(app: &App, mut browser: Browser<'_>, answer: &Answer, refused: Refused) {
    let text = answer.text();
    assert_eq!(answer.status, refused.status(), "{text}");
    assert!(text.contains(&refused.title()), "{text}");
    for secret in [
        ANNA,
        BENGT,
        "the access token",
        "the client's secret",
        "subject of the provider",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!browser.is_signed_in().await);
    let audited = app.audited().await;
    assert_eq!(audited.get(refused.audited()), Some(&1), "{audited:?}");
    assert!(
        !audited.keys().any(|event| event.starts_with("recipient.signed-in")),
        "{audited:?}"
    );
    assert_healthy(app).await;
}

/// How often the audit log tells of such a refusal.
pub(crate) async fn refusals(app: &App, refused: Refused) -> usize {
    app.audited().await.get(refused.audited()).copied().unwrap_or_default()
}

/// With an honest provider, and after a moment in which one that failed is left alone, people sign in.
async fn assert_healthy(app: &App) {
    app.provider.behave(|behaviour| *behaviour = Behaviour::default());
    app.clock.advance_millis(61_000);
    assert_eq!(
        app.send(http::Request::get("/readyz").body(axum::body::Body::empty()).unwrap())
            .await
            .status,
        200
    );
    app.signed_in(BENGT).await;
}

/// A provider that is told to behave so is refused.
macro_rules! a_provider_is_refused {
    ($($(#[doc = $why:literal])* $name:ident => $refused:ident, $change:expr;)+) => {$(
        $(#[doc = $why])*
        #[tokio::test]
        async fn $name() {
            let app = App::on_sqlite().await;
            app.provider.behave($change);
            let mut browser = app.browser();
            let answer = browser.sign_in().await;
            assert_refused(&app, browser, &answer, Refused::$refused).await;
        }
    )+};
}

fn claim(name: &'static str, value: serde_json::Value) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.claims = Box::new(move |claims| {
            claims.insert(name.to_owned(), value.clone());
        });
    }
}

fn without_claim(name: &'static str) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.claims = Box::new(move |claims| {
            claims.remove(name);
        });
    }
}

/// Moves an instant of the ID token by that many seconds.
fn moved(name: &'static str, seconds: i64) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.claims = Box::new(move |claims| {
            let instant = claims[name].as_i64().unwrap() + seconds;
            claims.insert(name.to_owned(), instant.into());
        });
    }
}

fn signing(signing: Signing) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| behaviour.signing = signing
}

fn user_info(name: &'static str, value: serde_json::Value) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.user_info = Box::new(move |claims| {
            claims.insert(name.to_owned(), value.clone());
        });
    }
}

fn fault(path: &'static str, fault: Fault) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.faults.insert(path, fault);
    }
}

a_provider_is_refused! {
    a_token_with_another_nonce => Lost, claim("nonce", json!("another's"));
    a_token_without_nonce => Lost, without_claim("nonce");
    a_token_for_another_audience => NotTrusted, claim("aud", json!("another client"));
    a_token_for_us_and_somebody_else => NotTrusted, claim("aud", json!(["postvalv", "another client"]));
    a_token_without_audience => NotTrusted, without_claim("aud");
    a_token_that_was_issued_to_another_client => NotTrusted, claim("azp", json!("another client"));
    a_token_of_another_issuer => NotTrusted, claim("iss", json!("https://evil.example"));
    a_token_whose_issuer_only_begins_like_ours => NotTrusted, |behaviour: &mut Behaviour| {
        behaviour.claims = Box::new(|claims| {
            let issuer = format!("{}/", claims["iss"].as_str().unwrap());
            claims.insert("iss".to_owned(), issuer.into());
        });
    };
    a_token_without_issuer => NotTrusted, without_claim("iss");
    a_token_without_subject => NotTrusted, without_claim("sub");
    a_token_that_has_expired => NotTrusted, moved("exp", -331);
    a_token_without_expiry => NotTrusted, without_claim("exp");
    a_token_from_the_future => NotTrusted, moved("iat", 31);
    a_token_from_before_the_sign_in_began => NotTrusted, moved("iat", -31);
    a_person_who_authenticated_too_long_ago => NotTrusted, moved("auth_time", -331);
    a_person_who_will_authenticate_later => NotTrusted, moved("auth_time", 31);
    /// We asked for `max_age`, so it must be there.
    a_person_of_whom_it_is_not_said_when_they_authenticated => NotTrusted, without_claim("auth_time");
    an_access_token_that_is_not_the_id_tokens => NotTrusted, claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"));

    a_signature_by_a_key_that_was_never_published => NotTrusted, signing(Signing::Es256WithStrangeKey);
    a_signature_with_one_bit_changed => NotTrusted, signing(Signing::Es256Broken);
    another_good_signature_with_an_algorithm_that_is_not_configured => NotTrusted, signing(Signing::Ps256);
    a_good_signature_with_an_algorithm_that_is_not_configured => NotTrusted, signing(Signing::Rs256);
    an_unsigned_token => NotTrusted, signing(Signing::None);
    an_unsigned_token_in_capitals => NotTrusted, signing(Signing::NoneInCapitals);
    a_token_signed_with_the_clients_secret => NotTrusted, signing(Signing::Hs256WithClientSecret);
    a_token_signed_with_the_public_key_as_a_secret => NotTrusted, signing(Signing::Hs256WithPublicKey);

    a_level_that_is_too_low => LevelTooLow, claim("acr", json!("http://id.elegnamnden.se/loa/1.0/loa2"));
    a_level_that_only_sounds_high_enough =>
        LevelTooLow, claim("acr", json!("http://id.swedenconnect.se/loa/1.0/uncertified-loa3"));
    a_level_of_many_is_no_level => NotTrusted, claim("acr", json!([LEVEL_3]));
    /// What we asked for counts for nothing.
    a_token_without_level => LevelTooLow, without_claim("acr");

    a_required_claim_that_is_missing => NoIdentity, without_claim("country");
    a_required_claim_with_another_value => NoIdentity, claim("country", json!("NO"));
    a_person_without_number => NoIdentity, |behaviour: &mut Behaviour| {
        behaviour.user_info = Box::new(|claims| { claims.remove("number"); });
    };
    a_number_of_ten_digits => NoIdentity, user_info("number", json!("0001012384"));
    a_number_with_a_dash => NoIdentity, user_info("number", json!("20000101-2384"));
    a_number_with_a_wrong_check_digit => NoIdentity, user_info("number", json!("200001012385"));
    a_number_that_is_a_json_number => NoIdentity, user_info("number", json!(200_001_012_384_i64));
    a_number_in_full_width_digits => NoIdentity, user_info("number", json!("２０００01012384"));
    an_empty_number => NoIdentity, user_info("number", json!(""));
    two_numbers => NoIdentity, user_info("number", json!([ANNA, BENGT]));
    /// The first place that says anything decides.
    a_bad_number_is_not_healed_by_a_good_one_elsewhere => NoIdentity, |behaviour: &mut Behaviour| {
        behaviour.user_info = Box::new(|claims| { claims.insert("number".to_owned(), json!("1")); });
        behaviour.claims = Box::new(|claims| { claims.insert("number".to_owned(), json!(ANNA)); });
    };
    user_info_of_somebody_else => NotTrusted, user_info("sub", json!("another subject"));
    user_info_without_subject => NotTrusted, |behaviour: &mut Behaviour| {
        behaviour.user_info = Box::new(|claims| { claims.remove("sub"); });
    };

    a_token_response_of_ten_megabytes => Unavailable, fault("/token", Fault::Huge);
    a_token_response_that_never_comes => Unavailable, fault("/token", Fault::Silent);
    a_token_response_that_drips => Unavailable, fault("/token", Fault::Slow);
    a_token_endpoint_that_redirects =>
        Unavailable, fault("/token", Fault::Redirect("http://127.0.0.1:1/elsewhere".to_owned()));
    a_token_response_that_is_not_json => NotTrusted, fault("/token", Fault::Garbage);
    user_info_of_ten_megabytes => Unavailable, fault("/userinfo", Fault::Huge);
    user_info_that_never_comes => Unavailable, fault("/userinfo", Fault::Silent);
    user_info_that_drips => Unavailable, fault("/userinfo", Fault::Slow);
    user_info_that_redirects => Unavailable, fault("/userinfo", Fault::Redirect("/elsewhere".to_owned()));
    user_info_that_fails => Unavailable, fault("/userinfo", Fault::Status(500));
}

/// The provider's metadata are needed before anybody is sent there.
macro_rules! nobody_is_sent_to_a_provider {
    ($($name:ident => $change:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let app = App::on_sqlite().await;
            app.provider.behave($change);
            let mut browser = app.browser();
            let answer = browser.post(&format!("/sign-in/{PROVIDER}"), "").await;
            assert_refused(&app, browser, &answer, Refused::Unavailable).await;
        }
    )+};
}

const METADATA: &str = "/.well-known/openid-configuration";

fn metadata(name: &'static str, value: &'static str) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.metadata = Box::new(move |metadata| {
            metadata.insert(name.to_owned(), value.into());
        });
    }
}

nobody_is_sent_to_a_provider! {
    whose_metadata_are_another_issuers => metadata("issuer", "https://evil.example");
    whose_token_endpoint_has_no_tls => metadata("token_endpoint", "http://evil.example/token");
    whose_keys_have_no_tls => metadata("jwks_uri", "http://evil.example/keys");
    whose_page_is_a_script => metadata("authorization_endpoint", "javascript:alert(1)");
    whose_metadata_redirect => fault(METADATA, Fault::Redirect("https://evil.example/".to_owned()));
    whose_metadata_are_ten_megabytes => fault(METADATA, Fault::Huge);
    whose_metadata_never_come => fault(METADATA, Fault::Silent);
    whose_metadata_drip => fault(METADATA, Fault::Slow);
    whose_metadata_are_not_json => fault(METADATA, Fault::Garbage);
    whose_metadata_are_gone => fault(METADATA, Fault::Status(404));
    whose_keys_are_ten_megabytes => fault("/keys", Fault::Huge);
    whose_keys_never_come => fault("/keys", Fault::Silent);
    whose_keys_drip => fault("/keys", Fault::Slow);
    whose_keys_redirect => fault("/keys", Fault::Redirect("/elsewhere".to_owned()));
}

/// Rotation: the provider signs with a new key, which we have not fetched yet.
#[tokio::test]
async fn a_new_key_is_fetched_once_when_it_is_needed() {
    let app = App::on_sqlite().await;
    app.signed_in(ANNA).await;
    assert_eq!(app.provider.requests("/keys"), 1);
    app.clock.advance_millis(61_000);
    app.provider.behave(|behaviour| {
        behaviour.key = 1;
        behaviour.published = vec![0, 1];
    });
    app.signed_in(ANNA).await;
    app.signed_in(BENGT).await;
    assert_eq!(app.provider.requests("/keys"), 2);
}

#[tokio::test]
async fn a_new_key_without_an_id_is_fetched_too() {
    let app = App::on_sqlite().await;
    app.provider.behave(|behaviour| behaviour.kid = false);
    app.signed_in(ANNA).await;
    app.clock.advance_millis(61_000);
    app.provider.behave(|behaviour| {
        behaviour.key = 1;
        behaviour.published = vec![1];
    });
    app.signed_in(ANNA).await;
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_not_accepted_after_an_hour() {
    let app = App::on_sqlite().await;
    app.signed_in(ANNA).await;
    app.provider.behave(|behaviour| behaviour.published = vec![1]);
    app.clock.advance_millis(3_600_000);
    let mut browser = app.browser();
    let answer = browser.sign_in().await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!browser.is_signed_in().await);
    assert_eq!(refusals(&app, Refused::NotTrusted).await, 1);
}

#[tokio::test]
async fn forged_tokens_do_not_become_requests_to_the_provider() {
    let app = App::on_sqlite().await;
    app.signed_in(ANNA).await;
    app.clock.advance_millis(61_000);
    app.provider.behave(signing(Signing::Es256WithStrangeKey));
    for _ in 0..5 {
        assert_eq!(app.browser().sign_in().await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(app.provider.requests("/keys"), 2);
    assert_eq!(refusals(&app, Refused::NotTrusted).await, 5);
}

#[tokio::test]
async fn a_provider_that_is_down_is_left_alone_for_a_moment() {
    let app = App::on_sqlite().await;
    app.provider.behave(fault(METADATA, Fault::Silent));
    for _ in 0..3 {
        let answer = app.browser().post(&format!("/sign-in/{PROVIDER}"), "").await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    }
    assert_eq!(app.provider.requests(METADATA), 1);
    assert_eq!(refusals(&app, Refused::Unavailable).await, 3);
    assert_healthy(&app).await;
}
