//! An OpenID provider that does as a test tells it: honest unless told otherwise.
//!
//! It listens on an ephemeral loopback port. What it is told takes effect with the next request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base::Clock;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use openidconnect::PrivateSigningKey;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::harness::{ANNA, ORIGIN, PROVIDER};

mod signing;

pub(crate) use signing::{Signing, sign};
use signing::{public_key, rsa_key};

/// What the metadata of every directory are called in [`Behaviour::faults`] and [`Provider::requests`].
pub(crate) const DIRECTORY_METADATA: &str = "/directory/metadata";

/// The accepted level.
pub(crate) const LEVEL_3: &str = "http://id.elegnamnden.se/loa/1.0/loa3";

#[derive(Clone)]
pub(crate) struct Provider {
    issuer: String,
    inside: Arc<Mutex<Inside>>,
}

/// What it does, changed by tests.
pub(crate) struct Behaviour {
    /// Changes the ID token's claims.
    pub(crate) claims: Change,
    /// Changes what UserInfo says.
    pub(crate) user_info: Change,
    /// Changes the metadata.
    pub(crate) metadata: Change,
    /// How the ID token is signed.
    pub(crate) signing: Signing,
    /// How UserInfo is signed, when it is.
    pub(crate) user_info_signing: Option<Signing>,
    /// What UserInfo says that it is.
    pub(crate) user_info_type: Option<&'static str>,
    /// Which of its two ES256 keys it signs with.
    pub(crate) key: usize,
    /// Which of them it publishes.
    pub(crate) published: Vec<usize>,
    /// Whether key ids are said.
    pub(crate) kid: bool,
    /// How an endpoint misbehaves, by its path.
    pub(crate) faults: BTreeMap<&'static str, Fault>,
}

type Change = Box<dyn Fn(&mut Map<String, Value>) + Send>;

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A body of 10 MB.
    Huge,
    /// Says nothing for a minute.
    Silent,
    /// Says a little every now and then, for a minute.
    Slow,
    /// A redirect to there.
    Redirect(String),
    Status(u16),
    /// An error of OAuth 2.0 (RFC 6749 section 5.2).
    Error(&'static str),
    /// Something that is not JSON.
    Garbage,
}

struct Inside {
    clock: Clock,
    behaviour: Behaviour,
    number: String,
    codes: BTreeMap<String, Grant>,
    codes_made: usize,
    /// Requests by path.
    requests: BTreeMap<String, usize>,
    /// What its endpoints were sent last.
    heard: Heard,
    /// How many logout tokens it has made.
    logout_tokens: usize,
}

/// What the provider was sent last.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    /// The form at the token endpoint.
    pub(crate) token_form: BTreeMap<String, String>,
    /// `Authorization` there.
    pub(crate) token_authorization: Option<String>,
    /// `Accept` at UserInfo.
    pub(crate) user_info_accept: String,
}

#[derive(Clone)]
struct Grant {
    nonce: String,
    challenge: String,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            claims: Box::new(|_| {}),
            user_info: Box::new(|_| {}),
            metadata: Box::new(|_| {}),
            signing: Signing::Es256,
            user_info_signing: None,
            user_info_type: None,
            key: 0,
            published: vec![0],
            kid: true,
            faults: BTreeMap::new(),
        }
    }
}

impl Provider {
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inside = Inside {
            clock,
            behaviour: Behaviour::default(),
            number: ANNA.to_owned(),
            codes: BTreeMap::new(),
            codes_made: 0,
            requests: BTreeMap::new(),
            heard: Heard::default(),
            logout_tokens: 0,
        };
        let provider = Self {
            issuer,
            inside: Arc::new(Mutex::new(inside)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                get(metadata_of_directory),
            )
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// Who identifies next.
    pub(crate) fn person(&self, number: &str) {
        number.clone_into(&mut self.inside().number);
    }

    /// Tells it how to behave.
    pub(crate) fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.inside().behaviour);
    }

    /// A token that says that the person has signed out of the session `sid`, with its claims changed.
    pub(crate) fn logout_token(
        &self,
        signing: Signing,
        kind: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> String {
        let mut inside = self.inside();
        inside.logout_tokens += 1;
        let now = inside.clock.now().as_seconds();
        let mut claims = object(json!({
            "iss": self.issuer,
            "aud": "postvalv",
            "iat": now,
            "exp": now + 120,
            "jti": format!("logout-{}", inside.logout_tokens),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
            "sid": "session of the provider",
        }));
        change(&mut claims);
        sign(&inside.behaviour, signing, kind, &claims)
    }

    /// What it was sent last.
    pub(crate) fn heard(&self) -> Heard {
        self.inside().heard.clone()
    }

    /// How often a path was asked for.
    pub(crate) fn requests(&self, path: &str) -> usize {
        self.inside().requests.get(path).copied().unwrap_or_default()
    }

    /// A person identifies at the address that their browser was sent to: the callback's path with code and state.
    pub(crate) fn identify(&self, address: &Url) -> String {
        self.answer_to(address, &format!("/sign-in/{PROVIDER}/callback"))
    }

    /// As [`Provider::identify`], with the way back that sign-ins of this kind have.
    pub(crate) fn answer_to(&self, address: &Url, back: &str) -> String {
        let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert!(address.as_str().starts_with(&self.issuer));
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], "postvalv");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["redirect_uri"], format!("{ORIGIN}{back}"));
        let mut inside = self.inside();
        inside.codes_made += 1;
        let code = format!("code-{}", inside.codes_made);
        let grant = Grant {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
        };
        inside.codes.insert(code.clone(), grant);
        callback_at(back, &[("code", &code), ("state", &query["state"])])
    }

    fn fault(&self, path: &'static str) -> Option<Fault> {
        let mut inside = self.inside();
        *inside.requests.entry(path.to_owned()).or_default() += 1;
        inside.behaviour.faults.get(path).cloned()
    }
}

