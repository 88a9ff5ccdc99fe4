//! `postvalv provider`

use anyhow::{Context as _, bail};
use base::TenantId;
use clap::{Args, Subcommand};

use super::answer;
use crate::config::{Config, ProviderSection};
use crate::fetch::HttpLimits;
use crate::sign_in::Providers;

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
    /// The directory to ask, of a provider where each is an issuer of its own.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
}

pub(super) async fn run(config: &Config, command: ProviderCommand) -> anyhow::Result<()> {
    let ProviderCommand::Check(Check { name, tenant }) = command;
    let clock = config.development.clock(config.mode)?;
    let allow_loopback = config.mode.is_development();
    let providers = Providers::new(&config.providers, &clock, HttpLimits::default(), allow_loopback)
        .context("no client for OpenID providers can be made")?;
    let per_tenant = |it: &ProviderSection| it.has_issuer_per_tenant();
    if tenant.is_none() && config.providers.get(&name).is_some_and(per_tenant) {
        bail!("providers.{name}: each directory is an issuer of its own; say which to ask with --tenant ID");
    }
    let Some(report) = providers.check(&name, tenant, &config.origin).await else {
        let names: Vec<&str> = config.providers.keys().map(String::as_str).collect();
        bail!(
            "there is no provider of this name (or of this directory) in the configuration; there are: {}",
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
