//! Staff's way in with a password, and out: invitations, sign-ins, sessions.

use http::StatusCode;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App};
use crate::staff_support::{KARIN, PASSWORD, form, new_password};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn an_invitation_tells_whom_it_is_for_and_is_used_once() {
    let app = App::without_second_factor().await;
    let norrby = app.organisation("Norrby kommun").await;
    let link = app.invitation(&norrby).await;
    // Whoever only looks uses nothing up.
    for _ in 0..3 {
        let page = app.browser().get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("Karin Åkerström") && page.text().contains("Norrby kommun"));
        assert!(page.text().contains(KARIN));
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    let mut karin = app.browser();
    for (password, repeated, told) in [
        ("fyra ord 12", "fyra ord 12", "Skriv minst 12 tecken"),
        (PASSWORD, "något helt annat 4711", "två olika lösenord"),
        ("Norrby kommun 1", "Norrby kommun 1", "för likt"),
    ] {
        let fields = form(&[("new_password", password), ("repeated_password", repeated)]);
        let answer = karin.post(&link, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(told), "{}", answer.text());
        // A password never comes back.
        assert!(!answer.text().contains(password), "{}", answer.text());
    }
    let answer = karin.post(&link, &new_password(PASSWORD)).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/staff"));
    assert!(karin.is_staff().await);
    let mut late = app.browser();
    assert_eq!(late.get(&link).await.status, StatusCode::GONE);
    assert_eq!(
        late.post(&link, &new_password("ett annat lösenord 99")).await.status,
        StatusCode::GONE
    );
    assert!(!late.is_staff().await);
}

