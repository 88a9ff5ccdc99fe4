//! How an admin stops the purge of a case and lets it go on again, and what its recipient sees of it.

use base::CaseId;
use http::StatusCode;
use portal::{MessageReceipt, Role};

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App};
use crate::staff_support::{KARIN, PASSWORD, form, new_password};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
const REASON: &str = "Överklagande, dnr 2026-17";

/// A message of "Norrby kommun" to Anna, and an admin of it.
async fn sent(app: &App) -> (MessageReceipt, Browser<'_>) {
    sent_by(app, "Norrby kommun", "norrby-kommun").await
}

async fn sent_by<'a>(app: &'a App, name: &str, slug: &str) -> (MessageReceipt, Browser<'a>) {
    let (system, _) = app.sender(name).await;
    let receipt = app
        .message(&system, ANNA, &[("beslut.pdf", "application/pdf", PDF)])
        .await;
    let organisation = app.portal.organisation_at(slug).await.unwrap().unwrap();
    let link = app.invitation(&organisation).await;
    let mut admin = app.browser();
    assert_eq!(admin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
    (receipt, admin)
}

/// The id of a hold of an organisation of its own.
pub(crate) async fn of_another_organisation(app: &App) -> String {
    let (receipt, mut admin) = sent_by(app, "Västerby kommun", "vasterby-kommun").await;
    place(&mut admin, &receipt).await.id_after("href=\"/staff/holds/")
}

/// The id of a case of an organisation of its own.
pub(crate) async fn case_of_another_organisation(app: &App) -> String {
    let (receipt, _) = sent_by(app, "Österby kommun", "osterby-kommun").await;
    receipt.deliveries[0].case.to_string()
}

/// The page's form, filled in.
async fn filled_in(admin: &mut Browser<'_>, case: CaseId, otherwise: &[(&str, &str)]) -> String {
    let page = admin.get(&format!("/staff/holds/new?case={case}")).await;
    let (id, case) = (page.id_after("name=\"form\" value=\""), case.to_string());
    let mut fields = vec![
        ("form", id.as_str()),
        ("case", case.as_str()),
        ("scope", "case"),
        ("reason", REASON),
        ("review_on", "2027-03-01"),
    ];
    for (name, value) in otherwise {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    form(&fields)
}

async fn place(admin: &mut Browser<'_>, receipt: &MessageReceipt) -> Answer {
    let fields = filled_in(admin, receipt.deliveries[0].case, &[]).await;
    let placed = admin.post("/staff/holds", &fields).await;
    assert_eq!(placed.location(), "/staff/holds", "{}", placed.text());
    admin.get("/staff/holds").await
}

/// Signs in anew, as somebody does who comes back another day.
async fn come_back(admin: &mut Browser<'_>) {
    let answer = admin.give_password(KARIN, PASSWORD).await;
    assert_eq!(answer.location(), "/staff", "{}", answer.text());
}

#[tokio::test]
async fn an_admin_holds_a_case_from_the_list_and_lifts_the_hold() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let case = receipt.deliveries[0].case;
    let cases = karin.get("/staff/cases").await.text();
    let way = format!("href=\"/staff/holds/new?case={case}\"");
    assert!(cases.contains(&way), "{cases}");
    let blank = karin.get(&format!("/staff/holds/new?case={case}")).await;
    assert_eq!(blank.status, StatusCode::OK);
    assert!(blank.text().contains("Spärra från gallring"));

    let list = place(&mut karin, &receipt).await;
    for told in ["Spärren gäller.", "Omfattar ett meddelande", "Ska omprövas 1\u{a0}mars"] {
        assert!(list.text().contains(told), "{told} in {}", list.text());
    }
    let cases = karin.get("/staff/cases").await.text();
    assert!(
        cases.contains("Spärrat från gallring") && cases.contains(&way) && cases.contains(">Lägg till en spärr<"),
        "{cases}"
    );
    let retention = karin.get("/staff/retention").await.text();
    assert!(retention.contains("Ett dokument är spärrat"), "{retention}");

    app.clock.set(receipt.deliveries[0].expires_at);
    app.portal.run_jobs().await.unwrap();
    assert_eq!(app.audited().await.get("message.purged/portal"), None);
    let mut anna = app.signed_in(ANNA).await;
    assert_eq!(anna.get(&format!("/cases/{case}")).await.status, StatusCode::NOT_FOUND);

    come_back(&mut karin).await;
    let id = karin.get("/staff/holds").await.id_after("href=\"/staff/holds/");
    let page = format!("/staff/holds/{id}");
    assert!(karin.get(&page).await.text().contains("Överklagande, dnr 2026-17"));
    let without = karin.post(&format!("{page}/lift"), &form(&[("reason", "")])).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("Skriv varför"));
    let lifted = karin
        .post(
            &format!("{page}/lift"),
            &form(&[("reason", "Domen har vunnit laga kraft")]),
        )
        .await;
    assert_eq!(lifted.location(), "/staff/holds");
    let list = karin.get("/staff/holds").await.text();
    assert!(
        list.contains("Spärren är hävd") && list.contains("Inget förstörs före"),
        "{list}"
    );
    // Within the seven days the case can be held again.
    assert!(karin.get("/staff/cases").await.text().contains(&way));
    let again = karin.post(&format!("{page}/lift"), &form(&[("reason", "igen")])).await;
    assert_eq!(again.location(), page);

    app.clock.advance_millis(7 * DAY - 1);
    app.portal.run_jobs().await.unwrap();
    assert_eq!(app.audited().await.get("message.purged/portal"), None);
    app.clock.advance_millis(1);
    app.portal.run_jobs().await.unwrap();
    come_back(&mut karin).await;
    let forgotten = karin.get(&page).await.text();
    assert!(
        forgotten.contains("Sparas inte längre") && !forgotten.contains("dnr 2026-17"),
        "{forgotten}"
    );
    assert_eq!(app.rows("purge_leaf").await, 2);
}

