//! Running other programs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// Runs a program in `folder` and fails with its name when it does.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .status()
        .with_context(|| format!("{program} is missing or can't be started"))?;
    if !status.success() {
        bail!("{program} {} failed", arguments.join(" "));
    }
    Ok(())
}

/// Installs the build tools that package-lock.json names, unless they are installed already.
pub(crate) fn install_node_modules(root: &Path) -> anyhow::Result<()> {
    let lock = root.join("package-lock.json");
    let stamp = root.join("node_modules/.postvalv-lock");
    let wanted = std::fs::read(&lock).context("package-lock.json is missing")?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(
        root,
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    )?;
    std::fs::write(stamp, wanted).context("node_modules can't be written")
}
