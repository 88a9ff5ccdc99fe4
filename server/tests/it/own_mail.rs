//! An e-mail address of the person's own: given with consent, proven by the code that a real mail server got, and withdrawn.

use std::time::Duration;

use http::StatusCode;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, BENGT};
use crate::mail::{EMAIL, writing_through};
use crate::mail_server::MailServer;
use crate::staff_support::form;

const MINUTE: Duration = Duration::from_secs(60);
const OWN: &str = "anna.ek@example.se";

/// What names the text on the page.
fn shown(html: &str) -> String {
    let (_, rest) = html
        .split_once("name=\"consent\" value=\"")
        .unwrap_or_else(|| panic!("{html}"));
    rest.split_once('"').unwrap().0.to_owned()
}

async fn give(person: &mut Browser<'_>, address: &str) -> Answer {
    let page = person.get("/mail").await.text();
    let fields = form(&[("address", address), ("consent", &shown(&page)), ("agreed", "yes")]);
    person.post("/mail/address", &fields).await
}

async fn type_in(person: &mut Browser<'_>, code: &str) -> Answer {
    person.post("/mail/code", &form(&[("code", code)])).await
}

/// The code in the next mail, as it stands there.
async fn code(app: &App, server: &mut MailServer, to: &str) -> String {
    assert!(app.send_mails().await);
    let mail = server.mail().await;
    assert_eq!(mail.to, to);
    let text = mail.text();
    let (_, rest) = text.split_once("Din kod är ").unwrap_or_else(|| panic!("{text}"));
    let code = rest.lines().next().unwrap().to_owned();
    assert_eq!((code.len(), &code[4..5]), (9, " "), "{text}");
    assert!(text.contains(&format!("Your code is {code}\n")), "{text}");
    // It gives nothing to whoever is not signed in, and says nothing of anybody.
    assert!(!text.contains("/mail") && !text.contains("Norrby kommun"), "{text}");
    assert_eq!(
        mail.header("Subject"),
        "Kod för din e‑postadress / Code for your e-mail address"
    );
    code
}

#[tokio::test]
async fn a_person_gives_an_address_proves_it_and_withdraws_it() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    app.write_to_anna(&norrby).await;
    let mut anna = app.signed_in(ANNA).await;
    let page = anna.get("/mail").await.text();
    assert!(page.contains(EMAIL) && page.contains("name=\"address\""), "{page}");
    assert!(
        !page.contains("checked") && page.contains("autocomplete=\"email\""),
        "{page}"
    );

    // Nothing is ticked, so nothing is sent.
    let unticked = form(&[("address", OWN), ("consent", &shown(&page))]);
    let unticked = anna.post("/mail/address", &unticked).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = unticked.text();
    assert!(
        said.contains("Kryssa i rutan") && said.contains(OWN) && !said.contains("checked"),
        "{said}"
    );
    let wrong = give(&mut anna, "anna.ek").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("Skriv en e‑postadress"), "{}", wrong.text());
    let stale = form(&[("address", OWN), ("consent", "x"), ("agreed", "yes")]);
    assert!(
        anna.post("/mail/address", &stale)
            .await
            .text()
            .contains("har just ändrats")
    );
    assert!(app.send_mails().await);
    server.got_nothing().await;

    assert_eq!(give(&mut anna, OWN).await.location(), "/mail");
    let page = anna.get("/mail").await.text();
    for part in [
        OWN,
        "autocomplete=\"one-time-code\"",
        "inputmode=\"numeric\"",
        "Till dess mejlar vi dig på anna@example.com som förut",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Whoever goes back, or has another tab, sends the form of the address still, and is told there what is wrong.
    let back = form(&[
        ("address", "anna.ek"),
        ("consent", &app::mail_consent().hash()),
        ("agreed", "yes"),
    ]);
    let back = anna.post("/mail/address", &back).await.text();
    assert!(
        back.contains("Skriv en e‑postadress") && back.contains("name=\"address\""),
        "{back}"
    );
    let code = code(&app, &mut server, OWN).await;
    let unformed = type_in(&mut anna, "1234").await;
    assert_eq!(unformed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unformed.text().contains("Koden har åtta siffror"));
    let other = if code == "1111 1111" { "2222 2222" } else { "1111 1111" };
    let wrong = type_in(&mut anna, other).await.text();
    assert!(
        wrong.contains("Koden stämmer inte. Du kan försöka 4 gånger till"),
        "{wrong}"
    );
    assert_eq!(type_in(&mut anna, &code).await.location(), "/mail");
    let page = anna.get("/mail").await.text();
    assert!(
        page.contains("Adressen är bekräftad") && page.contains(OWN) && !page.contains(EMAIL),
        "{page}"
    );
    let consent = anna.get("/mail/consent").await.text();
    assert!(
        consent.contains("Du sa ja till version 1") && consent.contains("aldrig vad"),
        "{consent}"
    );

    // The mail that waited goes there, and so does the next, whatever the sender says.
    assert!(app.send_mails_after(5 * MINUTE).await);
    assert_eq!(server.mail().await.to, OWN);
    app.write_to_anna(&norrby).await;
    let mut anna = app.signed_in(ANNA).await;
    assert_eq!(anna.post("/mail/refuse", "").await.location(), "/mail");
    let page = anna.get("/mail").await.text();
    assert!(
        page.contains("Du har sagt nej till mejl") && !page.contains(OWN),
        "{page}"
    );
    assert!(anna.get("/mail/consent").await.text().contains("och tog tillbaka det"));
    assert!(app.send_mails_after(61 * MINUTE).await);
    server.got_nothing().await;
    let audited = app.audited().await;
    for what in [
        "recipient.address-given/1",
        "recipient.address-proven/1",
        "recipient.address-code-wrong/",
        "recipient.mail-refused/",
        "recipient.mail-consent-withdrawn/",
    ] {
        assert_eq!(audited.get(what), Some(&1), "{what}: {audited:?}");
    }
    let stored = String::from_utf8_lossy(&app.stored().await).into_owned();
    assert!(!stored.contains(OWN) && !stored.contains(&code.replace(' ', "")));
}

