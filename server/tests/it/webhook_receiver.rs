//! What an organisation lets checkpoints go to: a server over TLS on loopback that does as a test tells it, and is there or not.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::authority::Authority;
use crate::provider::{Fault, misbehave};

/// Far more than it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The receiver, until the test's runtime ends.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    _folder: TempDir,
    acceptor: TlsAcceptor,
    inside: Arc<Mutex<Inside>>,
    serving: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Inside {
    connections: usize,
    fault: Option<Fault>,
    got: Vec<Got>,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// Method, and path with query.
    pub(crate) asked: String,
    pub(crate) media_type: String,
    pub(crate) agent: String,
    pub(crate) body: String,
    /// What was answered.
    pub(crate) status: StatusCode,
}

/// Connections that agreed on TLS.
struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    inside: Arc<Mutex<Inside>>,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            self.inside.lock().unwrap().connections += 1;
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Receiver {
    /// One that is there, with a certificate for this name.
    pub(crate) async fn start(authority: &Authority, name: &str, last_year: i32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        authority.sign(folder.path(), name, last_year);
        let certificate = CertificateDer::from_pem_file(folder.path().join("certificate.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let mut receiver = Self {
            port: 0,
            _folder: folder,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            inside: Arc::default(),
            serving: None,
        };
        receiver.up().await;
        receiver
    }

    /// Is there, at the port where it was before.
    pub(crate) async fn up(&mut self) {
        let begun = Instant::now();
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(problem) => assert!(begun.elapsed() < PATIENCE, "{problem}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        self.port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&self.inside));
        let listener = TlsListener {
            listener,
            acceptor: self.acceptor.clone(),
            inside: Arc::clone(&self.inside),
        };
        self.serving = Some(tokio::spawn(
            async move { axum::serve(listener, router).await.unwrap() },
        ));
    }

    /// Is not there any more.
    pub(crate) async fn down(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _aborted = serving.await;
        }
    }

    /// Misbehaves so from now on, or no more.
    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.inside.lock().unwrap().fault = fault;
    }

    /// How often somebody connected.
    pub(crate) fn connections(&self) -> usize {
        self.inside.lock().unwrap().connections
    }

    /// What came.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.inside.lock().unwrap().got.clone()
    }

    /// The rows of the checkpoints that it took.
    pub(crate) fn rows(&self) -> Vec<u64> {
        let taken = self.got().into_iter().filter(|got| got.status.is_success());
        taken
            .map(|got| got.body.parse::<portal::Checkpoint>().unwrap().sequence)
            .collect()
    }

    /// Waits until it took so many.
    pub(crate) async fn took(&self, count: usize) {
        let begun = Instant::now();
        while self.rows().len() < count {
            assert!(begun.elapsed() < PATIENCE, "not so many came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// An address there, on the host of that name, with a key that only the two sides are to know.
    pub(crate) fn address(&self, host: &str) -> String {
        format!("https://{host}:{}/postvalv?key={KEY}", self.port)
    }
}

/// What must not be told to anybody.
pub(crate) const KEY: &str = "xyzzyplugh";

/// The section that lets webhooks lead to these networks, and trusts this authority.
pub(crate) fn section(networks: &[&str], authority: Option<&Authority>) -> String {
    let authorities = authority.map(|authority| format!("authorities = \"\"\"{}\"\"\"\n", authority.pem()));
    format!(
        "[audit.webhook]\nallowed_networks = {networks:?}\n{}",
        authorities.unwrap_or_default()
    )
}

async fn answer(State(inside): State<Arc<Mutex<Inside>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        let value = head.headers.get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let (media_type, agent) = (header("content-type"), header("user-agent"));
    let asked = format!("{} {}", head.method, head.uri.path_and_query().unwrap());
    let body = body.collect().await.unwrap().to_bytes();
    let fault = inside.lock().unwrap().fault.clone();
    let response = match fault {
        Some(fault) => misbehave(fault).await,
        None => StatusCode::NO_CONTENT.into_response(),
    };
    inside.lock().unwrap().got.push(Got {
        asked,
        media_type,
        agent,
        body: String::from_utf8(body.to_vec()).unwrap(),
        status: response.status(),
    });
    response
}
