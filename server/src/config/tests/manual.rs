//! What the operator's manual says of the configuration.

use super::{development, load, of_project};

/// Each struct refuses an unknown key with a list of those that it knows: that list is what must be documented.
#[test]
fn every_key_is_described_in_the_operators_manual() {
    let manual = of_project("docs/operations.md");
    let provider = "providers.bankid-bridge";
    let mut checked = 0;
    for section in [
        "",
        "contact",
        "listen",
        "log",
        "development",
        "database",
        "vault",
        "keys",
        "ledger",
        "blobs",
        "blobs.s3",
        "backup",
        "audit.syslog.norrby",
        "audit.checkpoints.archive",
        "audit.checkpoints.archive.s3",
        "audit.webhook",
        "retention",
        "purge",
        "limits",
        "rates",
        "sessions",
        "systems",
        "jobs",
        "places",
        "metrics",
        "mail",
        provider,
    ] {
        let environment = format!(
            "POSTVALV__{}NOT_A_KEY",
            if section.is_empty() {
                String::new()
            } else {
                format!("{}__", section.replace('.', "__"))
            }
        );
        let problem = load(&development(), &[(&environment, "1")]).unwrap_err().remove(0);
        let known = problem
            .split_once("known are ")
            .unwrap_or_else(|| panic!("{problem}"))
            .1;
        for key in known.split(", ") {
            let name = match section {
                "" => key.to_owned(),
                section if section == provider => key.to_owned(),
                "audit.syslog.norrby" => format!("audit.syslog.NAME.{key}"),
                "audit.checkpoints.archive" => format!("audit.checkpoints.NAME.{key}"),
                "audit.checkpoints.archive.s3" => format!("audit.checkpoints.NAME.s3.{key}"),
                section => format!("{section}.{key}"),
            };
            let is_section = section.is_empty() && !["mode", "origin"].contains(&key);
            let described = if is_section {
                manual.contains(&format!("{key}.")) || manual.contains(&format!("[{key}."))
            } else {
                manual.contains(&format!("`{name}`"))
            };
            assert!(described, "docs/operations.md does not describe {name}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}
