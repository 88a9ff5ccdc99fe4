//! Where a user's files are (XDG Base Directory Specification).

use std::env;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

const NAME: &str = "postvalv";

/// The folder of profiles; `None` when there is no home.
pub(crate) fn configuration() -> Option<PathBuf> {
    under("XDG_CONFIG_HOME", ".config")
}

/// The folder of what outlives a run, such as pending keys; `None` when there is no home.
pub(crate) fn state() -> Option<PathBuf> {
    under("XDG_STATE_HOME", ".local/state")
}

fn under(variable: &str, default: &str) -> Option<PathBuf> {
    // The specification says to ignore relative paths.
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(default)))?;
    Some(base.join(NAME))
}

/// Creates a folder, and those above it, for their owner alone; what exists stays as it is.
pub(crate) fn create_private(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Failure::file(folder, error))
}
