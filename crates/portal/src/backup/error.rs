//! What can go wrong with a backup.

use std::io;
use std::path::PathBuf;

use crate::Fault;
use crate::blob::BlobError;
use crate::ledger::LedgerError;

/// A backup that could not be made or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder of the archives can't be used.
    #[error("{0} can't be used")]
    File(PathBuf, #[source] io::Error),
    /// The clock is far from the latest round of jobs.
    #[error("the clock is far from the latest round of jobs: put it right, or confirm it (postvalv purge --confirm)")]
    Clock,
    /// There is an archive by this name, made within the same second.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// An archive can't be written.
    #[error("the archive can't be written")]
    Write(#[from] io::Error),
    /// The recipient is none of age's.
    #[error("the recipient is not one of age's (age1…)")]
    Recipient,
    /// `pg_dump` can't be started or did not succeed; what it said was printed.
    #[error("{0} did not succeed: is it there, and as new as the database's server?")]
    Dump(PathBuf),
    /// Secrets of days were replaced each time that vault and provider were archived.
    #[error("days were compacted all the time; try again")]
    Busy,
    /// The ledger ends before where it had come once, by the note beside the archives.
    #[error(
        "{note} says that the ledger had come to batch {known}, and it ends with batch {end}: find what is missing of it, or, if the \
         installation was restored without, move that file away"
    )]
    LedgerBehind {
        /// The note.
        note: PathBuf,
        /// What it says.
        known: u64,
        /// The last batch that there is.
        end: u64,
    },
    /// Others have the note beside the archives all the time.
    #[error("{0} is held by another run all the time; try again")]
    NoteTaken(PathBuf),
    /// The ledger can't be read, or is another one than when the note beside the archives was made.
    #[error("how far the ledger has come can't be noted beside the archives")]
    Ledger(#[from] LedgerError),
    /// A blob can't be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for BackupError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}
