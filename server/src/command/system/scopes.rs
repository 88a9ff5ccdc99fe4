//! `postvalv system scopes`

use base::SystemId;
use clap::{Args, Subcommand};
use portal::{OperatorActor, Portal, Scope};

/// What to do with a system's scopes.
#[derive(Debug, Subcommand)]
pub enum ScopesCommand {
    /// Let a system do this and nothing else, from its next request on, also with the tokens that it has.
    Set(Set),
}

/// What it may do.
#[derive(Debug, Args)]
pub struct Set {
    /// The system's id.
    id: SystemId,
    /// messages:send, messages:read, recipients:match or events:read.
    #[arg(value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
}

pub(super) async fn run(portal: &Portal, actor: &OperatorActor, command: ScopesCommand) -> anyhow::Result<()> {
    let ScopesCommand::Set(set) = command;
    Ok(portal.set_scopes(actor, set.id, &set.scopes).await?)
}
