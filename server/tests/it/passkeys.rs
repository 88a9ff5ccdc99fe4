//! Passkeys over HTTP: from adding one to signing in with it, and what is refused.

use http::StatusCode;

use crate::authenticator::Authenticator;
use crate::browser::{Answer, Browser};
use crate::harness::{App, ORIGIN};
use crate::staff_support::{KARIN, PASSWORD, form};
use portal::Role;

const MINUTE: i64 = 60_000;

/// Sends an authenticator's answer with a form.
async fn answer(browser: &mut Browser<'_>, path: &str, answer: &str) -> Answer {
    browser
        .post(path, &form(&[("name", "Jobbdatorn"), ("answer", answer)]))
        .await
}

/// What is asked at a form.
async fn asked(browser: &mut Browser<'_>, path: &str) -> String {
    let asked = browser.post(&format!("{path}/options"), "").await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    assert_eq!(asked.headers["content-type"], "application/json");
    assert_eq!(asked.headers["cache-control"], "no-store");
    asked.text()
}

/// Adds a passkey of its own to the account of whoever works in a browser.
async fn add(browser: &mut Browser<'_>, name: &str) -> Authenticator {
    let mut authenticator = Authenticator::new(name, ORIGIN);
    let asked = asked(browser, "/staff/account/passkeys").await;
    let added = answer(browser, "/staff/account/passkeys", &authenticator.create(&asked)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.text());
    assert!(added.text().contains("Spara dina reservkoder"));
    authenticator
}

/// A browser in which Karin's password was given, and her passkey is asked for.
async fn on_the_way(app: &App) -> Browser<'_> {
    let mut browser = app.browser();
    let step = browser.give_password(KARIN, PASSWORD).await;
    assert_eq!(step.location(), "/staff/second-factor");
    browser
}

#[tokio::test]
async fn a_passkey_signs_in_in_place_of_a_code() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut phone = add(&mut karin, "Telefonen").await;
    let account = karin.get("/staff/account").await.text();
    assert!(
        account.contains("Jobbdatorn") && account.contains("Du har 10 reservkoder kvar."),
        "{account}"
    );
    assert!(!account.contains(" style="));

    let mut browser = on_the_way(&app).await.at("192.0.2.1");
    let page = browser.get("/staff/second-factor").await.text();
    assert!(
        page.contains("Använd din passkey") && page.contains("är JavaScript avstängt"),
        "{page}"
    );
    assert!(
        !page.contains("name=\"code\"") && page.contains("name=\"recovery_code\""),
        "{page}"
    );
    let fixed = browser.cookies[server::STAFF_COOKIE].clone();
    let asked = asked(&mut browser, "/staff/second-factor/passkey").await;
    let done = answer(&mut browser, "/staff/second-factor/passkey", &phone.get(&asked)).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/staff"));
    assert!(browser.is_staff().await);
    let sessions = browser.get("/staff/sessions").await.text();
    assert!(sessions.contains("I närheten av Luleå, Sverige"), "{sessions}");
    assert_ne!(browser.cookies[server::STAFF_COOKIE], fixed);
    assert_eq!(app.audited().await["staff.signed-in/passkey"], 1);
}

#[tokio::test]
async fn an_answer_counts_once_and_in_its_own_session() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut phone = add(&mut karin, "Telefonen").await;
    let path = "/staff/second-factor/passkey";
    let (mut one, mut other) = (on_the_way(&app).await, on_the_way(&app).await);
    let answered = phone.get(&asked(&mut one, path).await);
    asked(&mut other, path).await;
    // In another session, to which something else was put.
    let refused = answer(&mut other, path, &answered).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("gick inte att använda här"));
    // In its own, by somebody who copied the cookie, and once more.
    let mut copy = one.copy();
    assert_eq!(answer(&mut one, path, &answered).await.location(), "/staff");
    assert!(
        !answer(&mut copy, path, &answered)
            .await
            .location()
            .starts_with("/staff/cases")
    );
    assert!(one.is_staff().await && !copy.is_staff().await);
    let replayed = answer(&mut other, path, &answered).await;
    assert!(replayed.text().contains("Det tog för lång tid"), "{}", replayed.text());
    assert!(!other.is_staff().await);
    // Too late.
    let late = phone.get(&asked(&mut other, path).await);
    app.clock.advance_millis(5 * MINUTE);
    assert!(
        answer(&mut other, path, &late)
            .await
            .text()
            .contains("Det tog för lång tid")
    );
    assert!(!other.is_staff().await);
}

