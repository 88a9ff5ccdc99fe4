//! `[rates]`: how often one network address may do what anybody can do and what costs a write.

use serde::Deserialize;
use web::config::{Check, Validate};

/// `[rates]`, each for one address (an IPv6 /64 counts as one) and one node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatesSection {
    /// Sign-ins that may be begun and not ended in a minute, together with answers that belong to no sign-in. An office,
    /// a library or a mobile network may share one address. Counted by themselves, as many sessions may be named in frames that began
    /// none here.
    pub sign_ins_per_minute: u32,
    /// Passwords and codes of staff that may be tried in a minute without getting in. An office shares one address.
    pub staff_tries_per_minute: u32,
    /// Token requests with wrong credentials that are answered and written to the audit log in a minute.
    pub refused_tokens_per_minute: u32,
}

impl Default for RatesSection {
    fn default() -> Self {
        Self {
            sign_ins_per_minute: 60,
            staff_tries_per_minute: 60,
            refused_tokens_per_minute: 30,
        }
    }
}

impl Validate for RatesSection {
    fn validate(&self, check: &mut Check) {
        let fits = 1..=60_000;
        for (key, rate) in [
            ("sign_ins_per_minute", self.sign_ins_per_minute),
            ("staff_tries_per_minute", self.staff_tries_per_minute),
            ("refused_tokens_per_minute", self.refused_tokens_per_minute),
        ] {
            check.that(fits.contains(&rate), key, "must be from 1 to 60000");
        }
    }
}
