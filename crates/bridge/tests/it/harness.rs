//! A bridge, a simulator and browsers, in one process.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base::{ManualClock, Timestamp};
use bridge::provider::{Bridge, SETTINGS_SOURCE, Settings};
use bridge::simulator::certificates::CertificateFiles;
use bridge::simulator::{Simulator, serve_api};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use url::{Url, form_urlencoded};

pub(crate) const ORIGIN: &str = "https://bankid.example";
pub(crate) const CALLBACK: &str = "https://portal.example/callback";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const ALMA: &str = "200001012384";
pub(crate) const NUMBER_SCOPE: &str = "https://id.oidc.se/scope/naturalPersonNumber";
pub(crate) const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1";
pub(crate) const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// Everything that a test needs. The simulator's API listens on a port of its own; the rest is called directly.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) bridge: Bridge,
    pub(crate) router: Router,
    phone: Router,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// The parameters of the address that the browser is sent to, which must be the relying party's.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let address = Url::parse(self.location()).unwrap();
        assert!(address.as_str().starts_with(CALLBACK), "{address}");
        address.query_pairs().into_owned().collect()
    }

    pub(crate) fn told_one(&self, name: &str) -> Option<String> {
        self.told()
            .into_iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

pub(crate) async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With `more` after the usual configuration.
    pub(crate) async fn with(more: &str) -> Self {
        Self::configured("", more).await
    }

    /// With `bankid` in the section of that name.
    pub(crate) async fn with_bankid(bankid: &str) -> Self {
        Self::configured(bankid, "").await
    }

    async fn configured(bankid: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Timestamp::from_millis(1_795_000_000_000));
        let certificates = CertificateFiles::ensure(&folder.path().join("ca")).unwrap();
        let simulator = Simulator::new("http://127.0.0.1:3002".parse().unwrap(), clock.clock());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = listener.local_addr().unwrap();
        let (router, files) = (simulator.api(), certificates.clone());
        tokio::spawn(async move { serve_api(listener, router, &files, std::future::pending()).await });

        let path = folder.path().join("bridge.toml");
        let text = format!(
            r#"
            mode = "production"
            origin = "{ORIGIN}"
            [bankid]
            url = "https://{api}/rp/v6.0/"
            certificate_authority = {authority:?}
            certificate = {certificate:?}
            private_key_file = {key:?}
            {bankid}
            [keys]
            folder = {keys:?}
            [clients.portal]
            name = "Portalen"
            purpose_sv = "läsa dina brev"
            purpose_en = "read your letters"
            secret = "{SECRET}"
            redirect_uris = ["{CALLBACK}"]
            post_logout_redirect_uris = ["https://portal.example/signed-out"]
            number_aliases = ["ssn"]
            [clients.other]
            name = "Annan"
            purpose_sv = "annat"
            purpose_en = "something else"
            secret = "ffffffffffffffffffffffffffffffff"
            redirect_uris = ["https://other.example/callback"]
            {more}
            "#,
            authority = certificates.authority,
            certificate = certificates.client,
            key = certificates.client_key,
            keys = folder.path().join("keys"),
        );
        std::fs::write(&path, text).unwrap();
        let settings: Settings = SETTINGS_SOURCE.load_from(&path, []).unwrap();
        let bridge = Bridge::open(settings, clock.clock()).unwrap();
        Self {
            router: bridge.router(),
            clock,
            bridge,
            phone: simulator.phone(),
            _folder: folder,
        }
    }

    /// Two seconds pass, and BankID is asked.
    pub(crate) async fn beat(&self) {
        self.clock.advance(Duration::from_secs(2));
        self.bridge.collect_due().await;
    }

    /// A call of the simulator's control API.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/control/{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = call(&self.phone, request).await;
        let body = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }

    /// As [`World::control`], and it works.
    pub(crate) async fn phone(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, body) = self.control(method, path, body).await;
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    pub(crate) async fn waiting(&self) -> Vec<Value> {
        self.phone("GET", "orders", Value::Null)
            .await
            .as_array()
            .unwrap()
            .clone()
    }

    pub(crate) async fn misbehave(&self, behaviour: Value) {
        self.phone("PUT", "behaviour", behaviour).await;
    }

    pub(crate) fn browser(&self, user_agent: &'static str) -> Browser<'_> {
        Browser {
            world: self,
            user_agent,
            cookie: None,
            language: "sv",
        }
    }

    /// Calls the token endpoint as the portal.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.token_as(&[("client_id", "portal"), ("client_secret", SECRET)], form)
            .await
    }

    pub(crate) async fn token_as(&self, credentials: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .extend_pairs(credentials)
            .finish();
        let request = Request::post("/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        call(&self.router, request).await
    }

    /// Exchanges a code, and it works.
    pub(crate) async fn exchange(&self, code: &str) -> Value {
        let answer = self.token(&exchange(code)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    pub(crate) async fn user_info(&self, token: &str) -> Answer {
        let request = Request::get("/userinfo")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        call(&self.router, request).await
    }
}

/// The form that exchanges a code.
pub(crate) fn exchange(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The parameters of a good authorisation request.
pub(crate) fn authorization() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", "portal"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile https://id.oidc.se/scope/naturalPersonNumber"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]
}

pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// A browser with its cookie.
pub(crate) struct Browser<'w> {
    world: &'w World,
    user_agent: &'static str,
    pub(crate) cookie: Option<String>,
    pub(crate) language: &'static str,
}

