//! `[places]`: where the places of sign-ins are taken from.

use std::path::PathBuf;

use serde::Deserialize;
use web::config::{Check, Validate};

/// `[places]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacesSection {
    /// A file of networks and places, in the form of GeoLite2 City (MaxMind DB). Read at start, when people are served.
    pub database: PathBuf,
}

impl Validate for PlacesSection {
    fn validate(&self, check: &mut Check) {
        // A relative one would be another for each command.
        check.that(self.database.is_absolute(), "database", "must be an absolute path");
    }
}
