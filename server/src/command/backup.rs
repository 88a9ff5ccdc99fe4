//! `postvalv backup`

use anyhow::Context as _;
use clap::Subcommand;
use portal::BackupPart;

use super::{answer, operator};
use crate::config::Config;

/// What to do with backups.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum BackupCommand {
    /// Archive content, vault and key provider, in this order, and print the files and the number of the ledger's last batch.
    All,
    /// Archive the portal's database and the documents' blobs.
    Content,
    /// Archive the vault's database. It is of use with an archive of the provider that is made right after it.
    Vault,
    /// Archive the key provider's secrets.
    Provider,
    /// Delete the archives of the key provider that are older than backup.provider_archive_days. Each backup does that first.
    Prune,
}

pub(super) async fn run(config: &Config, command: BackupCommand) -> anyhow::Result<()> {
    let settings = config
        .backup
        .as_ref()
        .context("the section [backup] is missing in the configuration")?;
    let settings = settings.settings();
    let (portal, clock) = super::open(config).await?;
    let operator = operator(&clock);
    let parts: &[BackupPart] = match command {
        BackupCommand::All => &BackupPart::ALL,
        BackupCommand::Content => &[BackupPart::Content],
        BackupCommand::Vault => &[BackupPart::Vault],
        BackupCommand::Provider => &[BackupPart::Provider],
        BackupCommand::Prune => &[],
    };
    let mut lost = 0;
    if parts.is_empty() {
        let pruned = portal.prune_backups(&operator, &settings).await?;
        answer(&pruned.files.to_string());
        answer(&format!("ledger {}", pruned.ledger));
    } else {
        let made = portal.back_up(&operator, &settings, parts).await?;
        for file in made.files {
            answer(&file.display().to_string());
        }
        answer(&format!("ledger {}", made.ledger));
        lost = made.lost;
    }
    portal.close().await;
    // The archives are as good as they can be, and whoever runs the command must not take them for whole.
    anyhow::ensure!(
        lost == 0,
        "{lost} documents that have not ended have no blob in the blob store, and are in no archive of now: look for them in the archives \
         from before"
    );
    Ok(())
}
