//! The protocols of what was purged: how an organisation gets at them, and how anybody checks them at the command line.

use std::path::{Path, PathBuf};

use base::MessageId;
use clap::Parser as _;
use http::StatusCode;
use portal::{Organisation, PublicKeys, PurgeMode, Role, SystemActor, VerifiedFile};
use server::Program;

use crate::browser::Browser;
use crate::harness::{ANNA, App, BENGT};
use crate::pdf_text::text_of;
use crate::staff_support::{PASSWORD, new_password};

const KEYS: &str = "/.well-known/postvalv-signing-keys.json";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// Something of "Norrby kommun" that was sent and purged: in two runs, so that there are two protocols.
struct Purged {
    organisation: Organisation,
    first: MessageId,
    second: MessageId,
}

async fn purged(app: &App) -> Purged {
    let (system, _) = app.sender("Norrby kommun").await;
    let first = purge_one(app, &system, ANNA).await;
    let second = purge_one(app, &system, BENGT).await;
    let organisation = app.portal.organisation_at("norrby-kommun").await.unwrap().unwrap();
    Purged {
        organisation,
        first,
        second,
    }
}

async fn purge_one(app: &App, system: &SystemActor, number: &str) -> MessageId {
    let files: [(&str, &str, &[u8]); 2] = [
        ("beslut.pdf", "application/pdf", PDF),
        ("bilaga.pdf", "application/pdf", PDF),
    ];
    let sent = app.message(system, number, &files).await;
    app.clock.set(sent.deliveries[0].expires_at);
    app.portal.purge(PurgeMode::Run).await.unwrap();
    sent.id
}

async fn admin_of<'a>(app: &'a App, organisation: &Organisation) -> Browser<'a> {
    let link = app.invitation(organisation).await;
    let mut admin = app.browser();
    assert_eq!(admin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
    admin
}

async fn keys(app: &App) -> PublicKeys {
    PublicKeys::from_json(&app.browser().get(KEYS).await.text()).unwrap()
}

#[tokio::test]
async fn an_admin_reads_and_saves_the_protocols() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let mut karin = admin_of(&app, &purged.organisation).await;
    let list = karin.get("/staff/protocols").await.text();
    let (second, first) = (list.find(">Protokoll 2<").unwrap(), list.find(">Protokoll 1<").unwrap());
    assert!(second < first, "{list}");
    assert!(list.contains("2 dokument") && list.contains("1 meddelande"), "{list}");
    let page = karin.get("/staff/protocols/1").await.text();
    for said in [
        "Gallringsprotokoll 1",
        "Norrby kommun",
        "Inget, det här är det första",
        "30 dagar efter att det skickades",
        "Utan dokumenttyp",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let json = karin.get("/staff/protocols/2/json").await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"gallringsprotokoll-norrby-kommun-2.json\""
    );
    assert_eq!(json.header("cache-control"), "no-store");
    let Ok(VerifiedFile::Protocol(protocol)) = VerifiedFile::check(&json.text(), &keys(&app).await) else {
        panic!("{}", json.text());
    };
    let stated = protocol.signed().statement();
    assert_eq!((stated.number, stated.documents, stated.messages), (2, 2, 1));
    assert!(protocol.leaves().all(|leaf| leaf.message == purged.second));
    let pdf = karin.get("/staff/protocols/2/pdf").await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    let text = text_of(&pdf.body);
    for told in [
        "Gallringsprotokoll 2".to_owned(),
        "Norrby kommun".to_owned(),
        stated.root.to_string(),
        protocol.signed().signature().key_id.clone(),
        "30 dagar efter att det skickades".to_owned(),
        "http://localhost:3000/.well-known/postvalv-signing-keys.json".to_owned(),
    ] {
        // What is too wide for its column is broken anywhere.
        let whole = |text: &str| text.replace(' ', "");
        assert!(whole(&text).contains(&whole(&told)), "{told} in {text}");
    }
    let csv = karin.get("/staff/protocols/2/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(csv.text().lines().count(), 4);
}