#[tokio::test]
async fn wrong_answers_are_refused() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut bo = app.colleague(&mut karin, "Bo", Role::Admin).await;
    let (mut phone, mut of_bo) = (add(&mut karin, "Karins").await, add(&mut bo, "Bos").await);
    let path = "/staff/second-factor/passkey";
    let mut browser = on_the_way(&app).await;
    let mut given: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("no JSON", "{".to_owned()),
        ("another shape", "{\"id\":1}".to_owned()),
    ];
    let question = asked(&mut browser, path).await;
    given.push(("somebody else's", of_bo.get(&question)));
    for (what, answered) in given {
        asked(&mut browser, path).await;
        let refused = answer(&mut browser, path, &answered).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        app.clock.advance_millis(MINUTE);
    }
    let mut browser = on_the_way(&app).await;
    for change in [
        (|phone: &mut Authenticator| phone.origin = "https://evil.example".to_owned()) as fn(&mut Authenticator),
        |phone| phone.verifies = false,
        |phone| phone.counter = 0,
    ] {
        let mut wrong = Authenticator::new("Karins", ORIGIN);
        wrong.counter = 9;
        change(&mut wrong);
        // One that counted, so that the last of them has not gone on.
        let question = asked(&mut browser, path).await;
        if wrong.counter == 0 {
            phone.counter = 6;
            let mut elsewhere = on_the_way(&app).await;
            let question = asked(&mut elsewhere, path).await;
            assert_eq!(
                answer(&mut elsewhere, path, &phone.get(&question)).await.location(),
                "/staff"
            );
        }
        let refused = answer(&mut browser, path, &wrong.get(&question)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.clock.advance_millis(MINUTE);
    }
    assert!(!browser.is_staff().await);
    let audited = app.audited().await;
    assert_eq!(audited["staff.sign-in-refused/wrong-passkey"], 6, "{audited:?}");
    assert_eq!(audited["staff.sign-in-refused/passkey-counter"], 1, "{audited:?}");
    // Bo's own is fine for Bo.
    let mut bo = app.browser();
    bo.give_password("bo@norrby.example", PASSWORD).await;
    let question = asked(&mut bo, path).await;
    assert_eq!(answer(&mut bo, path, &of_bo.get(&question)).await.location(), "/staff");
}

#[tokio::test]
async fn a_passkey_confirms_and_leads_back() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut phone = add(&mut karin, "Telefonen").await;
    app.clock.advance_millis(5 * MINUTE);
    let (path, with_password) = ("/staff/confirm/passkey", "name=\"passkey_password\"");
    let stale = karin.post("/staff/account/passkeys/options", "").await;
    assert_eq!(stale.location(), "/staff/confirm");
    assert_eq!(
        karin.get("/staff/account/passkeys/new").await.location(),
        "/staff/confirm"
    );
    let page = karin.get("/staff/confirm").await.text();
    assert!(
        page.contains("action=\"/staff/confirm/passkey\"") && page.contains("name=\"password\""),
        "{page}"
    );
    assert!(page.contains("data-page=\"/staff/confirm\""), "{page}");
    // It was added in this session, so the password goes with it.
    assert!(page.contains(with_password), "{page}");
    for (password, confirms) in [(None, false), (Some("wrong"), false), (Some(PASSWORD), true)] {
        let question = asked(&mut karin, path).await;
        let answered = phone.get(&question);
        let mut fields = vec![("answer", answered.as_str())];
        fields.extend(password.map(|password| ("passkey_password", password)));
        let confirmed = karin.post(path, &form(&fields)).await;
        if confirms {
            assert_eq!(confirmed.location(), "/staff/account/passkeys/new");
        } else {
            assert_eq!(confirmed.status, StatusCode::UNPROCESSABLE_ENTITY, "{password:?}");
        }
        let told = confirmed
            .text()
            .contains("Kontrollera lösenordet, och försök igen med din passkey");
        assert_eq!(told, password == Some("wrong"));
    }
    assert_eq!(karin.get("/staff/account/passkeys/new").await.status, StatusCode::OK);

    // In a later one it goes alone.
    let mut later = on_the_way(&app).await;
    let question = asked(&mut later, "/staff/second-factor/passkey").await;
    answer(&mut later, "/staff/second-factor/passkey", &phone.get(&question)).await;
    app.clock.advance_millis(5 * MINUTE);
    assert_eq!(
        later.get("/staff/account/passkeys/new").await.location(),
        "/staff/confirm"
    );
    assert!(!later.get("/staff/confirm").await.text().contains(with_password));
    let refused = answer(&mut later, path, "{}").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let question = asked(&mut later, path).await;
    let confirmed = answer(&mut later, path, &phone.get(&question)).await;
    assert_eq!(confirmed.location(), "/staff/account/passkeys/new");
}

