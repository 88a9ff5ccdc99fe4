//! For how long things are kept, and when their ends are warned of.

use std::time::Duration;

use super::{development, load};
use crate::config::Config;

/// The development configuration with these keys of the section.
fn with_retention(keys: &str) -> Result<Config, Vec<String>> {
    let text = development();
    assert!(!text.contains("[retention]"));
    load(&format!("{text}\n[retention]\n{keys}\n"), &[])
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

#[test]
fn what_nobody_has_opened_is_warned_of_a_week_ahead_and_what_was_opened_three_days_unless_it_is_said_otherwise() {
    let warnings = load(&development(), &[]).unwrap().settings().warnings;
    assert_eq!((warnings.unread, warnings.read), (days(7), days(3)));
    let warnings = with_retention("warn_unread_days = 14\nwarn_read_days = 5").unwrap();
    let warnings = warnings.settings().warnings;
    assert_eq!((warnings.unread, warnings.read), (days(14), days(5)));
}

#[test]
fn a_warning_comes_from_not_at_all_to_ninety_days_ahead_each_of_the_two_for_itself() {
    for (key, other) in [
        ("warn_unread_days", "warn_read_days"),
        ("warn_read_days", "warn_unread_days"),
    ] {
        for ahead in [0, 1, 89, 90] {
            let warnings = with_retention(&format!("{key} = {ahead}\n{other} = 2"));
            let warnings = warnings.unwrap().settings().warnings;
            let (this, that) = match key {
                "warn_unread_days" => (warnings.unread, warnings.read),
                _ => (warnings.read, warnings.unread),
            };
            assert_eq!((this, that), (days(ahead), days(2)), "{key} = {ahead}");
        }
        for wrong in [91, u32::MAX] {
            let problems = with_retention(&format!("{key} = {wrong}\n{other} = 90")).unwrap_err();
            assert_eq!(problems, [format!("retention.{key}: must be at most 90")]);
        }
        for no_number in ["-1", "\"7\"", "1.5", "4294967296"] {
            let problems = with_retention(&format!("{key} = {no_number}")).unwrap_err();
            assert!(
                problems.len() == 1 && problems[0].starts_with(&format!("retention.{key}: ")),
                "{no_number}: {problems:?}"
            );
        }
    }
}
