//! `[staff]`: how staff sign in, and how long they stay signed in.

use std::time::Duration;

use serde::Deserialize;
use web::config::{Check, Validate};

/// `[staff]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaffSection {
    /// Minutes without any request.
    pub idle_minutes: u32,
    /// Minutes since signing in, whatever happens.
    pub absolute_minutes: u32,
    /// Whether everybody with a password needs a second factor, whatever their organisation says.
    pub second_factor_required: bool,
}

impl Default for StaffSection {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            absolute_minutes: 600,
            second_factor_required: true,
        }
    }
}

impl StaffSection {
    pub(super) fn settings(&self) -> portal::StaffSettings {
        let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
        portal::StaffSettings {
            sessions: portal::SessionLimits {
                idle: minutes(self.idle_minutes),
                absolute: minutes(self.absolute_minutes),
            },
            second_factor_required: self.second_factor_required,
            ..portal::StaffSettings::default()
        }
    }
}

impl Validate for StaffSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            (1..=240).contains(&self.idle_minutes),
            "idle_minutes",
            "must be from 1 to 240",
        );
        check.that(
            self.absolute_minutes >= self.idle_minutes && self.absolute_minutes <= 24 * 60,
            "absolute_minutes",
            "must be from idle_minutes to 1440",
        );
    }
}
