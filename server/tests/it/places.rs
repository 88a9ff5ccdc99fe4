//! Where people signed in from, in words: taken from the file of the configuration, told to themselves alone, and sealed where
//! it is kept.

use app::Language;
use app::texts::Texts;
use server::{Command, Program};

use crate::browser::Browser;
use crate::harness::{ANNA, App, on_both_databases};
use crate::staff_support::{KARIN, PASSWORD};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";

/// Addresses in networks that the file of the tests speaks of.
const LULEA: &str = "192.0.2.1";
const GOTHENBURG: &str = "192.0.2.200";
const ICELAND: &str = "198.51.100.7";
const LONG_NAME: &str = "203.0.113.1";
/// One of which it only says that it is in Europe.
const NAMELESS: &str = "203.0.113.200";
const INNER: &str = "10.0.0.1";

/// A browser at that address in which Anna is signed in.
async fn anna_at<'a>(app: &'a App, address: &str) -> Browser<'a> {
    let mut browser = app.browser().at(address);
    app.provider.person(ANNA);
    assert_eq!(browser.sign_in().await.location(), "/inbox");
    browser
}

/// The configuration without the section on places.
fn without_places(text: &str) -> String {
    let (before, rest) = text.split_once("[places]").unwrap();
    let (_, after) = rest.split_once("[database]").unwrap();
    format!("{before}[database]{after}")
}

/// The page of sign-ins in Swedish and English.
async fn pages(browser: &mut Browser<'_>, path: &str) -> [String; 2] {
    let swedish = browser.get(path).await.text();
    browser.post("/language", &format!("language=en&to={path}")).await;
    let english = browser.get(path).await.text();
    browser.post("/language", &format!("language=sv&to={path}")).await;
    [swedish, english]
}

/// Whether a page says anything of a place.
fn tells_of_places(page: &str) -> bool {
    let words = ["sessions-place-described", "sessions-same-network"].map(|key| Texts::of(Language::Swedish).get(key));
    words.iter().any(|words| page.contains(words)) || page.contains("I närheten") || page.contains("Land:")
}

on_both_databases! {
    async fn a_person_sees_in_their_language_where_each_sign_in_was(app: App) {
        anna_at(&app, GOTHENBURG).await;
        anna_at(&app, ICELAND).await;
        let mut browser = anna_at(&app, LULEA).await;
        let [swedish, english] = pages(&mut browser, "/sessions").await;
        for words in ["I närheten av Luleå, Sverige", "I närheten av Göteborg, Sverige", "Land: Island"] {
            assert_eq!(swedish.matches(&format!("<li>{words}</li>")).count(), 1, "{words} in {swedish}");
        }
        for words in ["Near Luleå, Sweden", "Near Gothenburg, Sweden", "Country: Iceland"] {
            assert_eq!(english.matches(&format!("<li>{words}</li>")).count(), 1, "{words} in {english}");
        }
        // Göteborg's address is in the network of Luleå's; Iceland's is not. Of the session that asks it goes without saying.
        assert_eq!(swedish.matches("<li>Samma nätverk som du använder nu</li>").count(), 1, "{swedish}");
        assert!(!swedish.contains(LULEA) && !swedish.contains(ICELAND));
    }

    async fn nothing_is_said_of_a_place_that_is_not_known(app: App) {
        for address in [NAMELESS, "8.8.8.8", INNER, "127.0.0.1"] {
            let mut browser = anna_at(&app, address).await;
            let page = browser.get("/sessions").await.text();
            assert!(page.contains("Inloggad i dag") && !tells_of_places(&page), "{address}: {page}");
        }
        let mut browser = app.browser();
        app.provider.person(ANNA);
        browser.sign_in().await;
        assert!(!tells_of_places(&browser.get("/sessions").await.text()));
    }

    async fn the_place_goes_with_its_session(app: App) {
        let mut one = anna_at(&app, ICELAND).await;
        let mut other = anna_at(&app, LULEA).await;
        one.post("/sessions/end-others", "").await;
        assert!(!one.get("/sessions").await.text().contains("Luleå"));
        assert!(!other.is_signed_in().await);
        assert_eq!(app.rows("session WHERE sealed_place IS NOT NULL").await, 1);
        one.post("/sign-out", "").await;
        assert_eq!(app.rows("session WHERE sealed_place IS NOT NULL").await, 0);
    }

    async fn what_is_stored_holds_neither_place_nor_address_in_clear(app: App) {
        let browser = anna_at(&app, LULEA).await;
        assert!(browser.copy().get("/sessions").await.text().contains("Luleå"));
        let stored = app.stored().await;
        let holds = |what: &[u8]| stored.windows(what.len()).any(|window| window == what);
        // It is looked at whether the search finds what stands there.
        assert!(holds(b"recipient.signed-in"));
        for word in ["Luleå", "Lule", "Sverige", "Sweden", LULEA, "192.0.2"] {
            assert!(!holds(word.as_bytes()), "{word}");
            assert!(!holds(hex::encode(word).as_bytes()), "{word} in hexadecimal");
        }
        assert!(!holds(&[192, 0, 2, 1]));
    }
}

