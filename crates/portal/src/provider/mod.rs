//! The key provider: the few secrets outside both databases that can truly be destroyed.

use std::path::PathBuf;

/// The key provider can't do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A file can't be read or written.
    #[error("the key provider's file {0} can't be used")]
    File(PathBuf, #[source] std::io::Error),
    /// A file does not hold what it should.
    #[error("the key provider's file {0} is damaged")]
    Damaged(PathBuf),
}
