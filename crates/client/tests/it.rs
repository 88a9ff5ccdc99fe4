//! `valv` and the client against a portal that behaves as each test tells it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy allows these in tests, but does not see that the helpers here are for nothing else"
)]

use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use client::api::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// What the portal does with the next message.
#[derive(Clone, Copy)]
enum Answer {
    /// Takes it.
    Receipt,
    /// Refuses it before its documents.
    Refusal(ProblemCode),
    /// Breaks the connection after its last byte.
    Break,
}

#[derive(Default)]
struct Portal {
    answer: Mutex<Option<Answer>>,
    /// Key and body of each message that came.
    messages: Mutex<Vec<(String, Bytes)>>,
    tokens: Mutex<usize>,
    /// The form of the latest token request.
    token_form: Mutex<String>,
    reject_first_token: bool,
}

/// A fake portal, and a home for `valv`.
struct Setting {
    portal: Arc<Portal>,
    address: String,
    home: TempDir,
}

impl Setting {
    async fn new() -> Self {
        Self::with(Portal::default()).await
    }

    async fn with(portal: Portal) -> Self {
        let portal = Arc::new(portal);
        let router = Router::new()
            .route("/api/v1/token", post(token))
            .route("/api/v1/messages", post(message))
            .route("/api/v1/messages/{id}", delete(revoke))
            .with_state(Arc::clone(&portal));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let setting = Self {
            portal,
            address,
            home: tempfile::tempdir().unwrap(),
        };
        let profile = format!(
            "server = \"{}\"\nclient_id = \"{ID}\"\nclient_secret = \"secret\"\n",
            setting.address
        );
        let path = setting.home.path().join("valv.toml");
        std::fs::write(&path, profile).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private).unwrap();
        std::fs::write(setting.home.path().join("beslut.pdf"), b"%PDF-1.7 content").unwrap();
        setting
    }

    fn next(&self, answer: Answer) {
        *self.portal.answer.lock().unwrap() = Some(answer);
    }

    /// Runs `valv --json` with these arguments.
    async fn valv(&self, arguments: &[&str], input: &str) -> Output {
        let home = self.home.path();
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_valv"))
            .arg("--json")
            .args(arguments)
            .current_dir(home)
            .env_clear()
            .env("HOME", home)
            .env("VALV_PROFILE", "valv.toml")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let written = tokio::io::AsyncWriteExt::write_all(&mut stdin, input.as_bytes()).await;
        // A command that refuses before it reads has closed its input; what it says is looked at all the same.
        if let Err(error) = written {
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
        }
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    /// Logs in with the key in `system.key`, and with these arguments besides.
    async fn log_in_with_key(&self, more: &[&str]) {
        let server = &self.address;
        let login = ["login", "--server", server, "--client-id", ID, "--key", "system.key"];
        let output = self.valv(&[&login, more].concat(), "").await;
        assert!(output.status.success(), "{output:?}");
    }

    async fn send(&self, more: &[&str]) -> Output {
        let arguments = [&["send", "--to", "-", "--title", "Beslut", "beslut.pdf"], more].concat();
        self.valv(&arguments, "200001012384\n").await
    }

    fn keys(&self) -> Vec<String> {
        let messages = self.portal.messages.lock().unwrap();
        messages.iter().map(|(key, _)| key.clone()).collect()
    }

    fn pending(&self) -> usize {
        std::fs::read_dir(self.home.path().join(".local/state/postvalv/pending")).map_or(0, Iterator::count)
    }
}

async fn token(State(portal): State<Arc<Portal>>, form: String) -> Response {
    *portal.token_form.lock().unwrap() = form;
    let mut tokens = portal.tokens.lock().unwrap();
    *tokens += 1;
    let token = json!({ "access_token": format!("token-{tokens}"), "token_type": "Bearer", "expires_in": 3600, "scope": "messages:send" });
    axum::Json(token).into_response()
}

async fn message(State(portal): State<Arc<Portal>>, request: Request) -> Response {
    let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
    let answer = portal.answer.lock().unwrap().unwrap_or(Answer::Receipt);
    // Read before any answer, as the portal does: a connection that is closed on unread bytes loses the answer.
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    portal.messages.lock().unwrap().push((key, body));
    match answer {
        Answer::Break => broken(),
        Answer::Refusal(code) => problem(code),
        Answer::Receipt => axum::Json(receipt()).into_response(),
    }
}

async fn revoke(State(portal): State<Arc<Portal>>, request: Request) -> Response {
    let first = request.headers()["authorization"] == "Bearer token-1";
    if portal.reject_first_token && first {
        return problem(ProblemCode::InvalidToken);
    }
    axum::http::StatusCode::NO_CONTENT.into_response()
}

