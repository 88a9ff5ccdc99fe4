//! `private_key_jwt` over HTTP: a system that signs an assertion in place of sending a secret.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::api_support::{PDF, Served, System, json, metadata};
use crate::harness::ORIGIN;

const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A system with a registered key.
struct Given {
    served: Served,
    system: System,
    key: SigningKey,
}

impl Given {
    async fn new() -> Self {
        let served = Served::start().await;
        let system = served.system().await;
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }).to_string();
        let operator = served.operator();
        served
            .app
            .portal
            .add_public_key(&operator, system.id, &jwk)
            .await
            .unwrap();
        Self { served, system, key }
    }

    fn claims(&self, jti: &str) -> Value {
        let (id, now) = (
            self.system.id.to_string(),
            self.served.app.clock.clock().now().as_seconds(),
        );
        json!({ "iss": id, "sub": id, "aud": format!("{ORIGIN}/api/v1/token"), "iat": now, "exp": now + 60, "jti": jti })
    }

    fn sign(&self, claims: &Value) -> String {
        let head = json!({ "alg": "ES256", "typ": "JWT" });
        let signed = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", encode(signature.to_bytes()))
    }

    async fn present(&self, assertion: &str, more: &[(&str, &str)]) -> Response {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT),
            ("client_assertion", assertion),
        ];
        for (name, value) in more {
            form.retain(|(there, _)| there != name);
            form.push((name, value));
        }
        self.served
            .bare(Method::POST, "/token")
            .form(&form)
            .send()
            .await
            .unwrap()
    }

    async fn refused(&self, assertion: &str, more: &[(&str, &str)]) -> (u16, Value, Value) {
        let response = self.present(assertion, more).await;
        let (status, cache) = (response.status().as_u16(), response.headers()["cache-control"].clone());
        assert_eq!(cache, "no-store");
        assert_eq!(status == 401, response.headers().contains_key("www-authenticate"));
        let mut body = json(response).await;
        (status, body["error"].take(), body["error_description"].take())
    }
}

#[tokio::test]
async fn an_assertion_gives_a_token_that_sends() {
    let given = Given::new().await;
    let id = given.system.id.to_string();
    let scoped = [("client_id", id.as_str()), ("scope", "messages:send")];
    let response = given.present(&given.sign(&given.claims("a")), &scoped).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = json(response).await;
    assert_eq!(
        (&body["token_type"], &body["scope"]),
        (&"Bearer".into(), &"messages:send".into())
    );
    let by_key = System {
        token: body["access_token"].as_str().unwrap().to_owned(),
        id: given.system.id,
        secret: given.system.secret.clone(),
    };
    assert_eq!(given.served.send(&by_key, "k", &metadata(), &[PDF]).await.status(), 201);
}

#[tokio::test]
async fn what_is_wrong_with_ones_own_assertion_is_said_and_whose_key_it_is_not() {
    let given = Given::new().await;
    let good = given.sign(&given.claims("a"));
    assert_eq!(given.present(&good, &[]).await.status(), 200);
    let client = json!("invalid_client");
    let replayed = "the jti was used before: sign a new assertion for each request";
    assert_eq!(given.refused(&good, &[]).await, (401, client.clone(), json!(replayed)));

    let mut elsewhere = given.claims("b");
    elsewhere["aud"] = json!("https://elsewhere.example/api/v1/token");
    let audience = "aud must be the token endpoint or the portal's origin, and nothing else";
    assert_eq!(
        given.refused(&given.sign(&elsewhere), &[]).await,
        (401, client.clone(), json!(audience))
    );

    let nobody = "0192f0c1-2345-7abc-8def-0123456789ab";
    let mut unknown = given.claims("c");
    (unknown["iss"], unknown["sub"]) = (json!(nobody), json!(nobody));
    let stranger = Given {
        key: SigningKey::from_slice(&[8; 32]).unwrap(),
        ..given
    };
    let forged = stranger.sign(&stranger.claims("d"));
    let of_unknown = stranger.refused(&stranger.sign(&unknown), &[]).await;
    assert_eq!(stranger.refused(&forged, &[]).await, of_unknown);
    assert_eq!(
        of_unknown,
        (401, client, json!("no key of the client made this assertion"))
    );

    let audited = stranger.served.app.audited().await;
    for (detail, count) in [("assertion-replayed", 1), ("assertion-audience", 1), ("assertion", 2)] {
        assert_eq!(audited[&format!("token.refused/{detail}")], count, "{detail}");
    }
}

#[tokio::test]
async fn an_assertion_stands_alone() {
    let given = Given::new().await;
    let (good, secret) = (given.sign(&given.claims("a")), given.system.secret.expose().as_str());
    let request = json!("invalid_request");
    for (more, description) in [
        (("client_secret", secret), "credentials stand beside the assertion"),
        (
            ("client_assertion_type", "saml"),
            "the client_assertion_type is not that of a JWT",
        ),
    ] {
        assert_eq!(
            given.refused(&good, &[more]).await,
            (400, request.clone(), json!(description))
        );
    }
    let beside = given
        .served
        .bare(Method::POST, "/token")
        .basic_auth(given.system.id, Some(secret))
        .form(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT),
            ("client_assertion", good.as_str()),
        ])
        .send()
        .await
        .unwrap();
    assert_eq!(beside.status(), 400);
    let other = given.refused(&good, &[("client_id", "other")]).await;
    assert_eq!(other.2, "iss, sub and client_id must all be the client's id");
    assert_eq!(given.present(&good, &[]).await.status(), 200);
}

#[tokio::test]
async fn wrong_assertions_count_as_wrong_credentials_do() {
    let given = Given::new().await;
    for _ in 0..30 {
        assert_eq!(given.present("a.b.c", &[]).await.status(), 401);
    }
    assert_eq!(given.present("a.b.c", &[]).await.status(), 429);
    assert_eq!(given.present(&given.sign(&given.claims("a")), &[]).await.status(), 200);
}
