//! How a person asks an organisation to erase and correct something, and how its admins answer.

use http::StatusCode;
use portal::{MessageReceipt, Role};

use crate::api_support::PDF;
use crate::browser::Browser;
use crate::harness::{ANNA, App, BENGT};
use crate::staff_support::{PASSWORD, form};

const MINUTE: i64 = 60_000;
const WHY: &str = "Vi måste bevara beslutet enligt arkivlagen.";

/// What stands in an attribute of the page's first element that has it after `before`.
fn value_after(html: &str, before: &str) -> String {
    let (_, rest) = html
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split_once('"').unwrap().0.to_owned()
}

/// Fills in the form for a case, and gives the fields that send it.
async fn filled_in(person: &mut Browser<'_>, receipt: &MessageReceipt, kind: &str, text: &str) -> String {
    let page = person.get("/rights/new").await.text();
    let case = format!("/{}\"", receipt.deliveries[0].case);
    let (before, _) = page.split_once(&case).unwrap_or_else(|| panic!("no {case} in {page}"));
    let organisation = before.rsplit('"').next().unwrap();
    let about = format!("{organisation}/{}", receipt.deliveries[0].case);
    let id = value_after(&page, "name=\"form\" value=\"");
    form(&[("form", &id), ("about", &about), ("kind", kind), ("text", text)])
}

/// Anna asks for her case; the path of the request's page.
async fn asked(person: &mut Browser<'_>, receipt: &MessageReceipt, kind: &str) -> String {
    let fields = filled_in(person, receipt, kind, "Det gäller <b>inte</b> mig.").await;
    let made = person.post("/rights/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    made.location().to_owned()
}

/// The id of a request of a person, for others to try.
pub(crate) async fn of_a_person(person: &mut Browser<'_>, receipt: &MessageReceipt) -> String {
    asked(person, receipt, "erasure")
        .await
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

/// The id of a request that another organisation got.
pub(crate) async fn of_another_organisation(app: &App) -> String {
    let (system, _) = app.sender("Österby kommun").await;
    let receipt = app
        .message(&system, ANNA, &[("beslut.pdf", "application/pdf", PDF)])
        .await;
    of_a_person(&mut app.signed_in(ANNA).await, &receipt).await
}

#[tokio::test]
async fn a_person_asks_and_an_admin_erases() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let mut anna = app.signed_in(ANNA).await;
    let inbox = anna.get("/inbox").await.text();
    assert!(inbox.contains("href=\"/rights\""), "{inbox}");
    let page = asked(&mut anna, &receipt, "erasure").await;
    let made = anna.get(&page).await.text();
    assert!(
        made.contains("Din begäran är skickad") && made.contains("Mottagen"),
        "{made}"
    );
    assert!(made.contains("Det gäller &lt;b&gt;inte&lt;/b&gt; mig."), "{made}");

    let staff_page = page.replace("/rights/", "/staff/requests/");
    let cases = karin.get("/staff/cases").await.text();
    assert!(
        cases.contains("En begäran om radering eller rättelse väntar på svar."),
        "{cases}"
    );
    let seen = karin.get(&staff_page).await.text();
    assert!(seen.contains("Det gäller") && seen.contains(&ANNA[8..]), "{seen}");
    assert!(!seen.contains("checked"), "nothing is chosen from the beginning");
    let case = format!("href=\"/staff/cases/{}\" target=\"_blank\"", receipt.deliveries[0].case);
    assert_eq!(
        seen.matches(&case).count(),
        2,
        "beside the request and beside its box: {seen}"
    );
    let taken = karin.post(&format!("{staff_page}/take-up"), "").await;
    assert_eq!(taken.location(), staff_page);
    assert!(anna.get(&page).await.text().contains("Handläggs"));

    let nothing = karin
        .post(&format!("{staff_page}/grant"), &form(&[("answer", "Gjort")]))
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text().contains("Välj minst ett ärende") && nothing.text().contains("Gjort"));
    let case = receipt.deliveries[0].case.to_string();
    let granted = karin
        .post(
            &format!("{staff_page}/grant"),
            &form(&[("case", &case), ("answer", "")]),
        )
        .await;
    assert_eq!(granted.location(), staff_page, "{}", granted.text());
    assert_eq!(anna.get(&format!("/cases/{case}")).await.status, StatusCode::NOT_FOUND);
    assert!(anna.get(&page).await.text().contains("Beviljad, raderas"));
    app.portal.run_jobs().await.unwrap();
    let done = anna.get(&page).await.text();
    assert!(done.contains("Raderat") && !done.contains("/withdraw\""), "{done}");
    assert!(!karin.get("/staff/cases").await.text().contains("väntar på svar"));
    let again = karin
        .post(&format!("{staff_page}/decline"), &form(&[("reason", WHY)]))
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("En kollega har redan svarat"), "{}", again.text());
    let audited = app.audited().await;
    assert!(
        audited.iter().any(|(what, _)| what.starts_with("case.erased/")),
        "{audited:?}"
    );
}