fn receipt() -> Value {
    json!({ "id": ID, "sent_at": "2026-11-22T09:00:00Z", "repeated": false, "deliveries": [
        { "id": ID, "case_id": ID, "expires_at": "2026-12-22T23:00:00Z", "letter": "Ett brev." }
    ] })
}

fn problem(code: ProblemCode) -> Response {
    let status = axum::http::StatusCode::from_u16(code.status()).unwrap();
    let content_type = [("content-type", PROBLEM_MEDIA_TYPE)];
    (status, content_type, serde_json::to_vec(&Problem::new(code)).unwrap()).into_response()
}

/// An answer whose head promises a body that breaks off.
fn broken() -> Response {
    let stream = futures::stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("broken"))]);
    axum::body::Body::from_stream(stream).into_response()
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn error(output: &Output) -> Value {
    serde_json::from_slice::<Value>(&output.stderr).unwrap()["error"].clone()
}

#[tokio::test]
async fn a_letter_is_never_overwritten() {
    let setting = Setting::new().await;
    let path = setting.home.path().join(format!("letters/{ID}-1.txt"));
    // Running the same again finds the same letter.
    for _ in 0..2 {
        let output = setting.send(&["--letters", "letters"]).await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    std::fs::write(&path, "Ett annat brev.").unwrap();
    let output = setting.send(&["--letters", "letters"]).await;
    assert_eq!(error(&output)["code"], "letters", "{output:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Ett annat brev.");
    assert_eq!(
        answer(&output)["deliveries"][0]["letter"],
        "Ett brev.",
        "it is not lost"
    );
}

#[tokio::test]
async fn nothing_is_sent_when_its_letters_could_not_be_written() {
    let setting = Setting::new().await;
    std::fs::write(setting.home.path().join("letters"), "a file, not a folder").unwrap();
    let output = setting.send(&["--letters", "letters"]).await;
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(setting.portal.messages.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_message_goes_out_metadata_first_and_the_receipt_comes_back() {
    let setting = Setting::new().await;
    let output = setting.send(&["--letters", "letters"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(answer(&output)["id"], ID);
    let letter = std::fs::read_to_string(setting.home.path().join(format!("letters/{ID}-1.txt"))).unwrap();
    assert_eq!(letter, "Ett brev.");

    let body = setting.portal.messages.lock().unwrap()[0].1.clone();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let place = |text: &str| {
        body.find(text)
            .unwrap_or_else(|| unreachable!("{text} is not in {body}"))
    };
    assert!(place("name=\"metadata\"") < place("\"personnummer\":\"200001012384\""));
    assert!(place("\"media_type\":\"application/pdf\"") < place("name=\"document-0\""));
    assert!(place("name=\"document-0\"") < place("%PDF-1.7 content"));
}

#[tokio::test]
async fn a_sending_that_broke_off_continues_with_its_key_and_the_next_one_has_another() {
    let setting = Setting::new().await;
    setting.next(Answer::Break);
    let output = setting.send(&[]).await;
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(error(&output)["run_again"], true);
    assert_eq!(setting.pending(), 1);

    setting.next(Answer::Refusal(ProblemCode::StillReceiving));
    assert_eq!(setting.send(&[]).await.status.code(), Some(6));
    // A refusal tells nothing of the attempt before it, so the key stays.
    setting.next(Answer::Refusal(ProblemCode::InsufficientScope));
    assert_eq!(setting.send(&[]).await.status.code(), Some(4));

    setting.next(Answer::Receipt);
    assert_eq!(setting.send(&[]).await.status.code(), Some(0));
    assert_eq!(setting.pending(), 0);
    assert_eq!(setting.send(&[]).await.status.code(), Some(0));
    let keys = setting.keys();
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_ne!(keys[3], keys[4]);
}

#[tokio::test]
async fn a_portal_that_is_away_costs_nothing_but_another_run() {
    let setting = Setting::new().await;
    let profile = setting.home.path().join("valv.toml");
    let text = std::fs::read_to_string(&profile).unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    std::fs::write(&profile, text.replace(&setting.address, &format!("http://{nobody}"))).unwrap();
    let output = setting.send(&[]).await;
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(error(&output)["code"], "unreachable");
}

#[tokio::test]
async fn a_first_refusal_ends_the_sending() {
    let setting = Setting::new().await;
    setting.next(Answer::Refusal(ProblemCode::TypeMismatch));
    let output = setting.send(&[]).await;
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(error(&output)["problem"]["code"], "type-mismatch");
    assert_eq!(setting.pending(), 0);
}

#[tokio::test]
async fn a_key_of_ones_own_is_used_and_not_kept() {
    let setting = Setting::new().await;
    setting.next(Answer::Break);
    let output = setting.send(&["--idempotency-key", "case-17"]).await;
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(setting.keys(), ["case-17"]);
    assert_eq!(setting.pending(), 0);
}

#[tokio::test]
async fn what_is_wrong_here_is_told_before_anything_is_sent() {
    let setting = Setting::new().await;
    std::fs::write(setting.home.path().join("empty.pdf"), b"").unwrap();
    for (arguments, input, code) in [
        (
            vec!["send", "--to", "-", "--title", "x", "missing.pdf"],
            "200001012384",
            1,
        ),
        (
            vec!["send", "--to", "-", "--title", "x", "empty.pdf"],
            "200001012384",
            1,
        ),
        (
            vec!["send", "--to", "-", "--title", "x", "beslut.pdf"],
            "200001012385",
            2,
        ),
        (vec!["send", "--to", "-", "--title", "x", "beslut.pdf"], "", 2),
        (vec!["send", "--to", "0001012384", "--title", "x", "beslut.pdf"], "", 2),
        (vec!["send", "--title", "x"], "", 2),
        (vec!["status", "not-an-id"], "", 2),
        (vec!["--profile", "nowhere.toml", "events"], "", 4),
    ] {
        let output = setting.valv(&arguments, input).await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("200001012385"));
    }
    assert_eq!(setting.keys().len(), 0);
}

#[tokio::test]
async fn a_token_that_ran_out_early_is_renewed_once() {
    let setting = Setting::with(Portal {
        reject_first_token: true,
        ..Portal::default()
    })
    .await;
    let output = setting.valv(&["revoke", ID], "").await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(*setting.portal.tokens.lock().unwrap(), 2);
}

#[tokio::test]
async fn logging_in_keeps_what_worked_and_nothing_else() {
    let setting = Setting::new().await;
    let path = setting.home.path().join("new/valv.toml");
    let login = [
        "--profile",
        "new/valv.toml",
        "login",
        "--server",
        &setting.address,
        "--client-id",
        ID,
    ];
    assert_eq!(setting.valv(&login, "").await.status.code(), Some(2));
    assert!(!path.exists());
    let output = setting.valv(&login, "the secret\n").await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(answer(&output)["scopes"], json!(["messages:send"]));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("the secret"));
    assert_private(&path);
    assert!(std::fs::read_to_string(&path).unwrap().contains("the secret"));
}

fn assert_private(path: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

/// A P-256 private key in PEM, in a file that only its owner may read.
fn write_key(path: &Path) {
    let key = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let pem = p256::pkcs8::EncodePrivateKey::to_pkcs8_pem(&key, p256::pkcs8::LineEnding::LF).unwrap();
    std::fs::write(path, pem.as_bytes()).unwrap();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_system_with_a_key_signs_and_sends_no_secret() {
    let setting = Setting::new().await;
    let (home, key) = (setting.home.path(), setting.home.path().join("system.key"));
    write_key(&key);
    setting.log_in_with_key(&[]).await;
    let profile = std::fs::read_to_string(home.join("valv.toml")).unwrap();
    assert!(
        profile.contains("client_key_file = ") && !profile.contains("client_secret"),
        "{profile}"
    );

    let output = setting.send(&[]).await;
    assert!(output.status.success(), "{output:?}");
    let form = setting.portal.token_form.lock().unwrap().clone();
    assert!(form.contains("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"));
    assert!(
        form.contains("client_assertion=ey") && !form.contains("client_secret"),
        "{form}"
    );
    assert_eq!(setting.keys().len(), 1);

    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&key, open).unwrap();
    let output = setting.send(&[]).await;
    assert_eq!(output.status.code(), Some(4));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "key-readable-by-others");
}

#[tokio::test]
async fn a_key_that_is_published_is_named_in_what_it_signs() {
    let setting = Setting::new().await;
    write_key(&setting.home.path().join("system.key"));
    setting.log_in_with_key(&["--key-id", "november \"26\""]).await;
    // By the name that the profile keeps.
    let output = setting.send(&[]).await;
    assert!(output.status.success(), "{output:?}");
    let form = setting.portal.token_form.lock().unwrap().clone();
    let assertion = form.split("client_assertion=").nth(1).unwrap();
    let head = assertion.split('.').next().unwrap();
    let head = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, head).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!(head["kid"], "november \"26\"");
}
