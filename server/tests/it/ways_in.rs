//! The landing page's choice of providers: which seems to be down, and which was used last on this device.

use app::Language;
use app::texts::Texts;
use http::StatusCode;

use crate::browser::Browser;
use crate::harness::{App, PROVIDER};
use crate::provider::Fault;

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn down(language: Language) -> String {
    Texts::of(language).with("landing-provider-down", &[("provider", "BankID".into())])
}

fn used_last() -> String {
    Texts::of(Language::Swedish).get("landing-last-used")
}

async fn says_that_it_is_down(app: &App) -> bool {
    app.browser().get("/").await.text().contains(&down(Language::Swedish))
}

fn break_down(app: &App, path: &'static str) {
    app.provider.behave(|behaviour| {
        behaviour.faults.insert(path, Fault::Status(503));
    });
}

fn repair(app: &App) {
    app.provider.behave(|behaviour| behaviour.faults.clear());
}

#[tokio::test]
async fn a_way_in_that_did_not_answer_is_told_to_everybody_until_it_answers() {
    let app = App::on_sqlite().await;
    break_down(&app, DISCOVERY);
    // Nobody has asked it yet, so nothing is known.
    assert!(!says_that_it_is_down(&app).await);
    let answer = app.browser().post(&format!("/sign-in/{PROVIDER}"), "").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    let asked = app.provider.requests(DISCOVERY);

    let mut english = app.browser();
    english.post("/language", "language=en&to=/").await;
    assert!(english.get("/").await.text().contains(&down(Language::English)));
    assert!(says_that_it_is_down(&app).await);
    // Showing the page asks nobody.
    app.clock.advance_millis(10_000);
    assert!(says_that_it_is_down(&app).await);
    assert_eq!(app.provider.requests(DISCOVERY), asked);

    // One can try all the same, and when that goes well it is no longer told.
    repair(&app);
    assert_eq!(app.browser().sign_in().await.location(), "/inbox");
    assert!(!says_that_it_is_down(&app).await);
}

#[tokio::test]
async fn a_failure_that_nothing_has_followed_is_forgotten_after_five_minutes() {
    let app = App::on_sqlite().await;
    break_down(&app, DISCOVERY);
    app.browser().post(&format!("/sign-in/{PROVIDER}"), "").await;
    app.clock.advance_millis(5 * 60_000 - 1);
    assert!(says_that_it_is_down(&app).await);
    app.clock.advance_millis(1);
    assert!(!says_that_it_is_down(&app).await);
}

#[tokio::test]
async fn a_provider_whose_token_endpoint_is_gone_seems_to_be_down_too() {
    let app = App::on_sqlite().await;
    app.provider.behave(|behaviour| {
        behaviour.faults.insert("/token", Fault::Silent);
    });
    assert_eq!(app.browser().sign_in().await.status, StatusCode::BAD_GATEWAY);
    assert!(says_that_it_is_down(&app).await);
}

/// Whoever comes back with an error in the address says nothing of the provider: anybody can write it.
#[tokio::test]
async fn nobody_can_make_a_provider_seem_to_be_down() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    let address = browser.begin().await;
    let (_, state) = address.query_pairs().find(|(name, _)| name == "state").unwrap();
    let failed = crate::provider::callback(&[("error", "server_error"), ("state", &state)]);
    assert_eq!(browser.get(&failed).await.status, StatusCode::BAD_GATEWAY);
    let address = browser.begin().await;
    let (_, state) = address.query_pairs().find(|(name, _)| name == "state").unwrap();
    let made_up = crate::provider::callback(&[("code", "made up"), ("state", &state)]);
    assert_eq!(browser.get(&made_up).await.status, StatusCode::FORBIDDEN);
    assert!(!says_that_it_is_down(&app).await);
}

#[tokio::test]
async fn refreshing_keeps_metadata_young_and_notices_what_is_down_and_what_is_back() {
    let app = App::on_sqlite().await;
    app.providers.refresh().await;
    assert_eq!(app.provider.requests(DISCOVERY), 1);
    app.browser().begin().await;
    assert_eq!(app.provider.requests(DISCOVERY), 1);

    // Young enough.
    app.clock.advance_millis(30 * 60_000 - 1);
    app.providers.refresh().await;
    assert_eq!(app.provider.requests(DISCOVERY), 1);
    app.clock.advance_millis(1);
    app.providers.refresh().await;
    assert_eq!(app.provider.requests(DISCOVERY), 2);

    // What is known is used while the provider is down, and the page tells.
    app.clock.advance_millis(31 * 60_000);
    break_down(&app, DISCOVERY);
    app.providers.refresh().await;
    assert_eq!(app.provider.requests(DISCOVERY), 3);
    assert!(says_that_it_is_down(&app).await);
    app.browser().begin().await;
    assert_eq!(app.provider.requests(DISCOVERY), 3);

    repair(&app);
    app.providers.refresh().await;
    assert_eq!(app.provider.requests(DISCOVERY), 4);
    assert!(!says_that_it_is_down(&app).await);
}

