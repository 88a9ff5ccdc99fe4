//! The `postvalv` program.

use std::process::ExitCode;

use clap::Parser as _;
use server::Program;

#[tokio::main]
async fn main() -> ExitCode {
    match server::run(Program::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            server::complain(&error);
            ExitCode::FAILURE
        }
    }
}
