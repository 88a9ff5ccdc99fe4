//! The way to the mail server, gone by the real program: TLS, certificates, signing in, and mails sent beside everything else.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use base::Personnummer;
use portal::RecipientIdentifier;
use tempfile::TempDir;

use crate::harness::{ANNA, App, BENGT, configuration};
use crate::mail_server::MailServer;

/// A certificate that signs itself, and its key, in files.
struct Certificate {
    folder: TempDir,
}

impl Certificate {
    fn of(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    async fn server(&self, encryption: &str) -> Option<MailServer> {
        MailServer::with_certificate(encryption, &self.certificate(), &self.folder.path().join("key.pem")).await
    }
}

/// The section that leads to a server on this machine, with the password in a file beside the configuration.
fn section(folder: &Path, port: u16, encryption: &str, password: &str) -> String {
    let file = folder.join("mail-password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nencryption = \"{encryption}\"\nuser_name = \"postvalv\"\n\
         password_file = \"{}\"\nfrom = \"post@norrby.example\"\ntimeout_seconds = 20\n",
        file.display()
    )
}

/// What `postvalv mail check` says of a mail server, when only that certificate is trusted; `None` when it is content.
async fn check(port: u16, encryption: &str, password: &str, trusted: PathBuf) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let urls = ("sqlite:/nowhere/portal".to_owned(), "sqlite:/nowhere/vault".to_owned());
    let path = folder.path().join("postvalv.toml");
    let text = configuration(folder.path(), &urls, "http://127.0.0.1:9");
    let section = section(folder.path(), port, encryption, password);
    std::fs::write(&path, format!("{text}\n{section}")).unwrap();
    let program = move || {
        Command::new(env!("CARGO_BIN_EXE_postvalv"))
            .args(["--config", path.to_str().unwrap(), "mail", "check"])
            .env_clear()
            .env("SSL_CERT_FILE", trusted)
            .output()
            .unwrap()
    };
    let Output { status, stderr, .. } = tokio::task::spawn_blocking(program).await.unwrap();
    let complaint = String::from_utf8(stderr).unwrap();
    assert!(!complaint.contains(password), "{complaint}");
    assert_eq!(status.success(), complaint.is_empty(), "{complaint}");
    (!status.success()).then_some(complaint)
}

const PASSWORD: &str = "the mail server's secret";

#[tokio::test]
async fn the_check_goes_the_whole_way_and_sends_nothing() {
    let own = Certificate::of("localhost");
    for encryption in ["tls", "starttls"] {
        let Some(mut server) = own.server(encryption).await else {
            return;
        };
        assert_eq!(check(server.port, encryption, PASSWORD, own.certificate()).await, None);
        server.got_nothing().await;
        let complaint = check(server.port, encryption, "another", own.certificate())
            .await
            .unwrap();
        assert!(
            complaint.contains("signing in to the mail server failed: the mail server answered 535"),
            "{complaint}"
        );
        let port = server.stop();
        let complaint = check(port, encryption, PASSWORD, own.certificate()).await.unwrap();
        assert!(
            complaint.contains(&format!(
                "mail: localhost:{port}: connecting to the mail server failed: "
            )),
            "{complaint}"
        );
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_is_refused() {
    let (own, other) = (Certificate::of("localhost"), Certificate::of("mail.norrby.example"));
    for (encryption, step) in [
        ("tls", "connecting to the mail server failed: "),
        ("starttls", "going over to TLS failed: "),
    ] {
        // One that nobody trusts, and one that is for another host.
        for (presented, trusted) in [(&own, &other), (&other, &other)] {
            let Some(server) = presented.server(encryption).await else {
                return;
            };
            let complaint = check(server.port, encryption, PASSWORD, trusted.certificate())
                .await
                .unwrap();
            assert!(
                complaint.contains(step) && complaint.contains("certificate"),
                "{encryption}: {complaint}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_offers_no_tls_gets_neither_password_nor_mail() {
    let Some(server) = MailServer::plain().await else {
        return;
    };
    let own = Certificate::of("localhost");
    let complaint = check(server.port, "starttls", PASSWORD, own.certificate())
        .await
        .unwrap();
    assert!(
        complaint.contains("going over to TLS failed: the mail server does not offer it"),
        "{complaint}"
    );
}

#[tokio::test]
async fn the_program_sends_mails_over_tls_and_names_no_address_in_its_log() {
    let own = Certificate::of("localhost");
    let Some(mut server) = own.server("starttls").await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let offset = folder.path().join("clock-offset");
    let section = section(folder.path(), server.port, "starttls", PASSWORD);
    let app = App::with(|text| {
        format!(
            "{text}\n{section}\n[development]\nclock_offset_file = \"{}\"\n[listen]\naddress = \"127.0.0.1:0\"\n\
             [log]\nfilter = \"debug\"\n",
            offset.display()
        )
    })
    .await;
    let (norrby, _) = app.sender("Norrby kommun").await;
    for (number, email) in [(ANNA, "anna@example.com"), (BENGT, "bengt@example.com")] {
        let number = RecipientIdentifier::Number(Personnummer::from_digits(number).unwrap());
        let change = |draft: &mut portal::MessageDraft| draft.recipients[0].email = Some(email.to_owned());
        app.message_to(&norrby, number, &[], change).await;
        app.clock.advance_millis(1);
    }
    let then = app.clock.clock().now() + Duration::from_secs(6 * 60);
    app.portal.close().await;
    let ahead = then.as_millis() - base::Clock::system().now().as_millis();
    std::fs::write(&offset, ahead.to_string()).unwrap();
    server
        .answer(&[Some("550 5.1.1 <anna@example.com> is nobody here")])
        .await;

    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_postvalv"))
        .args(["--config", app.configuration_file().to_str().unwrap(), "serve"])
        .env_clear()
        .env("SSL_CERT_FILE", own.certificate())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let mail = server.mail().await;
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(mail.tls);
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let refused = "naming the recipient failed: the mail server answered 550";
    assert!(log.contains(refused), "{log}");
    for secret in ["example.com", "anna@", PASSWORD] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
