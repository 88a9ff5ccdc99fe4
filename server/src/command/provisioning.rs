//! `postvalv provisioning`

use base::{OrganisationId, ProvisioningTokenId, TenantId, Timestamp};
use clap::{Args, Subcommand};
use portal::{NewProvisioningToken, Portal, ProvisioningToken, ProvisioningTokenState};

use super::{answer, operator};
use crate::config::Config;
use crate::scim::BASE_PATH;

/// What to do about the directories that provision staff.
#[derive(Debug, Subcommand)]
pub enum ProvisioningCommand {
    /// Make, list and withdraw the tokens that directories come with.
    #[command(subcommand)]
    Token(TokenCommand),
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once, with the address to give it to. Two hold at once at most, so that one can take the
    /// other's place.
    Create(Create),
    /// List an organisation's tokens: id, state (removed: its directory is none of the organisation's any more), when it was made, ends and was last used, its directory and name, oldest first.
    List(List),
    /// Take a token back at once.
    Withdraw(Withdraw),
}

/// The token to make.
#[derive(Debug, Args)]
pub struct Create {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The directory of Entra ID, one of the organisation's, whose work accounts it provisions [default: people sign in with
    /// passwords].
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// What it is called.
    #[arg(long, default_value = "SCIM")]
    name: String,
    /// How many days it holds, at most 730.
    #[arg(long, value_name = "DAYS", default_value_t = Portal::PROVISIONING_TOKEN_DAYS)]
    days: u32,
}

/// Whose tokens.
#[derive(Debug, Args)]
pub struct List {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
}

/// Which token.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The token's id.
    token: ProvisioningTokenId,
}

pub(super) async fn run(config: &Config, command: ProvisioningCommand) -> anyhow::Result<()> {
    let ProvisioningCommand::Token(command) = command;
    let (portal, clock) = super::open(config).await?;
    let actor = operator(&clock);
    match command {
        TokenCommand::Create(create) => {
            let new = NewProvisioningToken {
                name: create.name,
                tenant: create.tenant,
                days: create.days,
            };
            let made = portal
                .create_provisioning_token(&actor, create.organisation, new)
                .await?;
            answer(&format!("id      {}", made.id));
            answer(&format!("address {}", config.origin.address_of(BASE_PATH)));
            answer(&format!("token   {}", made.token.expose()));
            answer(&format!("ends    {}", made.expires_at.to_rfc3339()));
        }
        TokenCommand::List(List { organisation }) => {
            for token in portal.list_provisioning_tokens(&actor, organisation).await? {
                answer(&line(&token));
            }
        }
        TokenCommand::Withdraw(Withdraw { organisation, token }) => {
            portal.withdraw_provisioning_token(&actor, organisation, token).await?;
        }
    }
    portal.close().await;
    Ok(())
}

fn line(token: &ProvisioningToken) -> String {
    let state = match token.state {
        ProvisioningTokenState::Valid => "valid    ",
        ProvisioningTokenState::DirectoryRemoved => "removed  ",
        ProvisioningTokenState::Ended => "ended    ",
        ProvisioningTokenState::Withdrawn => "withdrawn",
    };
    let used = token.last_used_at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
    let tenant = token.tenant.map_or_else(|| "-".to_owned(), |tenant| tenant.to_string());
    format!(
        "{}  {state}  made {}  ends {}  used {used}  {tenant}  {}",
        token.id,
        token.created_at.to_rfc3339(),
        token.expires_at.to_rfc3339(),
        token.name,
    )
}