#[tokio::test]
async fn adding_confirms_nothing_and_is_told_at_the_next_sign_in() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut phone = add(&mut karin, "Telefonen").await;
    // Only the password was given, so a second one is added after a confirmation by the first.
    let next = karin.post("/staff/account/passkeys/options", "").await;
    assert_eq!(next.location(), "/staff/confirm");
    let told = "En passkey har lagts till på ditt konto";
    assert!(!karin.get("/staff/account").await.text().contains(told));

    app.clock.advance_millis(2 * MINUTE);
    let mut later = on_the_way(&app).await;
    let question = asked(&mut later, "/staff/second-factor/passkey").await;
    answer(&mut later, "/staff/second-factor/passkey", &phone.get(&question)).await;
    assert!(later.get("/staff/account").await.text().contains(told));
    later.say_seen().await;
    assert!(!later.get("/staff/account").await.text().contains(told));
}

#[tokio::test]
async fn an_address_asks_so_often_and_whoever_answers_rightly_has_cost_nothing() {
    let rate = "\n[rates]\nstaff_tries_per_minute = 3\n[staff]\nsecond_factor_required = false\n";
    let app = App::with(|text| format!("{text}{rate}")).await;
    let mut karin = app.admin().await;
    let mut phone = add(&mut karin, "Telefonen").await;
    let path = "/staff/second-factor/passkey";
    for _ in 0..4 {
        let mut browser = on_the_way(&app).await;
        let question = asked(&mut browser, path).await;
        assert_eq!(
            answer(&mut browser, path, &phone.get(&question)).await.location(),
            "/staff"
        );
    }
    app.clock.advance_millis(5 * MINUTE);
    let mut browser = on_the_way(&app).await;
    for (session, question) in [(&mut browser, path), (&mut karin, "/staff/confirm/passkey")] {
        app.clock.advance_millis(MINUTE);
        for _ in 0..3 {
            asked(session, question).await;
        }
        let often = session.post(&format!("{question}/options"), "").await;
        assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS, "{question}");
    }
    let often = karin.post("/staff/account/passkeys/options", "").await;
    assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_address_adds_so_often_on_the_way_in() {
    let app = App::with(|text| format!("{text}\n[rates]\nstaff_tries_per_minute = 3\n")).await;
    let norrby = app.organisation("Norrby kommun").await;
    let link = app.invitation(&norrby).await;
    let mut karin = app.browser();
    karin.post(&link, &crate::staff_support::new_password(PASSWORD)).await;
    let path = "/staff/second-factor/set-up/passkey";
    for place in [path, "/staff/second-factor/set-up/passkey/options"] {
        app.clock.advance_millis(MINUTE);
        for number in 1..=4 {
            let refused = answer(&mut karin, place, "{}").await;
            assert_eq!(
                refused.status == StatusCode::TOO_MANY_REQUESTS,
                number == 4,
                "{place} {number}"
            );
        }
    }
    app.clock.advance_millis(MINUTE);
    let mut phone = Authenticator::new("Telefonen", ORIGIN);
    let question = asked(&mut karin, path).await;
    let added = answer(&mut karin, path, &phone.create(&question)).await;
    assert!(added.text().contains("Spara dina reservkoder"), "{}", added.text());
}

#[tokio::test]
async fn what_is_required_is_met_by_a_passkey_on_the_way_in_and_it_can_not_be_removed_then() {
    let app = App::on_sqlite().await;
    let norrby = app.organisation("Norrby kommun").await;
    let link = app.invitation(&norrby).await;
    let mut karin = app.browser();
    let step = karin.post(&link, &crate::staff_support::new_password(PASSWORD)).await;
    assert_eq!(step.location(), "/staff/second-factor/set-up");
    let page = karin.get("/staff/second-factor/set-up").await.text();
    assert!(page.contains("href=\"/staff/second-factor/set-up/passkey\""), "{page}");
    let path = "/staff/second-factor/set-up/passkey";
    assert_eq!(karin.get(path).await.status, StatusCode::OK);
    let mut phone = Authenticator::new("Telefonen", ORIGIN);
    let question = asked(&mut karin, path).await;
    let nameless = karin
        .post(path, &form(&[("name", " "), ("answer", &phone.create(&question))]))
        .await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.text().contains("Skriv ett namn"), "{}", nameless.text());
    let added = answer(&mut karin, path, &phone.create(&question)).await;
    assert!(added.text().contains("Spara dina reservkoder"), "{}", added.text());
    assert!(karin.is_staff().await);
    let account = karin.get("/staff/account").await.text();
    assert!(!account.contains("/remove\""), "{account}");
    assert_eq!(karin.get("/staff/second-factor").await.location(), "/staff");
    let gone = "0192f0c1-2345-7abc-8def-0123456789ab";
    let removed = karin.post(&format!("/staff/account/passkeys/{gone}/remove"), "").await;
    assert_eq!(removed.status, StatusCode::NOT_FOUND);
}
