//! The configurations that the project comes with.

use super::{development, load, of_project};
use crate::config::Mode;

#[test]
fn the_development_configuration_is_valid() {
    let config = load(&development(), &[]).unwrap();
    assert_eq!(config.providers.len(), 1);
    assert_eq!(config.settings().sessions, portal::SessionLimits::default());
}

#[test]
fn the_deployment_that_the_manual_describes_has_a_valid_configuration() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "a secret\n").unwrap();
    let text = of_project("deploy/postvalv.toml");
    let place = "/etc/postvalv/bankid-client-secret";
    assert!(text.contains(place));
    let config = load(&text.replace(place, secret.path().to_str().unwrap()), &[]).unwrap();
    assert_eq!(config.mode, Mode::Production);
}

#[test]
fn production_refuses_what_only_development_may_have() {
    let problems = load(&development(), &[("POSTVALV__MODE", "production")]).unwrap_err();
    let keys: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem.split_once(": "))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        [
            "origin",
            "development.clock_offset_file",
            "providers.bankid-bridge.issuer"
        ]
    );
}
