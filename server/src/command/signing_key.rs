//! `postvalv signing-key`

use anyhow::Context as _;
use base::Timestamp;
use clap::Subcommand;
use portal::PublicKeys;

use super::{answer, operator};
use crate::config::{BackupSection, Config};

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
    let (keys, noted): (PublicKeys, _) = match command {
        SigningKeyCommand::List => (portal.signing_keys().await?, Ok(0)),
        SigningKeyCommand::Rotate => {
            let keys = portal.rotate_signing_key(&operator(&clock)).await?;
            let backups = config.backup.as_ref().map(BackupSection::settings);
            let noted = match backups {
                Some(settings) => portal.note_ledger(&settings).await,
                None => Ok(0),
            };
            (keys, noted)
        }
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
    noted.context(
        "the new key signs, but ledger-head in backup.folder could not be made anew, and the one before counts no more: run \
         `postvalv backup prune`",
    )?;
    Ok(())
}
