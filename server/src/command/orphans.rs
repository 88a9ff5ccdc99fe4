//! `postvalv orphans`

use base::Clock;
use clap::Args;
use portal::Portal;

use super::{answer, operator};
use crate::config::Config;

/// What to do with orphans.
#[derive(Debug, Args)]
pub struct Orphans {
    /// Delete them, if there are at most so many.
    #[arg(long, value_name = "COUNT")]
    delete: Option<u64>,
}

/// Counts keys and blobs that nothing names, or deletes them; may run beside a running portal.
pub(super) async fn run(config: &Config, arguments: &Orphans) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let done = orphans(&portal, &clock, arguments).await;
    portal.close().await;
    done
}

async fn orphans(portal: &Portal, clock: &Clock, arguments: &Orphans) -> anyhow::Result<()> {
    let found = match arguments.delete {
        Some(most) => portal.delete_orphans(&operator(clock), most).await?,
        None => portal.orphans().await?,
    };
    answer(&format!("keys  {}\nblobs {}", found.keys, found.blobs));
    Ok(())
}
