//! To whom the audit log goes.

use super::{development, load};

#[test]
fn a_receiver_of_the_log_that_can_not_be_used_is_refused_by_key() {
    let made = rcgen::generate_simple_self_signed(["siem.example.se".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let good = format!(
        "[audit.syslog.siem]\nhost = \"siem.example.se\"\nauthorities = \"\"\"{certificate}\"\"\"\n\
         client_certificate = \"\"\"{certificate}\"\"\"\nclient_key = \"\"\"{key}\"\"\"\n"
    );
    let load_with = |text: &str| load(&format!("{}\n{text}", development()), &[]);
    let config = load_with(&good).unwrap();
    let receiver = &config.settings().audit_receivers[0];
    assert_eq!(
        (receiver.place.as_str(), receiver.logs),
        ("siem.example.se:6514", portal::AuditLogs::Of(None))
    );
    assert!(!format!("{config:?}").contains("PRIVATE"));
    for (from, to, want) in [
        ("siem.example.se", "https://siem.example.se", "audit.syslog.siem.host"),
        ("siem.example.se", "siem.example.se:6514", "audit.syslog.siem.host"),
        ("syslog.siem", "syslog.SIEM", "audit.syslog.SIEM"),
        ("host =", "port = 0\nhost =", "audit.syslog.siem.port"),
        (
            &format!("authorities = \"\"\"{certificate}\"\"\""),
            "authorities = \"x\"",
            "audit.syslog.siem.authorities",
        ),
        (key.as_str(), "x", "audit.syslog.siem.client_key"),
        (
            &format!("client_key = \"\"\"{key}\"\"\"\n"),
            "",
            "audit.syslog.siem.client_key",
        ),
    ] {
        let Err(problems) = load_with(&good.replace(from, to)) else {
            panic!("{to}")
        };
        assert!(problems[0].starts_with(want), "{to}: {problems:?}");
    }
}

#[test]
fn a_bucket_for_checkpoints_that_can_not_be_used_is_refused_by_key() {
    let good = "[audit.checkpoints.archive.s3]\nendpoint = \"https://s3.example.se\"\nregion = \"eu-north-1\"\n\
        bucket = \"checkpoints\"\nprefix = \"postvalv\"\naccess_key_id = \"id\"\nsecret_access_key = \"xyzzy\"\n";
    let load_with = |text: &str| load(&format!("{}\n{text}", development()), &[]);
    let config = load_with(good).unwrap();
    let receiver = &config.settings().audit_receivers[0];
    assert_eq!(
        (receiver.place.as_str(), receiver.logs),
        ("s3.example.se/checkpoints/postvalv", portal::AuditLogs::Every)
    );
    assert!(!format!("{config:?}").contains("xyzzy"));
    let organisation = "0192f0c1-2345-7abc-8def-0123456789ac";
    let of_one = format!("[audit.checkpoints.archive]\norganisation = \"{organisation}\"\n{good}");
    let config = load_with(&of_one).unwrap();
    assert_eq!(
        config.settings().audit_receivers[0].logs,
        portal::AuditLogs::Of(Some(organisation.parse().unwrap()))
    );
    for (from, to, want) in [
        (
            "checkpoints.archive",
            "checkpoints.Archive",
            "audit.checkpoints.Archive",
        ),
        ("archive.s3]", "archive]", "audit.checkpoints.archive"),
        ("https://", "http://", "audit.checkpoints.archive.s3.endpoint"),
        ("\"checkpoints\"", "\"a/b\"", "audit.checkpoints.archive.s3.bucket"),
        ("\"xyzzy\"", "\"\"", "audit.checkpoints.archive.s3.secret_access_key"),
    ] {
        let Err(problems) = load_with(&good.replace(from, to)) else {
            panic!("{to}")
        };
        assert!(problems[0].starts_with(want), "{to}: {problems:?}");
    }
}

#[test]
fn where_webhooks_may_lead_that_can_not_be_read_is_refused_by_key() {
    let load_with = |text: &str| load(&format!("{}\n[audit.webhook]\n{text}", development()), &[]);
    let config = load_with("allowed_networks = [\"10.1.0.0/16\", \"::1\"]").unwrap();
    assert_eq!(config.audit.webhook.allowed_networks.len(), 2);
    assert!(load_with("").unwrap().audit.webhook.allowed_networks.is_empty());
    for (text, want) in [
        ("allowed_networks = [\"intranet\"]", "audit.webhook.allowed_networks"),
        ("authorities = \"x\"", "audit.webhook.authorities"),
    ] {
        let Err(problems) = load_with(text) else {
            panic!("{text}")
        };
        assert!(problems[0].starts_with(want), "{text}: {problems:?}");
    }
}
