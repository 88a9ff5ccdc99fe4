//! Checkpoints on their way to the webhook that an organisation's admin set: through the pages, to a real receiver over TLS.

use std::process::{Command, Stdio};
use std::time::Duration;

use http::StatusCode;
use portal::{Checkpoint, Role};
use server::config::Config;
use server::{HttpLimits, Way, Webhooks};
use tokio::sync::watch;

use crate::authority::Authority;
use crate::browser::{Answer, Browser};
use crate::harness::App;
use crate::provider::Fault;
use crate::staff_support::{KARIN, PASSWORD, form};
use crate::webhook_receiver::{KEY, Receiver, section};

const HOUR: Duration = Duration::from_secs(60 * 60);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const MINUTE: i64 = 60_000;
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];
/// More than an honest receiver takes on a busy machine.
const LIMITS: HttpLimits = HttpLimits {
    total: Duration::from_secs(3),
    max_bytes: 0,
};

/// A portal with this configuration beside that of all tests.
async fn app(more: &str) -> App {
    App::with(|text| format!("{text}\n[staff]\nsecond_factor_required = false\n{more}")).await
}

async fn set(browser: &mut Browser<'_>, address: &str) -> Answer {
    browser
        .post("/staff/audit/webhook", &form(&[("address", address)]))
        .await
}

/// Hands over what waits, some time later. Says whether nothing failed.
async fn hand_over(app: &App) -> bool {
    app.clock.advance(QUARTER);
    let config = Config::load_from(&app.configuration_file(), []).unwrap();
    let way = Way::Webhooks(Webhooks::new(&config, LIMITS).unwrap());
    let (_go_on, stop) = watch::channel(false);
    way.hand_over_due(&app.portal, &stop).await
}

/// Somebody signs in, and a checkpoint of that is signed an hour later.
async fn an_hour(app: &App) {
    app.clock.advance(HOUR);
    karin(app).await;
    app.portal.run_jobs().await.unwrap();
}

/// A browser in which Karin has just signed in again.
async fn karin(app: &App) -> Browser<'_> {
    let mut browser = app.browser();
    let answer = browser.give_password(KARIN, PASSWORD).await;
    assert_eq!(answer.location(), "/staff");
    browser
}

/// How many webhooks failed so the last time.
async fn failed(app: &App, failure: &str) -> i64 {
    app.rows(&format!(
        "audit_handover WHERE kind = 'webhook' AND failure = '{failure}'"
    ))
    .await
}

