//! `valv`: what an organisation's systems and staff run to send messages through Postvalv.
//!
//! Owns the command line, the profile with the credentials, the keys of unfinished sendings, and every sentence that
//! is said. How the portal is spoken to stands in the library beside it.

mod arguments;
mod failure;
mod files;
mod folder;
mod follow;
mod login;
mod output;
mod pending;
mod profile;
mod recipients;
mod send;
mod texts;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use client::Client;

use arguments::{Arguments, Command};
use failure::Failure;
use output::Output;
use profile::Profile;
use texts::Language;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output {
        language: arguments.language.unwrap_or_else(Language::of_environment),
        json: arguments.json,
    };
    match run(arguments, output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = if output.json {
                failure.to_json(output.language).to_string()
            } else {
                format!("valv: {}", output.language.failure(&failure))
            };
            let _gone = writeln!(std::io::stderr().lock(), "{text}");
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(arguments: Arguments, output: Output) -> Result<(), Failure> {
    let path = profile::path(arguments.profile.as_deref())?;
    match arguments.command {
        Command::Login(arguments) => login::login(arguments, &path, output).await,
        Command::Send(arguments) => send::send(arguments, Profile::load(&path)?, output).await,
        Command::Status(named) => follow::status(&connect(&path)?, named.id, output).await,
        Command::Events(arguments) => follow::events(&connect(&path)?, &arguments, output).await,
        Command::Revoke(named) => follow::revoke(&connect(&path)?, named.id, output).await,
    }
}

fn connect(path: &std::path::Path) -> Result<Client, Failure> {
    let profile = Profile::load(path)?;
    Ok(Client::new(profile.server, profile.credentials)?)
}
