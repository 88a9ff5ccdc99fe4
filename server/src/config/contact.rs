//! `[contact]`: who runs the portal and answers for it.

use serde::Deserialize;
use web::config::{Check, Validate};

/// The longest place or processor, in characters.
const MAX_CHARS: usize = 200;
/// The most processors.
const MAX_PROCESSORS: usize = 20;

/// Who runs the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactSection {
    /// The operator's name as people know it.
    pub operator: String,
    /// Where people can write when something does not work for them.
    pub email: String,
    /// With whom and in which country the portal stands, in the operator's words.
    pub place: Option<String>,
    /// Who processes data for the operator, and what for, in the operator's words.
    #[serde(default)]
    pub processors: Vec<String>,
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_CHARS && !text.chars().any(char::is_control)
}

impl Validate for ContactSection {
    fn validate(&self, check: &mut Check) {
        check.that(!self.operator.trim().is_empty(), "operator", "must not be empty");
        check.that(self.email.contains('@'), "email", "must be an e-mail address");
        check.that(
            self.place.as_deref().is_none_or(is_line),
            "place",
            "must be one line of 1 to 200 characters",
        );
        check.that(
            self.processors.len() <= MAX_PROCESSORS && self.processors.iter().all(|processor| is_line(processor)),
            "processors",
            "must be at most 20, each one line of 1 to 200 characters",
        );
    }
}
