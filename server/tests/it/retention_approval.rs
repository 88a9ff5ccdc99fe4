//! How an organisation demands two admins for what shortens its retention.

use http::StatusCode;
use portal::Role;

use crate::harness::App;
use crate::operator::audited;
use crate::retention::{hidden, look, save};
use crate::staff_support::form;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn one_admin_asks_and_another_approves() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let alone = karin.get("/staff/retention").await.text();
    assert!(
        alone.contains("måste det finnas två som kan logga in") && !alone.contains("name=\"required\""),
        "{alone}"
    );
    let mut olle = app.colleague(&mut karin, "Olle", Role::Admin).await;
    let demanded = karin
        .post("/staff/retention/approval", &form(&[("required", "yes")]))
        .await;
    assert_eq!(demanded.location(), "/staff/retention");
    assert!(
        karin
            .get("/staff/retention")
            .await
            .text()
            .contains("Två administratörer krävs")
    );

    let longer = look(&mut karin, &[("days", "40")]).await.text();
    assert!(
        longer.contains("Spara reglerna") && !longer.contains("måste godkänna"),
        "{longer}"
    );
    let effect = look(&mut karin, &[("days", "20")]).await;
    assert!(
        effect
            .text()
            .contains("En annan administratör måste godkänna den här ändringen."),
        "{}",
        effect.text()
    );
    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    let waits = karin.get("/staff/retention").await.text();
    for told in [
        "En ändring väntar på godkännande",
        "30 dagar från att det skickades",
        "väntar på att en annan administratör",
    ] {
        assert!(waits.contains(told), "{told} in {waits}");
    }
    let own = karin.get("/staff/retention/pending").await;
    assert!(own.text().contains("En annan administratör måste godkänna") && !own.text().contains("pending/approve"));
    let id = form(&[("id", &hidden(&own, "id"))]);
    let refused = karin.post("/staff/retention/pending/approve", &id).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Du kan inte godkänna din egen ändring"),
        "{}",
        refused.text()
    );
    let second = look(&mut karin, &[("days", "10")]).await;
    let second = save(&mut karin, &second).await;
    assert!(
        second.text().contains("En annan ändring väntar redan"),
        "{}",
        second.text()
    );

    let seen = olle.get("/staff/retention/pending").await.text();
    for told in [
        "Det här händer om den godkänns nu",
        "20 dagar",
        "av Karin Åkerström",
        "pending/approve",
    ] {
        assert!(seen.contains(told), "{told} in {seen}");
    }
    let approved = olle.post("/staff/retention/pending/approve", &id).await;
    assert_eq!(approved.location(), "/staff/retention");
    let after = olle.get("/staff/retention").await.text();
    assert!(
        after.contains("20 dagar från att det skickades") && after.contains("Godkändes av Olle"),
        "{after}"
    );
    // Pressed twice, as by an impatient finger.
    let again = olle.post("/staff/retention/pending/approve", &id).await;
    assert_eq!(again.location(), "/staff/retention");
    assert!(
        olle.get("/staff/retention")
            .await
            .text()
            .contains("Ändringen väntar inte längre")
    );
}

#[tokio::test]
async fn who_asks_twice_is_told_that_it_waits_and_then_that_it_is_saved() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut olle = app.colleague(&mut karin, "Olle", Role::Admin).await;
    karin
        .post("/staff/retention/approval", &form(&[("required", "yes")]))
        .await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    let same = look(&mut olle, &[("days", "20")]).await;
    for _ in 0..2 {
        assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
        let page = karin.get("/staff/retention").await.text();
        assert!(page.contains("väntar på att en annan administratör"), "{page}");
    }
    let refused = save(&mut olle, &same).await;
    assert!(
        refused.text().contains("En annan ändring väntar redan"),
        "{}",
        refused.text()
    );
    let id = form(&[("id", &hidden(&olle.get("/staff/retention/pending").await, "id"))]);
    olle.post("/staff/retention/pending/approve", &id).await;
    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    assert_eq!(audited(&app, "retention.change-asked").await, 1);
    assert_eq!(audited(&app, "retention.changed").await, 1);
}

#[tokio::test]
async fn the_page_that_comes_again_says_still_that_another_must_approve() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    app.colleague(&mut karin, "Olle", Role::Admin).await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    karin
        .post("/staff/retention/approval", &form(&[("required", "yes")]))
        .await;
    app.clock.advance_millis(6 * MINUTE);
    let asked = save(&mut karin, &effect).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        asked
            .text()
            .contains("En annan administratör måste godkänna den här ändringen."),
        "{}",
        asked.text()
    );
}

#[tokio::test]
async fn ceasing_to_demand_two_admins_waits_and_can_be_withdrawn() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut olle = app.colleague(&mut karin, "Olle", Role::Admin).await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    for (required, state) in [
        ("yes", "Två administratörer krävs"),
        ("no", "En ändring väntar på godkännande"),
    ] {
        let demanded = karin
            .post("/staff/retention/approval", &form(&[("required", required)]))
            .await;
        assert_eq!(demanded.location(), "/staff/retention");
        assert!(karin.get("/staff/retention").await.text().contains(state));
    }
    let wrong = karin
        .post("/staff/retention/approval", &form(&[("required", "maybe")]))
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let seen = eva.get("/staff/retention/pending").await;
    assert!(
        seen.text().contains("En enda administratör skulle kunna bestämma")
            && !seen.text().contains("<button class=\"button quiet\">Dra")
    );
    let pending = olle.get("/staff/retention/pending").await;
    let id = form(&[("id", &hidden(&pending, "id"))]);
    let withdrawn = olle.post("/staff/retention/pending/withdraw", &id).await;
    assert_eq!(withdrawn.location(), "/staff/retention");
    let after = olle.get("/staff/retention").await.text();
    assert!(
        after.contains("Ändringen är tillbakadragen") && after.contains("Sluta kräva två"),
        "{after}"
    );
    assert_eq!(
        olle.get("/staff/retention/pending").await.location(),
        "/staff/retention"
    );
}
