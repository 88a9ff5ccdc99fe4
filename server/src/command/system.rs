//! `postvalv system`

use base::OrganisationId;
use clap::{Args, Subcommand};
use portal::Scope;

use super::{answer, operator};
use crate::config::Config;

/// What to do with an organisation's systems.
#[derive(Debug, Subcommand)]
pub enum SystemCommand {
    /// Create a system, and print its id and its secret. The secret is shown this once and stored nowhere.
    Create(Create),
}

/// The system to create.
#[derive(Debug, Args)]
pub struct Create {
    /// The organisation that it belongs to.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// What it is called in the audit log.
    #[arg(long)]
    name: String,
    /// What it may do, once for each: messages:send, messages:read, recipients:match or events:read [default: all].
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<Scope>,
}

pub(super) async fn run(config: &Config, command: SystemCommand) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let SystemCommand::Create(new) = command;
    let scopes = if new.scopes.is_empty() {
        &Scope::ALL
    } else {
        new.scopes.as_slice()
    };
    let (id, secret) = portal
        .create_system(&operator(&clock), new.organisation, &new.name, scopes)
        .await?;
    answer(&format!("client_id     {id}\nclient_secret {}", secret.expose()));
    portal.close().await;
    Ok(())
}
