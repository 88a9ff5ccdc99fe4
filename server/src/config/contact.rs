//! `[contact]`: who runs the portal and answers for it.

use serde::Deserialize;
use web::config::{Check, Validate};

/// Who runs the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactSection {
    /// The operator's name as people know it.
    pub operator: String,
    /// Where people can write when something does not work for them.
    pub email: String,
}

impl Validate for ContactSection {
    fn validate(&self, check: &mut Check) {
        check.that(!self.operator.trim().is_empty(), "operator", "must not be empty");
        check.that(self.email.contains('@'), "email", "must be an e-mail address");
    }
}
