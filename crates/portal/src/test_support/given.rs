//! What tests are given from outside: the servers and programs of `scripts/with-…`. `server`'s tests use this file too.

/// What the script gave tests in this variable. Tests that need it are left out without it, but not where `CI` is set, as `scripts/test`
/// does too: what is left out there without a word was thought to hold.
pub(crate) fn given(variable: &str, script: &str) -> Option<String> {
    let may_be_missing = std::env::var_os("CI").is_none();
    found(std::env::var(variable).ok(), may_be_missing, variable, script)
}

fn found(value: Option<String>, may_be_missing: bool, variable: &str, script: &str) -> Option<String> {
    assert!(
        value.is_some() || may_be_missing,
        "{variable} is missing: run the tests through {script}"
    );
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_where(value: Option<&str>, may_be_missing: bool) -> Option<String> {
        found(
            value.map(str::to_owned),
            may_be_missing,
            "POSTVALV_TEST_IT",
            "scripts/with-it",
        )
    }

    #[test]
    fn what_is_given_is_taken_and_may_be_missing_on_ones_own_machine() {
        for may_be_missing in [true, false] {
            assert_eq!(found_where(Some("it"), may_be_missing).as_deref(), Some("it"));
        }
        assert_eq!(found_where(None, true), None);
    }

    #[test]
    #[should_panic(expected = "POSTVALV_TEST_IT is missing: run the tests through scripts/with-it")]
    fn nothing_is_left_out_where_all_is_to_be_there() {
        found_where(None, false);
    }
}
