//! How an organisation's admin makes an extract of what the organisation has registered about a person, and what the person sees of it.

use std::io::{Cursor, Read};

use http::StatusCode;
use portal::{MessageReceipt, Role};
use serde_json::Value;
use server::ExtractReader;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT};
use crate::pdf_text::text_of;
use crate::requests;
use crate::staff_support::{KARIN, PASSWORD, form, new_password};

const MINUTE: i64 = 60_000;
const PAGE: &str = "/staff/extracts";
const WHY: &str = "Begäran per brev, dnr 2026-17";
const SECRET: &[u8] = b"Detta st\xc3\xa5r i dokumentet.";
/// A number with a right check digit that nobody has.
const NOBODY: &str = "198001012387";

/// A message of an organisation to Anna, and an admin of it.
async fn sent<'a>(app: &'a App, name: &str, slug: &str) -> (MessageReceipt, Browser<'a>) {
    let (system, _) = app.sender(name).await;
    let receipt = app
        .message(&system, ANNA, &[("Läkarintyg.txt", "text/plain", SECRET)])
        .await;
    let organisation = app.portal.organisation_at(slug).await.unwrap().unwrap();
    let link = app.invitation(&organisation).await;
    let mut admin = app.browser();
    assert_eq!(admin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
    (receipt, admin)
}

/// The page's form, filled in.
async fn filled_in(admin: &mut Browser<'_>, number: &str, reason: &str) -> String {
    let page = admin.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    form(&[
        ("form", &page.id_after("name=\"form\" value=\"")),
        ("number", number),
        ("reason", reason),
    ])
}

async fn asked(admin: &mut Browser<'_>, number: &str) -> Answer {
    let fields = filled_in(admin, number, WHY).await;
    admin.post(PAGE, &fields).await
}

/// The JSON and the PDF of an archive, which has nothing else.
fn opened(archive: &Answer) -> (Value, Vec<u8>) {
    assert_eq!(
        (archive.status, archive.broken),
        (StatusCode::OK, false),
        "{}",
        archive.text()
    );
    assert_eq!(archive.header("content-type"), "application/zip");
    assert_eq!(archive.header("cache-control"), "no-store");
    let mut zip = zip::ZipArchive::new(Cursor::new(&*archive.body)).unwrap();
    let mut names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["register-extract.json", "registerutdrag.pdf"]);
    let mut read = |name: &str| {
        let mut content = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut content).unwrap();
        content
    };
    let json = serde_json::from_slice(&read("register-extract.json")).unwrap();
    (json, read("registerutdrag.pdf"))
}

