//! A document's bytes over HTTP.

use axum::body::Body;
use base::DocumentId;
use http::{Request, StatusCode};

use crate::api_support::Served;
use crate::back_channel;
use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT, on_both_databases};

/// Enough for several chunks of the container.
fn text() -> Vec<u8> {
    (0..30_000)
        .flat_map(|number| format!("{number:06}\n").into_bytes())
        .collect()
}

async fn sent(app: &App, name: &str, media_type: &str, content: &[u8]) -> DocumentId {
    let (sender, _) = app.sender("Norrby kommun").await;
    app.message(&sender, ANNA, &[(name, media_type, content)]).await;
    app.first_document(&mut app.signed_in(ANNA).await).await.1
}

async fn get(browser: &mut Browser<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
        request.header(*name, *value)
    });
    browser.send(request.body(Body::empty()).unwrap()).await
}

on_both_databases! {
    async fn a_document_comes_whole_and_in_ranges(app: App) {
        let content = text();
        let size = content.len();
        let path = format!("/documents/{}/content", sent(&app, "beslut.txt", "text/plain", &content).await);
        let mut browser = app.signed_in(ANNA).await;

        let whole = get(&mut browser, &path, &[]).await;
        assert_eq!(whole.status, StatusCode::OK);
        assert!(whole.body == content && !whole.broken);
        assert_eq!(whole.header("content-length"), size.to_string());
        assert_eq!(whole.header("accept-ranges"), "bytes");
        assert_eq!(whole.header("content-type"), "text/plain; charset=utf-8");

        for (range, first, last) in [("bytes=0-0", 0, 0), ("bytes=65530-65540", 65_530, 65_540), ("bytes=-7", size - 7, size - 1)] {
            let part = get(&mut browser, &path, &[("range", range)]).await;
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {first}-{last}/{size}"));
            assert_eq!(part.body, content[first..=last], "{range}");
        }
        let tag = whole.header("etag").to_owned();
        let resumed = get(&mut browser, &path, &[("range", "bytes=100000-"), ("if-range", &tag)]).await;
        assert_eq!(resumed.body, content[100_000..]);
        let changed = get(&mut browser, &path, &[("range", "bytes=100000-"), ("if-range", "\"other\"")]).await;
        assert_eq!((changed.status, changed.body.len()), (StatusCode::OK, size));

        let beyond = get(&mut browser, &path, &[("range", &format!("bytes={size}-"))]).await;
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    }
}

#[tokio::test]
async fn nothing_keeps_shows_or_runs_a_document_but_the_person() {
    let app = App::on_sqlite().await;
    let path = format!(
        "/documents/{}/content",
        sent(&app, "Läkar intyg.txt", "text/plain", b"Frisk.").await
    );
    let mut browser = app.signed_in(ANNA).await;
    let answer = get(&mut browser, &path, &[]).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert_eq!(
        answer.header("content-disposition"),
        "inline; filename=\"L_kar intyg.txt\"; filename*=UTF-8''L%C3%A4kar%20intyg.txt"
    );
    let answer = get(&mut browser, &format!("{path}?download"), &[]).await;
    assert!(answer.header("content-disposition").starts_with("attachment; "));
    // The detail names the sign-in.
    let audited = app.audited().await;
    for action in ["document.viewed/", "document.downloaded/"] {
        let is_named = |key: &String| key.strip_prefix(action).is_some_and(|id| id.len() == 36);
        assert!(audited.keys().any(is_named), "{audited:?}");
    }
}

#[tokio::test]
async fn asking_only_for_the_head_reads_nothing() {
    let app = App::on_sqlite().await;
    let path = format!(
        "/documents/{}/content",
        sent(&app, "beslut.txt", "text/plain", b"Ja.").await
    );
    let mut browser = app.signed_in(ANNA).await;
    let answer = browser.send(Request::head(&path).body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status, answer.header("content-length"), answer.body.len()),
        (StatusCode::OK, "3", 0)
    );
    let audited = app.audited().await;
    assert!(
        !audited.keys().any(|event| event.starts_with("document.")),
        "{audited:?}"
    );
}

#[tokio::test]
async fn somebody_elses_document_looks_like_none() {
    let app = App::on_sqlite().await;
    let theirs = sent(&app, "beslut.txt", "text/plain", b"Ja.").await;
    let mut browser = app.signed_in(BENGT).await;
    for pattern in [
        "/documents/ID",
        "/documents/ID/content",
        "/documents/ID/content?download",
    ] {
        let there = browser.get(&pattern.replace("ID", &theirs.to_string())).await;
        let nowhere = browser
            .get(&pattern.replace("ID", "0192f0c1-2345-7abc-8def-0123456789ab"))
            .await;
        assert_eq!(there.status, StatusCode::NOT_FOUND);
        assert_eq!(
            without_what_differs(&there),
            without_what_differs(&nowhere),
            "{pattern}"
        );
    }
    for id in ["x", "..%2f..", "0192f0c123457abc8def0123456789ab"] {
        assert_eq!(
            browser.get(&format!("/documents/{id}/content")).await.status,
            StatusCode::NOT_FOUND,
            "{id}"
        );
    }
}

/// The page without the ids of request and document, and without the nonce.
fn without_what_differs(answer: &Answer) -> String {
    let text = answer.text();
    let mut parts = text.split(" nonce=\"");
    let mut without = parts.next().unwrap().to_owned();
    without.extend(parts.map(|part| part.split_once('"').unwrap().1));
    let mut words: Vec<&str> = without.split(['"', ' ', '/', '<', '>', '\'']).collect();
    words.retain(|word| word.len() != 36);
    words.join(" ")
}

#[tokio::test]
async fn a_download_breaks_off_when_the_person_signs_out_and_never_looks_whole() {
    let app = App::on_sqlite().await;
    a_download_breaks_off(app, async |_, mut browser| {
        browser.post("/sign-out", "").await;
    })
    .await;
}

#[tokio::test]
async fn a_download_breaks_off_when_the_person_signs_out_at_the_provider() {
    let app = back_channel::with_sessions_of_the_provider().await;
    a_download_breaks_off(app, async |app, _| {
        assert_eq!(back_channel::notify(app).await.status, StatusCode::OK);
    })
    .await;
}

/// Over a socket, and larger than its buffers, so that the rest is still to be read when the session ends.
async fn a_download_breaks_off(app: App, end: impl AsyncFnOnce(&App, Browser<'_>)) {
    let content = vec![b'a'; 32 << 20];
    let path = format!(
        "/documents/{}/content",
        sent(&app, "stor.txt", "text/plain", &content).await
    );
    let served = Served::over(app).await;
    let browser = served.app.signed_in(ANNA).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut response = client
        .get(format!("http://{}{path}", served.address))
        .header("cookie", format!("{}={}", server::COOKIE, browser.session().unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let mut received = response.chunk().await.unwrap().unwrap().len();
    end(&served.app, browser).await;
    served.app.clock.advance_millis(3_000);
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => received += chunk.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && received < content.len(), "{received}");
    assert_eq!(served.app.audited().await.get("document.cut-off/"), Some(&1));
}

#[tokio::test]
async fn after_its_last_day_a_document_is_gone() {
    let app = App::on_sqlite().await;
    let path = format!(
        "/documents/{}/content",
        sent(&app, "beslut.txt", "text/plain", b"Ja.").await
    );
    app.clock.advance_millis(40 * 24 * 3_600_000);
    let mut browser = app.signed_in(ANNA).await;
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
}
