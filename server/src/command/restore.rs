//! `postvalv restore`

use std::path::PathBuf;

use anyhow::Context as _;
use portal::{ArchiveKey, LedgerFound, Portal, RestoreSettings};

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
    /// The number of a batch that the ledger is known to have, from what a backup printed or the metric postvalv_ledger_head: a ledger
    /// that ends before it is refused. What backup noted in the file ledger-head is found by itself; without that file a number must be
    /// given. 0 takes the ledger as it is: what was revoked, purged or erased after its end comes back.
    #[arg(long, value_name = "NUMBER")]
    ledger_at_least: Option<u64>,
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
        backups: config.backup.as_ref().map(|backup| backup.folder.clone()),
        ledger_at_least: arguments.ledger_at_least,
        pg_restore: arguments.pg_restore,
    };
    let clock = config.development.clock(config.mode)?;
    let done = Portal::restore(&config.settings(), &clock, &operator(&clock), &from, tell).await;
    let done = done.context("nothing was restored")?;
    answer(&format!("installation   {}", done.installation));
    answer(&format!("archived       {}", done.made));
    answer(&format!("generation     {}", done.generation));
    answer(&format!(
        "ledger         {} batches were news to the copy",
        done.batches
    ));
    answer(&format!("sessions       {} ended", done.sessions));
    answer(&format!("access tokens  {} ended", done.access_tokens));
    answer(&format!("invitations    {} voided", done.invitations));
    answer("The portal may be started now (postvalv serve).");
    Ok(())
}

/// Says by which ledger the restore goes, before anything is put in place.
fn tell(ledger: LedgerFound) {
    match ledger.last {
        Some((number, at)) => answer(&format!(
            "ledger         ends with batch {number} of {}",
            at.to_rfc3339()
        )),
        None => answer("ledger         is empty"),
    }
    if ledger.at_least == 0 {
        answer(
            "WARNING        nothing but the archives says whether this ledger is the newest: no file ledger-head was found, and you know of no \
             number",
        );
    }
}
