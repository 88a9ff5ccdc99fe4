//! The WebAssembly of the islands: compile, link the bindings, shrink.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::tool;

/// Builds `postvalv.js` and `postvalv_bg.wasm` into `out`.
pub(crate) fn build(root: &Path, out: &Path) -> anyhow::Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    tool::run(
        root,
        &cargo,
        &[
            "build",
            "--package",
            "browser",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-release",
            "--locked",
        ],
    )?;
    let compiled = root.join("target/wasm32-unknown-unknown/wasm-release/browser.wasm");
    let digest = Sha256::digest(fs::read(&compiled).context("the compiled WebAssembly is missing")?);
    let stamp = out.join("compiled.sha256");
    let digest = hex::encode(digest);
    if fs::read_to_string(&stamp).is_ok_and(|built| built == digest) {
        return Ok(());
    }
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .out_name("postvalv")
        .generate(out)?;
    let module = out.join("postvalv_bg.wasm");
    let shrunk = out.join("shrunk.wasm");
    let wasm_opt = root.join("node_modules/.bin/wasm-opt");
    // No feature flags: with `--all-features` Chromium refuses the file.
    tool::run(
        root,
        &wasm_opt.to_string_lossy(),
        &["-Oz", &module.to_string_lossy(), "-o", &shrunk.to_string_lossy()],
    )?;
    fs::rename(shrunk, module)?;
    fs::write(stamp, digest).context("the build folder can't be written")
}
