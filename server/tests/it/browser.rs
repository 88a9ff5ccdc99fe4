//! A person's browser: it keeps cookies as browsers do, says where its requests come from, and follows nothing by itself.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use url::Url;

use crate::harness::{App, PROVIDER};

pub(crate) struct Browser<'a> {
    app: &'a App,
    pub(crate) cookies: BTreeMap<String, String>,
    address: Option<IpAddr>,
    user_agent: Option<&'static str>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the body broke off.
    pub(crate) broken: bool,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self {
            app,
            cookies: BTreeMap::new(),
            address: None,
            user_agent: None,
        }
    }

    /// The same browser at a network address.
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    /// The same browser, which says what it is.
    pub(crate) const fn called(mut self, user_agent: &'static str) -> Self {
        self.user_agent = Some(user_agent);
        self
    }

    /// Another browser with the same cookies, as somebody who copied them would have.
    pub(crate) fn copy(&self) -> Self {
        Self {
            app: self.app,
            cookies: self.cookies.clone(),
            address: self.address,
            user_agent: self.user_agent,
        }
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(
            Request::get(path)
                .header("sec-fetch-dest", "document")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Sends a form of one of our pages.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// Sends a request with the cookies, and keeps those that come back.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            let value = HeaderValue::from_str(&cookies.join("; ")).unwrap();
            request.headers_mut().insert(header::COOKIE, value);
        }
        if let Some(user_agent) = self.user_agent {
            let value = HeaderValue::from_static(user_agent);
            request.headers_mut().insert(header::USER_AGENT, value);
        }
        if let Some(address) = self.address {
            let peer = SocketAddr::new(address, 40_000);
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let answer = self.app.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        answer
    }

    /// What a browser asks of a cookie whose name begins with `__Host-` (RFC 6265bis section 4.1.3.2).
    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let attributes: Vec<String> = attributes.split(';').map(|part| part.trim().to_lowercase()).collect();
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        assert!(name.starts_with("__Host-"), "{cookie}");
        // Without it, browsers ignore the whole line, also one that takes a cookie away.
        assert!(has("secure"), "{cookie}");
        assert!(
            has("path=/") && !attributes.iter().any(|attribute| attribute.starts_with("domain")),
            "{cookie}"
        );
        if has("max-age=0") {
            self.cookies.remove(name);
            return;
        }
        assert!(has("httponly") && has("samesite=lax"), "{cookie}");
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The id in the session's cookie.
    pub(crate) fn session(&self) -> Option<&str> {
        self.cookies.get(server::COOKIE).map(String::as_str)
    }

    /// Begins to sign in: the address at the provider that the browser is sent to.
    pub(crate) async fn begin(&mut self) -> Url {
        let answer = self.post(&format!("/sign-in/{PROVIDER}"), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        Url::parse(answer.location()).unwrap()
    }

    /// Begins to sign in, identifies with the provider, and comes back.
    pub(crate) async fn sign_in(&mut self) -> Answer {
        let address = self.begin().await;
        let callback = self.app.provider.identify(&address);
        self.get(&callback).await
    }

    /// Whether somebody is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.copy().get("/inbox").await.status == StatusCode::OK
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        let mut broken = false;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend_from_slice(frame.data_ref().unwrap()),
                Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        Self {
            status: parts.status,
            headers: parts.headers,
            body: bytes,
            broken,
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The first id that stands behind `prefix`.
    pub(crate) fn id_after(&self, prefix: &str) -> String {
        let text = self.text();
        let start = text.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {text}")) + prefix.len();
        text[start..start + 36].to_owned()
    }
}
