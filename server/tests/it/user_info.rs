//! UserInfo that is signed, and what may be wrong with it. What may be wrong with it unsigned stands in `attacks`.

use serde_json::json;

use crate::attacks::{Refused, assert_refused};
use crate::harness::{ANNA, App};
use crate::provider::{Behaviour, Signing};

const ES256_ALONE: &str = "algorithms = [\"ES256\"]";

/// With all algorithms, and UserInfo that must be signed.
async fn signed() -> App {
    App::with_provider(&[(
        ES256_ALONE,
        "algorithms = [\"ES256\", \"PS256\", \"RS256\"]\nsigned_user_info = true",
    )])
    .await
}

fn signing(signing: Signing) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| behaviour.user_info_signing = Some(signing)
}

fn signed_with(name: &'static str, value: serde_json::Value) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.user_info_signing = Some(Signing::Es256);
        behaviour.user_info = Box::new(move |claims| {
            claims.insert(name.to_owned(), value.clone());
        });
    }
}

fn signed_without(name: &'static str) -> impl FnOnce(&mut Behaviour) {
    move |behaviour| {
        behaviour.user_info_signing = Some(Signing::Es256);
        behaviour.user_info = Box::new(move |claims| {
            claims.remove(name);
        });
    }
}

#[tokio::test]
async fn signed_user_info_is_asked_for_and_accepted_in_every_allowed_algorithm() {
    for algorithm in [Signing::Es256, Signing::Ps256, Signing::Rs256] {
        let app = signed().await;
        app.provider.behave(signing(algorithm));
        app.signed_in(ANNA).await;
        assert_eq!(app.provider.heard().user_info_accept, "application/jwt");
    }
}

#[tokio::test]
async fn where_it_need_not_be_signed_it_may_be() {
    let app = App::on_sqlite().await;
    app.signed_in(ANNA).await;
    assert_eq!(app.provider.heard().user_info_accept, "application/json");
    app.provider.behave(signing(Signing::Es256));
    app.signed_in(ANNA).await;
    // And then as the record allows.
    app.provider.behave(signing(Signing::Rs256));
    let mut browser = app.browser();
    assert_eq!(browser.sign_in().await.status, http::StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_list_of_audiences_with_us_among_them_is_for_us() {
    let app = signed().await;
    app.provider
        .behave(signed_with("aud", json!(["another client", "postvalv"])));
    app.signed_in(ANNA).await;
}

#[tokio::test]
async fn a_new_key_is_fetched_for_user_info_too() {
    let app = signed().await;
    app.provider.behave(|behaviour| {
        behaviour.user_info_signing = Some(Signing::Es256);
        behaviour.signing = Signing::Rs256;
    });
    app.signed_in(ANNA).await;
    app.clock.advance_millis(61_000);
    // The ID token's key is known, UserInfo's is not.
    app.provider.behave(|behaviour| {
        behaviour.key = 1;
        behaviour.published = vec![1];
    });
    app.signed_in(ANNA).await;
    assert_eq!(app.provider.requests("/keys"), 2);
}

/// Where UserInfo must be signed, a provider that is told to behave so is refused.
macro_rules! user_info_is_refused {
    ($($name:ident => $change:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let app = signed().await;
            app.provider.behave($change);
            let mut browser = app.browser();
            let answer = browser.sign_in().await;
            assert!(!browser.is_signed_in().await);
            assert_eq!(answer.status, http::StatusCode::FORBIDDEN, "{}", answer.text());
            assert!(answer.text().contains(&Refused::NotTrusted.title()));
            let audited = app.audited().await;
            assert_eq!(audited.get("recipient.sign-in-refused/invalid-answer"), Some(&1), "{audited:?}");
            // With an honest provider, people sign in as if nothing had been.
            app.provider.behave(|behaviour| {
                *behaviour = Behaviour { user_info_signing: Some(Signing::Es256), ..Behaviour::default() };
            });
            app.clock.advance_millis(61_000);
            app.signed_in(ANNA).await;
        }
    )+};
}

user_info_is_refused! {
    user_info_that_is_not_signed => |behaviour: &mut Behaviour| behaviour.user_info_signing = None;
    user_info_that_only_says_that_it_is_signed => |behaviour: &mut Behaviour| {
        behaviour.user_info_signing = None;
        behaviour.user_info_type = Some("application/jwt");
    };
    user_info_of_another_kind => |behaviour: &mut Behaviour| behaviour.user_info_type = Some("text/html");
    user_info_signed_with_nothing => signing(Signing::None);
    user_info_signed_with_nothing_in_capitals => signing(Signing::NoneInCapitals);
    user_info_signed_with_the_clients_secret => signing(Signing::Hs256WithClientSecret);
    user_info_signed_with_the_public_key_as_a_secret => signing(Signing::Hs256WithPublicKey);
    user_info_signed_by_a_stranger => signing(Signing::Es256WithStrangeKey);
    user_info_with_one_bit_of_its_signature_changed => signing(Signing::Es256Broken);
    signed_user_info_of_another_issuer => signed_with("iss", json!("https://evil.example"));
    signed_user_info_without_issuer => signed_without("iss");
    signed_user_info_for_another_audience => signed_with("aud", json!("another client"));
    signed_user_info_without_audience => signed_without("aud");
    signed_user_info_that_has_expired => signed_with("exp", json!(1_000_000));
    signed_user_info_with_an_expiry_that_is_none => signed_with("exp", json!("never"));
    signed_user_info_of_somebody_else => signed_with("sub", json!("another subject"));
    signed_user_info_without_subject => signed_without("sub");
}

#[tokio::test]
async fn signed_user_info_without_number_is_no_identity() {
    let app = App::on_sqlite().await;
    app.provider.behave(signed_without("number"));
    let mut browser = app.browser();
    let answer = browser.sign_in().await;
    assert_refused(&app, browser, &answer, Refused::NoIdentity).await;
}
