//! Mails, as a real mail server gets them.

use std::time::Duration;

use base::Personnummer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::{EventKind, RecipientIdentifier, SystemActor};
use serde_json::json;
use server::Mailer;
use server::config::Config;
use tokio::sync::watch;

use crate::harness::{ANNA, App, BENGT};
use crate::mail_server::{Mail, MailServer};
use crate::staff_support::{KARIN, PASSWORD, form};

const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const EMAIL: &str = "anna@example.com";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";

/// A portal that writes to people through the server at that address, which it waits three seconds for.
pub(crate) async fn writing_through(host: &str, port: u16) -> App {
    App::with(|text| {
        format!(
            "{text}\n[mail]\nhost = \"{host}\"\nport = {port}\nencryption = \"none\"\nfrom = \"post@norrby.example\"\n\
             from_name = \"Norrbys post\"\ntimeout_seconds = 3\n[staff]\nsecond_factor_required = false\n"
        )
    })
    .await
}

impl App {
    /// Sends what is due, as the program does now and then. Says whether the mail server was of any use.
    pub(crate) async fn send_mails(&self) -> bool {
        let config = Config::load_from(&self.configuration_file(), []).unwrap();
        let mailer = Mailer::new(&config.mail.unwrap(), &config.origin, &self.clock.clock()).unwrap();
        let (_go_on, stop) = watch::channel(false);
        mailer.send_due(&self.portal, &stop).await
    }

    /// As [`App::send_mails`], some time later.
    pub(crate) async fn send_mails_after(&self, time: Duration) -> bool {
        self.clock.advance(time);
        self.send_mails().await
    }

    /// A message to Anna, whose e-mail address the sender knows.
    pub(crate) async fn write_to_anna(&self, sender: &SystemActor) {
        self.write_to(sender, ANNA, EMAIL).await;
    }

    async fn write_to(&self, sender: &SystemActor, number: &str, email: &str) {
        let number = RecipientIdentifier::Number(Personnummer::from_digits(number).unwrap());
        let email = Some(email.to_owned());
        self.message_to(sender, number, &[], |draft| draft.recipients[0].email = email)
            .await;
    }
}

impl Mail {
    /// A header's value, with what is encoded in it (RFC 2047) read.
    pub(crate) fn header(&self, name: &str) -> String {
        let (head, _) = self.content.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ");
        let start = format!("{name}: ");
        let mut values = head.lines().filter_map(|line| line.strip_prefix(&start));
        let value = values.next().unwrap_or_else(|| panic!("no {name} in {head}"));
        assert_eq!(values.next(), None, "{name} stands once");
        // The space between two encoded words belongs to neither.
        let value = value.replace("?= =?", "?==?");
        let mut parts = value.split("=?utf-8?b?");
        let mut read = parts.next().unwrap().to_owned();
        for part in parts {
            let (word, rest) = part.split_once("?=").unwrap();
            read += &String::from_utf8(STANDARD.decode(word).unwrap()).unwrap();
            read += rest;
        }
        read
    }

    /// The text, with plain spaces.
    pub(crate) fn text(&self) -> String {
        let (_, body) = self.content.split_once("\r\n\r\n").unwrap();
        let bytes = match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => STANDARD.decode(body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => unquoted(body),
            other => panic!("{other}"),
        };
        let text = String::from_utf8(bytes).unwrap();
        text.replace("\r\n", "\n").replace('\u{a0}', " ").trim_end().to_owned()
    }
}

