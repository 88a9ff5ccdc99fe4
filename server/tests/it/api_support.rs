//! What the tests of API v1 stand on: the program on a real socket.

use std::net::SocketAddr;
use std::time::Duration;

use base::{AllowedNetworks, Personnummer, SecretString, SystemId};
use portal::{
    IdempotencyKey, MessageDraft, NewOrganisation, NewSystem, OperatorActor, RecipientAddress, RecipientIdentifier,
    Scope, Upload,
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::Limits;

use crate::harness::App;

/// Two of Skatteverket's test numbers.
pub(crate) const FIRST: &str = "200001012384";
pub(crate) const SECOND: &str = "20000101-2392";

/// The smallest thing that begins as a PDF does.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// The program on a socket, until it is dropped.
pub(crate) struct Served {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    http: reqwest::Client,
    _stop: oneshot::Sender<()>,
}

/// A system of an organisation, with a token.
pub(crate) struct System {
    pub(crate) id: SystemId,
    pub(crate) secret: SecretString,
    pub(crate) token: String,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::over(App::on_sqlite().await).await
    }

    /// With limits of its own, in TOML.
    pub(crate) async fn with_limits(limits: &str) -> Self {
        Self::over(App::with(|text| format!("{text}\n[limits]\n{limits}\n")).await).await
    }

    pub(crate) async fn over(app: App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let patience = Duration::from_secs(30);
        let limits = Limits {
            max_connections: 100,
            header: patience,
            idle: patience,
            shutdown: Duration::ZERO,
        };
        tokio::spawn(web::serve(listener, app.router.clone(), limits, async {
            let _dropped = stopped.await;
        }));
        Self {
            app,
            address,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _stop: stop,
        }
    }

    pub(crate) fn operator(&self) -> OperatorActor {
        OperatorActor::on_this_host(self.app.request_info())
    }

    /// A system with every scope, of a new organisation.
    pub(crate) async fn system(&self) -> System {
        self.system_with(&Scope::ALL).await
    }

    pub(crate) async fn system_with(&self, scopes: &[Scope]) -> System {
        let new = NewOrganisation {
            name: "Norrby kommun".to_owned(),
            retention_days: None,
            time_zone: None,
        };
        let operator = self.operator();
        let organisation = self.app.portal.create_organisation(&operator, new).await.unwrap();
        let new = NewSystem {
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            networks: AllowedNetworks::anywhere(),
        };
        let created = self.app.portal.create_system(&operator, organisation.id, new);
        let id = created.await.unwrap();
        let secret = self.app.portal.add_secret(&operator, id, None).await.unwrap().secret;
        let token = self.token(id, &secret).await;
        System { id, secret, token }
    }

    async fn token(&self, id: SystemId, secret: &SecretString) -> String {
        let issued = self.app.portal.issue_token(id, secret, None, self.app.request_info());
        issued.await.unwrap().token.expose().clone()
    }

    /// Gets the system a new token, when time has passed.
    pub(crate) async fn renew(&self, system: &mut System) {
        system.token = self.token(system.id, &system.secret).await;
    }

    /// A request to a path under API v1, without a token.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("http://{}/api/v1{path}", self.address))
    }

    /// A request to a path under API v1 by a system.
    pub(crate) fn request(&self, system: &System, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&system.token)
    }

    pub(crate) async fn get(&self, system: &System, path: &str) -> Response {
        self.request(system, Method::GET, path).send().await.unwrap()
    }

    /// Sends a multipart body as a message.
    pub(crate) async fn post(&self, system: &System, key: &str, body: Multipart) -> Response {
        self.request(system, Method::POST, "/messages")
            .header("idempotency-key", key)
            .header("content-type", Multipart::CONTENT_TYPE)
            .body(body.0)
            .send()
            .await
            .unwrap()
    }

    /// Sends the metadata with one part for each of the contents.
    pub(crate) async fn send(&self, system: &System, key: &str, metadata: &Value, contents: &[&[u8]]) -> Response {
        self.post(system, key, Multipart::message(metadata, contents)).await
    }

    /// Begins to receive a message with a text and no documents, and leaves it so until the upload is dropped.
    pub(crate) async fn begin(&self, system: &System, key: &str) -> Upload {
        let token = SecretString::new(system.token.clone());
        let actor = self
            .app
            .portal
            .system_actor(&token, self.app.request_info())
            .await
            .unwrap();
        let draft = MessageDraft {
            title: "Beslut".to_owned(),
            body: "Hej!".to_owned(),
            document_type: None,
            retention_days: None,
            recipients: vec![RecipientAddress {
                identifier: RecipientIdentifier::Number(Personnummer::from_digits(FIRST).unwrap()),
                email: None,
            }],
            files: Vec::new(),
        };
        let key = IdempotencyKey::parse(key).unwrap();
        self.app.portal.begin_message(&actor, key, draft).await.unwrap()
    }

    /// How many deliveries were made.
    pub(crate) async fn delivered(&self, system: &System) -> usize {
        let page = json(self.get(system, "/events?limit=500").await).await;
        let events = page["events"].as_array().unwrap().iter();
        events.filter(|event| event["kind"] == "delivered").count()
    }

    /// How many events the organisation has: none means that nothing was sent.
    pub(crate) async fn events(&self, system: &System) -> usize {
        let page = json(self.get(system, "/events").await).await;
        page["events"].as_array().unwrap().len()
    }
}

/// A multipart body, written by hand so that it can be wrong.
#[derive(Clone, Default)]
pub(crate) struct Multipart(pub(crate) Vec<u8>);

impl Multipart {
    pub(crate) const CONTENT_TYPE: &str = "multipart/form-data; boundary=edge";

    pub(crate) fn message(metadata: &Value, contents: &[&[u8]]) -> Self {
        let mut body = Self::default().part("metadata", metadata.to_string().as_bytes());
        for (index, content) in contents.iter().enumerate() {
            body = body.part(&format!("document-{index}"), content);
        }
        body.end()
    }

    pub(crate) fn part(mut self, name: &str, content: &[u8]) -> Self {
        let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) fn end(mut self) -> Self {
        self.0.extend_from_slice(b"--edge--\r\n");
        self
    }
}

/// A message to one person with one PDF.
pub(crate) fn metadata() -> Value {
    json!({
        "title": "Beslut om förskoleplats",
        "body": "Hej! Här är beslutet.",
        "document_type": "decision",
        "recipients": [{ "personnummer": FIRST }],
        "documents": [document("beslut.pdf", "application/pdf", PDF.len())],
    })
}

pub(crate) fn document(name: &str, media_type: &str, size: usize) -> Value {
    json!({ "file_name": name, "media_type": media_type, "size": size })
}

/// The metadata with the value at a JSON pointer changed; a last step that doesn't exist is added.
pub(crate) fn metadata_with(pointer: &str, value: Value) -> Value {
    let mut metadata = metadata();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    metadata.pointer_mut(parent).unwrap()[field] = value;
    metadata
}

pub(crate) async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

/// Checks that a request was refused as the code says, in the form of RFC 9457, and gives the problem.
pub(crate) async fn refused(response: Response, code: &str) -> Value {
    let status = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem = json(response).await;
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(content_type, "application/problem+json");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], request_id);
    assert_eq!(problem["type"], format!("/api/v1/problems/{code}"));
    problem
}
