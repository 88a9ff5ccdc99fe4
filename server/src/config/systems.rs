//! `[systems]`: organisations' machine clients.

use serde::Deserialize;
use web::Network;

/// `[systems]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SystemsSection {
    /// Networks besides the internet in which systems may publish their keys, as addresses or networks (`10.1.0.0/16`).
    pub key_set_networks: Vec<Network>,
}