/// What quoted-printable (RFC 2045 section 6.7) stands for.
fn unquoted(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[tokio::test]
async fn somebody_is_told_once_that_something_waits_and_nothing_else() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    let (region, _) = app.sender("Åre region").await;
    app.write_to_anna(&norrby).await;
    app.write_to_anna(&norrby).await;
    app.write_to_anna(&region).await;
    app.message(&norrby, BENGT, &[]).await;
    assert!(app.send_mails_after(4 * MINUTE).await);
    server.got_nothing().await;
    assert!(app.send_mails_after(MINUTE).await);

    let mail = server.mail().await;
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("post@norrby.example", EMAIL));
    assert_eq!(mail.header("From"), "\"Norrbys post\" <post@norrby.example>");
    assert_eq!(mail.header("To"), EMAIL);
    assert_eq!(
        mail.header("Subject"),
        "Något väntar på dig / Something is waiting for you"
    );
    assert_eq!(mail.header("Date"), "Sun, 22 Nov 2026 09:05:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Content-Type"), "text/plain; charset=utf-8");
    let id = mail.header("Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@norrby.example>"), "{id}");
    assert_eq!(
        mail.text(),
        "Något väntar på dig från:\n– Norrby kommun\n– Åre region\n\nSå läser du det:\n\
         1. Öppna din webbläsare och skriv in adressen http://localhost:3000/\n2. Logga in där.\n\n\
         Vi frågar aldrig efter koder eller lösenord i e-post. Är du osäker, skriv själv in adressen \
         http://localhost:3000/ i din webbläsare.\n\n\
         Det här brevet skickas automatiskt. Ingen läser svar på det.\n\n---\n\n\
         Something is waiting for you from:\n– Norrby kommun\n– Åre region\n\nHow to read it:\n\
         1. Open your web browser and type the address http://localhost:3000/\n2. Sign in there.\n\n\
         We never ask for codes or passwords by e-mail. If you are unsure, type the address \
         http://localhost:3000/ in your web browser yourself.\n\n\
         This mail is sent automatically. Nobody reads answers to it."
    );
    // No header but those.
    let (head, _) = mail.content.split_once("\r\n\r\n").unwrap();
    let mut names: Vec<_> = head.lines().filter(|line| !line.starts_with(' ')).collect();
    names
        .iter_mut()
        .for_each(|line| *line = line.split(':').next().unwrap());
    names.sort_unstable();
    let known = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ];
    assert!(
        names.iter().all(|name| known.contains(name) || name.starts_with("X-")),
        "{names:?}"
    );

    // Bengt has no address, and Anna was told.
    assert!(app.send_mails_after(60 * MINUTE).await);
    server.got_nothing().await;
    assert_eq!(app.rows("unsent_notification").await, 0);
    let events = app.portal.events(&norrby, 0, 100).await.unwrap();
    let told = events.iter().filter(|event| event.kind == EventKind::Notified);
    assert_eq!(told.count(), 2);
    assert_eq!(app.rows("delivery WHERE notified_at IS NOT NULL").await, 3);
}

#[tokio::test]
async fn a_server_that_has_no_time_gets_the_mail_later() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    app.write_to_anna(&norrby).await;
    server
        .answer(&[Some("451 4.7.1 try later"), Some("451 4.7.1 try later")])
        .await;
    for pause in [5, 1] {
        app.send_mails_after(pause * MINUTE).await;
        server.got_nothing().await;
    }
    // The pause has doubled.
    app.send_mails_after(MINUTE).await;
    server.got_nothing().await;
    app.send_mails_after(MINUTE).await;
    assert_eq!(server.mail().await.to, EMAIL);
}

#[tokio::test]
async fn an_address_that_is_refused_is_not_tried_again_until_something_new_waits() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    app.write_to_anna(&norrby).await;
    server.answer(&[Some("550 5.1.1 <anna@example.com> is nobody")]).await;
    assert!(app.send_mails_after(5 * MINUTE).await, "others are tried all the same");
    assert_eq!(app.rows("unsent_notification").await, 0);
    assert_eq!(app.audited().await["notification.refused/waiting"], 1);
    app.write_to_anna(&norrby).await;
    assert!(app.send_mails_after(5 * MINUTE).await);
    assert_eq!(server.mail().await.to, EMAIL);
    assert_eq!(app.rows("delivery WHERE notified_at IS NOT NULL").await, 2);
}

#[tokio::test]
async fn a_server_that_hangs_is_waited_for_so_long_and_no_longer() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    app.write_to_anna(&norrby).await;
    server.answer(&[None]).await;
    assert!(!app.send_mails_after(5 * MINUTE).await);
    assert!(app.send_mails_after(MINUTE).await);
    assert_eq!(server.mail().await.to, EMAIL);
}

