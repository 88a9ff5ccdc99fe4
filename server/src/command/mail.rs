//! `postvalv mail`

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::answer;
use crate::config::Config;
use crate::mail::Mailer;

/// What to do with the mail server.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Go the whole way to the mail server (connect, TLS, sign in), and send nothing.
    Check,
}

pub(super) async fn run(config: &Config, command: MailCommand) -> anyhow::Result<()> {
    let MailCommand::Check = command;
    let Some(section) = &config.mail else {
        bail!("the configuration has no section mail: nobody is written to");
    };
    let clock = config.development.clock(config.mode)?;
    let mailer = Mailer::new(section, &config.origin, &clock).context("mail.from")?;
    let reached = mailer.check().await;
    reached.with_context(|| format!("mail: {}:{}", section.host, section.port()))?;
    answer("the mail server can be used");
    Ok(())
}