#[tokio::test]
async fn each_part_of_the_lists_has_its_own_alone() {
    const BEFORE_ALL: &str = "0.00000000-0000-0000-0000-000000000000";
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let mut anna = app.signed_in(ANNA).await;
    asked(&mut anna, &receipt, "erasure").await;
    let open = karin
        .get(&format!("/staff/requests?open-after={BEFORE_ALL}"))
        .await
        .text();
    assert!(
        open.contains("href=\"/staff/requests/") && open.contains("Till början"),
        "{open}"
    );
    let answered = karin
        .get(&format!("/staff/requests?answered-before={BEFORE_ALL}"))
        .await
        .text();
    assert!(
        !answered.contains("href=\"/staff/requests/") && answered.contains("Det finns inga fler."),
        "{answered}"
    );
    for wrong in [
        "open-after=x".to_owned(),
        format!("open-after={BEFORE_ALL}&answered-before={BEFORE_ALL}"),
    ] {
        let answer = karin.get(&format!("/staff/requests?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn what_was_wrong_comes_back_where_it_was_wrong() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let mut anna = app.signed_in(ANNA).await;
    let right = filled_in(&mut anna, &receipt, "rectification", "Fel adress").await;
    let long = "x".repeat(2_001);
    for (fields, told) in [
        (right.replace("kind=rectification", "kind="), "Välj om du vill"),
        (right.replace("about=", "about=x"), "Välj vad det gäller"),
        (
            right.replace("Fel+adress", "").replace("Fel%20adress", ""),
            "Skriv vad som ska rättas",
        ),
        (
            right.replace("Fel+adress", &long).replace("Fel%20adress", &long),
            "Skriv vad som ska rättas",
        ),
    ] {
        assert_ne!(fields, right);
        let answer = anna.post("/rights/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(answer.text().contains(told), "{told}: {}", answer.text());
    }
    let neither = right.replace("kind=rectification", "kind=");
    let answer = anna.post("/rights/new", &neither).await.text();
    for told in ["aria-describedby=\"kind-problem\"", "id=\"kind-problem\""] {
        assert!(answer.contains(told), "{told} in {answer}");
    }
    assert_eq!(app.rows("data_request").await, 0);
    // The same form, twice.
    let first = anna.post("/rights/new", &right).await;
    let second = anna.post("/rights/new", &right).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(app.rows("data_request").await, 1);

    let staff_page = first.location().replace("/rights/", "/staff/requests/");
    for (path, field, told) in [
        ("decline", "reason", "Skriv ett svar"),
        ("grant", "answer", "Skriv ett svar"),
        ("extend", "extension", "Skriv ett svar"),
    ] {
        let answer = karin
            .post(&format!("{staff_page}/{path}"), &form(&[(field, " ")]))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(answer.text().contains(told), "{path}: {}", answer.text());
    }
    // What was filled in stays while somebody proves anew that it is them.
    app.clock.advance_millis(6 * MINUTE);
    let reason = form(&[("reason", WHY)]);
    let stale = karin.post(&format!("{staff_page}/decline"), &reason).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("arkivlagen") && stale.text().contains("href=\"/staff/confirm\""));
    karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    let declined = karin.post(&format!("{staff_page}/decline"), &reason).await;
    assert_eq!(declined.location(), staff_page);
    let told = anna.get(first.location()).await.text();
    assert!(told.contains("Avslagen") && told.contains("arkivlagen"), "{told}");
}

#[tokio::test]
async fn a_person_takes_a_request_back_and_nobody_else_does() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let mut anna = app.signed_in(ANNA).await;
    let page = asked(&mut anna, &receipt, "erasure").await;
    let mut bengt = app.signed_in(BENGT).await;
    assert_eq!(bengt.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        bengt.post(&format!("{page}/withdraw"), "").await.status,
        StatusCode::NOT_FOUND
    );
    let nobody = bengt.get("/rights/new").await.text();
    assert!(nobody.contains("finns ingen att be"), "{nobody}");
    assert_eq!(anna.post(&format!("{page}/withdraw"), "").await.location(), page);
    assert!(anna.get(&page).await.text().contains("Återtagen"));
    let staff_page = page.replace("/rights/", "/staff/requests/");
    let late = karin.post(&format!("{staff_page}/take-up"), "").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_auditor_sees_that_somebody_asks_and_not_who() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let mut anna = app.signed_in(ANNA).await;
    let page = asked(&mut anna, &receipt, "erasure").await;
    let staff_page = page.replace("/rights/", "/staff/requests/");
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    for path in ["/staff/requests", &staff_page] {
        let seen = eva.get(path).await.text();
        assert!(seen.contains("Radering") && seen.contains("Mottagen"), "{seen}");
        assert!(
            !seen.contains(&ANNA[8..]) && !seen.contains("gäller &lt;b&gt;"),
            "{seen}"
        );
        assert!(!seen.contains("/grant\""), "{seen}");
        assert!(!seen.contains(&receipt.deliveries[0].case.to_string()), "{seen}");
        assert!(!seen.contains("Allt ni har skickat"), "{seen}");
    }
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    assert_eq!(bo.get("/staff/requests").await.status, StatusCode::FORBIDDEN);
    assert!(!bo.get("/staff/cases").await.text().contains("väntar på svar"));
}
