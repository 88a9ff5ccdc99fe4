//! `postvalv system credential`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base::{Clock, CredentialId, SystemId, Timestamp};
use clap::{Args, Subcommand};
use portal::{Credential, CredentialState, OperatorActor, Portal};

use crate::command::answer;
use crate::config::Config;
use crate::key_sets::KeySets;

/// More than any key that is taken.
const MAX_KEY_BYTES: u64 = 64 * 1024;

/// What to do with a system's credentials.
#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Make a secret and print it, this once. Two hold at once at most, so that one can take the other's place.
    AddSecret(AddSecret),
    /// Register a public key, with whose other half the system signs. Five hold at once at most.
    AddKey(AddKey),
    /// Register the address at which the system publishes the keys that it signs with, after trying it. Two hold at once at most.
    AddKeySet(AddKeySet),
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

/// The key to register.
#[derive(Debug, Args)]
pub struct AddKey {
    /// The system's id.
    system: SystemId,
    /// A JSON Web Key, or a public key in PEM of P-256 or Ed25519; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

/// The key set to register.
#[derive(Debug, Args)]
pub struct AddKeySet {
    /// The system's id.
    system: SystemId,
    /// Where its JSON Web Key Set is published.
    #[arg(long, value_name = "URL")]
    address: String,
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

pub(super) async fn run(
    config: &Config,
    clock: &Clock,
    portal: &Portal,
    actor: &OperatorActor,
    command: CredentialCommand,
) -> anyhow::Result<()> {
    match command {
        CredentialCommand::AddSecret(AddSecret { system, days }) => {
            let made = portal.add_secret(actor, system, days).await?;
            answer(&format!("credential    {}", made.id));
            answer(&format!("client_secret {}", made.secret.expose()));
            if let Some(end) = made.expires_at {
                answer(&format!("ends          {}", end.to_rfc3339()));
            }
        }
        CredentialCommand::AddKey(AddKey { system, file }) => {
            let id = portal.add_public_key(actor, system, &read(&file)?).await?;
            answer(&format!("credential    {id}"));
        }
        CredentialCommand::AddKeySet(AddKeySet { system, address, days }) => {
            let key_sets = KeySets::new(config, clock, KeySets::LIMITS).context("no client for it can be made")?;
            let address = key_sets.try_address(&address).await.context("--address")?;
            let id = portal.add_key_set(actor, system, &address, days).await?;
            answer(&format!("credential    {id}"));
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

/// The text of a file, up to what no key exceeds.
fn read(path: &Path) -> anyhow::Result<String> {
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("{} can't be read", path.display()))?)
    };
    let mut text = String::new();
    source.take(MAX_KEY_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn line(credential: &Credential) -> String {
    let state = match credential.state {
        CredentialState::Valid => "valid    ",
        CredentialState::Ended => "ended    ",
        CredentialState::Withdrawn => "withdrawn",
    };
    let instant = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
    let key = credential.key.as_ref().map_or_else(String::new, |key| {
        format!("  {} {}", key.algorithm.as_str(), key.key_id)
    });
    let address = credential
        .key_set_address
        .as_ref()
        .map_or_else(String::new, |address| format!("  {address}"));
    format!(
        "{}  {}  {state}  made {}  ends {}  used {}{key}{address}",
        credential.id,
        credential.kind.as_str(),
        credential.created_at.to_rfc3339(),
        instant(credential.expires_at),
        instant(credential.last_used_at),
    )
}
