//! `bankid-bridge`: an OpenID Provider in front of BankID.

use std::path::PathBuf;

use anyhow::Context as _;
use bridge::provider::{Bridge, SETTINGS_SOURCE, Settings};
use clap::Parser;
use tokio::net::TcpListener;

/// An OpenID Provider in front of BankID.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file.
    #[arg(long, env = "BRIDGE_CONFIG", default_value = "config/bridge.toml")]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let settings: Settings = SETTINGS_SOURCE.load(&arguments.config)?;
    web::logging::start(&settings.log);
    let clock = settings.development.clock(settings.mode)?;
    let (address, limits, origin) = (
        settings.listen.address,
        settings.listen.limits(),
        settings.origin.clone(),
    );
    let bridge = Bridge::open(settings, clock)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("listen.address: {address} can't be listened on"))?;
    tracing::info!(%address, issuer = %origin, "listening");
    let router = bridge.router();
    let background = tokio::spawn(async move { bridge.run().await });
    web::serve(listener, router, limits, web::shutdown_signal()?).await;
    background.abort();
    Ok(())
}