#[tokio::test]
async fn an_invitation_is_over_after_three_days() {
    let app = App::without_second_factor().await;
    let norrby = app.organisation("Norrby kommun").await;
    let link = app.invitation(&norrby).await;
    app.clock.advance_millis(72 * HOUR - 1);
    assert_eq!(app.browser().get(&link).await.status, StatusCode::OK);
    app.clock.advance_millis(1);
    assert_eq!(app.browser().get(&link).await.status, StatusCode::GONE);
    assert_eq!(
        app.browser().get("/staff/invitations/AAAA").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn whoever_is_refused_learns_nothing_of_why() {
    let app = App::without_second_factor().await;
    app.admin().await;
    app.organisation("Söderby kommun").await;
    let mut pages = Vec::new();
    for (organisation, email, password) in [
        ("norrby-kommun", KARIN, "fel lösenord här"),
        ("norrby-kommun", "ingen@norrby.example", PASSWORD),
        ("soderby-kommun", KARIN, PASSWORD),
        ("norrby-kommun", KARIN, ""),
    ] {
        let mut stranger = app.browser();
        let path = format!("/staff/sign-in/{organisation}");
        let answer = stranger
            .post(&path, &form(&[("email", email), ("password", password)]))
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(stranger.cookies.is_empty(), "{:?}", stranger.cookies);
        let same = answer
            .text()
            .replace(email, "")
            .replace("Söderby", "Norrby")
            .replace("soderby", "norrby");
        // The nonce of the page and the like differ.
        let main = same
            .split("<main")
            .nth(1)
            .unwrap()
            .split("</main>")
            .next()
            .unwrap()
            .to_owned();
        pages.push(main);
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:#?}");
    let audited = app.audited().await;
    assert_eq!(audited["staff.sign-in-refused/wrong-password"], 2, "{audited:?}");
    assert_eq!(audited["staff.sign-in-refused/no-such-account"], 2, "{audited:?}");
    assert_eq!(
        app.browser().get("/staff/sign-in/vasterby").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_browser_remembers_the_organisation_and_comes_back_to_the_page_that_was_asked_for() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    assert_eq!(karin.post("/staff/sign-out", "").await.location(), "/staff/signed-out");
    assert!(!karin.is_staff().await);
    let answer = karin.get("/staff/account/password").await;
    assert_eq!(answer.location(), "/staff/sign-in/norrby-kommun");
    let page = karin.get(answer.location()).await;
    assert!(page.text().contains("Norrby kommun") && page.text().contains("Du kommer dit direkt efteråt"));
    let answer = karin.give_password(KARIN, PASSWORD).await;
    assert_eq!(answer.location(), "/staff/account/password");
    assert_eq!(karin.get(answer.location()).await.status, StatusCode::OK);
    // Who is in needs no page of the way in.
    assert_eq!(karin.get("/staff/sign-in").await.location(), "/staff");
    assert_eq!(karin.get("/staff/sign-in/norrby-kommun").await.location(), "/staff");
    // A browser that was never here is asked, and a name that is no organisation's is said to be none.
    let mut stranger = app.browser();
    assert_eq!(stranger.get("/staff").await.location(), "/staff/sign-in");
    assert_eq!(stranger.get("/staff/sign-in").await.status, StatusCode::OK);
    let answer = stranger.get("/staff/sign-in?organisation=%20Norrby-Kommun%20").await;
    assert_eq!(answer.location(), "/staff/sign-in/norrby-kommun");
    for unknown in ["vasterby", "..%2F..", "%22%3E%3Cscript%3E"] {
        let answer = stranger.get(&format!("/staff/sign-in?organisation={unknown}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_sign_in_gets_a_new_session_and_the_old_one_is_void() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let before = karin.copy();
    let fixed = karin.cookies[server::STAFF_COOKIE].clone();
    assert_eq!(karin.give_password(KARIN, PASSWORD).await.location(), "/staff");
    assert_ne!(karin.cookies[server::STAFF_COOKIE], fixed);
    assert!(karin.is_staff().await && !before.copy().is_staff().await);
    // An id that an attacker chose is nobody's, and not the one that is given.
    let mut victim = app.browser();
    victim.cookies.insert(server::STAFF_COOKIE.to_owned(), fixed.clone());
    victim.give_password(KARIN, PASSWORD).await;
    assert_ne!(victim.cookies[server::STAFF_COOKIE], fixed);
    assert!(!before.copy().is_staff().await);
}

#[tokio::test]
async fn the_session_of_one_kind_is_nothing_as_the_others() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut anna = app.signed_in(ANNA).await;
    let staff = karin.cookies[server::STAFF_COOKIE].clone();
    let recipient = anna.session().unwrap().to_owned();
    karin.cookies.insert(server::COOKIE.to_owned(), staff);
    assert_eq!(karin.get("/inbox").await.location(), "/");
    anna.cookies.insert(server::STAFF_COOKIE.to_owned(), recipient);
    assert!(!anna.is_staff().await);
    assert_eq!(anna.get("/inbox").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_staff_session_ends_after_half_an_hour_without_use_and_after_ten_hours() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut idle = app.browser();
    idle.give_password(KARIN, PASSWORD).await;
    for _ in 0..20 {
        app.clock.advance_millis(29 * MINUTE);
        assert!(karin.is_staff().await);
    }
    assert!(!idle.is_staff().await);
    app.clock.advance_millis(29 * MINUTE);
    let answer = karin.get("/staff").await;
    assert_eq!(answer.location(), "/staff/sign-in/norrby-kommun");
    assert!(karin.get(answer.location()).await.text().contains("Du har loggats ut"));
}

/// What the countdown is told: seconds, and whether staying helps.
fn left(answer: &Answer) -> (i64, bool) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    (json["seconds"].as_i64().unwrap(), json["can_stay"].as_bool().unwrap())
}

/// A session lasts `idle` seconds without use and `absolute` at most; the countdown asks at `path`.
async fn counts_down(app: &App, browser: &mut Browser<'_>, path: &str, idle: i64, absolute: i64) {
    assert_eq!(left(&browser.get(path).await), (idle, true));
    app.clock.advance_millis(10 * MINUTE);
    assert_eq!(left(&browser.get(path).await), (idle - 600, true));
    assert_eq!(left(&browser.post(path, "").await), (idle, true));
    let mut elapsed = 600;
    while elapsed + idle <= absolute {
        app.clock.advance_millis((idle - 60) * 1000);
        elapsed += idle - 60;
        browser.post(path, "").await;
    }
    assert_eq!(left(&browser.get(path).await), (absolute - elapsed, false));
    // Neither asking nor staying makes it longer than it may be.
    app.clock.advance_millis((absolute - elapsed) * 1000);
    assert_eq!(browser.get(path).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.post(path, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_countdown_learns_how_long_a_session_lasts_without_using_it() {
    let app = App::without_second_factor().await;
    counts_down(&app, &mut app.signed_in(ANNA).await, "/session", 15 * 60, 60 * 60).await;
    counts_down(&app, &mut app.admin().await, "/staff/session", 30 * 60, 600 * 60).await;
    for path in ["/session", "/staff/session"] {
        assert_eq!(app.browser().get(path).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_address_tries_only_so_many_passwords() {
    let app = App::with(|text| format!("{text}\n[rates]\nstaff_tries_per_minute = 2\n")).await;
    app.organisation("Norrby kommun").await;
    let mut guesser = app.browser().at("198.51.100.7");
    for _ in 0..2 {
        let answer = guesser.give_password("ingen@norrby.example", "x").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let answer = guesser.give_password("ingen@norrby.example", "x").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let mut other = app.browser().at("198.51.100.8");
    assert_eq!(
        other.give_password("ingen@norrby.example", "x").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_right_password_counts_as_a_try_until_the_sign_in_is_complete() {
    let rate = "\n[rates]\nstaff_tries_per_minute = 2\n";
    let app = App::with(|text| format!("{text}{rate}")).await;
    let norrby = app.organisation("Norrby kommun").await;
    let link = app.invitation(&norrby).await;
    let accepted = app.browser().post(&link, &new_password(PASSWORD)).await;
    assert_eq!(accepted.location(), "/staff/second-factor/set-up");
    // Whoever has the password and no more gets no further, and not for long.
    let mut thief = app.browser().at("198.51.100.7");
    for _ in 0..2 {
        let step = thief.give_password(KARIN, PASSWORD).await;
        assert_eq!(step.location(), "/staff/second-factor/set-up");
    }
    let refused = thief.give_password(KARIN, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);

    // An office in which everybody gets in has no limit.
    let without = format!("{rate}[staff]\nsecond_factor_required = false\n");
    let app = App::with(|text| format!("{text}{without}")).await;
    app.admin().await;
    for _ in 0..5 {
        let mut karin = app.browser().at("198.51.100.7");
        assert_eq!(karin.give_password(KARIN, PASSWORD).await.location(), "/staff");
    }
}

#[tokio::test]
async fn what_happened_to_an_account_is_told_its_owner_until_they_have_seen_it() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    app.browser().give_password(KARIN, "fel lösenord här").await;
    let (news, told) = ("Något har hänt med ditt konto", "med fel uppgifter");
    assert!(karin.get("/staff/cases").await.text().contains(news));
    let account = karin.get("/staff/account").await.text();
    assert!(account.contains(told) && !account.contains(news), "{account}");
    let seen = karin.say_seen().await;
    assert_eq!(seen.location(), "/staff/account");
    assert!(!karin.get("/staff/account").await.text().contains(told));
    assert!(!karin.get("/staff/cases").await.text().contains(news));
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut elsewhere = app.browser();
    elsewhere.give_password(KARIN, PASSWORD).await;
    let change = |present: &str, new: &str| {
        form(&[
            ("current_password", present),
            ("new_password", new),
            ("repeated_password", new),
        ])
    };
    let another = "gråsten paraply 3 hyacint";
    let page = "/staff/account/password";
    let wrong = karin.post(page, &change("inte det här lösenordet", another)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = karin.post(page, &change(PASSWORD, PASSWORD)).await;
    assert!(again.text().contains("haft det lösenordet förut"), "{}", again.text());
    assert!(elsewhere.is_staff().await);
    let answer = karin.post(page, &change(PASSWORD, another)).await;
    assert_eq!(answer.location(), "/staff/account", "{}", answer.text());
    assert!(karin.is_staff().await && !elsewhere.is_staff().await);
    assert_eq!(
        elsewhere.give_password(KARIN, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(elsewhere.give_password(KARIN, another).await.location(), "/staff");
}

#[tokio::test]
async fn a_staff_member_ends_their_own_sessions() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut elsewhere = app.browser();
    elsewhere.give_password(KARIN, PASSWORD).await;
    let id = karin.get("/staff/sessions").await.id_after("action=\"/staff/sessions/");
    let answer = karin.post(&format!("/staff/sessions/{id}/end"), "").await;
    assert_eq!(answer.location(), "/staff/sessions");
    assert!(!elsewhere.is_staff().await && karin.is_staff().await);
    assert_eq!(
        karin.post(&format!("/staff/sessions/{id}/end"), "").await.status,
        StatusCode::NOT_FOUND
    );
    elsewhere.give_password(KARIN, PASSWORD).await;
    karin.post("/staff/sessions/end-others", "").await;
    assert!(!elsewhere.is_staff().await && karin.is_staff().await);
}

#[tokio::test]
async fn an_invitation_is_accepted_before_the_first_day_and_lets_in_from_then_on() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let fields = form(&[
        ("name", "Bo Ek"),
        ("email", "bo@norrby.example"),
        ("role", "sender"),
        ("first_day", "2026-12-02"),
        ("last_day", ""),
    ]);
    let link = karin.post("/staff/members", &fields).await.link();
    let mut bo = app.browser();
    let answer = bo.post(&link, &new_password(PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = answer.text();
    assert!(text.contains("från och med 2\u{a0}december 2026"), "{text}");
    assert!(text.contains("/staff/sign-in/norrby-kommun"), "{text}");
    assert!(!bo.is_staff().await);
    let early = bo.give_password("bo@norrby.example", PASSWORD).await;
    assert_eq!(early.status, StatusCode::UNAUTHORIZED);
    app.clock.advance_millis(10 * 24 * HOUR);
    assert_eq!(
        bo.give_password("bo@norrby.example", PASSWORD).await.location(),
        "/staff"
    );
    assert!(bo.is_staff().await);
}
