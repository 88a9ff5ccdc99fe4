//! `postvalv purge`

use clap::Args;
use portal::PurgeMode;

use super::answer;
use crate::config::Config;

/// How to purge.
#[derive(Debug, Args)]
pub struct Purge {
    /// Count what is due, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Purges what is due, as the jobs of a running portal do by themselves; may run beside one.
pub(super) async fn run(config: &Config, arguments: &Purge) -> anyhow::Result<()> {
    let mode = if arguments.dry_run {
        PurgeMode::DryRun
    } else {
        PurgeMode::Run
    };
    let (portal, _) = super::open(config).await?;
    let report = portal.purge(mode).await?;
    answer(&format!(
        "deliveries {}\nmessages   {}\ndocuments  {}\nbytes      {}\nrecipients {}",
        report.deliveries, report.messages, report.documents, report.bytes, report.recipients
    ));
    portal.close().await;
    Ok(())
}
