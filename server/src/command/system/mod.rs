//! `postvalv system`

mod credential;
mod networks;
mod scopes;

use base::{OrganisationId, SystemId};
use clap::{Args, Subcommand};
use portal::{NewSystem, Scope, System};

use super::{answer, operator};
use crate::config::Config;

/// What to do with an organisation's systems.
#[derive(Debug, Subcommand)]
pub enum SystemCommand {
    /// Create a system, and print its id and its secret. The secret is shown this once and stored nowhere.
    Create(Create),
    /// List an organisation's systems: id, whether it is disabled, scopes, networks and name, oldest first.
    List(List),
    /// Add, list and withdraw what a system gets its tokens by.
    #[command(subcommand)]
    Credential(credential::CredentialCommand),
    /// Say from where a system may come.
    #[command(subcommand)]
    Networks(networks::NetworksCommand),
    /// Say what a system may do.
    #[command(subcommand)]
    Scopes(scopes::ScopesCommand),
    /// Shut a system out at once: its credentials and its tokens are void from now on.
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
    /// An address or network that it may come from, such as 192.0.2.0/24, once for each [default: anywhere].
    #[arg(long = "network", value_name = "NETWORK")]
    networks: Vec<String>,
    /// How many days its secret holds [default: until it is withdrawn].
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,
    /// Make no secret: a public key is registered afterwards.
    #[arg(long, conflicts_with = "days")]
    without_secret: bool,
}

pub(super) async fn run(config: &Config, command: SystemCommand) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let actor = operator(&clock);
    match command {
        SystemCommand::Create(create) => {
            let new = NewSystem {
                name: create.name,
                scopes: if create.scopes.is_empty() {
                    Scope::ALL.to_vec()
                } else {
                    create.scopes
                },
                networks: create.networks.join(",").parse()?,
            };
            let id = portal.create_system(&actor, create.organisation, new).await?;
            answer(&format!("client_id     {id}"));
            if !create.without_secret {
                let made = portal.add_secret(&actor, id, create.days).await?;
                answer(&format!("client_secret {}", made.secret.expose()));
            }
        }
        SystemCommand::List(List { organisation }) => {
            for system in portal.list_systems(&actor, organisation).await? {
                answer(&line(&system));
            }
        }
        SystemCommand::Credential(command) => {
            credential::run(config, &clock, &portal, &actor, command).await?;
        }
        SystemCommand::Networks(command) => networks::run(&portal, &actor, command).await?,
        SystemCommand::Scopes(command) => scopes::run(&portal, &actor, command).await?,
        SystemCommand::Disable(Disable { id }) => portal.disable_system(&actor, id).await?,
    }
    portal.close().await;
    Ok(())
}

fn line(system: &System) -> String {
    let state = if system.disabled_at.is_some() {
        "disabled"
    } else {
        "enabled "
    };
    let scopes: Vec<&str> = system.scopes.iter().map(|scope| scope.as_str()).collect();
    let networks: Vec<String> = system.networks.iter().map(|network| network.to_string()).collect();
    let networks = if networks.is_empty() {
        "anywhere".to_owned()
    } else {
        networks.join(",")
    };
    format!(
        "{}  {state}  {}  {networks}  {}",
        system.id,
        scopes.join(","),
        system.name
    )
}