#[tokio::test]
async fn every_hold_is_reached_from_the_list_a_part_at_a_time() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let case = receipt.deliveries[0].case;
    for _ in 0..26 {
        let fields = filled_in(&mut karin, case, &[]).await;
        assert_eq!(karin.post("/staff/holds", &fields).await.location(), "/staff/holds");
    }
    let cards = |page: &str| page.matches("class=\"card\"").count();
    let text = karin.get("/staff/holds").await.text();
    let (_, next) = text.split_once("href=\"/staff/holds?standing-after=").unwrap();
    let (next, _) = next.split_once('"').unwrap();
    let shown = "Det mottagarna ser";
    assert!(
        cards(&text) == 25 && text.contains(shown) && !text.contains("Till början"),
        "{text}"
    );
    let text = karin.get(&format!("/staff/holds?standing-after={next}")).await.text();
    assert!(cards(&text) == 1 && !text.contains(shown), "{text}");
    assert!(
        text.contains("Till början") && !text.contains("standing-after"),
        "{text}"
    );
    let none = karin.get(&format!("/staff/holds?lifted-before={next}")).await.text();
    assert!(cards(&none) == 0 && none.contains("Det finns inga fler."), "{none}");
    for wrong in [
        "standing-after=x".to_owned(),
        "lifted-before=".to_owned(),
        format!("standing-after={next}&lifted-before={next}"),
    ] {
        let answer = karin.get(&format!("/staff/holds?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn what_was_wrong_comes_back_where_it_was_wrong() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let case = receipt.deliveries[0].case;
    let long = "x".repeat(201);
    for (otherwise, told) in [
        (("reason", ""), "Skriv varför"),
        (("reason", long.as_str()), "Skriv varför"),
        (("review_on", ""), "Välj en dag efter i dag"),
        (("review_on", "2020-01-01"), "Välj en dag efter i dag"),
        (("review_on", "2099-01-01"), "Välj en dag efter i dag"),
        (("review_on", "i morgon"), "Välj en dag efter i dag"),
    ] {
        let fields = filled_in(&mut karin, case, &[otherwise]).await;
        let answer = karin.post("/staff/holds", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{otherwise:?}");
        assert!(answer.text().contains(told), "{otherwise:?}: {}", answer.text());
    }
    // Each field says what was wrong with it, and the first of them has the focus.
    let empty = filled_in(&mut karin, case, &[("reason", ""), ("review_on", "")]).await;
    let answer = karin.post("/staff/holds", &empty).await.text();
    for told in ["Skriv varför", "Välj en dag efter i dag"] {
        assert_eq!(answer.matches(told).count(), 1, "{told}: {answer}");
    }
    assert_eq!(answer.matches("aria-invalid=\"true\"").count(), 2, "{answer}");
    let focused: Vec<&str> = answer
        .split("<input")
        .filter(|input| input.contains("autofocus"))
        .collect();
    assert!(
        matches!(focused[..], [it] if it.contains("name=\"reason\"")),
        "{answer}"
    );
    let nobodys = "0192f0c1-2345-7abc-8def-0123456789ab";
    for path in [
        "/staff/holds/new".to_owned(),
        "/staff/holds/new?case=x".to_owned(),
        format!("/staff/holds/new?case={nobodys}"),
        format!("/staff/holds/{nobodys}"),
    ] {
        assert_eq!(karin.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for otherwise in [("scope", "everything"), ("form", "")] {
        let fields = filled_in(&mut karin, case, &[otherwise]).await;
        assert_eq!(
            karin.post("/staff/holds", &fields).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    assert_eq!(app.rows("hold").await, 0);

    // Everything in it is being purged, but its blobs are there yet.
    app.clock.set(receipt.deliveries[0].expires_at);
    app.portal.run_key_jobs().await.result().unwrap();
    come_back(&mut karin).await;
    let fields = filled_in(&mut karin, case, &[]).await;
    let too_late = karin.post("/staff/holds", &fields).await;
    assert_eq!(too_late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(too_late.text().contains("Det är för sent"), "{}", too_late.text());
}

#[tokio::test]
async fn a_form_places_one_hold_however_often_it_is_sent_and_another_only_as_a_new_form() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let case = receipt.deliveries[0].case;
    let fields = filled_in(&mut karin, case, &[]).await;
    for _ in 0..2 {
        assert_eq!(karin.post("/staff/holds", &fields).await.location(), "/staff/holds");
        assert!(karin.get("/staff/holds").await.text().contains("Spärren gäller."));
    }
    assert_eq!(app.rows("hold").await, 1);
    let wider = fields.replace("scope=case", "scope=recipient");
    let used = karin.post("/staff/holds", &wider).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        used.text().contains("En spärr har redan lagts med det här formuläret"),
        "{}",
        used.text()
    );
    assert_eq!(app.rows("hold").await, 1);
    let id = used.id_after("name=\"form\" value=\"");
    let wider = filled_in(&mut karin, case, &[("scope", "recipient"), ("form", &id)]).await;
    assert_eq!(karin.post("/staff/holds", &wider).await.location(), "/staff/holds");
    assert_eq!(app.rows("hold").await, 2);
}

#[tokio::test]
async fn lifting_asks_for_a_fresh_sign_in_and_keeps_what_was_filled_in() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let id = place(&mut karin, &receipt).await.id_after("href=\"/staff/holds/");
    app.clock.advance_millis(6 * MINUTE);
    let lift = format!("/staff/holds/{id}/lift");
    let reason = form(&[("reason", "Domen står fast")]);
    let stale = karin.post(&lift, &reason).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("Domen står fast") && stale.text().contains("href=\"/staff/confirm\""));
    karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(karin.post(&lift, &reason).await.location(), "/staff/holds");
}

#[tokio::test]
async fn the_recipient_reads_of_a_hold_where_the_organisation_lets_them() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    place(&mut karin, &receipt).await;
    let page = format!("/cases/{}", receipt.deliveries[0].case);
    let mut anna = app.signed_in(ANNA).await;
    let told = "Avsändaren har bestämt att det ändå inte ska raderas då";
    let before = anna.get(&page).await.text();
    assert!(
        !before.contains(told) && before.contains("Sedan raderas det"),
        "{before}"
    );
    let saved = karin.post("/staff/holds/shown", &form(&[("shown", "yes")])).await;
    assert_eq!(saved.location(), "/staff/holds");
    let after = anna.get(&page).await.text();
    assert!(after.contains(told) && !after.contains("dnr 2026-17"), "{after}");
    karin.post("/staff/holds/shown", "").await;
    assert!(!anna.get(&page).await.text().contains(told));
}

#[tokio::test]
async fn an_auditor_looks_at_holds_and_sees_nobodys_number() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = sent(&app).await;
    let list = place(&mut karin, &receipt).await;
    let id = list.id_after("href=\"/staff/holds/");
    assert!(list.text().contains(&ANNA[8..]));
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    for page in ["/staff/holds".to_owned(), format!("/staff/holds/{id}")] {
        let seen = eva.get(&page).await.text();
        assert!(seen.contains("Ett ärende") && !seen.contains(&ANNA[8..]), "{seen}");
        assert!(!seen.contains("/lift\"") && !seen.contains("Spara</button>"), "{seen}");
    }
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    assert_eq!(bo.get("/staff/holds").await.status, StatusCode::FORBIDDEN);
    assert!(!bo.get("/staff/cases").await.text().contains("/staff/holds/new"));
}
