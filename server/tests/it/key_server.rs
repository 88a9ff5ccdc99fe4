//! Where a system publishes its keys: a server on loopback that does as a test tells it. And what a system signs with them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::SystemId;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::api_support::Served;
use crate::harness::ORIGIN;
use crate::provider::{Fault, misbehave};

/// The server, until the test's runtime ends.
#[derive(Clone)]
pub(crate) struct KeyServer {
    pub(crate) address: String,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    keys: Vec<Value>,
    fault: Option<Fault>,
    requests: usize,
}

impl KeyServer {
    /// A server that publishes these keys.
    pub(crate) async fn start(keys: &[u8]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}/jwks", listener.local_addr().unwrap()),
            inside: Arc::default(),
        };
        server.publish(keys);
        let router = Router::new().route("/jwks", get(answer)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    /// Publishes these keys from now on, which are called by their numbers.
    pub(crate) fn publish(&self, keys: &[u8]) {
        self.publish_as_it_is(keys.iter().map(|key| jwk(*key)).collect());
    }

    /// Publishes this, whatever it is.
    pub(crate) fn publish_as_it_is(&self, keys: Vec<Value>) {
        self.inside.lock().unwrap().keys = keys;
    }

    /// Misbehaves so from now on, or no more.
    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.inside.lock().unwrap().fault = fault;
    }

    /// How often it was asked.
    pub(crate) fn requests(&self) -> usize {
        self.inside.lock().unwrap().requests
    }
}

async fn answer(State(server): State<KeyServer>) -> Response {
    let (keys, fault) = {
        let mut inside = server.inside.lock().unwrap();
        inside.requests += 1;
        (inside.keys.clone(), inside.fault.clone())
    };
    match fault {
        Some(fault) => misbehave(fault).await,
        None => axum::Json(json!({ "keys": keys })).into_response(),
    }
}

/// The key of this number.
fn signing_key(key: u8) -> SigningKey {
    SigningKey::from_slice(&[key; 32]).unwrap()
}

/// Its public half.
pub(crate) fn jwk(key: u8) -> Value {
    let point = signing_key(key).verifying_key().to_sec1_point(false);
    let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
    json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": key.to_string(), "use": "sig", "alg": "ES256" })
}

/// A request for a token by an assertion of a system, which this key signs under this name.
pub(crate) fn signed_request(served: &Served, system: SystemId, key: u8, kid: &str) -> RequestBuilder {
    let (id, now) = (system.to_string(), served.app.clock.clock().now().as_seconds());
    let audience = format!("{ORIGIN}/api/v1/token");
    let jti = served.app.request_info().id.to_string();
    let claims = json!({ "iss": id, "sub": id, "aud": audience, "iat": now, "exp": now + 60, "jti": jti });
    let head = json!({ "alg": "ES256", "kid": kid });
    let signed = format!("{}.{}", encode(head.to_string()), encode(claims.to_string()));
    let signature: Signature = signing_key(key).sign(signed.as_bytes());
    let assertion = format!("{signed}.{}", encode(signature.to_bytes()));
    served.bare(Method::POST, "/token").form(&[
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
    ])
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