#[tokio::test]
async fn a_checkpoint_arrives_as_it_is_verified_and_the_page_says_how_far_it_has_come() {
    let authority = Authority::new();
    let receiver = Receiver::start(&authority, "localhost", 4000).await;
    let app = app(&section(&LOOPBACK, Some(&authority))).await;
    let mut browser = app.admin().await;
    let mut eva = app.colleague(&mut browser, "Eva", Role::Auditor).await;
    assert!(
        browser
            .get("/staff/audit")
            .await
            .text()
            .contains("Ingen adress är angiven")
    );
    let address = receiver.address("localhost");
    assert_eq!(set(&mut browser, &address).await.location(), "/staff/audit");
    let page = browser.get("/staff/audit").await.text();
    assert!(
        page.contains("Adressen är sparad") && page.contains(&format!("localhost:{}", receiver.port)),
        "{page}"
    );
    assert!(page.contains("Har inte fått något än") && !page.contains(KEY), "{page}");
    app.portal.run_jobs().await.unwrap();
    assert!(hand_over(&app).await);
    let [got] = &receiver.got()[..] else {
        panic!("{:?}", receiver.got())
    };
    assert_eq!(
        (got.asked.as_str(), got.media_type.as_str()),
        (&*format!("POST /postvalv?key={KEY}"), "application/json")
    );
    assert!(got.agent.starts_with("postvalv"));
    // The database holds no word of it.
    let stored = app.stored().await;
    for secret in [KEY.to_owned(), format!("localhost:{}", receiver.port)] {
        let found = stored.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    // Admins and auditors see how far it has come, and nobody the address.
    let download = browser.get("/staff/audit/checkpoint").await.text();
    assert_eq!(got.body.parse::<Checkpoint>().unwrap(), download.parse().unwrap());
    for browser in [&mut browser, &mut eva] {
        let page = browser.get("/staff/audit").await.text();
        assert!(
            page.contains("Har den senaste kontrollpunkten") && !page.contains(KEY),
            "{page}"
        );
    }
    for _ in 0..3 {
        an_hour(&app).await;
    }
    assert!(hand_over(&app).await && hand_over(&app).await);
    let rows = receiver.rows();
    assert_eq!(rows.len(), 4);
    assert!(rows.is_sorted_by(|one, next| one < next), "{rows:?}");
    // What came verifies, as it is, and the verification says who holds it.
    let folder = tempfile::tempdir().unwrap();
    for (number, got) in receiver.got().iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.json")), &got.body).unwrap();
    }
    app.portal.close().await;
    let verified = Command::new(env!("CARGO_BIN_EXE_postvalv"))
        .args([
            "--config",
            app.configuration_file().to_str().unwrap(),
            "audit",
            "verify",
            "--checkpoint",
        ])
        .arg(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.status.success(), "{said}");
    let holder = format!(
        "the webhook at localhost:{} got that of row {} at",
        receiver.port, rows[3]
    );
    assert!(
        said.contains(&format!("proven to row {} by a checkpoint that was given", rows[3])),
        "{said}"
    );
    assert!(said.contains(&holder) && !said.contains(KEY), "{said}");
}

