//! The copy of what is held about a person: ordered, made, and handed out as an archive.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, BENGT, on_both_databases};
use crate::pdf_text::text_of;
use crate::requests;

const MINUTE: i64 = 60_000;

/// Orders an extract, and waits until it is ready: where its archive is asked for.
pub(crate) async fn ordered(browser: &mut Browser<'_>) -> String {
    let answer = browser.post("/your-data/order", "").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/your-data")
    );
    for _ in 0..500 {
        let page = browser.get("/your-data").await;
        assert_eq!(page.status, StatusCode::OK);
        if !page.text().contains("<progress") {
            return format!("/your-data/{}/archive", page.id_after("action=\"/your-data/"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the extract was not made");
}

/// The files of an archive as `unzip` finds them, whose names and checksums it has looked at.
pub(crate) fn files(archive: &Answer) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(
        (archive.status, archive.broken),
        (StatusCode::OK, false),
        "{}",
        archive.text()
    );
    assert_eq!(archive.header("content-type"), "application/zip");
    assert_eq!(archive.header("cache-control"), "no-store");
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("archive.zip");
    std::fs::write(&zip, &archive.body).unwrap();
    let unzip = |arguments: &[&str]| {
        let mut unzip = Command::new("unzip");
        unzip.args(arguments).arg(&zip).current_dir(folder.path());
        let done = unzip.env("LC_ALL", "C.UTF-8").output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    };
    unzip(&["-tq"]);
    unzip(&["-q", "-d", "out"]);
    let mut found = BTreeMap::new();
    collect(&folder.path().join("out"), "", &mut found);
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

fn json(files: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&files["register-extract.json"]).unwrap()
}

on_both_databases! {
    async fn a_person_gets_all_that_is_held_about_them_with_their_documents(app: App) {
        let (norrby, _) = app.sender("Norrby kommun").await;
        let (soderby, _) = app.sender("Söderby kommun").await;
        let files_sent: &[(&str, &str, &[u8])] = &[
            ("Läkarintyg åäö.txt", "text/plain", b"Ett."),
            ("läkarintyg ÅÄÖ.txt", "text/plain", "Två: åäö.".as_bytes()),
            ("Läkarintyg åäö.txt", "text/plain", b"Tre."),
        ];
        app.message(&norrby, ANNA, files_sent).await;
        // The earlier case comes first.
        app.clock.advance_millis(1);
        app.message(&soderby, ANNA, &[("beslut.txt", "text/plain", b"Ja.")]).await;
        app.message(&soderby, BENGT, &[("annat.txt", "text/plain", b"Bengts.")]).await;
        let mut anna = app.signed_in(ANNA).await;
        assert!(anna.get("/inbox").await.text().contains("href=\"/your-data\""));
        let archive = ordered(&mut anna).await;
        // Made without anything having been opened.
        assert_eq!(app.rows("audit_event WHERE action = 'case.opened'").await, 0);

        let answer = anna.post(&archive, "").await;
        let name = "attachment; filename=\"registerutdrag-2026-11-22.zip\"";
        assert_eq!(answer.header("content-disposition"), name);
        let files = files(&answer);
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "001 Norrby kommun/2026-11-22 Beslut om förskoleplats.txt",
                "001 Norrby kommun/2026-11-22 Läkarintyg åäö (3).txt",
                "001 Norrby kommun/2026-11-22 Läkarintyg åäö.txt",
                "001 Norrby kommun/2026-11-22 läkarintyg ÅÄÖ (2).txt",
                "002 Söderby kommun/2026-11-22 Beslut om förskoleplats.txt",
                "002 Söderby kommun/2026-11-22 beslut.txt",
                "register-extract.json",
                "registerutdrag.pdf",
            ]
        );
        assert_eq!(files["001 Norrby kommun/2026-11-22 läkarintyg ÅÄÖ (2).txt"], "Två: åäö.".as_bytes());
        let text = String::from_utf8(files[names[4]].clone()).unwrap();
        assert!(text.contains("Från Söderby kommun") && text.contains("Hej! Här är beslutet."), "{text}");
        let pdf = text_of(&files["registerutdrag.pdf"]);
        for told in ["Registerutdrag", ANNA, "Norrby kommun", "Söderby kommun", "Beslut om förskoleplats", "läkarintyg ÅÄÖ.txt"] {
            assert!(pdf.contains(told), "{told} in {pdf}");
        }
        assert!(!pdf.contains(BENGT) && !pdf.contains("annat.txt"), "{pdf}");
        let json = json(&files);
        assert_eq!(json["format"], "postvalv-register-extract");
        assert_eq!(json["person"]["identifiers"][0]["value"], ANNA);
        assert_eq!(json["cases"].as_array().unwrap().len(), 2);
        let message = &json["cases"][0]["messages"][0];
        assert_eq!((&message["state"], &message["title"]), (&"readable".into(), &"Beslut om förskoleplats".into()));
        assert_eq!(message["text_file"], names[0]);
        assert_eq!(message["documents"][2]["file"], names[1]);
        assert!(!json.to_string().contains("annat.txt") && !json.to_string().contains(BENGT));
        // As any reading: a line in the log for each.
        assert_eq!(app.rows("audit_event WHERE action = 'document.downloaded'").await, 4);
        assert_eq!(app.rows("audit_event WHERE action = 'case.opened'").await, 2);
        assert_eq!(app.rows("audit_event WHERE action = 'register-extract.downloaded'").await, 1);
        let stored = app.stored().await;
        assert!(!stored.windows(ANNA.len()).any(|window| window == ANNA.as_bytes()));
    }

    async fn what_is_gone_since_is_left_out_and_named(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        app.message(&sender, ANNA, &[("kvar.txt", "text/plain", b"Kvar.")]).await;
        let revoked = app.message(&sender, ANNA, &[("borta.txt", "text/plain", b"Borta.")]).await;
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        app.portal.revoke_message(&sender, revoked.id).await.unwrap();
        let files = files(&anna.post(&archive, "").await);
        assert!(files.values().all(|content| content != b"Borta."), "{:?}", files.keys());
        assert!(files.values().any(|content| content == b"Kvar."));
        let missing = String::from_utf8(files["saknas-missing.txt"].clone()).unwrap();
        for words in ["Norrby kommun: Ett meddelande", "Finns inte kvar", "Norrby kommun: A message", "Not there any more"] {
            assert!(missing.contains(words), "{missing}");
        }
        assert!(missing.contains(&revoked.id.to_string()) && !missing.contains("borta.txt"));
        let json = json(&files);
        let states: Vec<_> = json["cases"].as_array().unwrap().iter()
            .flat_map(|case| case["messages"].as_array().unwrap())
            .map(|message| message["state"].as_str().unwrap().to_owned())
            .collect();
        assert!(states.contains(&"gone".to_owned()) && states.contains(&"readable".to_owned()), "{states:?}");
        let gone = json.to_string();
        assert!(!gone.contains("borta.txt"), "{gone}");
    }

    async fn what_was_asked_for_is_in_it_with_what_was_written(app: App) {
        let (system, _) = app.sender("Norrby kommun").await;
        let receipt = app.message(&system, ANNA, &[("beslut.pdf", "application/pdf", b"%PDF-1.7\n%%EOF\n")]).await;
        let mut anna = app.signed_in(ANNA).await;
        let request = requests::of_a_person(&mut anna, &receipt).await;
        let archive = ordered(&mut anna).await;
        let json = json(&files(&anna.post(&archive, "").await));
        let asked = &json["requests"][0];
        assert_eq!((&asked["id"], &asked["kind"], &asked["state"]), (&request.into(), &"erasure".into(), &"received".into()));
        assert_eq!((&asked["organisation"], &asked["answer_by"]), (&"Norrby kommun".into(), &"2026-12-22".into()));
        assert_eq!(asked["case"], receipt.deliveries[0].case.to_string());
        assert_eq!((&asked["text"], &asked["answer"]), (&"Det gäller <b>inte</b> mig.".into(), &Value::Null));
        assert_eq!((&json["terms"], &json["cases"][0]["closed"]), (&Value::Null, &Value::Null));
    }

    async fn a_stale_sign_in_gets_nothing_and_a_new_one_comes_back(app: App) {
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        for _ in 0..2 {
            app.clock.advance_millis(8 * MINUTE);
            anna.get("/inbox").await;
        }
        let answer = anna.post(&archive, "").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/your-data"));
        let page = anna.get("/your-data").await.text();
        assert!(page.contains("Logga in igen för att ladda ner") && !page.contains("/archive\""), "{page}");
        assert!(page.contains("name=\"page\" value=\"/your-data\""), "{page}");
        let begun = anna.post("/sign-in/bankid", "page=%2Fyour-data").await;
        let callback = app.provider.identify(&begun.location().parse().unwrap());
        assert_eq!(anna.get(&callback).await.location(), "/your-data");
        assert!(files(&anna.post(&archive, "").await).contains_key("registerutdrag.pdf"));
    }

    async fn it_is_nobody_elses_and_gone_after_a_day(app: App) {
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        let mut bengt = app.signed_in(BENGT).await;
        for path in [&*archive, "/your-data/0192f0c1-2345-7abc-8def-0123456789ab/archive", "/your-data/x/archive"] {
            assert_eq!(bengt.post(path, "").await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(!bengt.get("/your-data").await.text().contains("Beställt"));
        app.clock.advance_millis(24 * 60 * MINUTE);
        let mut anna = app.signed_in(ANNA).await;
        assert_eq!(anna.post(&archive, "").await.status, StatusCode::NOT_FOUND);
    }

    async fn an_archive_is_cut_when_the_session_ends(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        let content = vec![b'a'; 12 * 1024 * 1024];
        app.message(&sender, ANNA, &[("stor.txt", "text/plain", &content)]).await;
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        let request = Request::post(&archive)
            .header("sec-fetch-site", "same-origin")
            .header("cookie", format!("{}={}", server::COOKIE, anna.session().unwrap()))
            .body(Body::empty())
            .unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_body();
        let mut received = 0;
        while received < 1024 * 1024 {
            let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
            // A chunk and what stands around it: nothing is gathered.
            assert!(piece.len() <= 70_000, "{}", piece.len());
            received += piece.len();
        }
        anna.post("/sign-out", "").await;
        // The database is asked again after three seconds.
        app.clock.advance_millis(4_000);
        let rest = loop {
            match body.frame().await {
                Some(Ok(frame)) => received += frame.into_data().unwrap().len(),
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(rest && received < content.len(), "{received}");
    }

    async fn what_was_altered_is_left_out_by_its_name_and_the_rest_is_there(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        let documents: &[(&str, &str, &[u8])] = &[("ett.txt", "text/plain", b"Ett."), ("två.txt", "text/plain", "Två.".as_bytes())];
        app.message(&sender, ANNA, documents).await;
        app.execute("UPDATE message SET sealed_body = sealed_title").await;
        app.execute(
            "UPDATE document SET sealed_file_name = (SELECT sealed_title FROM message) \
             WHERE position = 0",
        )
        .await;
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        let files = files(&anna.post(&archive, "").await);
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let left = "001 Norrby kommun/2026-11-22 två.txt";
        assert_eq!(names, [left, "register-extract.json", "registerutdrag.pdf", "saknas-missing.txt"]);
        assert_eq!(files[left], "Två.".as_bytes());
        let json = json(&files);
        let message = &json["cases"][0]["messages"][0];
        assert_eq!((&message["title"], &message["text_file"]), (&"Beslut om förskoleplats".into(), &Value::Null));
        assert_eq!((&message["state"], &message["text_left_out"]), (&"readable".into(), &"damaged".into()));
        assert_eq!((&message["documents"][0]["left_out"], &message["documents"][0]["name"]), (&"damaged".into(), &Value::Null));
        assert_eq!(message["documents"][1]["file"], left);
        let told = String::from_utf8(files["saknas-missing.txt"].clone()).unwrap();
        assert!(told.contains("Beslut om förskoleplats") && told.contains("Ett dokument (id "), "{told}");
        let pdf = text_of(&files["registerutdrag.pdf"]);
        assert!(pdf.contains("Går inte att öppna") && pdf.contains("Beslut om förskoleplats"), "{pdf}");
    }

    async fn one_archive_is_read_at_a_time_and_another_once_nobody_reads_the_first(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        let content = vec![b'a'; 12 * 1024 * 1024];
        app.message(&sender, ANNA, &[("stor.txt", "text/plain", &content)]).await;
        let mut anna = app.signed_in(ANNA).await;
        let archive = ordered(&mut anna).await;
        let request = Request::post(&archive)
            .header("sec-fetch-site", "same-origin")
            .header("cookie", format!("{}={}", server::COOKIE, anna.session().unwrap()))
            .body(Body::empty())
            .unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let refused = anna.post(&archive, "").await;
        assert_eq!((refused.status, refused.location()), (StatusCode::SEE_OTHER, "/your-data"));
        assert!(anna.get("/your-data").await.text().contains("Du laddar redan ner ett registerutdrag"));
        assert_eq!(app.rows("audit_event WHERE action = 'register-extract.downloaded'").await, 1);
        // Nobody else waits for it.
        let mut bengt = app.signed_in(BENGT).await;
        let bengts = ordered(&mut bengt).await;
        assert!(files(&bengt.post(&bengts, "").await).contains_key("registerutdrag.pdf"));
        drop(response);
        let mut again = anna.post(&archive, "").await;
        // Until whoever writes the first has seen that nobody reads it.
        for _ in 0..500 {
            if again.status == StatusCode::OK {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            again = anna.post(&archive, "").await;
        }
        assert!(files(&again).contains_key("registerutdrag.pdf"));
    }

    async fn orders_are_bounded_and_say_so(app: App) {
        let mut anna = app.signed_in(ANNA).await;
        for _ in 0..3 {
            ordered(&mut anna).await;
        }
        anna.post("/your-data/order", "").await;
        let page = anna.get("/your-data").await.text();
        assert!(page.contains("Du har beställt så många registerutdrag"), "{page}");
        assert_eq!(app.rows("register_extract").await, 3);
        let other_site = Request::post("/your-data/order")
            .header("sec-fetch-site", "cross-site")
            .body(Body::empty())
            .unwrap();
        assert_eq!(anna.send(other_site).await.status, StatusCode::FORBIDDEN);
    }
}
