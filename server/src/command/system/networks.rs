//! `postvalv system networks`

use base::{AllowedNetworks, SystemId};
use clap::{Args, Subcommand};
use portal::{OperatorActor, Portal};

/// What to do with a system's networks.
#[derive(Debug, Subcommand)]
pub enum NetworksCommand {
    /// Let a system come from these networks and no others, from its next request on.
    Set(Set),
}

/// From where.
#[derive(Debug, Args)]
pub struct Set {
    /// The system's id.
    id: SystemId,
    /// Addresses and networks, such as 192.0.2.0/24 or 2001:db8::7.
    #[arg(value_name = "NETWORK", required_unless_present = "anywhere")]
    networks: Vec<String>,
    /// Let it come from anywhere.
    #[arg(long, conflicts_with = "networks")]
    anywhere: bool,
}

pub(super) async fn run(portal: &Portal, actor: &OperatorActor, command: NetworksCommand) -> anyhow::Result<()> {
    let NetworksCommand::Set(set) = command;
    let networks: AllowedNetworks = set.networks.join(",").parse()?;
    anyhow::ensure!(
        set.anywhere == networks.is_anywhere(),
        "name a network, or say --anywhere"
    );
    Ok(portal.set_networks(actor, set.id, networks).await?)
}
