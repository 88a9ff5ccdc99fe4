//! Why archives can't be restored.

use std::io;
use std::path::PathBuf;

use sea_orm::DbErr;

use crate::backup::BackupPart;
use crate::blob::BlobError;
use crate::database::DatabaseError;
use crate::installation::InstallationError;
use crate::ledger::LedgerError;
use crate::provider::ProviderError;
use crate::{Fault, OpenError};

/// Archives that can't be restored. What had been put in place by then is taken away again.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file of identities can't be read, or holds none.
    #[error("{0} has no identity of age (a line AGE-SECRET-KEY-1…)")]
    Identity(PathBuf),
    /// An archive can't be read.
    #[error("{0} can't be read")]
    File(PathBuf, #[source] io::Error),
    /// The archive is for somebody else.
    #[error("{0} does not open with this identity or passphrase")]
    Key(PathBuf),
    /// The archive is not what was written, or nothing of ours.
    #[error("{0} is damaged, cut short, or no archive that postvalv backup made")]
    Damaged(PathBuf),
    /// A later version of the program made the archive.
    #[error("{0} was made by a later version of the program: restore it with that one")]
    Newer(PathBuf),
    /// The archive is of another part than was said.
    #[error("{file} is an archive of {is} and not of {wanted}")]
    Part {
        /// The archive.
        file: PathBuf,
        /// What it says that it is of.
        is: String,
        /// What it was given for.
        wanted: &'static str,
    },
    /// The archives are of different installations.
    #[error("the archives are of different installations")]
    Installations,
    /// The archives were made apart from each other.
    #[error("the archives are not of one run of postvalv backup all: what one refers to may be missing in another")]
    Runs,
    /// SQLite's archive for PostgreSQL, or the other way round.
    #[error("the archive of {} holds another kind of database than the configuration names", .0.as_str())]
    DatabaseKind(BackupPart),
    /// Portal and vault were given the same database.
    #[error("the portal and the vault need a database each, but both have the same address")]
    SameDatabase,
    /// Something is where an archive is to go.
    #[error(
        "{0} is not empty: what is there is never overwritten; move it away, or name another place in the configuration"
    )]
    NotEmpty(String),
    /// There is no ledger.
    #[error(
        "there is no ledger in {0}: put the newest one that there is there; without it what was purged would come back"
    )]
    NoLedger(PathBuf),
    /// The ledger is damaged, another installation's, or does not reach as far as the archives do.
    #[error("the ledger does not fit the archives")]
    Ledger(#[from] LedgerError),
    /// The ledger fits the archives, and yet had come further once.
    #[error(
        "the ledger ends with batch {end}, and {by} says that it had come to batch {known}: put the newest ledger that there is in \
         ledger.folder; with this one, what was revoked, purged or erased in between would come back"
    )]
    LedgerBehind {
        /// The last batch that there is; 0 when there is none.
        end: u64,
        /// How far it must reach.
        known: u64,
        /// Who says so.
        by: String,
    },
    /// Nothing but the archives says how far the ledger had come, which a copy of it from then reaches too.
    #[error(
        "the ledger {end}, and nothing says whether that is all of it: put the newest ledger-head beside the archives, or give with \
         --ledger-at-least the highest number that you know from a backup's last line or the metric postvalv_ledger_head; if you know of \
         none, --ledger-at-least 0 takes the ledger as it is, and what was revoked, purged or erased after its end comes back"
    )]
    LedgerEndUnknown {
        /// Where the ledger ends, in words.
        end: String,
    },
    /// A note of how far the ledger had come is not what this installation wrote.
    #[error(
        "{0} is not as this installation wrote it, or was signed with a key that is newer than the archive of the provider: get it from \
         where it was not altered, or move it away and give the number that you know from elsewhere with --ledger-at-least"
    )]
    LedgerNote(PathBuf),
    /// A note of how far the ledger had come was signed with a key that was replaced since: whoever has a copy of that key can have written
    /// it.
    #[error(
        "{0} was signed with a key that has been replaced since, and says nothing: put the newest ledger-head there, or move it away and \
         give the number that you know from elsewhere with --ledger-at-least"
    )]
    LedgerNoteOfReplacedKey(PathBuf),
    /// A file or folder can't be made.
    #[error("{0} can't be written")]
    Write(PathBuf, #[source] io::Error),
    /// `pg_restore` can't be started or did not succeed; what it said was printed.
    #[error(
        "{0} did not succeed: is it there, as new as the program that made the archive, and may the user make tables?"
    )]
    Load(PathBuf),
    /// A database can't be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The parts do not belong together.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The key provider's folder can't be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The blob store can't be used.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// What was restored can't be opened.
    #[error("what was restored can't be opened")]
    Open(#[from] OpenError),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for RestoreError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}
