//! The notice of a sign-in from a new kind of device in a recipient's inbox.

use app::Language;
use app::texts::Texts;
use http::StatusCode;

use crate::browser::Browser;
use crate::harness::{ANNA, App, BENGT, on_both_databases};

const MINUTE: i64 = 60_000;
const FORM: &str = "/inbox/new-devices";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";
const COMPUTER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
const TABLET: &str = "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) \
    SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36";
const LULEA: &str = "192.0.2.1";

/// A browser near Luleå that says what it is, in which somebody is signed in, a minute after whatever came before.
async fn signed_in<'a>(app: &'a App, user_agent: &'static str, number: &str) -> Browser<'a> {
    app.clock.advance_millis(MINUTE);
    let mut browser = app.browser().at(LULEA).called(user_agent);
    app.provider.person(number);
    assert_eq!(browser.sign_in().await.location(), "/inbox");
    browser
}

/// The inbox, and whether it tells of new devices.
async fn inbox(browser: &mut Browser<'_>) -> (String, bool) {
    let page = browser.get("/inbox").await;
    assert_eq!(page.status, StatusCode::OK);
    let told = page.text().contains(&format!("action=\"{FORM}\""));
    (page.text(), told)
}

/// The hidden field of the notice's form, as the browser sends it.
fn until(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"until\" value=\"").unwrap();
    let (until, _) = rest.split_once('"').unwrap();
    format!("until={until}")
}

on_both_databases! {
    async fn a_person_is_told_of_a_sign_in_from_a_new_kind_of_device_until_they_say_it_was_them(app: App) {
        let mut computer = signed_in(&app, COMPUTER, ANNA).await;
        assert!(!inbox(&mut computer).await.1);
        let mut phone = signed_in(&app, PHONE, ANNA).await;
        let mut bengt = signed_in(&app, COMPUTER, BENGT).await;

        let (page, told) = inbox(&mut computer).await;
        assert!(told, "{page}");
        assert!(page.contains("Någon loggade in från en ny sorts enhet"), "{page}");
        assert!(page.contains("<li>Safari på iPhone, i dag kl.\u{a0}10.02. I närheten av Luleå, Sverige</li>"), "{page}");
        assert!(page.contains("<a href=\"/sessions\" class=\"link\">Se var du är inloggad</a>") && page.contains("Det var jag"));
        // Neither the device itself nor anybody else.
        assert!(!inbox(&mut phone).await.1 && !inbox(&mut bengt).await.1);
        for stranger in [&mut phone, &mut bengt] {
            assert_eq!(stranger.post(FORM, &until(&page)).await.location(), "/inbox");
        }
        assert!(inbox(&mut computer).await.1);

        // What came after the page is told of on the next.
        signed_in(&app, TABLET, ANNA).await;
        let answer = computer.post(FORM, &until(&page)).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/inbox"));
        let (page, _) = inbox(&mut computer).await;
        assert!(page.contains("Samsung Internet på Android") && !page.contains("Safari på iPhone"), "{page}");
        computer.post(FORM, &until(&page)).await;
        let (page, told) = inbox(&mut computer).await;
        assert!(!told && !page.contains("Luleå"), "{page}");
        assert_eq!(app.rows("recipient_device WHERE sealed_place IS NOT NULL").await, 0);
        assert_eq!(app.audited().await.get("recipient.notices-dismissed/"), Some(&2));
    }

    async fn the_form_is_the_persons_own_pages_and_has_its_field(app: App) {
        let mut computer = signed_in(&app, COMPUTER, ANNA).await;
        signed_in(&app, PHONE, ANNA).await;
        for fields in ["", "until=", "until=now", "until=1e9", "until=99999999999999999999"] {
            let answer = computer.post(FORM, fields).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields}");
        }
        for fields in [i64::MIN, -1, 0] {
            assert_eq!(computer.post(FORM, &format!("until={fields}")).await.location(), "/inbox");
        }
        assert_eq!(app.browser().post(FORM, "until=1").await.status, StatusCode::UNAUTHORIZED);
        let page = inbox(&mut computer).await.0;
        assert!(page.contains(&Texts::of(Language::Swedish).with("new-devices-was-me", &[("count", 1.into())])));
        // A time to come is no trouble.
        computer.post(FORM, &format!("until={}", i64::MAX)).await;
        assert!(!inbox(&mut computer).await.1);
    }
}
