//! `postvalv system`

use base::{OrganisationId, SystemId};
use clap::{Args, Subcommand};
use portal::Scope;

use super::{answer, operator};
use crate::config::Config;

/// What to do with an organisation's systems.
#[derive(Debug, Subcommand)]
pub enum SystemCommand {
    /// Create a system, and print its id and its secret. The secret is shown this once and stored nowhere.
    Create(Create),
    /// List an organisation's systems: id, whether it is disabled, scopes and name, oldest first.
    List(List),
    /// Shut a system out at once: its secret and its tokens are void from now on.
    Disable(Disable),
}

/// Whose systems.
#[derive(Debug, Args)]
pub struct List {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
}

/// Which system.
#[derive(Debug, Args)]
pub struct Disable {
    /// The system's id.
    id: SystemId,
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
    let actor = operator(&clock);
    match command {
        SystemCommand::Create(new) => {
            let scopes = if new.scopes.is_empty() {
                &Scope::ALL
            } else {
                new.scopes.as_slice()
            };
            let (id, secret) = portal
                .create_system(&actor, new.organisation, &new.name, scopes)
                .await?;
            answer(&format!("client_id     {id}\nclient_secret {}", secret.expose()));
        }
        SystemCommand::List(List { organisation }) => {
            for system in portal.list_systems(&actor, organisation).await? {
                let state = if system.disabled_at.is_some() {
                    "disabled"
                } else {
                    "enabled "
                };
                let scopes: Vec<&str> = system.scopes.iter().map(|scope| scope.as_str()).collect();
                answer(&format!(
                    "{}  {state}  {}  {}",
                    system.id,
                    scopes.join(","),
                    system.name
                ));
            }
        }
        SystemCommand::Disable(Disable { id }) => portal.disable_system(&actor, id).await?,
    }
    portal.close().await;
    Ok(())
}
