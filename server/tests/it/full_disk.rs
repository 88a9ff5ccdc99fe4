//! A disk that is really full: 507, nothing visible, nothing lost, and everything goes on when there is room.

use std::path::Path;
use std::time::Duration;

use base::{CaseId, DocumentId};
use serde_json::{Value, json};

use crate::api_support::{PDF, Served, System, document, metadata_with, refused};
use crate::browser::Browser;
use crate::harness::ANNA;
use crate::small_disk::{SmallDisk, on_small_disk};

/// Longer than any lease, and than a swept upload is remembered.
const SWEPT: Duration = Duration::from_secs(2 * 60 * 60);

/// More than fits in one part of a blob.
fn large() -> Vec<u8> {
    let mut content = PDF.to_vec();
    content.resize(3 * 1024 * 1024, b'x');
    content
}

/// A message to Anna with this content as its only document.
fn message(content: &[u8]) -> Value {
    metadata_with(
        "/documents",
        json!([document("beslut.pdf", "application/pdf", content.len())]),
    )
}

async fn send(served: &Served, system: &System, key: &str, content: &[u8]) -> reqwest::Response {
    served.send(system, key, &message(content), &[content]).await
}

/// What Anna sees in her inbox, and every document in it, opened.
async fn read_all(browser: &mut Browser<'_>) -> Vec<Vec<u8>> {
    let inbox = browser.get("/inbox").await.text();
    let cases: Vec<CaseId> = ids(&inbox, "/cases/");
    let mut contents = Vec::new();
    for case in cases {
        let page = browser.get(&format!("/cases/{case}")).await.text();
        for document in ids::<DocumentId>(&page, "/documents/") {
            let answer = browser.get(&format!("/documents/{document}/content")).await;
            assert!(answer.status.is_success() && !answer.broken);
            contents.push(answer.body);
        }
    }
    contents
}

/// The ids that stand in a page's addresses, each once.
fn ids<T: std::str::FromStr + PartialEq>(page: &str, prefix: &str) -> Vec<T> {
    let mut found = Vec::new();
    for rest in page.split(prefix).skip(1) {
        let id = rest.get(..36).and_then(|id| id.parse().ok());
        if let Some(id) = id.filter(|id| !found.contains(id)) {
            found.push(id);
        }
    }
    found
}

/// The files of blobs, whole or half written.
fn blobs(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| match path.is_dir() {
            true => blobs(&path),
            false => usize::from(path.file_name().is_some_and(|name| name != "installation")),
        })
        .sum()
}

#[test]
fn a_full_disk_of_blobs_refuses_and_loses_nothing() {
    on_small_disk("full_disk::a_full_disk_of_blobs_refuses_and_loses_nothing", full_blobs);
}

async fn full_blobs(disk: SmallDisk) {
    let served = Served::over(crate::harness::App::with_blobs_in(disk.path()).await).await;
    let folder = disk.path().join("blobs");
    let system = served.system().await;
    let large = large();
    assert_eq!(send(&served, &system, "before", &large).await.status(), 201);
    let mut anna = served.app.signed_in(ANNA).await;
    assert!(read_all(&mut anna).await == [large.as_slice()]);

    disk.fill();
    // One fits in a part and one does not; both are asked for twice, as senders do.
    for (key, content) in [("small", PDF), ("large", &large), ("small", PDF), ("large", &large)] {
        let problem = refused(send(&served, &system, key, content).await, "out-of-space").await;
        assert_eq!(problem["status"], 507);
        assert_eq!(served.delivered(&system).await, 1);
        assert_eq!(blobs(&folder), 1, "what was begun is cleared away at once");
    }
    assert!(read_all(&mut anna).await == [large.as_slice()]);
    served.app.portal.run_jobs().await.unwrap();

    disk.empty();
    assert_eq!(send(&served, &system, "small", PDF).await.status(), 201);
    assert_eq!(send(&served, &system, "large", &large).await.status(), 201);
    let mut read = read_all(&mut anna).await;
    read.sort_by_key(Vec::len);
    assert_eq!(read, [PDF.to_vec(), large.clone(), large]);
    served.app.clock.advance(SWEPT);
    served.app.portal.run_jobs().await.unwrap();
    assert_eq!(blobs(&folder), 3);
}

#[test]
fn a_full_disk_of_databases_refuses_and_loses_nothing() {
    on_small_disk(
        "full_disk::a_full_disk_of_databases_refuses_and_loses_nothing",
        full_databases,
    );
}

async fn full_databases(disk: SmallDisk) {
    let served = Served::over(crate::harness::App::with_databases_in(disk.path()).await).await;
    let folder = served.app.blob_folder();
    let mut system = served.system().await;
    assert_eq!(send(&served, &system, "before", PDF).await.status(), 201);

    disk.fill();
    // A write-ahead log has room of its own left: some messages may still get in, and are then there for good.
    let mut sent = vec![PDF.to_vec()];
    let mut refused_ones = Vec::new();
    for number in 0..2000 {
        let content = format!("{}{number}", String::from_utf8_lossy(PDF)).into_bytes();
        let key = format!("key-{number}");
        let answer = send(&served, &system, &key, &content).await;
        if answer.status() == 201 {
            sent.push(content);
            continue;
        }
        assert_eq!(refused(answer, "out-of-space").await["status"], 507);
        refused_ones.push((key, content));
        if refused_ones.len() == 3 {
            break;
        }
    }
    assert_eq!(refused_ones.len(), 3, "the disk was never full");
    assert_eq!(served.delivered(&system).await, sent.len());

    disk.empty();
    // The refusal could not be written down; the sender's key is free when its lease is over.
    served.app.clock.advance(SWEPT);
    served.app.portal.run_jobs().await.unwrap();
    assert_eq!(blobs(&folder), sent.len());
    served.renew(&mut system).await;
    for (key, content) in refused_ones {
        assert_eq!(send(&served, &system, &key, &content).await.status(), 201);
        sent.push(content);
    }
    let mut anna = served.app.signed_in(ANNA).await;
    let mut read = read_all(&mut anna).await;
    read.sort();
    sent.sort();
    assert_eq!(read, sent);
}
