//! Tasks of the build that cargo has no word for. `cargo xtask site` builds what browsers load, into `target/site`.
//!
//! Owns the way from sources to served files: Sass, WebAssembly, hashed names, compression. Knows nothing of the
//! program that serves them but the layout that [`site`] writes.

mod assets;
mod site;
mod tool;
mod wasm;

use std::path::PathBuf;

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let root = workspace_root()?;
    match std::env::args().nth(1).as_deref() {
        Some("site") => site::build(&root),
        _ => bail!("usage: cargo xtask site"),
    }
}

fn workspace_root() -> anyhow::Result<PathBuf> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = manifest
        .ancestors()
        .nth(2)
        .context("the workspace's root lies two folders above xtask")?;
    Ok(root.to_owned())
}
