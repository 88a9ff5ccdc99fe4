//! Makes a release build follow the site, which is embedded in it, and refuse to be built without one.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the site when it runs.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        let manifest = "../target/site/manifest.json";
        println!("cargo::rerun-if-changed={manifest}");
        if !Path::new(manifest).exists() {
            println!("cargo::error=the site has not been built: run `cargo xtask site` first");
        }
    }
}
