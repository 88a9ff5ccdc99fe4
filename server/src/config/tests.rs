//! What a configuration says, and which is refused, by key.

mod audit;
mod contact;
mod mail;
mod manual;
mod providers;
mod retention;
mod shipped;
mod storage;

use std::path::PathBuf;

use super::Config;

fn of_project(path: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

pub(super) fn development() -> String {
    of_project("config/development.toml")
}

pub(super) fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postvalv.toml");
    std::fs::write(&path, text).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load_from(&path, environment).map_err(|error| error.problems().to_vec())
}
