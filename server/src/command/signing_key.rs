//! `postvalv signing-key`

use base::Timestamp;
use clap::Subcommand;
use portal::PublicKeys;

use super::{answer, operator};
use crate::config::Config;

/// What to do with the keys that the installation signs with.
#[derive(Debug, Subcommand)]
pub enum SigningKeyCommand {
    /// List the keys, oldest first: id, since when and until when each signed.
    List,
    /// Let a new key sign from now on, and destroy the secret half of the one before. What it signed still holds.
    Rotate,
}

pub(super) async fn run(config: &Config, command: SigningKeyCommand) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let keys: PublicKeys = match command {
        SigningKeyCommand::List => portal.signing_keys().await?,
        SigningKeyCommand::Rotate => portal.rotate_signing_key(&operator(&clock)).await?,
    };
    for key in keys.iter() {
        let until = key.signed_until.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
        answer(&format!(
            "{}  from {}  until {until}",
            key.id,
            key.signed_from.to_rfc3339()
        ));
    }
    portal.close().await;
    Ok(())
}
