//! `postvalv provider`

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::answer;
use crate::config::Config;
use crate::sign_in::{HttpLimits, Providers};

/// What to do with OpenID providers.
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Ask a provider what it says of itself, and print that, what to register there and what would not work.
    Check(Check),
}

/// Which provider.
#[derive(Debug, Args)]
pub struct Check {
    /// Its name in the configuration.
    name: String,
}

pub(super) async fn run(config: &Config, command: ProviderCommand) -> anyhow::Result<()> {
    let ProviderCommand::Check(Check { name }) = command;
    let clock = config.development.clock(config.mode)?;
    let allow_loopback = config.mode.is_development();
    let providers = Providers::new(&config.providers, &clock, HttpLimits::default(), allow_loopback)
        .context("no client for OpenID providers can be made")?;
    let Some(report) = providers.check(&name, &config.origin).await else {
        let names: Vec<&str> = config.providers.keys().map(String::as_str).collect();
        bail!(
            "there is no provider of this name in the configuration; there are: {}",
            names.join(", ")
        );
    };
    answer(report.to_string().trim_end());
    match report.problems() {
        0 => Ok(()),
        1 => bail!("providers.{name}: 1 problem"),
        count => bail!("providers.{name}: {count} problems"),
    }
}
