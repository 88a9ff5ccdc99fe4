//! `[purge]`: when the purge stops and waits for the operator's word.

use std::time::Duration;

use serde::Deserialize;
use web::config::{Check, Validate};

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// `[purge]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PurgeSection {
    /// How much of all documents may go in 24 hours beyond what was foreseen the day before, in percent.
    pub unforeseen_percent: u32,
    /// How many days the clock may be ahead of the latest round of jobs.
    pub longest_clock_step_days: u32,
    /// After how many minutes it is told that something is due and not purged.
    pub alarm_minutes: u32,
}

impl Default for PurgeSection {
    fn default() -> Self {
        let settings = portal::PurgeSettings::default();
        let days = settings.longest_clock_step.as_secs() / SECONDS_PER_DAY;
        Self {
            unforeseen_percent: settings.unforeseen_percent,
            longest_clock_step_days: u32::try_from(days).unwrap_or(u32::MAX),
            alarm_minutes: 60,
        }
    }
}

impl PurgeSection {
    /// The lag of the purge that is told.
    pub(crate) const fn longest_lag(&self) -> Duration {
        Duration::from_secs(self.alarm_minutes as u64 * 60)
    }

    /// A clock that can be moved, as in development mode, is compared with none.
    pub(super) const fn settings(&self, is_clock_moved: bool) -> portal::PurgeSettings {
        portal::PurgeSettings {
            unforeseen_percent: self.unforeseen_percent,
            longest_clock_step: Duration::from_secs(self.longest_clock_step_days as u64 * SECONDS_PER_DAY),
            compares_clocks: !is_clock_moved,
        }
    }
}

impl Validate for PurgeSection {
    fn validate(&self, check: &mut Check) {
        check.that(
            (1..=100).contains(&self.unforeseen_percent),
            "unforeseen_percent",
            "must be from 1 to 100",
        );
        check.that(
            (1..=36_525).contains(&self.longest_clock_step_days),
            "longest_clock_step_days",
            "must be from 1 to 36525",
        );
        check.that(
            (1..=1440).contains(&self.alarm_minutes),
            "alarm_minutes",
            "must be from 1 to 1440",
        );
    }
}
