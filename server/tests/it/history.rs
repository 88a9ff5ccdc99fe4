//! A person's own insight and choices: who has opened what, all their sign-ins, the report that one was not theirs, the mails that
//! they get; and what anybody reads of data protection.

use base::Personnummer;
use http::StatusCode;
use portal::RecipientIdentifier;

use crate::browser::Browser;
use crate::harness::{ANNA, App, BENGT, on_both_databases};

const MINUTE: i64 = 60_000;
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";
const COMPUTER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
const LULEA: &str = "192.0.2.1";
const ICELAND: &str = "198.51.100.7";

/// A browser there that says what it is, in which somebody is signed in, a minute after whatever came before.
async fn signed_in<'a>(app: &'a App, user_agent: &'static str, address: &str, number: &str) -> Browser<'a> {
    app.clock.advance_millis(MINUTE);
    let mut browser = app.browser().at(address).called(user_agent);
    app.provider.person(number);
    assert_eq!(browser.sign_in().await.location(), "/inbox");
    browser
}

async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

on_both_databases! {
    async fn a_person_sees_who_opened_what_and_when(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        app.message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")]).await;
        let mut phone = signed_in(&app, PHONE, LULEA, ANNA).await;
        let (case, document) = app.first_document(&mut phone).await;
        let history = format!("/cases/{case}/history");
        for path in [format!("/cases/{case}"), format!("/documents/{document}")] {
            assert!(page(&mut phone, &path).await.contains(&format!("href=\"{history}\"")));
        }
        app.clock.advance_millis(MINUTE);
        assert_eq!(phone.get(&format!("/documents/{document}/content?download")).await.status, StatusCode::OK);

        let mut computer = signed_in(&app, COMPUTER, LULEA, ANNA).await;
        let text = page(&mut computer, &history).await;
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
        let download = place("Du laddade ner ”beslut.txt”");
        let view = place("Du öppnade ”beslut.txt”");
        let sent = place("Ett it-system hos Norrby kommun skickade ”");
        assert!(download < view && view < place("Du öppnade ärendet") && place("Du öppnade ärendet") < sent);
        assert!(text.contains("<li>Safari på iPhone</li>") && text.contains("<li>I närheten av Luleå, Sverige</li>"));
        assert!(!text.contains("I den här inloggningen") && !text.contains(LULEA) && !text.contains("Mozilla"));
        assert!(page(&mut phone, &history).await.contains("I den här inloggningen"));
        // In English too, and no opening by itself.
        computer.post("/language", &format!("language=en&to={history}")).await;
        assert!(page(&mut computer, &history).await.contains("You downloaded “beslut.txt”"));
        assert_eq!(app.rows("audit_event WHERE action = 'case.opened'").await, 2);
        assert_eq!(app.rows("audit_event WHERE action = 'case.history-seen'").await, 3);
        assert!(page(&mut computer, &history).await.contains("You looked at who has opened the case"));
    }

    async fn somebody_else_sees_nothing_of_it(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        app.message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")]).await;
        app.message(&sender, BENGT, &[("annat.txt", "text/plain", b"Nej.")]).await;
        let mut anna = signed_in(&app, PHONE, LULEA, ANNA).await;
        let (annas, document) = app.first_document(&mut anna).await;
        anna.get(&format!("/documents/{document}/content")).await;
        let mut bengt = signed_in(&app, COMPUTER, ICELAND, BENGT).await;
        let (bengts, _) = app.first_document(&mut bengt).await;
        let text = page(&mut bengt, &format!("/cases/{bengts}/history")).await;
        assert!(!text.contains("iPhone") && !text.contains("beslut.txt") && !text.contains("Luleå"), "{text}");
        let theirs = bengt.get(&format!("/cases/{annas}/history")).await;
        let nobodys = bengt.get("/cases/0192f0c1-2345-7abc-8def-0123456789ab/history").await;
        let none = bengt.get("/cases/x/history").await;
        assert_eq!([theirs.status, nobodys.status, none.status], [StatusCode::NOT_FOUND; 3]);
        assert!(!theirs.text().contains("Norrby"));
        let sign_ins = page(&mut bengt, "/sign-ins").await;
        assert_eq!(sign_ins.matches("class=\"sign-in\"").count(), 1, "{sign_ins}");
        assert!(!sign_ins.contains("iPhone") && sign_ins.contains("Land: Island"), "{sign_ins}");
    }

    async fn a_report_ends_every_other_session_and_says_what_to_do(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        app.message(&sender, ANNA, &[("beslut.txt", "text/plain", b"Ja.")]).await;
        let mut computer = signed_in(&app, COMPUTER, LULEA, ANNA).await;
        let mut thief = signed_in(&app, PHONE, ICELAND, ANNA).await;
        let mut bengt = signed_in(&app, PHONE, ICELAND, BENGT).await;
        let text = page(&mut computer, "/sign-ins").await;
        assert!(text.contains("En inloggning skiljer sig från dina tidigare") && text.contains("Annat land än förut"));
        assert!(text.contains("Ny sorts enhet") && text.contains("Land: Island"), "{text}");
        let id = computer.get("/sign-ins").await.id_after("action=\"/sign-ins/");
        let form = format!("/sign-ins/{id}/report");
        // Nobody else's, not even of who it is about by themselves.
        for stranger in [&mut bengt, &mut thief] {
            assert_eq!(stranger.post(&form, "").await.status, StatusCode::NOT_FOUND);
        }
        for id in ["x", "0192f0c1-2345-7abc-8def-0123456789ab"] {
            assert_eq!(computer.post(&format!("/sign-ins/{id}/report"), "").await.status, StatusCode::NOT_FOUND);
        }
        assert!(thief.is_signed_in().await);

        let answer = computer.post(&form, "").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-ins"));
        let text = page(&mut computer, "/sign-ins").await;
        assert!(text.contains("Du har anmält inloggningen.") && text.contains("Anmäld av dig i dag"), "{text}");
        assert!(!text.contains(&form) && !text.contains("Ny sorts enhet"), "{text}");
        assert!(!page(&mut computer, "/sign-ins").await.contains("Du har anmält inloggningen."));
        assert!(!thief.is_signed_in().await && bengt.is_signed_in().await);
        // Sent again by going back, it says nothing twice: the installation's log and the sender's have one row each.
        assert_eq!(computer.post(&form, "").await.location(), "/sign-ins");
        assert_eq!(app.audited().await.get("recipient.sign-in-reported/"), Some(&2));
    }

    async fn a_person_has_their_address_erased_and_gets_no_mails_until_they_say_otherwise(app: App) {
        let (sender, _) = app.sender("Norrby kommun").await;
        let write = async || {
            let number = RecipientIdentifier::Number(Personnummer::from_digits(ANNA).unwrap());
            let email = Some("anna@example.com".to_owned());
            app.message_to(&sender, number, &[], |draft| draft.recipients[0].email = email).await;
        };
        write().await;
        let mut anna = signed_in(&app, PHONE, LULEA, ANNA).await;
        let mut bengt = signed_in(&app, PHONE, LULEA, BENGT).await;
        assert!(page(&mut anna, "/inbox").await.contains("href=\"/mail\""));
        assert!(page(&mut anna, "/mail").await.contains("Vi har adressen anna@example.com till dig."));
        assert!(page(&mut bengt, "/mail").await.contains("Vi har ingen e‑postadress till dig, så"));
        assert_eq!(bengt.post("/mail/refuse", "").await.location(), "/mail");
        assert!(page(&mut anna, "/mail").await.contains("anna@example.com"));

        let answer = anna.post("/mail/refuse", "").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/mail"));
        let text = page(&mut anna, "/mail").await;
        assert!(text.contains("Nu mejlar vi dig inte mer.") && text.contains("Du har sagt nej till mejl."), "{text}");
        write().await;
        let text = page(&mut anna, "/mail").await;
        assert!(!text.contains("anna@example.com") && !text.contains("Nu mejlar vi dig inte mer."), "{text}");
        assert_eq!(anna.post("/mail/allow", "").await.location(), "/mail");
        write().await;
        assert!(page(&mut anna, "/mail").await.contains("anna@example.com"));
        assert_eq!(app.audited().await.get("recipient.mail-refused/"), Some(&2));
    }

    async fn what_is_kept_of_a_sign_in_is_sealed(app: App) {
        signed_in(&app, PHONE, LULEA, ANNA).await;
        assert_eq!(app.rows("past_sign_in WHERE sealed_place IS NOT NULL").await, 1);
        let stored = app.stored().await;
        for word in ["Luleå", "Sverige", "Safari", LULEA] {
            assert!(!stored.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
        }
    }
}

#[tokio::test]
async fn whoever_must_sign_in_first_comes_back_to_the_page() {
    let app = App::on_sqlite().await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/sign-ins").await.location(), "/");
    app.provider.person(ANNA);
    assert_eq!(browser.sign_in().await.location(), "/sign-ins");
    assert!(browser.get("/sessions").await.text().contains("href=\"/sign-ins\""));
}

#[tokio::test]
async fn anybody_reads_what_the_configuration_says_of_personal_data_and_no_address_of_where_it_lies() {
    let app = App::with(|text| {
        let contact = "[contact]\noperator = \"Provkommunen\"\nemail = \"post@example.se\"\nplace = \"Luleå, Sverige\"\n\
            processors = [\"Ett <b>AB</b> (drift)\"]\n";
        let backup = "[backup]\nfolder = \"/var/nowhere\"\npassphrase = \"tolv tecken minst\"\nprovider_archive_days = 5\n";
        format!("{text}\n[retention]\nceiling_days = 77\n\n{contact}\n{backup}")
    })
    .await;
    let text = page(&mut app.browser(), "/data-protection").await;
    for words in [
        "högst 77 dagar",
        "SQLite",
        "Portalen skickar inga mejl.",
        "BankID",
        "ungefär varifrån",
        "nycklarna finns i 5 dagar",
        "Här står servern: Luleå, Sverige",
        "Personuppgiftsbiträde: Ett &lt;b&gt;AB&lt;/b&gt; (drift)",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(
        !text.contains("nowhere")
            && !text.contains("sqlite:")
            && !text.contains("127.0.0.1")
            && !text.contains(".sqlite"),
        "{text}"
    );
}
