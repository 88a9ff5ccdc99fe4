//! Whether recipients read the names of staff: an admin's choice, and what it changes on their pages.

use http::StatusCode;
use portal::Role;

use crate::browser::Browser;
use crate::harness::{ANNA, App};
use crate::staff_support::{PASSWORD, form};

const MINUTE: i64 = 60_000;
const SAVE: &str = "Spara</button>";

async fn choose(admin: &mut Browser<'_>, shown: bool) {
    let fields = if shown {
        form(&[("names", "yes")])
    } else {
        String::new()
    };
    let saved = admin.post("/staff/members/names", &fields).await;
    assert_eq!(saved.location(), "/staff/members", "{}", saved.text());
}

#[tokio::test]
async fn a_person_reads_who_did_it_where_the_organisation_lets_them_and_in_both_languages() {
    let app = App::without_second_factor().await;
    let (receipt, mut karin) = app.sent_to_anna().await;
    let case = receipt.deliveries[0].case;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Sender).await;
    app.clock.advance_millis(MINUTE);
    let closed = eva.post(&format!("/staff/cases/{case}/close"), "").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    app.clock.advance_millis(MINUTE);
    let day_and_reason = form(&[("last_day", "2027-04-30"), ("reason", "Överklagande")]);
    let extended = karin
        .post(&format!("/staff/cases/{case}/extend"), &day_and_reason)
        .await;
    assert_eq!(extended.status, StatusCode::SEE_OTHER, "{}", extended.text());

    let mut anna = app.signed_in(ANNA).await;
    let history = format!("/cases/{case}/history");
    let unnamed = [
        "Norrby kommun avslutade ärendet",
        "En handläggare vid Norrby kommun bestämde att ärendet ska finnas kvar till och med",
    ];
    let before = anna.get(&history).await.text();
    assert!(unnamed.iter().all(|words| before.contains(words)), "{before}");
    assert!(!before.contains("Eva") && !before.contains("Karin"), "{before}");
    let other = app.organisation("Söderby kommun").await;
    let link = app.invitation(&other).await;
    let mut olof = app.browser();
    olof.post(&link, &crate::staff_support::new_password(PASSWORD)).await;
    choose(&mut olof, true).await;
    let still = anna.get(&history).await.text();
    assert!(unnamed.iter().all(|words| still.contains(words)), "{still}");
    assert!(!still.contains("Eva") && !still.contains("Karin"), "{still}");

    choose(&mut karin, true).await;
    let named = anna.get(&history).await.text();
    for words in [
        "Handläggaren Eva vid Norrby kommun avslutade ärendet",
        "Handläggaren Karin Åkerström vid Norrby kommun bestämde att ärendet ska finnas kvar till och med",
        "Ett it-system hos Norrby kommun skickade",
    ] {
        assert!(named.contains(words), "{words} in {named}");
    }
    anna.post("/language", &format!("language=en&to={history}")).await;
    let english = anna.get(&history).await.text();
    assert!(
        english.contains("Karin Åkerström, a staff member of Norrby kommun, decided that the case stays up to"),
        "{english}"
    );
    choose(&mut karin, false).await;
    let after = anna.get(&history).await.text();
    assert!(!after.contains("Eva") && !after.contains("Karin"), "{after}");
    assert!(
        after.contains("A staff member of Norrby kommun decided") && after.contains("Norrby kommun closed the case"),
        "{after}"
    );
}

#[tokio::test]
async fn an_admin_chooses_by_a_form_after_a_fresh_sign_in_and_an_auditor_sees_what_was_chosen() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let page = karin.get("/staff/members").await.text();
    assert!(
        page.contains("Mottagarna får se handläggarnas namn") && page.contains(SAVE),
        "{page}"
    );
    let is_ticked = |page: &str| {
        let (_, tick) = page.split_once("id=\"names\"").unwrap();
        tick.split_once('>').unwrap().0.contains("checked")
    };
    assert!(!is_ticked(&page));
    app.clock.advance_millis(5 * MINUTE);
    let stale = karin.post("/staff/members/names", &form(&[("names", "yes")])).await;
    assert_eq!(stale.location(), "/staff/confirm");
    let confirmed = karin.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(confirmed.location(), "/staff/members");
    assert!(!is_ticked(&karin.get("/staff/members").await.text()));
    choose(&mut karin, true).await;
    let saved = karin.get("/staff/members").await.text();
    assert!(saved.contains("Valet är sparat.") && is_ticked(&saved), "{saved}");

    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let seen = eva.get("/staff/members").await.text();
    assert!(
        is_ticked(&seen) && !seen.contains(SAVE) && seen.contains("<fieldset disabled"),
        "{seen}"
    );
    let mut bo = app.colleague(&mut karin, "Bo", Role::Sender).await;
    for browser in [&mut eva, &mut bo] {
        let refused = browser.post("/staff/members/names", "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    assert!(is_ticked(&karin.get("/staff/members").await.text()));
    app.portal.chain_audit_log().await.unwrap();
    let log = karin.get("/staff/audit").await.text();
    assert!(log.contains("Om mottagarna ser handläggarnas namn ändrades"), "{log}");
}
