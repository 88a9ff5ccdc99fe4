//! `postvalv purge`

use base::Clock;
use clap::Args;
use portal::{Portal, PurgeMode};

use super::{answer, operator};
use crate::config::Config;

/// How to purge.
#[derive(Debug, Args)]
pub struct Purge {
    /// Count what is due, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Purge also what waits for confirmation, if it is at most so many documents. The host's clock counts as right then.
    #[arg(long, value_name = "DOCUMENTS", conflicts_with = "dry_run")]
    confirm: Option<u64>,
}

/// Purges what is due, as the jobs of a running portal do by themselves; may run beside one.
pub(super) async fn run(config: &Config, arguments: &Purge) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let done = purge(&portal, &clock, arguments).await;
    portal.close().await;
    done
}

async fn purge(portal: &Portal, clock: &Clock, arguments: &Purge) -> anyhow::Result<()> {
    if let Some(documents) = arguments.confirm {
        portal.confirm_purge(&operator(clock), documents).await?;
    }
    let mode = if arguments.dry_run {
        PurgeMode::DryRun
    } else {
        PurgeMode::Run
    };
    let report = portal.purge_by(&operator(clock), mode).await?;
    answer(&format!(
        "deliveries {}\nmessages   {}\ndocuments  {}\nbytes      {}\nrecipients {}",
        report.deliveries, report.messages, report.documents, report.bytes, report.recipients
    ));
    if let Some(stopped) = portal.purge_stopped().await? {
        answer(&format!("waiting    {}: {}", stopped.documents, stopped.reason));
    }
    Ok(())
}