#[tokio::test]
async fn a_name_from_the_file_is_a_short_text_and_nothing_else() {
    let app = App::on_sqlite().await;
    let page = anna_at(&app, LONG_NAME).await.get("/sessions").await.text();
    assert!(page.contains("I närheten av Nor rby &lt;b&gt;&lt;b&gt;"), "{page}");
    assert!(!page.contains("<b><b>") && page.matches("&lt;b&gt;").count() < 40);
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{0}']));
}

#[tokio::test]
async fn without_a_file_nothing_is_said_but_whether_the_network_is_the_same() {
    let app = App::with(|text| without_places(&text)).await;
    anna_at(&app, GOTHENBURG).await;
    anna_at(&app, ICELAND).await;
    let page = anna_at(&app, LULEA).await.get("/sessions").await.text();
    assert!(!page.contains("I närheten") && !page.contains("Land:"), "{page}");
    assert!(!page.contains(&Texts::of(Language::Swedish).get("sessions-place-described")));
    assert_eq!(page.matches("Samma nätverk som du använder nu").count(), 1, "{page}");
    assert_eq!(app.rows("session WHERE sealed_place IS NOT NULL").await, 0);
}

#[tokio::test]
async fn staff_see_where_their_sign_ins_were_and_where_a_new_kind_of_device_was() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut phone = app.browser().at(LULEA).called(PHONE);
    assert_eq!(phone.give_password(KARIN, PASSWORD).await.location(), "/staff");
    let [swedish, english] = pages(&mut phone, "/staff/sessions").await;
    assert!(swedish.contains("<li>I närheten av Luleå, Sverige</li>"), "{swedish}");
    assert!(english.contains("<li>Near Luleå, Sweden</li>"), "{english}");

    let [swedish, english] = pages(&mut karin, "/staff/account").await;
    assert!(
        swedish.contains(". I närheten av Luleå, Sverige. Var det inte du?"),
        "{swedish}"
    );
    assert!(english.contains(". Near Luleå, Sweden. Was it not you?"), "{english}");
    karin.say_seen().await;
    assert!(!karin.get("/staff/account").await.text().contains("Luleå"));
    assert_eq!(app.rows("staff_device WHERE sealed_place IS NOT NULL").await, 0);
}

#[tokio::test]
async fn checking_the_configuration_looks_at_the_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let (config, database) = (folder.path().join("postvalv.toml"), folder.path().join("city.mmdb"));
    let development = include_str!("../../../config/development.toml");
    let text = format!("{development}\n[places]\ndatabase = \"{}\"\n", database.display());
    std::fs::write(&config, text).unwrap();
    let whole = include_bytes!("../data/places.mmdb");
    let cut = whole.split_at(whole.len() - 100).0;
    for (content, problem) in [
        (None, Some("the file can't be opened")),
        (
            Some(cut),
            Some("the file is no MaxMind DB (.mmdb, unpacked), or is damaged"),
        ),
        (Some(&whole[..]), None),
    ] {
        if let Some(content) = content {
            std::fs::write(&database, content).unwrap();
        }
        let config = config.clone();
        let command = Command::Check;
        let said = server::run(Program { config, command }).await.err();
        let want = problem.map(|problem| format!("places.database: {}: {problem}", database.display()));
        assert_eq!(said.map(|error| error.to_string()), want);
    }
}
