//! How an admin changes how long the organisation keeps what it sends: nothing before they saw what it does.

use base::Personnummer;
use http::{Request, StatusCode};
use jiff::tz::TimeZone;
use portal::{MessageReceipt, RecipientIdentifier, Role, SystemActor};

use crate::api_support::PDF;
use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App};
use crate::operator::audited;
use crate::staff_support::{KARIN, PASSWORD, form, new_password};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The form as it begins for an organisation that has decided nothing, with some fields filled in otherwise.
fn filled_in(otherwise: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("version", "0"),
        ("minimum_days", "1"),
        ("maximum_days", "365"),
        ("days", "30"),
        ("counted_from", "sent"),
        ("purpose", ""),
        ("legal_ground", ""),
        ("type_new", ""),
        ("days_new", ""),
        ("counted_from_new", "sent"),
        ("purpose_new", ""),
        ("legal_ground_new", ""),
    ];
    for (name, value) in otherwise {
        match fields.iter_mut().find(|field| field.0 == *name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    form(&fields)
}

/// What a hidden field of a page holds, as a browser would send it back.
pub(crate) fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let start = format!("name=\"{name}\" value=\"");
    let from = text.find(&start).unwrap_or_else(|| panic!("no {name} in {text}")) + start.len();
    let value = text[from..].split('"').next().unwrap();
    value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(crate) async fn look(karin: &mut Browser<'_>, otherwise: &[(&str, &str)]) -> Answer {
    karin.post("/staff/retention/effect", &filled_in(otherwise)).await
}

/// Saves what a page of an effect shows.
pub(crate) async fn save(karin: &mut Browser<'_>, effect: &Answer) -> Answer {
    let values = ["version", "policy", "gone_today"].map(|name| (name, hidden(effect, name)));
    let mut fields: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let declared = effect.text().contains("name=\"declared\"");
    let declared = declared.then(|| hidden(effect, "declared"));
    fields.extend(declared.as_deref().map(|name| ("declared", name)));
    karin.post("/staff/retention", &form(&fields)).await
}

#[tokio::test]
async fn who_saves_after_somebody_else_is_told_so_and_nothing_of_what_would_happen() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let effect = look(&mut karin, &[("days", "40")]).await;
    assert!(
        effect.text().contains("Det här händer om du sparar"),
        "{}",
        effect.text()
    );
    let first = look(&mut karin, &[("days", "50")]).await;
    assert_eq!(save(&mut karin, &first).await.location(), "/staff/retention");
    let late = save(&mut karin, &effect).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = late.text();
    for told in [
        "Ändringen är inte sparad</h1>",
        "ändrades av någon annan",
        "Tillbaka till gallringen",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    for untrue in ["Det här händer om du sparar", "Inget är ändrat än", "utan att spara"] {
        assert!(!text.contains(untrue), "{untrue} in {text}");
    }
}

#[tokio::test]
async fn an_admin_sees_what_a_change_does_and_then_saves_it() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let before = karin.get("/staff/retention").await.text();
    assert!(before.contains("30 dagar från att det skickades"), "{before}");
    assert_eq!(karin.get("/staff/retention/change").await.status, StatusCode::OK);

    let rule = [
        ("days", "20"),
        ("purpose", "Handläggning"),
        ("type_new", "beslut"),
        ("days_new", "14"),
        ("counted_from_new", "first_opened"),
        ("legal_ground_new", "Arkivlagen <1990:782>"),
    ];
    let effect = look(&mut karin, &rule).await;
    assert_eq!(effect.status, StatusCode::OK);
    assert!(effect.text().contains("Inget är ändrat än"), "{}", effect.text());
    let still = karin.get("/staff/retention").await.text();
    assert!(still.contains("30 dagar från att det skickades"), "{still}");

    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    let after = karin.get("/staff/retention").await.text();
    for shown in [
        "Reglerna gäller nu",
        "20 dagar från att det skickades",
        "14 dagar från att mottagaren öppnade det första gången, dock som längst 365 dagar",
        "Handläggning",
        "Arkivlagen &lt;1990:782&gt;",
        "av Karin Åkerström",
    ] {
        assert!(after.contains(shown), "{shown} in {after}");
    }
}

