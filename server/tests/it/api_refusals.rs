//! What bad input gets over API v1: a clear refusal, and nothing half-done.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api_support::{FIRST, Multipart, PDF, SECOND, Served, document, json, metadata, metadata_with, refused};

/// A directory from which no recipient comes.
const TENANT: &str = "99999999-2222-4333-8444-555555555555";

/// Metadata that is refused with a code and a pointer, with the PDF as its document.
async fn refuses(cases: &[(&str, Value, &str, Option<&str>)]) {
    let served = Served::with_limits("max_files = 2\nmax_recipients = 2").await;
    let system = served.system().await;
    for (pointer, value, code, where_to) in cases {
        let metadata = metadata_with(pointer, value.clone());
        let problem = refused(served.send(&system, "k", &metadata, &[PDF]).await, code).await;
        assert_eq!(problem["pointer"].as_str(), *where_to, "{pointer} = {value}");
    }
    assert_eq!(served.events(&system).await, 0);
    // The key is free again: a refused message is no message.
    assert_eq!(served.send(&system, "k", &metadata(), &[PDF]).await.status(), 201);
}

#[tokio::test]
async fn wrong_recipients_are_named_by_their_place() {
    let person = |number: &str| json!({ "personnummer": number });
    let personnummer = |number: &str, place: &'static str| {
        let recipients = json!([person(FIRST), person(number)]);
        let place = Some(place);
        ("/recipients", recipients, "invalid-personnummer", place)
    };
    let second = "/recipients/1/personnummer";
    refuses(&[
        personnummer("200001012385", second),
        personnummer("200002302384", second),
        personnummer("0001012384", second),
        personnummer("20991231-2384", second),
        personnummer("nobody", second),
        personnummer("", second),
        ("/recipients", json!([]), "no-recipients", Some("/recipients")),
        (
            "/recipients",
            json!([person(FIRST), person("20000101-2384")]),
            "duplicate-recipient",
            Some("/recipients/1"),
        ),
        (
            "/recipients",
            json!([person(FIRST), person(SECOND), person("197701172392")]),
            "too-many-recipients",
            Some("/recipients"),
        ),
        ("/recipients", json!([{}]), "invalid-recipient", Some("/recipients/0")),
        (
            "/recipients",
            json!([{ "personnummer": FIRST, "prid": "NO:05068907693" }]),
            "invalid-recipient",
            Some("/recipients/0"),
        ),
        (
            "/recipients",
            json!([{ "prid": "no:05068907693" }]),
            "invalid-recipient",
            Some("/recipients/0/prid"),
        ),
        (
            "/recipients",
            json!([{ "work_account": { "tenant": TENANT, "email": "karin" } }]),
            "invalid-email",
            Some("/recipients/0/work_account/email"),
        ),
        (
            "/recipients",
            json!([{ "work_account": { "tenant": TENANT, "email": "karin@norrby.example" } }]),
            "no-way-in",
            Some("/recipients/0"),
        ),
        (
            "/recipients",
            json!([{ "personnummer": FIRST, "email": "not an address" }]),
            "invalid-email",
            Some("/recipients/0/email"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn wrong_texts_are_refused() {
    refuses(&[
        ("/title", json!(""), "invalid-title", Some("/title")),
        ("/title", json!("två\nrader"), "invalid-title", Some("/title")),
        ("/title", json!("x".repeat(201)), "invalid-title", Some("/title")),
        ("/body", json!("x".repeat(20_001)), "invalid-body", Some("/body")),
        ("/body", json!("\u{7}"), "invalid-body", Some("/body")),
        (
            "/document_type",
            json!("två ord"),
            "invalid-document-type",
            Some("/document_type"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn retention_beyond_the_ceiling_or_of_no_days_is_refused() {
    refuses(&[
        (
            "/retention_days",
            json!(366),
            "retention-outside-limits",
            Some("/retention_days"),
        ),
        (
            "/retention_days",
            json!(0),
            "retention-outside-limits",
            Some("/retention_days"),
        ),
        ("/retention_days", json!(-1), "invalid-metadata", None),
    ])
    .await;
}

#[tokio::test]
async fn file_names_that_deceive_are_refused() {
    let named = |name: &str| {
        let documents = json!([document(name, "application/pdf", PDF.len())]);
        (
            "/documents",
            documents,
            "invalid-file-name",
            Some("/documents/0/file_name"),
        )
    };
    refuses(&[
        named(""),
        named(".."),
        named("../beslut.pdf"),
        named("C:\\beslut.pdf"),
        named("a/b.pdf"),
        named("beslut\n.pdf"),
        named("beslut\0.pdf"),
        named("beslut\u{202e}fdp.exe"),
        named(&"x".repeat(256)),
    ])
    .await;
}

#[tokio::test]
async fn wrong_declarations_are_refused_before_the_bytes() {
    let declared = |changes: &Value| {
        let mut document = document("beslut.pdf", "application/pdf", PDF.len());
        for (field, value) in changes.as_object().unwrap() {
            document[field] = value.clone();
        }
        json!([document])
    };
    let three = json!([
        document("a.pdf", "application/pdf", 1),
        document("b.pdf", "application/pdf", 1),
        document("c.pdf", "application/pdf", 1),
    ]);
    refuses(&[
        (
            "/documents",
            declared(&json!({ "size": 0 })),
            "empty-file",
            Some("/documents/0"),
        ),
        (
            "/documents",
            declared(&json!({ "media_type": "pdf" })),
            "invalid-declaration",
            Some("/documents/0/media_type"),
        ),
        (
            "/documents",
            declared(&json!({ "sha256": "abc" })),
            "invalid-declaration",
            Some("/documents/0/sha256"),
        ),
        ("/documents", three, "too-many-files", Some("/documents")),
    ])
    .await;
}

#[tokio::test]
async fn content_that_differs_from_its_declaration_is_refused() {
    let declared = |media_type: &str, size: usize| json!([document("beslut.pdf", media_type, size)]);
    let mut digest = declared("application/pdf", PDF.len());
    digest[0]["sha256"] = json!("0".repeat(64));
    refuses(&[
        (
            "/documents",
            declared("image/png", PDF.len()),
            "type-mismatch",
            Some("/documents/0/media_type"),
        ),
        (
            "/documents",
            declared("application/pdf", PDF.len() + 1),
            "size-mismatch",
            Some("/documents/0/size"),
        ),
        (
            "/documents",
            declared("application/pdf", PDF.len() - 1),
            "size-mismatch",
            Some("/documents/0/size"),
        ),
        ("/documents", digest, "digest-mismatch", Some("/documents/0/sha256")),
    ])
    .await;
}

#[tokio::test]
async fn metadata_that_is_no_message_is_refused_without_repeating_it() {
    let served = Served::start().await;
    let system = served.system().await;
    for text in [
        "",
        "{",
        "[]",
        r#"{"title": "x"}"#,
        r#"{"title": "x", "recipients": [200001012384]}"#,
        r#"{"title": "x", "recipients": [], "recipient": "200001012384"}"#,
    ] {
        let body = Multipart::default().part("metadata", text.as_bytes()).end();
        let problem = refused(served.post(&system, "k", body).await, "invalid-metadata").await;
        assert!(!problem.to_string().contains("2000"), "{problem}");
    }
    let large = Multipart::default().part("metadata", &vec![b' '; 257 * 1024]).end();
    let problem = refused(served.post(&system, "k", large).await, "metadata-too-large").await;
    assert_eq!(problem["limit"], 256 * 1024);
}

#[tokio::test]
async fn parts_that_are_missing_out_of_order_or_too_many_are_refused() {
    let served = Served::start().await;
    let system = served.system().await;
    let two = metadata_with(
        "/documents",
        json!([
            document("a.pdf", "application/pdf", PDF.len()),
            document("b.pdf", "application/pdf", PDF.len())
        ]),
    )
    .to_string();
    let start = || Multipart::default().part("metadata", two.as_bytes());
    for (body, code, pointer) in [
        (start().end(), "missing-part", Some("/documents/0")),
        (
            start().part("document-0", PDF).end(),
            "missing-part",
            Some("/documents/1"),
        ),
        (
            start().part("document-1", PDF).part("document-0", PDF).end(),
            "unexpected-part",
            Some("/documents/0"),
        ),
        (
            start().part("document-0", PDF).part("document-0", PDF).end(),
            "unexpected-part",
            Some("/documents/1"),
        ),
        (
            start()
                .part("document-0", PDF)
                .part("document-1", PDF)
                .part("document-2", PDF)
                .end(),
            "unexpected-part",
            None,
        ),
        (
            Multipart::default().part("document-0", PDF).end(),
            "unexpected-part",
            None,
        ),
        (Multipart::default().end(), "missing-part", None),
        (start().part("document-0", PDF), "interrupted", None),
    ] {
        let problem = refused(served.post(&system, "k", body).await, code).await;
        assert_eq!(problem["pointer"].as_str(), pointer);
    }
    assert_eq!(served.events(&system).await, 0);
}

#[tokio::test]
async fn a_document_over_the_limit_is_refused_by_its_declaration_and_cut_off_in_the_stream() {
    let served = Served::with_limits("max_file_bytes = 1000").await;
    let system = served.system().await;
    let declared = metadata_with("/documents", json!([document("a.pdf", "application/pdf", 1001)]));
    let problem = refused(served.send(&system, "k", &declared, &[PDF]).await, "file-too-large").await;
    assert_eq!(problem["limit"], 1000);

    // Declared small, and then without end: the refusal comes although the sender never stops.
    let start = Multipart::default()
        .part("metadata", metadata().to_string().as_bytes())
        .0;
    let head = b"--edge\r\ncontent-disposition: form-data; name=\"document-0\"\r\n\r\n%PDF-1.7\n";
    let beginning = futures::stream::iter([Ok::<_, std::io::Error>(start), Ok(head.to_vec())]);
    let endless = futures::StreamExt::chain(beginning, futures::stream::repeat_with(|| Ok(vec![b'a'; 16 * 1024])));
    let response = served
        .request(&system, Method::POST, "/messages")
        .header("idempotency-key", "k")
        .header("content-type", Multipart::CONTENT_TYPE)
        .body(reqwest::Body::wrap_stream(endless))
        .send()
        .await
        .unwrap();
    let problem = json(response).await;
    assert!(
        ["size-mismatch", "file-too-large"].contains(&problem["code"].as_str().unwrap()),
        "{problem}"
    );
    assert_eq!(served.events(&system).await, 0);
}

#[tokio::test]
async fn a_connection_that_breaks_halfway_leaves_nothing() {
    let served = Served::start().await;
    let system = served.system().await;
    let body = Multipart::message(&metadata(), &[PDF]).0;
    for cut in [10, body.len() / 2, body.len() - 5] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let head = format!(
            "POST /api/v1/messages HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\nidempotency-key: k\r\n\
             content-type: {}\r\ncontent-length: {}\r\n\r\n",
            system.token,
            Multipart::CONTENT_TYPE,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..cut]).await.unwrap();
        stream.shutdown().await.unwrap();
        // The portal closes its side when it has given the message up.
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        assert!(
            !answer.starts_with(b"HTTP/1.1 2"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        assert_eq!(served.events(&system).await, 0);
    }
    assert_eq!(served.send(&system, "k", &metadata(), &[PDF]).await.status(), 201);
}

#[tokio::test]
async fn a_body_in_another_form_is_refused() {
    let served = Served::start().await;
    let system = served.system().await;
    for (content_type, code) in [
        ("application/json", "unsupported-media-type"),
        ("multipart/mixed; boundary=edge", "unsupported-media-type"),
        ("multipart/form-data", "malformed-request"),
    ] {
        let response = served
            .request(&system, Method::POST, "/messages")
            .header("idempotency-key", "k")
            .header("content-type", content_type)
            .body(metadata().to_string())
            .send()
            .await
            .unwrap();
        refused(response, code).await;
    }
}

#[tokio::test]
async fn a_message_needs_a_usable_key() {
    let served = Served::start().await;
    let system = served.system().await;
    let body = Multipart::message(&metadata(), &[PDF]);
    let without = served
        .request(&system, Method::POST, "/messages")
        .header("content-type", Multipart::CONTENT_TYPE)
        .body(body.0.clone())
        .send()
        .await
        .unwrap();
    refused(without, "idempotency-key-missing").await;
    for key in ["", "två", "a b", &"x".repeat(256)] {
        refused(served.post(&system, key, body.clone()).await, "invalid-idempotency-key").await;
    }
}
