//! `[metrics]`: where a collector reads numbers of the installation.

use std::net::SocketAddr;

use serde::Deserialize;
use web::config::{Check, Validate};

/// `[metrics]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSection {
    /// Address and port to listen on, of this host or of a network within.
    pub listen: SocketAddr,
}

impl Validate for MetricsSection {
    fn validate(&self, check: &mut Check) {
        // Without TLS and without asking who reads.
        check.that(
            !self.listen.ip().is_unspecified() && !base::is_public_address(self.listen.ip()),
            "listen",
            "must be one address, which is not of the internet",
        );
    }
}