#[tokio::test]
async fn an_admin_gets_what_the_organisation_has_registered_and_the_person_sees_it() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let (others, _) = sent(&app, "Söderby kommun", "soderby-kommun").await;
    let mut anna = app.signed_in(ANNA).await;
    let case = receipt.deliveries[0].case;
    anna.get(&format!("/cases/{case}")).await;
    let request = requests::of_a_person(&mut anna, &receipt).await;
    assert!(
        karin
            .get("/staff/cases")
            .await
            .text()
            .contains("href=\"/staff/extracts\"")
    );

    let archive = asked(&mut karin, &format!("{}-{}", &ANNA[..8], &ANNA[8..])).await;
    let name = "attachment; filename=\"registerutdrag-2026-11-22.zip\"";
    assert_eq!(archive.header("content-disposition"), name);
    let (json, pdf) = opened(&archive);
    assert_eq!(
        (&json["made_by"], &json["organisation"]),
        (&"organisation".into(), &"Norrby kommun".into())
    );
    assert_eq!(json["person"]["identifiers"][0]["value"], ANNA);
    assert_eq!(json["cases"].as_array().unwrap().len(), 1);
    let message = &json["cases"][0]["messages"][0];
    assert_eq!(
        (&message["state"], &message["title"]),
        (&"readable".into(), &"Beslut om förskoleplats".into())
    );
    assert_eq!(
        (&message["text_file"], &message["documents"][0]["name"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(message["documents"][0]["left_out"], "only-for-the-person");
    assert_eq!(message["documents"][0]["media_type"], "text/plain");
    assert_eq!(
        (&json["requests"][0]["id"], &json["requests"][0]["kind"]),
        (&request.into(), &"erasure".into())
    );
    let acts: Vec<_> = json["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["action"].as_str().unwrap())
        .collect();
    for act in ["message.sent", "case.opened", "data-request.received"] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }
    // Nothing that staff can't open, nothing of the other organisation, and nothing that the portal alone knows.
    let text = json.to_string();
    let other_case = others.deliveries[0].case.to_string();
    let other_message = others.id.to_string();
    for never in [
        "Läkarintyg",
        "Här är beslutet",
        "står i dokumentet",
        "Söderby",
        &other_case,
        &other_message,
    ] {
        assert!(!text.contains(never), "{never} in {text}");
        assert!(
            !archive
                .body
                .windows(never.len())
                .any(|window| window == never.as_bytes()),
            "{never}"
        );
    }
    assert!(json["sign_ins"].is_null() && json["person"]["name"].is_null() && json["devices"].is_null());
    let text = text_of(&pdf);
    for told in [
        "Registerutdrag",
        "Norrby kommun har registrerat",
        ANNA,
        "Beslut om förskoleplats",
        "text/plain",
        "Sorts fil",
        "Det personen har bett organisationen om",
        "Det gäller <b>inte</b> mig.",
        "Ett ärende öppnades",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    for absent in ["Söderby", "Läkarintyg", "ZIP-filen", "Kan bara öppnas"] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }

    let listed = karin.get(PAGE).await.text();
    assert!(
        listed.contains(WHY) && listed.contains("Av Karin Åkerström") && !listed.contains(ANNA),
        "{listed}"
    );
    app.portal.run_jobs().await.unwrap();
    let log = karin.get("/staff/audit").await.text();
    assert!(
        log.contains("Ett registerutdrag om en person gjordes") && !log.contains(WHY),
        "{log}"
    );
    let history = anna.get(&format!("/cases/{case}/history")).await.text();
    assert!(
        history.contains("En administratör vid Norrby kommun gjorde ett utdrag"),
        "{history}"
    );
    let own = anna.get("/your-data").await.text();
    assert!(
        own.contains("Utdrag som organisationer har gjort") && own.contains("Norrby kommun, "),
        "{own}"
    );
    let stored = app.stored().await;
    for word in [WHY.as_bytes(), ANNA.as_bytes()] {
        assert!(!stored.windows(word.len()).any(|window| window == word));
    }
}

#[tokio::test]
async fn who_is_unknown_and_who_is_known_to_others_alone_get_the_same_answer() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let (soderby, _) = app.sender("Söderby kommun").await;
    app.message(&soderby, BENGT, &[("beslut.txt", "text/plain", b"Ja.")])
        .await;
    app.signed_in(BENGT).await;
    let mut answers = Vec::new();
    for number in [BENGT, NOBODY] {
        let answer = asked(&mut karin, number).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, PAGE));
        let page = karin.get(PAGE).await;
        let (before, rest) = page
            .text()
            .split_once("name=\"form\" value=\"")
            .map(|(before, rest)| (before.to_owned(), rest.to_owned()))
            .unwrap();
        assert!(
            before.contains("Er organisation har inget registrerat om någon med det numret."),
            "{before}"
        );
        assert!(!before.contains(number) && !rest.contains(number));
        answers.push(before);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        app.rows("audit_event WHERE action = 'register-extract.nothing-found' AND target_id IS NULL")
            .await,
        2
    );
    assert_eq!(
        app.rows("audit_event WHERE action = 'register-extract.made-by-organisation'")
            .await,
        0
    );
}
#[tokio::test]
async fn what_was_wrong_comes_back_where_it_was_wrong() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let wrong_digit = format!("{}{}", &ANNA[..11], (ANNA[11..].parse::<u8>().unwrap() + 1) % 10);
    let long = "x".repeat(201);
    for (number, reason, told) in [
        ("", WHY, "Skriv numret med tio eller tolv siffror"),
        ("Anna Andersson", WHY, "Skriv numret med tio eller tolv siffror"),
        ("20001332-2385", WHY, "Födelsedatumet finns inte"),
        (&wrong_digit, WHY, "Den sista siffran stämmer inte"),
        (ANNA, "", "Skriv varför"),
        (ANNA, "  ", "Skriv varför"),
        (ANNA, &long, "Skriv varför"),
    ] {
        let fields = filled_in(&mut karin, number, reason).await;
        let answer = karin.post(PAGE, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(answer.text().contains(told), "{told} in {}", answer.text());
        assert!(answer.text().contains("<title>Fel:"), "{}", answer.text());
    }
    let without_a_form = karin.post(PAGE, &form(&[("number", ANNA), ("reason", WHY)])).await;
    assert_eq!(without_a_form.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.rows("organisation_extract").await, 0);
    assert_eq!(app.rows("audit_event WHERE action LIKE 'register-extract.%'").await, 0);
}

