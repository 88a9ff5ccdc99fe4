//! How staff and systems close a case, open it again and extend it, and what its recipient sees of that.

use http::StatusCode;
use portal::{CountedFrom, RetentionPolicy, RetentionReason, RetentionRule, Role};
use reqwest::Method;
use serde_json::Value;

use crate::api_support::{PDF, Served, json, metadata, refused};
use crate::browser::Browser;
use crate::harness::{ANNA, App};
use crate::staff_support::form;

const REASON: &str = "Överklagande, dnr 2026-17";

/// A case of "Norrby kommun" with Anna, and an admin of it who keeps everything for 14 days after its case is closed, and 90 at most.
async fn sent(app: &App) -> (String, Browser<'_>) {
    let (receipt, mut admin) = app.sent_to_anna().await;
    let policy = RetentionPolicy {
        minimum_days: 1,
        maximum_days: 90,
        default: RetentionRule {
            days: 14,
            counted_from: CountedFrom::CaseClosed,
            reason: RetentionReason::default(),
        },
        types: Vec::new(),
    };
    let policy = policy.to_json().unwrap();
    let saved = admin
        .post("/staff/retention", &form(&[("version", "0"), ("policy", &policy)]))
        .await;
    assert_eq!(saved.location(), "/staff/retention", "{}", saved.text());
    (format!("/staff/cases/{}", receipt.deliveries[0].case), admin)
}

#[tokio::test]
async fn staff_close_a_case_open_it_again_and_extend_it_and_the_recipient_sees_it() {
    let app = App::without_second_factor().await;
    let (page, mut karin) = sent(&app).await;
    let case = page.trim_start_matches("/staff");
    let rules = karin.get("/staff/retention").await.text();
    assert!(rules.contains("14 dagar från att ärendet avslutades"), "{rules}");
    let list = karin.get("/staff/cases").await.text();
    assert!(list.contains(&format!("href=\"{page}\"")), "{list}");
    let mut anna = app.signed_in(ANNA).await;
    let open = anna.get(case).await.text();
    assert!(
        open.contains("Det sparas 14 dagar efter att Norrby kommun har avslutat ärendet"),
        "{open}"
    );

    let mut eva = app.colleague(&mut karin, "Eva", Role::Sender).await;
    let seen = eva.get(&page).await.text();
    assert!(
        seen.contains("Avsluta ärendet") && !seen.contains("Förläng ärendet"),
        "{seen}"
    );
    let closed = eva.post(&format!("{page}/close"), "").await;
    assert_eq!(closed.location(), page);
    let seen = eva.get(&page).await.text();
    for told in [
        "Ärendet är avslutat.",
        "Avslutat 22",
        "Kan läsas till och med 6\u{a0}december",
        "Öppna ärendet igen",
    ] {
        assert!(seen.contains(told), "{told} in {seen}");
    }
    let seen = anna.get(case).await.text();
    for told in [
        "Norrby kommun avslutade ärendet 22",
        "Har du frågor, kontakta Norrby kommun direkt.",
        "till och med 6\u{a0}december",
    ] {
        assert!(seen.contains(told), "{told} in {seen}");
    }

    let extend = async |browser: &mut Browser<'_>, day: &str, reason: &str| {
        let fields = form(&[("last_day", day), ("reason", reason)]);
        browser.post(&format!("{page}/extend"), &fields).await
    };
    assert_eq!(
        extend(&mut eva, "2027-02-01", REASON).await.status,
        StatusCode::FORBIDDEN
    );
    for (day, reason, told) in [
        ("", REASON, "Skriv en dag."),
        ("i morgon", REASON, "Skriv en dag."),
        ("2026-12-06", REASON, "finns redan kvar till och med den dagen"),
        ("2027-11-23", REASON, "inte längre än till och med 22\u{a0}november"),
        ("2027-02-01", "", "Skriv varför"),
    ] {
        let refused = extend(&mut karin, day, reason).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{day}");
        assert!(refused.text().contains(told), "{told} in {}", refused.text());
    }
    // Sent twice, as by an impatient finger.
    for _ in 0..2 {
        assert_eq!(extend(&mut karin, "2027-04-30", REASON).await.location(), page);
    }
    let seen = karin.get(&page).await.text();
    for told in ["Ärendet är förlängt.", REASON, "Till och med 30\u{a0}april", "Karin"] {
        assert!(seen.contains(told), "{told} in {seen}");
    }
    let seen = anna.get(case).await.text();
    assert!(
        seen.contains("ska finnas kvar längre än") && !seen.contains("Överklagande"),
        "{seen}"
    );
    let history = anna.get(&format!("{case}/history")).await.text();
    assert!(
        history.contains("Norrby kommun avslutade ärendet")
            && history.contains("ska finnas kvar till och med 30\u{a0}april"),
        "{history}"
    );

    assert_eq!(eva.post(&format!("{page}/reopen"), "").await.location(), page);
    assert!(!anna.get(case).await.text().contains("avslutade ärendet"));
    let audited = app.audited().await;
    for (what, times) in [
        ("case.closed/", 1),
        ("case.reopened/", 1),
        ("case.extended/2027-04-30", 1),
    ] {
        assert_eq!(audited.get(what), Some(&times), "{what}");
    }
}

#[tokio::test]
async fn a_system_closes_a_case_as_often_as_it_likes_and_opens_it_again() {
    let served = Served::start().await;
    let (system, other) = (served.system().await, served.system().await);
    let receipt = json(served.send(&system, "k", &metadata(), &[PDF]).await).await;
    let path = format!(
        "/cases/{}/closing",
        receipt["deliveries"][0]["case_id"].as_str().unwrap()
    );
    for method in [Method::PUT, Method::PUT, Method::DELETE, Method::DELETE] {
        let done = served.request(&system, method, &path).send().await.unwrap();
        assert_eq!(done.status(), 204);
    }
    let page = json(served.get(&system, "/events").await).await;
    let events = page["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds, ["delivered", "case_closed", "case_reopened"]);
    assert_eq!(events[1]["delivery_id"], receipt["deliveries"][0]["id"]);

    for (system, path) in [(&other, path.as_str()), (&system, "/cases/none/closing")] {
        for method in [Method::PUT, Method::DELETE] {
            let answer = served.request(system, method, path).send().await.unwrap();
            refused(answer, "not-found").await;
        }
    }
    let reader = served.system_with(&[portal::Scope::MessagesRead]).await;
    let answer = served.request(&reader, Method::PUT, &path).send().await.unwrap();
    let problem: Value = refused(answer, "insufficient-scope").await;
    assert_eq!(problem["status"], 403);
}