impl<'w> Browser<'w> {
    async fn send(&mut self, request: Builder, body: String) -> Answer {
        let mut request = request
            .header(header::USER_AGENT, self.user_agent)
            .header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("__Host-bridge={cookie}"));
        }
        let answer = call(&self.world.router, request.body(Body::from(body)).unwrap()).await;
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(
                text.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"),
                "{text}"
            );
            let value = text.strip_prefix("__Host-bridge=").unwrap().split(';').next().unwrap();
            self.cookie = Some(value.to_owned());
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let path = path.strip_prefix(ORIGIN).unwrap_or(path);
        self.send(Request::get(path), String::new()).await
    }

    /// Posts a form of our own page.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, query(form)).await
    }

    /// Comes from the relying party to the sign-in page.
    pub(crate) async fn begin(mut self) -> SignIn<'w> {
        let answer = self.get(&format!("/authorize?{}", query(&authorization()))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        SignIn {
            path: answer.location().to_owned(),
            browser: self,
        }
    }
}

/// A sign-in page in a browser.
pub(crate) struct SignIn<'w> {
    pub(crate) browser: Browser<'w>,
    pub(crate) path: String,
}

impl SignIn<'_> {
    pub(crate) async fn page(&mut self) -> Answer {
        self.browser.get(&self.path.clone()).await
    }

    pub(crate) async fn status(&mut self) -> Value {
        let path = format!("{}/status", self.path);
        self.browser.get(&path).await.json()
    }

    pub(crate) async fn message(&mut self) -> String {
        self.status().await["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn post(&mut self, action: &str, form: &[(&str, &str)]) -> Answer {
        let path = format!("{}/{action}", self.path);
        self.browser.post(&path, form).await
    }

    /// The text of the QR code that is shown.
    pub(crate) async fn qr(&mut self) -> String {
        self.status().await["qr"]["text"].as_str().unwrap().to_owned()
    }

    /// Scans the QR code that is shown; gives the order's path on the control API.
    pub(crate) async fn scan(&mut self) -> String {
        let qr = self.qr().await;
        let order = self
            .browser
            .world
            .phone("POST", "scan", serde_json::json!({ "qr": qr }))
            .await;
        format!("orders/{}", order["orderRef"].as_str().unwrap())
    }

    /// Scans, approves as `number`, and waits for BankID's answer.
    pub(crate) async fn approve_by_qr(&mut self, number: &str) {
        let order = self.scan().await;
        let world = self.browser.world;
        world
            .phone(
                "POST",
                &format!("{order}/approve"),
                serde_json::json!({ "personnummer": number }),
            )
            .await;
        world.beat().await;
    }

    /// The code that the relying party gets.
    pub(crate) async fn code(&mut self) -> String {
        self.page().await.told_one("code").unwrap()
    }
}

/// A sign-in of Alma's that is complete, as the code that the portal gets.
pub(crate) async fn code(world: &World) -> String {
    let mut sign_in = world.browser(DESKTOP).begin().await;
    sign_in.approve_by_qr(ALMA).await;
    sign_in.code().await
}