#[tokio::test]
async fn an_organisation_makes_one_at_a_time() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let organisation = app.portal.organisation_at("norrby-kommun").await.unwrap().unwrap();
    let turn = app
        .state
        .extract_turns()
        .take(ExtractReader::Organisation(organisation.id));
    let refused = asked(&mut karin, ANNA).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Ett utdrag görs åt er organisation just nu."),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains(WHY));
    assert_eq!(app.rows("organisation_extract").await, 0);
    drop(turn);
    opened(&asked(&mut karin, ANNA).await);
    // Each gives its turn back.
    opened(&asked(&mut karin, ANNA).await);
}

#[tokio::test]
async fn a_form_makes_one_extract_however_often_it_is_sent() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let fields = filled_in(&mut karin, ANNA, WHY).await;
    opened(&karin.post(PAGE, &fields).await);
    let again = karin.post(PAGE, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again
            .text()
            .contains("Med det här formuläret är ett utdrag redan gjort"),
        "{}",
        again.text()
    );
    assert_eq!(
        app.rows("audit_event WHERE action = 'register-extract.made-by-organisation'")
            .await,
        1
    );
    // What comes back is another form.
    let anew = form(&[
        ("form", &again.id_after("name=\"form\" value=\"")),
        ("number", ANNA),
        ("reason", WHY),
    ]);
    opened(&karin.post(PAGE, &anew).await);
    assert_eq!(app.rows("organisation_extract").await, 2);
}

#[tokio::test]
async fn admins_alone_get_there_and_only_soon_after_they_proved_who_they_are() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = sent(&app, "Norrby kommun", "norrby-kommun").await;
    let fields = filled_in(&mut karin, ANNA, WHY).await;
    for role in [Role::Sender, Role::Auditor] {
        let mut colleague = app.colleague(&mut karin, role.as_str(), role).await;
        assert_eq!(colleague.get(PAGE).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(
            colleague.post(PAGE, &fields).await.status,
            StatusCode::FORBIDDEN,
            "{role}"
        );
        let page = colleague.get("/staff/account").await.text();
        assert!(!page.contains("href=\"/staff/extracts\""), "{page}");
    }
    assert_eq!(app.browser().get(PAGE).await.location(), "/staff/sign-in");
    for nobody_of_staff in [&mut app.browser(), &mut app.signed_in(ANNA).await] {
        let answer = nobody_of_staff.post(PAGE, &fields).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }

    app.clock.advance_millis(5 * MINUTE);
    let stale = karin.post(PAGE, &fields).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("href=\"/staff/confirm\"") && stale.text().contains("dnr 2026-17"));
    assert_eq!(karin.get(PAGE).await.location(), "/staff/confirm");
    assert_eq!(app.rows("organisation_extract").await, 0);
    let confirmed = karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(confirmed.location(), PAGE);
    opened(&karin.post(PAGE, &fields).await);
    karin.post("/staff/sign-out", "").await;
    karin.give_password(KARIN, PASSWORD).await;
    assert_eq!(karin.get(PAGE).await.status, StatusCode::OK);
}