/// Its signature, and the chunk that says that it is 300 by 100 pixels.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x2c\0\0\0\x64\x08\x02";

#[tokio::test]
async fn a_button_may_have_the_providers_logotype_from_us() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), PNG).unwrap();
    let logo = format!("label = \"BankID\"\nlogo = \"{}\"", file.path().display());
    let app = App::with_provider(&[("label = \"BankID\"", &logo)]).await;
    let page = app.browser().get("/").await.text();
    // What it says stands in the button's text.
    assert!(
        page.contains("src=\"/sign-in/bankid/logo\" width=\"300\" height=\"100\" alt"),
        "{page}"
    );
    let answer = app.browser().get("/sign-in/bankid/logo").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(
        (&*answer.body, answer.header("x-content-type-options")),
        (PNG, "nosniff")
    );
    assert_eq!(
        app.browser().get("/sign-in/freja/logo").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn without_a_logotype_a_button_has_our_own_mark() {
    let app = App::on_sqlite().await;
    assert!(!app.browser().get("/").await.text().contains("class=\"logo\""));
    assert_eq!(
        app.browser().get("/sign-in/bankid/logo").await.status,
        StatusCode::NOT_FOUND
    );
}

/// With a second way in, which nobody runs.
async fn with_two_ways_in() -> App {
    App::with(|text| {
        format!(
            "{text}\n[providers.a-first]\npreset = \"freja\"\nlabel = \"Freja eID+\"\nissuer = \"http://127.0.0.1:1\"\n\
             client_id = \"postvalv\"\nclient_secret = \"another secret\"\nlevels = {{ loa3 = 3 }}\n"
        )
    })
    .await
}

/// The providers of the landing page's buttons, in their order.
async fn buttons(browser: &mut Browser<'_>) -> Vec<String> {
    let page = browser.get("/").await.text();
    let actions = page.split("action=\"/sign-in/").skip(1);
    actions.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_way_in_that_was_used_last_comes_first_on_this_device_and_says_so() {
    let app = with_two_ways_in().await;
    let mut browser = app.browser();
    assert_eq!(buttons(&mut browser).await, ["a-first", PROVIDER]);
    assert!(!browser.get("/").await.text().contains(&used_last()));

    // Beginning is not using.
    let address = browser.begin().await;
    assert_eq!(buttons(&mut browser).await, ["a-first", PROVIDER]);
    let answer = browser.get(&app.provider.identify(&address)).await;
    assert_eq!(answer.location(), "/inbox");
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .filter(|line| line.contains("last-provider"))
        .collect();
    // `browser` asserts what every cookie of ours must have.
    assert_eq!(
        cookies,
        ["__Host-last-provider=bankid; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000"]
    );

    browser.post("/sign-out", "").await;
    assert_eq!(buttons(&mut browser).await, [PROVIDER, "a-first"]);
    assert!(browser.get("/").await.text().contains(&used_last()));
    assert_eq!(buttons(&mut app.browser()).await, ["a-first", PROVIDER]);
}

#[tokio::test]
async fn a_remembered_name_that_is_no_provider_is_ignored() {
    let app = with_two_ways_in().await;
    for made_up in ["", "freja", "<script>alert(1)</script>", "bankid,a-first", "BANKID"] {
        let mut browser = app.browser();
        browser
            .cookies
            .insert("__Host-last-provider".to_owned(), made_up.to_owned());
        assert_eq!(buttons(&mut browser).await, ["a-first", PROVIDER], "{made_up}");
        let page = browser.get("/").await.text();
        assert!(!page.contains(&used_last()) && !page.contains("alert(1)"), "{made_up}");
    }
}

#[tokio::test]
async fn where_there_is_no_choice_nothing_is_remembered() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    browser.sign_in().await;
    assert!(!browser.cookies.contains_key("__Host-last-provider"));
}