#[tokio::test]
async fn an_admin_goes_on_to_rules_from_before_the_latest_fifty() {
    let app = App::without_second_factor().await;
    let (_, mut karin) = norrby(&app).await;
    for version in 0..52 {
        let (version, days) = (version.to_string(), (10 + version % 2).to_string());
        let effect = look(&mut karin, &[("version", &version), ("days", &days)]).await;
        assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    }
    let latest = karin.get("/staff/retention").await.text();
    assert!(
        latest.contains("Regler nummer 52") && latest.contains("Regler nummer 3<"),
        "{latest}"
    );
    assert!(!latest.contains("Regler nummer 2<"), "{latest}");
    assert!(latest.contains("href=\"/staff/retention?before=3\""), "{latest}");
    let before = karin.get("/staff/retention?before=3").await.text();
    assert!(
        before.contains("Regler nummer 2<") && before.contains("Regler nummer 1<"),
        "{before}"
    );
    assert!(
        !before.contains("Regler nummer 3<") && !before.contains("?before="),
        "{before}"
    );
    assert!(before.contains("href=\"/staff/retention\""), "{before}");
    for nothing in ["1", "0", "-1", "x", "", "99999999999"] {
        let answer = karin.get(&format!("/staff/retention?before={nothing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}

/// "Norrby kommun" by its system and by its admin.
async fn norrby(app: &App) -> (SystemActor, Browser<'_>) {
    norrby_in(app, None).await
}

/// The same in another time zone than the portal.
async fn norrby_in(app: &App, time_zone: Option<TimeZone>) -> (SystemActor, Browser<'_>) {
    let organisation = app.organisation_in("Norrby kommun", time_zone).await;
    let (system, _) = app.sender_of(&organisation).await;
    let link = app.invitation(&organisation).await;
    let mut karin = app.browser();
    assert_eq!(karin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
    (system, karin)
}

/// Sends Anna so many documents of a type, for so many days when they are said.
async fn send(
    app: &App,
    system: &SystemActor,
    documents: usize,
    document_type: Option<&str>,
    days: Option<u32>,
) -> MessageReceipt {
    let anna = RecipientIdentifier::Number(Personnummer::from_digits(ANNA).unwrap());
    let files = vec![("beslut.pdf", "application/pdf", PDF); documents];
    app.message_to(system, anna, &files, |draft| {
        draft.document_type = document_type.map(str::to_owned);
        draft.retention_days = days;
    })
    .await
}

#[tokio::test]
async fn an_admin_sees_what_goes_today_and_when_it_was_sent_and_recipients_see_why_the_rest_stays() {
    let app = App::without_second_factor().await;
    let (system, mut karin) = norrby(&app).await;
    send(&app, &system, 2, None, None).await;
    app.clock.advance_millis(8 * DAY);
    let young = send(&app, &system, 1, None, None).await;
    let decision = send(&app, &system, 1, Some("beslut"), None).await;
    send(&app, &system, 1, None, Some(5)).await;
    karin.give_password(KARIN, PASSWORD).await;

    let rules = [
        ("days", "7"),
        ("purpose", "Handläggning av ärendet"),
        ("legal_ground", "Förvaltningslagen (2017:900)"),
        ("type_0", "beslut"),
        ("days_0", "60"),
        ("counted_from_0", "sent"),
        ("purpose_0", "Tid att överklaga"),
        ("legal_ground_0", "Arkivlagen <1990:782>"),
    ];
    let effect = look(&mut karin, &rules).await;
    let text = effect.text();
    for told in [
        "2 dokument i ett meddelande försvinner i dag",
        "Skickat 22\u{a0}november 2026.",
        "Det går inte att ångra.",
        "3 dokument i 2 meddelanden försvinner tidigare än annars",
        "Skickade mellan 22\u{a0}november 2026 och 30\u{a0}november 2026.",
        "Ett dokument i ett meddelande finns kvar längre än annars",
        "Ett dokument i ett meddelande påverkas inte",
        "Skickat 30\u{a0}november 2026.",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("Inget är skickat"), "{text}");
    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");

    let mut anna = app.signed_in(ANNA).await;
    for (receipt, purpose, ground) in [
        (&young, "Handläggning av ärendet", "Förvaltningslagen (2017:900)"),
        (&decision, "Tid att överklaga", "Arkivlagen &lt;1990:782&gt;"),
    ] {
        let case = anna.get(&format!("/cases/{}", receipt.deliveries[0].case)).await.text();
        for told in [
            format!("Varför det sparas så länge: {purpose}"),
            format!("Rättslig grund: {ground}"),
        ] {
            assert!(case.contains(&told), "{told} in {case}");
        }
    }
    app.portal.run_jobs().await.unwrap();
    assert_eq!(audited(&app, "document.purged").await, 2);
}

/// What stands between two pieces of a text, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let after = text.split(start).skip(1);
    after.map(|rest| rest.split(end).next().unwrap()).collect()
}

/// What falls due by a page: the numbers of the table, and the heights of the bars with the numbers above them.
fn due(page: &str) -> (Vec<u64>, Vec<u64>, Vec<u64>) {
    let section = between(page, "id=\"due\"", "</section>")[0]
        .replace("<!>", "")
        .replace("<!---->", "");
    let numbers = |found: Vec<&str>| found.iter().map(|number| number.parse().unwrap()).collect();
    let heights = between(&section, "<rect", ">")
        .into_iter()
        .flat_map(|bar| between(bar, "height=\"", "\""));
    let heights = numbers(heights.collect());
    let above = between(&section, "<text ", "</text>")
        .into_iter()
        .filter(|text| !text.contains("week"));
    let above = above.map(|text| text.split('>').nth(1).unwrap());
    (
        numbers(between(&section, "<td>", "</td>")),
        heights,
        numbers(above.collect()),
    )
}

#[tokio::test]
async fn the_bars_say_what_the_table_says_and_both_what_is_then_purged() {
    let app = App::without_second_factor().await;
    let (system, mut karin) = norrby(&app).await;
    // It is a Sunday, with which the first week ends; in a week the next one does.
    for (documents, days) in [(3, 7), (1, 8), (24, 8), (4, 9), (40, 84), (1, 30)] {
        send(&app, &system, documents, None, Some(days)).await;
    }
    let revoked = send(&app, &system, 1, None, Some(30)).await;
    app.portal.revoke_message(&system, revoked.id).await.unwrap();

    let (table, heights, above) = due(&karin.get("/staff/retention").await.text());
    assert_eq!(table, [0, 3, 29, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    let full = 120;
    assert_eq!(heights, [0, full * 3 / 29, full, 0, 0, full / 29, 0, 0, 0, 0, 0, 0]);
    assert_eq!(above, [3, 29, 1]);

    // To the Monday, and from Monday to Monday.
    app.clock.advance_millis(14 * 60 * MINUTE + 1);
    app.portal.run_jobs().await.unwrap();
    let mut gone = 1;
    assert_eq!(audited(&app, "document.purged").await, gone, "what was revoked");
    for (week, documents) in table.iter().enumerate().skip(1) {
        app.clock.advance_millis(7 * DAY);
        app.portal.run_jobs().await.unwrap();
        gone += usize::try_from(*documents).unwrap();
        assert_eq!(audited(&app, "document.purged").await, gone, "after week {week}");
    }
}

#[tokio::test]
async fn a_type_with_which_nothing_was_sent_is_told_with_the_one_that_may_be_meant() {
    let app = App::without_second_factor().await;
    let (system, mut karin) = norrby(&app).await;
    for document_type in ["beslut", "Kallelse"] {
        send(&app, &system, 1, Some(document_type), None).await;
    }
    let misspelt = [
        ("type_0", "Kallelse"),
        ("days_0", "9"),
        ("type_new", "besult"),
        ("days_new", "14"),
    ];
    let effect = look(&mut karin, &misspelt).await;
    let text = effect.text();
    for told in [
        "Inget är skickat med typen ”besult” än",
        "Menade du ”beslut”, som används?",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("typen ”Kallelse”"), "{text}");
    let request = Request::post("/staff/retention/effect")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "en")
        .body(filled_in(&misspelt).into())
        .unwrap();
    let english = karin.send(request).await.text();
    for told in [
        "Nothing was sent with the type “besult” yet",
        "Did you mean “beslut”, which is in use?",
    ] {
        assert!(english.contains(told), "{told} in {english}");
    }

    // It is said for as long as it is so, and is no reason to refuse: the type may be about to come into use.
    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    let later = [
        ("version", "1"),
        ("type_0", "Kallelse"),
        ("days_0", "9"),
        ("type_1", "besult"),
        ("days_1", "15"),
        ("type_new", "faktura"),
        ("days_new", "8"),
    ];
    let text = look(&mut karin, &later).await.text();
    assert!(
        text.contains("typen ”besult” än") && text.contains("typen ”faktura” än"),
        "{text}"
    );
    assert_eq!(text.matches("Menade du").count(), 1);
    send(&app, &system, 1, Some("Besult"), None).await;
    let text = look(&mut karin, &later).await.text();
    assert!(
        !text.contains("typen ”besult” än") && text.contains("typen ”faktura” än"),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_wrong_comes_back_where_it_was_wrong() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let long = "x".repeat(201);
    let limits = "Skriv ett helt antal dagar mellan gränserna";
    for (otherwise, told) in [
        (vec![("minimum_days", "0")], "minst 1 och inte fler"),
        (vec![("minimum_days", "366")], "minst 1 och inte fler"),
        (vec![("maximum_days", "366")], "som mest 365"),
        (vec![("maximum_days", "-1")], "som mest 365"),
        (vec![("days", "")], limits),
        (vec![("days", "-3")], limits),
        (vec![("days", "400")], limits),
        (vec![("days", "99999999999999")], limits),
        (vec![("purpose", long.as_str())], "högst 200 tecken"),
        (
            vec![("type_new", "på svenska"), ("days_new", "3")],
            "Ett namn är högst 64 tecken",
        ),
        (vec![("days_new", "3")], "Ett namn är högst 64 tecken"),
        (vec![("type_new", "beslut"), ("days_new", "")], limits),
        (
            vec![
                ("type_0", "beslut"),
                ("days_0", ""),
                ("type_new", "Beslut"),
                ("days_new", "3"),
            ],
            "finns redan i listan",
        ),
        (vec![], "samma regler som gäller nu"),
    ] {
        let answer = look(&mut karin, &otherwise).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{otherwise:?}");
        assert!(answer.text().contains(told), "{otherwise:?}: {}", answer.text());
    }
    // What was filled in is still there.
    let again = look(&mut karin, &[("days", "400"), ("purpose", "Handläggning & svar")]).await;
    assert!(
        again.text().contains("value=\"Handläggning &amp; svar\""),
        "{}",
        again.text()
    );
    // A type that the form never named as known.
    let unknown = look(&mut karin, &[("type_0", "okand"), ("days_0", "3")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_decision_made_in_another_tab_is_not_undone_unseen() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let first = look(&mut karin, &[("days", "20")]).await;
    let second = look(&mut karin, &[("days", "10")]).await;
    assert_eq!(save(&mut karin, &first).await.location(), "/staff/retention");
    let refused = save(&mut karin, &second).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("ändrades av någon annan"), "{}", refused.text());
    assert!(karin.get("/staff/retention").await.text().contains("20 dagar"));
}

#[tokio::test]
async fn who_sends_the_same_twice_is_told_that_it_is_saved_and_it_is_so_once() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut olle = app.colleague(&mut karin, "Olle", Role::Admin).await;
    let mut effects = Vec::new();
    for browser in [&mut karin, &mut olle] {
        effects.push(look(browser, &[("days", "20")]).await);
    }
    for _ in 0..2 {
        assert_eq!(save(&mut karin, &effects[0]).await.location(), "/staff/retention");
        let page = karin.get("/staff/retention").await.text();
        assert!(page.contains("Reglerna gäller nu"), "{page}");
    }
    // Who was second is told so, whatever they decided.
    let late = save(&mut olle, &effects[1]).await;
    assert!(late.text().contains("ändrades av någon annan"), "{}", late.text());
    // After another change it is an old decision.
    let other = look(&mut olle, &[("version", "1"), ("days", "25")]).await;
    assert_eq!(save(&mut olle, &other).await.location(), "/staff/retention");
    let late = save(&mut karin, &effects[0]).await;
    assert!(late.text().contains("ändrades av någon annan"), "{}", late.text());
    assert_eq!(audited(&app, "retention.changed").await, 2);
}

#[tokio::test]
async fn a_change_stays_on_the_page_while_its_admin_confirms() {
    let app = App::without_second_factor().await;
    // In Stockholm, where the portal is, the next day has begun by then.
    let new_york = TimeZone::get("America/New_York").unwrap();
    let (system, mut karin) = norrby_in(&app, Some(new_york)).await;
    app.clock.advance_millis(14 * 60 * MINUTE);
    karin.give_password(KARIN, PASSWORD).await;
    send(&app, &system, 2, None, None).await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    app.clock.advance_millis(6 * MINUTE);
    let asked = save(&mut karin, &effect).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("href=\"/staff/confirm\" target=\"_blank\""));
    for told in [
        "2 dokument i ett meddelande försvinner tidigare än annars",
        "Skickat 22\u{a0}november 2026.",
    ] {
        for page in [&effect, &asked] {
            assert!(page.text().contains(told), "{told} in {}", page.text());
        }
    }
    assert_eq!(hidden(&asked, "policy"), hidden(&effect, "policy"));
    let confirmed = form(&[("password", PASSWORD)]);
    karin.post("/staff/confirm", &confirmed).await;
    assert_eq!(save(&mut karin, &asked).await.location(), "/staff/retention");
}

#[tokio::test]
async fn an_admin_who_signed_in_a_while_ago_looks_and_saves_nothing() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    app.clock.advance_millis(6 * MINUTE);
    let effect = look(&mut karin, &[("days", "20")]).await;
    assert_eq!(effect.status, StatusCode::OK);
    assert!(
        effect.text().contains("Det här händer om du sparar"),
        "{}",
        effect.text()
    );
    // Also what another tab saved meanwhile can't be looked at as if nothing had been.
    karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    let other = look(&mut karin, &[("days", "25")]).await;
    assert_eq!(save(&mut karin, &other).await.location(), "/staff/retention");
    app.clock.advance_millis(6 * MINUTE);
    for late in [
        look(&mut karin, &[("days", "20")]).await,
        save(&mut karin, &effect).await,
    ] {
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.text().contains("Ändringen är inte sparad</h1>"), "{}", late.text());
    }
    assert!(karin.get("/staff/retention").await.text().contains("25 dagar"));
    assert_eq!(audited(&app, "retention.changed").await, 1);
}

#[tokio::test]
async fn what_no_page_of_ours_sends_decides_nothing() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    let policy = hidden(&effect, "policy");
    for (version, policy, status) in [
        ("0", "", StatusCode::BAD_REQUEST),
        ("0", "{}", StatusCode::BAD_REQUEST),
        ("0", &*policy.replace("20", "-20"), StatusCode::BAD_REQUEST),
        ("0", &*policy.replace("20", "4000"), StatusCode::BAD_REQUEST),
        ("", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
        ("-1", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
        ("7", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = karin
            .post("/staff/retention", &form(&[("version", version), ("policy", policy)]))
            .await;
        assert_eq!(answer.status, status, "{version} {policy}");
    }
    assert!(karin.get("/staff/retention").await.text().contains("30 dagar"));
}

#[tokio::test]
async fn an_auditor_sees_the_rules_and_no_way_to_change_them() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let text = eva.get("/staff/retention").await.text();
    assert!(
        text.contains("30 dagar") && !text.contains("/staff/retention/change"),
        "{text}"
    );
}