#[tokio::test]
async fn an_auditor_has_the_protocols_in_their_navigation() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let mut karin = admin_of(&app, &purged.organisation).await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    assert!(
        eva.get("/staff/members")
            .await
            .text()
            .contains("href=\"/staff/protocols\"")
    );
    assert_eq!(eva.get("/staff/protocols/1/json").await.status, StatusCode::OK);
    assert!(
        !bo.get("/staff/cases")
            .await
            .text()
            .contains("href=\"/staff/protocols\"")
    );
    for path in ["/staff/protocols", "/staff/protocols/1", "/staff/protocols/1/json"] {
        assert_eq!(bo.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_document_is_looked_up_by_its_id_and_proves_itself() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let mut karin = admin_of(&app, &purged.organisation).await;
    let wrong = karin.get("/staff/protocols/proofs?id=abc%3Cb").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("Skriv hela id") && wrong.text().contains("value=\"abc&lt;b\""),
        "{}",
        wrong.text()
    );
    let unknown = karin
        .get("/staff/protocols/proofs?id=0192f0c1-2345-7abc-8def-0123456789ab")
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(
        unknown.text().contains("Inget gallrat har det id"),
        "{}",
        unknown.text()
    );
    let found = karin
        .get(&format!(
            "/staff/protocols/proofs?id=+{}",
            purged.first.to_string().to_uppercase()
        ))
        .await;
    assert_eq!(found.location(), format!("/staff/protocols/proofs/{}", purged.first));
    let page = karin.get(found.location()).await.text();
    let keys = keys(&app).await;
    let files: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.ends_with("/json"))
        .collect();
    // The message and its two documents.
    assert_eq!(files.len(), 3);
    for file in files {
        let answer = karin.get(file).await;
        let Ok(VerifiedFile::Proof(proof)) = VerifiedFile::check(&answer.text(), &keys) else {
            panic!("{}", answer.text());
        };
        assert_eq!(
            (proof.leaf().message, proof.signed().statement().number),
            (purged.first, 1)
        );
        assert!(file.contains(&proof.leaf().id.to_string()));
        let own = karin.get(&format!("/staff/protocols/proofs/{}", proof.leaf().id)).await;
        assert_eq!(own.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_another_organisation_purged_is_not_there() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let soderby = app.organisation("Söderby kommun").await;
    let mut other = admin_of(&app, &soderby).await;
    assert!(other.get("/staff/protocols").await.text().contains("Inga protokoll"));
    for path in [
        "/staff/protocols/1".to_owned(),
        "/staff/protocols/1/json".to_owned(),
        "/staff/protocols/1/csv".to_owned(),
        "/staff/protocols/1/pdf".to_owned(),
        "/staff/protocols/01".to_owned(),
        "/staff/protocols/0".to_owned(),
        format!("/staff/protocols/proofs?id={}", purged.first),
        format!("/staff/protocols/proofs/{}", purged.first),
        format!("/staff/protocols/proofs/{}/json", purged.first),
    ] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// What `postvalv protocol verify` says of files, with nothing but them and the keys: the configuration does not exist.
async fn verify(arguments: &[&Path]) -> Result<(), String> {
    let before = ["postvalv", "--config", "/nowhere/postvalv.toml", "protocol", "verify"];
    let arguments = before.iter().map(Path::new).chain(arguments.iter().copied());
    let program = Program::try_parse_from(arguments).unwrap();
    server::run(program).await.map_err(|error| format!("{error:#}"))
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn files_are_checked_at_the_command_line_with_the_public_keys_alone() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let mut karin = admin_of(&app, &purged.organisation).await;
    let folder = tempfile::tempdir().unwrap();
    let kept = karin.get(KEYS).await.text();
    let mut files = Vec::new();
    for number in [1, 2] {
        let json = karin.get(&format!("/staff/protocols/{number}/json")).await.text();
        files.push(write(folder.path(), &format!("{number}.json"), &json));
    }
    let proof = karin
        .get(&format!("/staff/protocols/proofs/{}/json", purged.first))
        .await
        .text();
    let proof = write(folder.path(), "proof.json", &proof);

    let without = verify(&[&files[0]]).await.unwrap_err();
    assert!(without.contains("the public keys can't be read"), "{without}");
    let keys = write(folder.path(), "postvalv-signing-keys.json", &kept);
    verify(&[&files[1], &proof, &files[0]]).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = write(elsewhere.path(), "1.json", &std::fs::read_to_string(&files[0]).unwrap());
    verify(&[&moved, Path::new("--keys"), &keys]).await.unwrap();

    // One bit of a number that people would like to be another.
    let text = std::fs::read_to_string(&files[0]).unwrap();
    let changed = text.replacen("\\\"documents\\\":2", "\\\"documents\\\":3", 1);
    assert_ne!(text, changed);
    let changed = write(folder.path(), "changed.json", &changed);
    let refused = verify(&[&changed]).await.unwrap_err();
    assert!(
        refused.contains("changed.json is refused: the signature does not hold"),
        "{refused}"
    );
    let csv = write(
        folder.path(),
        "1.csv",
        &karin.get("/staff/protocols/1/csv").await.text(),
    );
    assert!(verify(&[&csv]).await.unwrap_err().contains("no purge protocol"));

    // Another installation's keys, and another protocol in the place of one.
    let other = App::without_second_factor().await;
    let others = write(folder.path(), "others.json", &other.browser().get(KEYS).await.text());
    let refused = verify(&[&files[0], Path::new("--keys"), &others]).await.unwrap_err();
    assert!(refused.contains("not among the public keys"), "{refused}");
}

#[tokio::test]
async fn the_operator_lists_and_prints_protocols_at_the_command_line() {
    let app = App::without_second_factor().await;
    let purged = purged(&app).await;
    let organisation = purged.organisation.id.to_string();
    let config = app.configuration_file();
    for arguments in [
        vec!["list", "--organisation", &organisation],
        vec!["show", "--organisation", &organisation, "--number", "2"],
    ] {
        let before = ["postvalv", "--config", config.to_str().unwrap(), "protocol"];
        let program = Program::try_parse_from(before.into_iter().chain(arguments)).unwrap();
        server::run(program).await.unwrap();
    }
    let missing = [
        "postvalv",
        "--config",
        config.to_str().unwrap(),
        "protocol",
        "show",
        "--organisation",
        &organisation,
        "--number",
        "3",
    ];
    let refused = server::run(Program::try_parse_from(missing).unwrap())
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "there is no such protocol");
}
