//! `postvalv system credential`

use base::{CredentialId, SystemId, Timestamp};
use clap::{Args, Subcommand};
use portal::{Credential, CredentialState, OperatorActor, Portal};

use crate::command::answer;

/// What to do with a system's credentials.
#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Make a secret and print it, this once. Two hold at once at most, so that one can take the other's place.
    AddSecret(AddSecret),
    /// List a system's credentials: id, kind, state, when it was made, ends and was last used, oldest first.
    List(List),
    /// Take a credential back at once, with the tokens that it gave.
    Withdraw(Withdraw),
}

/// The secret to make.
#[derive(Debug, Args)]
pub struct AddSecret {
    /// The system's id.
    system: SystemId,
    /// How many days it holds [default: until it is withdrawn].
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,
}

/// Whose credentials.
#[derive(Debug, Args)]
pub struct List {
    /// The system's id.
    system: SystemId,
}

/// Which credential.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The system's id.
    system: SystemId,
    /// The credential's id.
    credential: CredentialId,
}

pub(super) async fn run(portal: &Portal, actor: &OperatorActor, command: CredentialCommand) -> anyhow::Result<()> {
    match command {
        CredentialCommand::AddSecret(AddSecret { system, days }) => {
            let made = portal.add_secret(actor, system, days).await?;
            answer(&format!("credential    {}", made.id));
            answer(&format!("client_secret {}", made.secret.expose()));
            if let Some(end) = made.expires_at {
                answer(&format!("ends          {}", end.to_rfc3339()));
            }
        }
        CredentialCommand::List(List { system }) => {
            for credential in portal.find_system(actor, system).await?.credentials {
                answer(&line(&credential));
            }
        }
        CredentialCommand::Withdraw(Withdraw { system, credential }) => {
            portal.withdraw_credential(actor, system, credential).await?;
        }
    }
    Ok(())
}

fn line(credential: &Credential) -> String {
    let state = match credential.state {
        CredentialState::Valid => "valid    ",
        CredentialState::Ended => "ended    ",
        CredentialState::Withdrawn => "withdrawn",
    };
    let instant = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
    format!(
        "{}  {}  {state}  made {}  ends {}  used {}",
        credential.id,
        credential.kind.as_str(),
        credential.created_at.to_rfc3339(),
        instant(credential.expires_at),
        instant(credential.last_used_at),
    )
}
