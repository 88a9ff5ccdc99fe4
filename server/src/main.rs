//! The `postvalv` program.

use std::process::ExitCode;

use clap::Parser as _;
use server::Program;

/// Requests allocate on all threads at once, which the C library's allocator serves slowly; SQLite's C code uses this one too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
