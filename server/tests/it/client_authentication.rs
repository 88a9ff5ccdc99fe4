//! How the portal proves to a provider's token endpoint who it is.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

use crate::attacks::{Refused, assert_refused};
use crate::browser::Answer;
use crate::harness::{ANNA, App, PROVIDER};
use crate::provider::Fault;

const SECRET: &str = "client_secret = \"the client's secret\"";
const KEY: &str = include_str!("../../src/sign_in/client_test_key.pem");

async fn with_a_key() -> App {
    let key = format!("client_authentication = \"private_key_jwt\"\nclient_key = \"\"\"\n{KEY}\"\"\"");
    App::with_provider(&[(SECRET, &key)]).await
}

async fn published(app: &App, provider: &str) -> Answer {
    let request = Request::get(format!("/sign-in/{provider}/jwks"));
    app.send(request.body(axum::body::Body::empty()).unwrap()).await
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The assertion's head and claims, when the published key checks its signature.
fn checked(assertion: &str, keys: &Value) -> (Value, Value) {
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let head = decoded(head);
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["use"]),
        (&"EC".into(), &"P-256".into(), &"sig".into())
    );
    assert_eq!(head["kid"], key["kid"]);
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let point = [&[4], &*coordinate("x"), &*coordinate("y")].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    (head, decoded(claims))
}

#[tokio::test]
async fn the_secret_goes_in_the_header_unless_the_record_says_otherwise() {
    let app = App::on_sqlite().await;
    app.signed_in(ANNA).await;
    let heard = app.provider.heard();
    // Both parts encoded as in a form (RFC 6749 section 2.3.1).
    let basic = STANDARD.encode("postvalv:the+client%27s+secret");
    assert_eq!(heard.token_authorization, Some(format!("Basic {basic}")));
    assert!(!heard.token_form.contains_key("client_secret") && !heard.token_form.contains_key("client_assertion"));
}

#[tokio::test]
async fn the_secret_may_go_in_the_form() {
    let post = format!("{SECRET}\nclient_authentication = \"client_secret_post\"");
    let app = App::with_provider(&[(SECRET, &post)]).await;
    app.signed_in(ANNA).await;
    let heard = app.provider.heard();
    assert_eq!(heard.token_authorization, None);
    assert_eq!(heard.token_form["client_id"], "postvalv");
    assert_eq!(heard.token_form["client_secret"], "the client's secret");
}

#[tokio::test]
async fn a_signature_of_our_key_stands_in_for_a_secret() {
    let app = with_a_key().await;
    let answer = published(&app, PROVIDER).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "application/jwk-set+json")
    );
    let keys: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(!answer.text().contains("\"d\""));

    let mut ids = Vec::new();
    for _ in 0..2 {
        app.signed_in(ANNA).await;
        let heard = app.provider.heard();
        assert_eq!(heard.token_authorization, None);
        assert!(!heard.token_form.contains_key("client_secret"));
        assert_eq!(heard.token_form["client_id"], "postvalv");
        assert_eq!(
            heard.token_form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let (head, claims) = checked(&heard.token_form["client_assertion"], &keys);
        assert_eq!(head["alg"], "ES256");
        assert_eq!(
            (&claims["iss"], &claims["sub"]),
            (&"postvalv".into(), &"postvalv".into())
        );
        let now = app.clock.clock().now().as_seconds();
        assert_eq!(
            (claims["iat"].as_i64(), claims["exp"].as_i64()),
            (Some(now), Some(now + 60))
        );
        ids.push(claims["jti"].as_str().unwrap().to_owned());
    }
    assert!(ids[0] != ids[1] && ids[0].len() >= 43);
}

/// A provider that names another's token endpoint as its own must get nothing that is good there.
#[tokio::test]
async fn the_assertion_is_for_the_issuer_whatever_the_metadata_say() {
    let app = with_a_key().await;
    let issuer = app.provider.issuer().to_owned();
    let endpoint = format!("{issuer}/token?of=somebody-else");
    app.provider.behave(|behaviour| {
        behaviour.metadata = Box::new(move |metadata| {
            metadata.insert("token_endpoint".to_owned(), endpoint.clone().into());
        });
    });
    app.signed_in(ANNA).await;
    let assertion = app.provider.heard().token_form["client_assertion"].clone();
    assert_eq!(decoded(assertion.split('.').nth(1).unwrap())["aud"], issuer.as_str());
}

#[tokio::test]
async fn a_provider_that_does_not_take_our_proof_lets_nobody_in() {
    let app = with_a_key().await;
    app.provider.behave(|behaviour| {
        behaviour.faults.insert("/token", Fault::Error("invalid_client"));
    });
    let mut browser = app.browser();
    let answer = browser.sign_in().await;
    assert_refused(&app, browser, &answer, Refused::NotTrusted).await;
}

#[tokio::test]
async fn where_there_is_no_key_of_ours_none_is_published() {
    let app = App::on_sqlite().await;
    for provider in [PROVIDER, "freja", "x'"] {
        assert_eq!(
            published(&app, provider).await.status,
            StatusCode::NOT_FOUND,
            "{provider}"
        );
    }
}