#[tokio::test]
async fn what_could_not_be_sent_while_the_server_was_down_is_sent_when_it_is_back() {
    let options = |port: u16| json!({ "encryption": "none", "host": "127.0.0.2", "port": port });
    let Some(server) = MailServer::start(options(0)).await else {
        return;
    };
    let port = server.stop();
    let app = writing_through("127.0.0.2", port).await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    app.write_to_anna(&norrby).await;
    assert!(!app.send_mails_after(5 * MINUTE).await);
    let mut server = MailServer::start(options(port)).await.unwrap();
    assert!(app.send_mails_after(MINUTE).await);
    assert_eq!(server.mail().await.to, EMAIL);

    // Nobody is told of what they could read two weeks ago.
    let port = server.stop();
    app.write_to(&norrby, BENGT, "bengt@example.com").await;
    app.clock.advance(14 * 24 * 60 * MINUTE);
    let mut server = MailServer::start(options(port)).await.unwrap();
    assert!(app.send_mails().await);
    server.got_nothing().await;
    assert_eq!(app.audited().await["notification.given-up/waiting"], 1);
}

#[tokio::test]
async fn a_person_and_staff_are_told_of_new_kinds_of_devices_at_once() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let (norrby, _) = app.sender("Hamra stad").await;
    app.write_to_anna(&norrby).await;
    app.signed_in(ANNA).await;
    app.admin().await;
    assert!(app.send_mails().await);
    server.got_nothing().await;

    let mut phone = app.browser().called(PHONE);
    app.provider.person(ANNA);
    phone.sign_in().await;
    assert!(app.send_mails().await);
    let mail = server.mail().await;
    assert_eq!(mail.to, EMAIL);
    assert_eq!(mail.header("Subject"), "Om ditt konto / About your account");
    let text = mail.text();
    for line in [
        "Någon har loggat in som du från en ny sorts enhet, 22 november 2026 kl. 10.00.",
        "Someone has signed in as you from a new kind of device, 22 November 2026 at 10:00.",
    ] {
        assert!(text.contains(line), "{text}");
    }
    for given_away in ["iPhone", "Safari", "Hamra", ANNA, "Luleå"] {
        assert!(
            !mail.content.contains(given_away) && !text.contains(given_away),
            "{given_away}"
        );
    }

    let mut phone = app.browser().called(PHONE);
    phone.give_password(KARIN, PASSWORD).await;
    assert!(app.send_mails().await);
    let mail = server.mail().await;
    assert_eq!(mail.to, KARIN);
    let text = mail.text();
    assert!(
        text.contains("ditt konto hos Norrby kommun från en ny sorts enhet"),
        "{text}"
    );
    assert!(!text.contains("Karin") && !text.contains("iPhone"), "{text}");
    assert!(app.send_mails_after(MINUTE).await);
    server.got_nothing().await;
}

#[tokio::test]
async fn staff_are_told_of_a_new_password_and_once_of_a_lock() {
    let Some(mut server) = MailServer::plain().await else {
        return;
    };
    let app = writing_through("127.0.0.1", server.port).await;
    let mut karin = app.admin().await;
    let another = "gurka ledstång 9 havtorn";
    let fields = form(&[
        ("current_password", PASSWORD),
        ("new_password", another),
        ("repeated_password", another),
    ]);
    let changed = karin.post("/staff/account/password", &fields).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert!(app.send_mails().await);
    let text = server.mail().await.text();
    assert!(
        text.contains("Lösenordet till ditt konto hos Norrby kommun har bytts"),
        "{text}"
    );

    let mut stranger = app.browser();
    for _ in 0..20 {
        stranger.give_password(KARIN, "fel lösenord").await;
        app.clock.advance(5 * MINUTE + Duration::from_secs(1));
    }
    assert_eq!(app.audited().await["staff.locked/"], 1);
    assert!(app.send_mails().await);
    let mail = server.mail().await;
    assert_eq!(mail.to, KARIN);
    let text = mail.text();
    assert!(text.contains("Ditt konto hos Norrby kommun är låst en stund"), "{text}");
    assert!(
        text.contains("Your account with Norrby kommun is locked for a while"),
        "{text}"
    );
    server.got_nothing().await;
}