#[tokio::test]
async fn a_code_is_of_no_use_to_others_nor_after_five_tries_nor_after_half_an_hour() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let mut anna = app.signed_in(ANNA).await;
    let mut bengt = app.signed_in(BENGT).await;
    give(&mut anna, OWN).await;
    let hers = code(&app, &mut server, OWN).await;
    let none = type_in(&mut bengt, &hers).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("Koden gäller inte längre"), "{}", none.text());
    let wrong = if hers == "1111 1111" { "2222 2222" } else { "1111 1111" };
    for _ in 0..4 {
        assert!(type_in(&mut anna, wrong).await.text().contains("Koden stämmer inte"));
    }
    let last = type_in(&mut anna, wrong).await.text();
    assert!(
        last.contains("så vi har tagit bort adressen") && last.contains("name=\"address\""),
        "{last}"
    );
    assert!(
        type_in(&mut anna, &hers)
            .await
            .text()
            .contains("Koden gäller inte längre")
    );

    give(&mut anna, OWN).await;
    let hers = code(&app, &mut server, OWN).await;
    app.clock.advance(30 * MINUTE);
    let mut anna = app.signed_in(ANNA).await;
    assert!(
        type_in(&mut anna, &hers)
            .await
            .text()
            .contains("Koden gäller inte längre")
    );

    // In one tab another code is asked for, and then another address is given in the other.
    give(&mut anna, OWN).await;
    let first = code(&app, &mut server, OWN).await;
    let again = anna.post("/mail/code/again", "").await;
    assert_eq!(
        again.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "three codes to one address a day"
    );
    assert!(again.text().contains("Försök igen i morgon") && again.text().contains(OWN));
    let fields = form(&[
        ("address", "other@example.se"),
        ("consent", &app::mail_consent().hash()),
        ("agreed", "yes"),
    ]);
    assert_eq!(anna.post("/mail/address", &fields).await.location(), "/mail");
    let second = code(&app, &mut server, "other@example.se").await;
    assert!(type_in(&mut anna, &first).await.text().contains("Koden stämmer inte"));
    assert_eq!(type_in(&mut anna, &second).await.location(), "/mail");
    assert_eq!(anna.post("/mail/address/drop", "").await.location(), "/mail");
    assert!(anna.get("/mail").await.text().contains("other@example.se"));
}

#[tokio::test]
async fn an_address_that_the_mail_server_refuses_is_said_to_take_no_mail() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let mut anna = app.signed_in(ANNA).await;
    give(&mut anna, OWN).await;
    server.answer(&[Some("550 5.1.1 nobody")]).await;
    assert!(app.send_mails().await);
    let page = anna.get("/mail").await.text();
    assert!(
        page.contains("tar inte emot mejl") && page.contains("Ta bort adressen"),
        "{page}"
    );
    assert_eq!(anna.post("/mail/address/drop", "").await.location(), "/mail");
    assert!(anna.get("/mail").await.text().contains("name=\"address\""));
}