/// The callback's path with these parameters.
pub(crate) fn callback(parameters: &[(&str, &str)]) -> String {
    callback_at(&format!("/sign-in/{PROVIDER}/callback"), parameters)
}

/// The path of this way back with these parameters.
pub(crate) fn callback_at(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = Url::parse(ORIGIN).unwrap();
    address.set_path(path);
    address.query_pairs_mut().extend_pairs(parameters);
    address.as_str().strip_prefix(ORIGIN).unwrap().to_owned()
}

async fn metadata(State(provider): State<Provider>) -> Response {
    let issuer = provider.issuer.clone();
    metadata_with(provider, "/.well-known/openid-configuration", issuer).await
}

/// A directory, which is an issuer of its own.
async fn metadata_of_directory(State(provider): State<Provider>, Path(tenant): Path<String>) -> Response {
    let issuer = format!("{}/{tenant}/v2.0", provider.issuer);
    metadata_with(provider, DIRECTORY_METADATA, issuer).await
}

async fn metadata_with(provider: Provider, path: &'static str, own_issuer: String) -> Response {
    if let Some(fault) = provider.fault(path) {
        return misbehave(fault).await;
    }
    let issuer = &provider.issuer;
    let mut metadata = object(json!({
        "issuer": own_issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        // Honest providers do not offer the last two; a library that trusts this list would accept them.
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
    }));
    (provider.inside().behaviour.metadata)(&mut metadata);
    axum::Json(metadata).into_response()
}

async fn keys(State(provider): State<Provider>) -> Response {
    if let Some(fault) = provider.fault("/keys") {
        return misbehave(fault).await;
    }
    let inside = provider.inside();
    let mut keys: Vec<Value> = inside
        .behaviour
        .published
        .iter()
        .map(|index| public_key(*index))
        .collect();
    keys.push(serde_json::to_value(rsa_key().as_verification_key()).unwrap());
    axum::Json(json!({ "keys": keys })).into_response()
}

#[expect(clippy::disallowed_types, reason = "a provider is no page of ours")]
async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    axum::Form(form): axum::Form<BTreeMap<String, String>>,
) -> Response {
    if let Some(fault) = provider.fault("/token") {
        return misbehave(fault).await;
    }
    let refuse = || (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": "invalid_grant" }))).into_response();
    let mut inside = provider.inside();
    let authorization = headers.get(header::AUTHORIZATION);
    inside.heard.token_authorization = authorization.map(|value| value.to_str().unwrap().to_owned());
    inside.heard.token_form = form.clone();
    let Some(grant) = inside.codes.remove(&form["code"]) else {
        return refuse();
    };
    if URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])) != grant.challenge {
        return refuse();
    }
    let now = inside.clock.now().as_seconds();
    let mut claims = object(json!({
        "iss": provider.issuer,
        "sub": "subject of the provider",
        "aud": "postvalv",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": grant.nonce,
        "acr": LEVEL_3,
        "country": "SE",
    }));
    (inside.behaviour.claims)(&mut claims);
    let id_token = sign(&inside.behaviour, inside.behaviour.signing, "JWT", &claims);
    axum::Json(json!({
        "access_token": "the access token",
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": id_token,
    }))
    .into_response()
}

async fn user_info(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    if let Some(fault) = provider.fault("/userinfo") {
        return misbehave(fault).await;
    }
    assert_eq!(headers[header::AUTHORIZATION], "Bearer the access token");
    let mut inside = provider.inside();
    inside.heard.user_info_accept = headers[header::ACCEPT].to_str().unwrap().to_owned();
    let mut claims =
        object(json!({ "sub": "subject of the provider", "number": inside.number, "name": "Anna Andersson" }));
    let signing = inside.behaviour.user_info_signing;
    if signing.is_some() {
        claims.insert("iss".to_owned(), provider.issuer.clone().into());
        claims.insert("aud".to_owned(), "postvalv".into());
    }
    (inside.behaviour.user_info)(&mut claims);
    let (content_type, body) = match signing {
        Some(signing) => ("application/jwt", sign(&inside.behaviour, signing, "JWT", &claims)),
        None => ("application/json", Value::Object(claims).to_string()),
    };
    let content_type = inside.behaviour.user_info_type.unwrap_or(content_type);
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// Answers so, or not.
pub(crate) async fn misbehave(fault: Fault) -> Response {
    match fault {
        Fault::Huge => {
            let content = Body::from(vec![b' '; 10_000_000]);
            ([(header::CONTENT_TYPE, "application/json")], content).into_response()
        }
        Fault::Silent => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Fault::Slow => {
            let little = futures::stream::unfold(0, |said| async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                (said < 1200).then(|| (Ok::<_, std::convert::Infallible>(" "), said + 1))
            });
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(little)).into_response()
        }
        Fault::Redirect(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Fault::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Fault::Error(error) => (StatusCode::UNAUTHORIZED, axum::Json(json!({ "error": error }))).into_response(),
        Fault::Garbage => ([(header::CONTENT_TYPE, "application/json")], "{\"keys\": 1").into_response(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}
