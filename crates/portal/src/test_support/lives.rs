//! How many random lives a test goes through.

use proptest::prelude::ProptestConfig;

/// As many lives as a test has time for, or `PROPTEST_CASES`.
pub(crate) fn lives(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: asked.and_then(|asked| asked.parse().ok()).unwrap_or(cases),
        ..ProptestConfig::default()
    }
}
