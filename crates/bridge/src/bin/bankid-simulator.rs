//! `bankid-simulator`: BankID's side of the Relying Party API, for development and tests.

use std::path::PathBuf;

use anyhow::Context as _;
use bridge::simulator::certificates::CertificateFiles;
use bridge::simulator::{SETTINGS_SOURCE, Settings, Simulator, serve_api};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

/// A simulated BankID, for development: anybody can be anybody.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file.
    #[arg(long, env = "SIMULATOR_CONFIG", default_value = "config/simulator.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the test certificates in a folder, unless they are there, and ends.
    Certificates {
        /// The folder.
        folder: PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::Certificates { folder }) = arguments.command {
        CertificateFiles::ensure(&folder)?;
        return Ok(());
    }
    let settings: Settings = SETTINGS_SOURCE.load(&arguments.config)?;
    web::logging::start(&settings.log);
    let clock = settings.development.clock(settings.mode)?;
    let certificates = CertificateFiles::ensure(&settings.api.certificates)?;
    let bind = async |key, address| {
        TcpListener::bind(address)
            .await
            .with_context(|| format!("{key}: {address} can't be listened on"))
    };
    let phone = bind("listen.address", settings.listen.address).await?;
    let api = bind("api.address", settings.api.address).await?;
    let simulator = Simulator::new(settings.origin.clone(), clock);
    tracing::info!(phone = %settings.origin, api = %settings.api.address, "listening");
    let serving = web::serve(
        phone,
        simulator.phone(),
        settings.listen.limits(),
        web::shutdown_signal()?,
    );
    let api = serve_api(api, simulator.api(), &certificates, web::shutdown_signal()?);
    let ((), served) = tokio::join!(serving, api);
    Ok(served?)
}