#[tokio::test]
async fn a_receiver_that_was_down_gets_everything_once_and_in_order_when_it_is_back() {
    let authority = Authority::new();
    let mut receiver = Receiver::start(&authority, "localhost", 4000).await;
    let app = app(&section(&LOOPBACK, Some(&authority))).await;
    set(&mut app.admin().await, &receiver.address("localhost")).await;
    app.portal.run_jobs().await.unwrap();
    assert!(hand_over(&app).await);
    receiver.down().await;
    for _ in 0..2 {
        an_hour(&app).await;
        assert!(!hand_over(&app).await);
        assert_eq!(failed(&app, "unreachable").await, 1);
    }
    let page = karin(&app).await.get("/staff/audit").await.text();
    assert!(
        page.contains("Mottagaren går inte att nå") && page.contains("Nästa har väntat sedan"),
        "{page}"
    );
    receiver.up().await;
    receiver.fail(Some(Fault::Status(503)));
    an_hour(&app).await;
    assert!(!hand_over(&app).await);
    assert_eq!(failed(&app, "answered-503").await, 1);
    let page = karin(&app).await.get("/staff/audit").await.text();
    assert!(page.contains("Mottagaren svarade 503"), "{page}");
    receiver.fail(None);
    assert!(hand_over(&app).await);
    let rows = receiver.rows();
    let signed = app
        .rows("audit_checkpoint WHERE chain_id IN (SELECT id FROM organisation)")
        .await;
    assert_eq!(i64::try_from(rows.len()).unwrap(), signed);
    assert!(rows.len() == 4 && rows.is_sorted_by(|one, next| one < next), "{rows:?}");
    let page = karin(&app).await.get("/staff/audit").await.text();
    assert!(
        page.contains("Tog senast emot") && !page.contains("Nästa har väntat"),
        "{page}"
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_goes_where_it_leads() {
    let authority = Authority::new();
    let receiver = Receiver::start(&authority, "localhost", 4000).await;
    let other = Receiver::start(&authority, "localhost", 4000).await;
    let app = app(&section(&LOOPBACK, Some(&authority))).await;
    set(&mut app.admin().await, &receiver.address("localhost")).await;
    app.portal.run_jobs().await.unwrap();
    receiver.fail(Some(Fault::Redirect(other.address("localhost"))));
    assert!(!hand_over(&app).await);
    assert_eq!((receiver.got().len(), other.connections()), (1, 0));
    assert_eq!(failed(&app, "answered-302").await, 1);
    let page = karin(&app).await.get("/staff/audit").await.text();
    assert!(
        page.contains("Mottagaren svarade 302: den finns på en annan adress"),
        "{page}"
    );
}

#[tokio::test]
async fn nobody_is_connected_to_in_a_network_that_the_operator_did_not_name() {
    let authority = Authority::new();
    let receiver = Receiver::start(&authority, "localhost", 4000).await;
    let app = app(&section(&["10.1.0.0/16"], Some(&authority))).await;
    let mut browser = app.admin().await;
    // A number is refused when it is filled in, however it is written.
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.2.0.1",
        "169.254.169.254",
        "0.0.0.0",
    ] {
        let answer = set(&mut browser, &receiver.address(host)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{host}");
        assert!(answer.text().contains("Dit får portalen inte skicka något"), "{host}");
    }
    assert_eq!(app.rows("audit_webhook").await, 0);
    // A name that leads there looks like one that does not answer.
    assert_eq!(
        set(&mut browser, &receiver.address("localhost")).await.status,
        StatusCode::SEE_OTHER
    );
    app.portal.run_jobs().await.unwrap();
    assert!(!hand_over(&app).await);
    assert_eq!((failed(&app, "unreachable").await, receiver.connections()), (1, 0));
    let mut browser = karin(&app).await;
    assert_eq!(
        set(&mut browser, &receiver.address("10.1.2.3")).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_can_be_no_address_is_refused_where_it_was_filled_in() {
    let app = app("").await;
    let mut browser = app.admin().await;
    for address in [
        "",
        "hooks.norrby.example",
        "http://hooks.norrby.example/",
        "https://a:b@hooks.norrby.example/",
        "https://hooks.norrby.example/#a",
    ] {
        let answer = set(&mut browser, address).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(
            answer.text().contains("Skriv en adress som börjar med https://"),
            "{address}"
        );
    }
    assert_eq!(app.rows("audit_webhook").await, 0);
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_gets_no_checkpoint() {
    let (own, other) = (Authority::new(), Authority::new());
    for (signed_by, name, last_year) in [
        (&other, "localhost", 4000),
        (&own, "localhost", 2020),
        (&own, "hooks.norrby.example", 4000),
    ] {
        let receiver = Receiver::start(signed_by, name, last_year).await;
        let app = app(&section(&LOOPBACK, Some(&own))).await;
        set(&mut app.admin().await, &receiver.address("localhost")).await;
        app.portal.run_jobs().await.unwrap();
        assert!(!hand_over(&app).await, "{name} {last_year}");
        assert_eq!(failed(&app, "certificate").await, 1, "{name} {last_year}");
        assert!(receiver.connections() > 0 && receiver.got().is_empty());
    }
}

#[tokio::test]
async fn a_receiver_that_is_silent_is_waited_for_so_long_and_what_one_says_is_not_listened_to() {
    let authority = Authority::new();
    let receiver = Receiver::start(&authority, "localhost", 4000).await;
    let app = app(&section(&LOOPBACK, Some(&authority))).await;
    set(&mut app.admin().await, &receiver.address("localhost")).await;
    app.portal.run_jobs().await.unwrap();
    receiver.fail(Some(Fault::Silent));
    assert!(!hand_over(&app).await);
    assert_eq!(failed(&app, "timed-out").await, 1);
    // A body without end takes nobody's time.
    receiver.fail(Some(Fault::Slow));
    assert!(hand_over(&app).await);
    an_hour(&app).await;
    receiver.fail(Some(Fault::Huge));
    assert!(hand_over(&app).await);
    assert_eq!(receiver.rows().len(), 2);
}

#[tokio::test]
async fn only_an_admin_who_has_just_shown_who_they_are_decides() {
    let app = app("").await;
    let mut browser = app.admin().await;
    let mut eva = app.colleague(&mut browser, "Eva", Role::Auditor).await;
    let mut bo = app.colleague(&mut browser, "Bo", Role::Sender).await;
    let address = format!("https://hooks.norrby.example/{KEY}");
    for browser in [&mut eva, &mut bo] {
        assert_eq!(set(browser, &address).await.status, StatusCode::FORBIDDEN);
        let removed = browser.post("/staff/audit/webhook/remove", "").await;
        assert_eq!(removed.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(app.audited().await["staff.denied/change-audit-webhook"], 4);
    let page = eva.get("/staff/audit").await.text();
    assert!(
        page.contains("Ingen adress är angiven") && !page.contains("action=\"/staff/audit/webhook"),
        "{page}"
    );
    app.clock.advance_millis(5 * MINUTE);
    let answer = set(&mut browser, &address).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What was filled in waits until it is confirmed.
    assert!(answer.text().contains("/staff/confirm") && answer.text().contains(KEY));
    assert_eq!(app.rows("audit_webhook").await, 0);
    browser.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    assert_eq!(set(&mut browser, &address).await.location(), "/staff/audit");
    assert_eq!(app.rows("audit_webhook").await, 1);
    app.clock.advance_millis(5 * MINUTE);
    let removed = browser.post("/staff/audit/webhook/remove", "").await;
    assert_eq!(removed.location(), "/staff/confirm");
    assert_eq!(app.rows("audit_webhook").await, 1);
    browser.post("/staff/confirm", &form(&[("password", PASSWORD)])).await;
    browser.post("/staff/audit/webhook/remove", "").await;
    assert_eq!(
        (app.rows("audit_webhook").await, app.rows("audit_handover").await),
        (0, 0)
    );
    app.portal.chain_audit_log().await.unwrap();
    let page = eva.get("/staff/audit").await.text();
    assert!(
        page.contains("skickas inte längre till adressen som organisationen hade valt"),
        "{page}"
    );
}

#[tokio::test]
async fn the_program_sends_checkpoints_by_itself_through_no_proxy_and_names_no_address_in_its_log() {
    let authority = Authority::new();
    let receiver = Receiver::start(&authority, "localhost", 4000).await;
    let silent = Receiver::start(&Authority::new(), "localhost", 4000).await;
    let more = "[listen]\naddress = \"127.0.0.1:0\"\n[log]\nfilter = \"info,server=debug\"\n";
    let app = app(&format!("{}{more}", section(&LOOPBACK, Some(&authority)))).await;
    set(&mut app.admin().await, &receiver.address("localhost")).await;
    let soderby = app.organisation("Söderby kommun").await;
    let link = app.invitation(&soderby).await;
    let mut lena = app.browser();
    lena.post(&link, &crate::staff_support::new_password(PASSWORD)).await;
    set(&mut lena, &silent.address("localhost")).await;
    app.portal.run_jobs().await.unwrap();
    app.portal.close().await;
    let place = app.configuration_file().with_file_name("program-log");
    let mut program = Command::new(env!("CARGO_BIN_EXE_postvalv"))
        .args(["--config", app.configuration_file().to_str().unwrap(), "serve"])
        .env_clear()
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&place).unwrap())
        .spawn()
        .unwrap();
    receiver.took(1).await;
    let log = || std::fs::read_to_string(&place).unwrap();
    let begun = std::time::Instant::now();
    while !(log().contains("an audit log was handed over") && log().contains("certificate")) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.kill().unwrap();
    program.wait().unwrap();
    for secret in [
        KEY,
        "localhost",
        "/postvalv?",
        &receiver.port.to_string(),
        &silent.port.to_string(),
    ] {
        let told = log()
            .lines()
            .filter(|line| line.contains("audit"))
            .any(|line| line.contains(secret));
        assert!(!told, "{secret}: {}", log());
    }
    assert!(!log().contains(KEY), "{}", log());
}
