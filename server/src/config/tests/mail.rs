//! The mail server.

use super::{development, load};
use crate::config::{Config, Encryption};

/// The development configuration with a mail server, after a change of the section.
fn with_mail(from: &str, to: &str) -> Result<Config, Vec<String>> {
    let section = "[mail]\nhost = \"mail.example.se\"\nuser_name = \"postvalv\"\npassword = \"secret\"\nfrom = \"post@example.se\"\n";
    assert!(section.contains(from), "{from}");
    load(&format!("{}\n{}", development(), section.replace(from, to)), &[])
}

#[test]
fn a_mail_server_is_reached_over_tls_and_its_password_never_shown() {
    let config = with_mail("", "").unwrap();
    assert!(config.settings().sends_mail && !load(&development(), &[]).unwrap().settings().sends_mail);
    assert!(!format!("{config:?}").contains("\"secret\""));
    let mail = config.mail.unwrap();
    assert_eq!((mail.encryption, mail.port()), (Encryption::Tls, 465));
    let mail = with_mail("[mail]\n", "[mail]\nencryption = \"starttls\"\n")
        .unwrap()
        .mail
        .unwrap();
    assert_eq!((mail.encryption, mail.port()), (Encryption::StartTls, 587));
    let here = "host = \"127.0.0.1\"\nencryption = \"none\"";
    assert_eq!(
        with_mail("host = \"mail.example.se\"", here)
            .unwrap()
            .mail
            .unwrap()
            .port(),
        25
    );
}

#[test]
fn a_mail_server_that_can_not_be_used_is_refused_by_key() {
    for (from, to, want) in [
        ("[mail]\n", "[mail]\nencryption = \"none\"\n", "mail.encryption"),
        ("mail.example.se", "smtp://mail.example.se", "mail.host"),
        ("mail.example.se", "mail.example.se:25", "mail.host"),
        ("[mail]\n", "[mail]\nport = 0\n", "mail.port"),
        ("user_name = \"postvalv\"\n", "", "mail.password"),
        ("password = \"secret\"\n", "", "mail.password"),
        ("post@example.se", "post", "mail.from"),
        ("post@example.se", "a@example.se, b@example.se", "mail.from"),
        ("post@example.se", "a@example.se\\r\\nBcc: b@example.se", "mail.from"),
        ("[mail]\n", "[mail]\nfrom_name = \"a\\nb\"\n", "mail.from_name"),
        ("[mail]\n", "[mail]\ntimeout_seconds = 121\n", "mail.timeout_seconds"),
    ] {
        let problems = with_mail(from, to).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(want),
            "{to}: {problems:?}"
        );
    }
}
