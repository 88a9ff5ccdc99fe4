//! `postvalv restore`

use std::path::PathBuf;

use anyhow::Context as _;
use portal::{ArchiveKey, Portal, RestoreSettings};

use super::{answer, operator};
use crate::config::Config;

/// Puts archives of one run into the places that the configuration names, which must be empty. Stop every node first, and give the
/// portal the newest ledger that there is.
#[derive(Debug, Clone, clap::Args)]
pub struct Restore {
    /// The archive of content.
    #[arg(long)]
    content: PathBuf,
    /// The archive of the vault.
    #[arg(long)]
    vault: PathBuf,
    /// The archive of the key provider.
    #[arg(long)]
    provider: PathBuf,
    /// The file of age's identity that opens them; without it they are opened with backup.passphrase.
    #[arg(long)]
    identity: Option<PathBuf>,
    /// The program `pg_restore`, for databases on PostgreSQL.
    #[arg(long, default_value = "pg_restore")]
    pg_restore: PathBuf,
}

pub(super) async fn run(config: &Config, arguments: Restore) -> anyhow::Result<()> {
    let passphrase = || config.backup.as_ref()?.passphrase.clone().map(ArchiveKey::Passphrase);
    let key = arguments.identity.map(ArchiveKey::Identities).or_else(passphrase);
    let from = RestoreSettings {
        content: arguments.content,
        vault: arguments.vault,
        provider: arguments.provider,
        key: key.context("give --identity, or backup.passphrase in the configuration")?,
        pg_restore: arguments.pg_restore,
    };
    let clock = config.development.clock(config.mode)?;
    let done = Portal::restore(&config.settings(), &clock, &operator(&clock), &from).await;
    let done = done.context("nothing was restored")?;
    answer(&format!("installation   {}", done.installation));
    answer(&format!("archived       {}", done.made));
    answer(&format!("generation     {}", done.generation));
    answer(&format!("ledger         {} batches were news", done.batches));
    answer(&format!("sessions       {} ended", done.sessions));
    answer(&format!("access tokens  {} ended", done.access_tokens));
    answer(&format!("invitations    {} voided", done.invitations));
    answer("The portal may be started now (postvalv serve).");
    Ok(())
}
