//! A mail server of its own for each test: a real one (aiosmtpd), in a process that answers as a test tells it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::given::given;

/// Far more than it takes to start or to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct MailServer {
    child: Child,
    orders: ChildStdin,
    lines: mpsc::UnboundedReceiver<String>,
    pub(crate) port: u16,
}

/// A mail as the server took it.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Headers and body as they came, with the body's encoding.
    pub(crate) content: String,
    /// Whether it came over TLS.
    pub(crate) tls: bool,
}

impl MailServer {
    /// `None` when no mail server is installed (`scripts/with-mail`).
    pub(crate) async fn start(options: Value) -> Option<Self> {
        let python = given("POSTVALV_TEST_MAIL", "scripts/with-mail")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/mail_server.py");
        let mut child = Command::new(python)
            .args([script, &options.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let (hear, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || said.map_while(Result::ok).try_for_each(|line| hear.send(line)));
        let mut server = Self {
            child,
            orders,
            lines,
            port: 0,
        };
        server.port = server.heard().await["port"].as_u64().unwrap().try_into().unwrap();
        Some(server)
    }

    /// One without encryption that asks nobody who they are.
    pub(crate) async fn plain() -> Option<Self> {
        Self::start(json!({ "encryption": "none" })).await
    }

    /// One with this certificate.
    pub(crate) async fn with_certificate(encryption: &str, certificate: &Path, key: &Path) -> Option<Self> {
        Self::start(json!({
            "encryption": encryption,
            "certificate": certificate,
            "key": key,
            "user": "postvalv",
            "password": "the mail server's secret",
        }))
        .await
    }

    /// What it answers to the next recipients, before it takes them again; `None` is silence.
    pub(crate) async fn answer(&mut self, answers: &[Option<&str>]) {
        self.order(&json!({ "answers": answers })).await;
    }

    /// The next mail.
    pub(crate) async fn mail(&mut self) -> Mail {
        let mail = self.heard().await;
        let text = |name: &str| mail[name].as_str().unwrap().to_owned();
        assert_eq!(mail["to"].as_array().unwrap().len(), 1);
        Mail {
            from: text("from"),
            to: mail["to"][0].as_str().unwrap().to_owned(),
            content: text("content"),
            tls: mail["tls"].as_bool().unwrap(),
        }
    }

    /// That it took no mail since the last that a test has seen.
    pub(crate) async fn got_nothing(&mut self) {
        // What it says comes in order.
        self.order(&json!({})).await;
    }

    /// Ends it, and waits until it has.
    pub(crate) fn stop(self) -> u16 {
        self.port
    }

    async fn order(&mut self, order: &Value) {
        self.orders.write_all(format!("{order}\n").as_bytes()).unwrap();
        assert_eq!(self.heard().await, json!({ "told": true }));
    }

    async fn heard(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
        serde_json::from_str(&line.unwrap().unwrap()).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
