//! The program's commands. Each is thin: it reads its arguments, opens the portal and calls a use case.

mod serve;

use std::path::PathBuf;

use anyhow::Context as _;
use base::Clock;
use clap::{Parser, Subcommand};
use portal::Portal;

use crate::config::Config;

/// A portal through which organisations hand confidential documents to named people.
#[derive(Debug, Parser)]
#[command(name = "postvalv", version)]
pub struct Program {
    /// The configuration file. Environment variables `POSTVALV__SECTION__KEY` override it.
    #[arg(
        long,
        global = true,
        env = "POSTVALV_CONFIG",
        default_value = "/etc/postvalv/postvalv.toml"
    )]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve people and systems until told to stop.
    Serve,
    /// Check the configuration and say what is wrong with it.
    Check,
}

/// Runs a command.
///
/// # Errors
///
/// What went wrong, for the operator.
pub async fn run(program: Program) -> anyhow::Result<()> {
    match program.command {
        Command::Serve => serve::serve(&load(&program.config)?).await,
        Command::Check => load(&program.config).map(|_| ()),
    }
}

/// Says on standard error what went wrong.
#[expect(
    clippy::print_stderr,
    reason = "the operator reads it at the command line, also before logging has begun"
)]
pub fn complain(error: &anyhow::Error) {
    eprintln!("postvalv: {error:#}");
}

fn load(path: &std::path::Path) -> anyhow::Result<Config> {
    Ok(Config::load(path)?)
}

/// Opens the portal that the configuration describes.
pub(crate) async fn open(config: &Config) -> anyhow::Result<(Portal, Clock)> {
    let clock = config.development.clock(config.mode)?;
    let portal = Portal::open(config.settings(), clock.clone())
        .await
        .context("the portal can't be opened")?;
    Ok((portal, clock))
}
