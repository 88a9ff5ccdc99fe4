//! `[terms]`: what recipients accept before they read.

use serde::Deserialize;
use web::config::{Check, Validate};

/// The longest text, in bytes.
const MAX_BYTES: usize = 100_000;

/// `[terms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsSection {
    /// What people call this text.
    pub version: String,
    /// The text in Swedish; `swedish_file` names a file that has it.
    pub swedish: String,
    /// The text in English; `english_file` names a file that has it.
    pub english: String,
}

impl TermsSection {
    /// As the portal takes it.
    #[must_use]
    pub fn terms(&self) -> portal::Terms {
        portal::Terms {
            version: self.version.trim().to_owned(),
            swedish: self.swedish.clone(),
            english: self.english.clone(),
        }
    }
}

impl Validate for TermsSection {
    fn validate(&self, check: &mut Check) {
        let version = self.version.trim();
        let is_name = (1..=40).contains(&version.chars().count()) && !version.chars().any(char::is_control);
        check.that(is_name, "version", "must be 1 to 40 characters");
        for (key, text) in [("swedish", &self.swedish), ("english", &self.english)] {
            let fits = !text.trim().is_empty() && text.len() <= MAX_BYTES;
            check.that(fits, key, "must be a text of at most 100,000 bytes");
        }
    }
}
