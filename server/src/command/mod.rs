//! The program's commands. Each is thin: it reads its arguments, opens the portal and calls a use case.

mod audit;
mod backup;
mod demonstration;
mod mail;
mod organisation;
mod orphans;
mod protocol;
mod provider;
mod provisioning;
mod purge;
mod record_of_processing;
mod restore;
mod serve;
mod signing_key;
mod staff;
mod system;

use std::path::PathBuf;

use anyhow::Context as _;
use base::{Clock, Ids};
use clap::{Parser, Subcommand};
use portal::{OperatorActor, Portal, RequestInfo};

use crate::config::Config;
use crate::places::Places;

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
    /// Create, list and delete organisations.
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// Create, list and disable an organisation's systems.
    #[command(subcommand)]
    System(system::SystemCommand),
    /// Invite an organisation's first admin, and let staff in again who are shut out.
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Let an organisation's directory provision its staff.
    #[command(subcommand)]
    Provisioning(provisioning::ProvisioningCommand),
    /// Check OpenID providers.
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Check the mail server.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Make archives of content, vault and key provider.
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Put archives of content, vault and key provider into empty places.
    Restore(restore::Restore),
    /// Purge what is due now, or count it.
    Purge(purge::Purge),
    /// Count keys and blobs that nothing names, or delete them.
    Orphans(orphans::Orphans),
    /// Verify the audit log, and hand out its checkpoints.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Check and list the signed protocols of what was purged.
    #[command(subcommand)]
    Protocol(protocol::ProtocolCommand),
    /// List and replace the keys that the installation signs with.
    #[command(subcommand)]
    SigningKey(signing_key::SigningKeyCommand),
    /// Print what the configuration says for the record of processing (article 30 of the GDPR), as Markdown.
    RecordOfProcessing(record_of_processing::RecordOfProcessing),
    /// Print the description of API v1 (OpenAPI), as it stands in docs/openapi.json.
    Openapi,
    /// Create a demonstration organisation and a profile for `valv`; in development mode alone.
    Demonstration(demonstration::Demonstration),
}

/// Runs a command.
///
/// # Errors
///
/// What went wrong, for the operator.
pub async fn run(program: Program) -> anyhow::Result<()> {
    match program.command {
        Command::Serve => serve::serve(&load(&program.config)?).await,
        Command::Check => check(&load(&program.config)?),
        Command::Organisation(command) => organisation::run(&load(&program.config)?, command).await,
        Command::System(command) => system::run(&load(&program.config)?, command).await,
        Command::Staff(command) => staff::run(&load(&program.config)?, command).await,
        Command::Provisioning(command) => provisioning::run(&load(&program.config)?, command).await,
        Command::Provider(command) => provider::run(&load(&program.config)?, command).await,
        Command::Mail(command) => mail::run(&load(&program.config)?, command).await,
        Command::Backup(command) => backup::run(&load(&program.config)?, command).await,
        Command::Restore(arguments) => restore::run(&load(&program.config)?, arguments).await,
        Command::Purge(arguments) => purge::run(&load(&program.config)?, &arguments).await,
        Command::Orphans(arguments) => orphans::run(&load(&program.config)?, &arguments).await,
        Command::Audit(command) => audit::run(&program.config, command).await,
        Command::SigningKey(command) => signing_key::run(&load(&program.config)?, command).await,
        Command::Protocol(command) => protocol::run(&program.config, command).await,
        Command::RecordOfProcessing(arguments) => {
            record_of_processing::run(&load(&program.config)?, &arguments);
            Ok(())
        }
        Command::Openapi => {
            answer(crate::api::openapi_json().trim_end());
            Ok(())
        }
        Command::Demonstration(arguments) => demonstration::run(&load(&program.config)?, &arguments).await,
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

/// What only serving needs to read, and so no other command looks at.
fn check(config: &Config) -> anyhow::Result<()> {
    Places::open(config.places.as_ref())?;
    Ok(())
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

/// The operator, for one command. Whoever can run it with the installation's secrets needs no other proof.
fn operator(clock: &Clock) -> OperatorActor {
    OperatorActor::on_this_host(RequestInfo {
        id: Ids::new(clock.clone()).next(),
        address: None,
    })
}

/// Writes a command's answer.
#[expect(clippy::print_stdout, reason = "it is what the operator asked for")]
fn answer(text: &str) {
    println!("{text}");
}
