//! The folder of archives: their names, that one appears whole or not at all, how long those of the provider live, and what runs left
//! there that were killed.
//!
//! Whoever writes a file that has no name of its own yet holds a lock on it, which ends with the process: that tells what is in use. So
//! does whoever reads and replaces the note of how far the ledger had come, on a file beside it, so that nobody puts there what was so
//! before another one did.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base::Timestamp;

use super::{BackupError, BackupPart, BackupSettings, name_of, time_of};

/// What the name of a whole archive ends with.
const WHOLE: &str = ".tar.age";
/// The name of the note that says how far the ledger had come.
pub(super) const LEDGER_HEAD: &str = "ledger-head";
/// The name of the file on which whoever replaces the note holds a lock; the note itself is another file each time.
const LEDGER_HEAD_LOCK: &str = "ledger-head.lock";
/// The most bytes that are read of it: several times what it has.
const MAX_NOTE: u64 = 4096;
/// What the name of one ends with that is being written.
const PARTIAL: &str = ".partial";

/// What the name of a database's copy begins with until it is in an archive.
const SCRATCH: &str = ".database-";
/// What the name of a note begins with until it is whole.
const UNFINISHED_NOTE: &str = ".ledger-";

#[derive(Clone)]
pub(super) struct BackupFolder(PathBuf);

/// A file for what a database gives, which is deleted when this is dropped.
pub(super) struct Scratch {
    path: tempfile::TempPath,
    _lock: File,
}

/// The note of how far the ledger had come is its holder's alone to read and replace, until this is dropped.
pub(super) struct NoteLock {
    _file: File,
}

/// An archive that is being written. Dropped before [`ArchiveFile::finish`], it is deleted.
pub(super) struct ArchiveFile {
    partial: PathBuf,
    whole: PathBuf,
}

impl BackupFolder {
    /// Opens the folder; what is missing is created with mode 700.
    pub(super) fn open(settings: &BackupSettings) -> Result<Self, BackupError> {
        for part in BackupPart::ALL {
            let folder = settings.folder.join(part.as_str());
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(|problem| BackupError::File(folder, problem))?;
        }
        Ok(Self(settings.folder.clone()))
    }

    pub(super) fn begin(&self, part: BackupPart, made: Timestamp) -> Result<ArchiveFile, BackupError> {
        let folder = self.0.join(part.as_str());
        let name = name_of(made);
        let whole = folder.join(format!("{name}{WHOLE}"));
        if whole.exists() {
            return Err(BackupError::Exists(whole));
        }
        let partial = folder.join(format!("{name}{PARTIAL}"));
        Ok(ArchiveFile { partial, whole })
    }

    /// A file of its own, for what a database gives before it is in an archive.
    pub(super) fn scratch(&self) -> Result<Scratch, BackupError> {
        let file = tempfile::Builder::new().prefix(SCRATCH).tempfile_in(&self.0);
        let (file, path) = file
            .map_err(|problem| BackupError::File(self.0.clone(), problem))?
            .into_parts();
        lock(&file);
        Ok(Scratch { path, _lock: file })
    }

    /// The provider's archives from before an instant, and what was begun before another and left unfinished.
    pub(super) fn old(&self, before: Timestamp, left_before: Timestamp) -> Result<Vec<PathBuf>, BackupError> {
        let mut old = Vec::new();
        for part in BackupPart::ALL {
            for path in files(&self.0.join(part.as_str()))? {
                // Names sort as times do.
                let is_old = match stem_and_end(&path) {
                    Some((stem, WHOLE)) => part == BackupPart::Provider && *stem < *name_of(before),
                    Some((stem, _)) => *stem < *name_of(left_before) && is_left(&path),
                    None => false,
                };
                if is_old {
                    old.push(path);
                }
            }
        }
        for path in files(&self.0)? {
            let is_ours = [SCRATCH, UNFINISHED_NOTE]
                .iter()
                .any(|start| name(&path).starts_with(start));
            if is_ours && written(&path).is_some_and(|at| at < left_before) && is_left(&path) {
                old.push(path);
            }
        }
        Ok(old)
    }

    /// When the oldest whole archive of the provider was begun; `None` when there is none.
    pub(super) fn oldest_of_provider(&self) -> Result<Option<Timestamp>, BackupError> {
        let files = files(&self.0.join(BackupPart::Provider.as_str()))?;
        let times = files.iter().filter_map(|path| match stem_and_end(path) {
            Some((stem, WHOLE)) => time_of(stem),
            _ => None,
        });
        Ok(times.min())
    }

    /// Where the note lies that says how far the ledger had come.
    pub(super) fn ledger_head(&self) -> PathBuf {
        self.0.join(LEDGER_HEAD)
    }

    /// Where the lock on the note lies.
    pub(super) fn ledger_head_lock(&self) -> PathBuf {
        self.0.join(LEDGER_HEAD_LOCK)
    }

    /// Takes the note; `None` while somebody else has it. Where there are no locks everybody has it.
    pub(super) fn lock_note(&self) -> Result<Option<NoteLock>, BackupError> {
        let place = self.ledger_head_lock();
        // Opened for writing, without which NFS gives no such lock. It stays: whoever deletes it could have it beside its holder.
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&place);
        let file = opened.map_err(|problem| BackupError::File(place, problem))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(problem)) => tracing::warn!(
                error = %problem,
                "the folder of the archives has no locks: of two nodes that note at once how far the ledger has come, the one that knows less \
                 may be the last"
            ),
        }
        Ok(Some(NoteLock { _file: file }))
    }

    /// Puts a note there in place of the one before, durable when this returns: there is always one of them whole.
    pub(super) fn note_ledger(&self, note: &str) -> Result<(), BackupError> {
        let place = self.ledger_head();
        let written = || {
            let mut file = tempfile::Builder::new().prefix(UNFINISHED_NOTE).tempfile_in(&self.0)?;
            file.write_all(note.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&place)?;
            sync_folder_of(&place)
        };
        written().map_err(|problem| BackupError::File(place.clone(), problem))
    }

    /// Deletes a file, durably. It may be gone: another node may have been first.
    pub(super) fn delete(&self, file: &Path) -> Result<(), BackupError> {
        let deleted = match fs::remove_file(file) {
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.and_then(|()| sync_folder_of(file)),
        };
        deleted.map_err(|problem| BackupError::File(file.to_owned(), problem))
    }
}

/// Reads a note of how far the ledger had come; `None` when there is none. What is no text reads as one that nobody signed.
pub(super) fn read_note(file: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    match File::open(file) {
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?.take(MAX_NOTE).read_to_end(&mut bytes)?,
    };
    Ok(Some(String::from_utf8(bytes).unwrap_or_default()))
}

/// The files in a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let listed: io::Result<Vec<PathBuf>> =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    listed.map_err(|problem| BackupError::File(folder.to_owned(), problem))
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The time in an archive's name as it stands there, and what comes after it; `None` when it is no archive.
fn stem_and_end(path: &Path) -> Option<(&str, &'static str)> {
    let name = name(path);
    let parts = [WHOLE, PARTIAL]
        .into_iter()
        .find_map(|end| Some((name.strip_suffix(end)?, end)));
    parts.filter(|(stem, _)| is_time(stem))
}

/// Whether this is the time in an archive's name.
fn is_time(stem: &str) -> bool {
    let form = stem.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    form.eq(*b"00000000T000000Z")
}

fn written(path: &Path) -> Option<Timestamp> {
    let modified = path.metadata().ok()?.modified().ok()?;
    Some(Timestamp::from_jiff(modified.try_into().ok()?))
}

/// Keeps a file from counting as left by a killed run for as long as it is open. Where there are no locks nothing counts as that.
fn lock(file: &File) {
    if let Err(problem) = file.try_lock() {
        tracing::warn!(error = %problem, "the folder of the archives has no locks: what killed runs leave there stays");
    }
}

/// Whether nobody writes a file any more that is not whole.
fn is_left(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

impl Scratch {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl ArchiveFile {
    pub(super) fn create(&self) -> Result<File, BackupError> {
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.partial);
        let created = created.map_err(|problem| BackupError::File(self.partial.clone(), problem))?;
        lock(&created);
        Ok(created)
    }

    /// Gives the archive, whose content is synced, its name.
    pub(super) fn finish(self) -> Result<PathBuf, BackupError> {
        fs::rename(&self.partial, &self.whole)
            .and_then(|()| sync_folder_of(&self.whole))
            .map_err(|problem| BackupError::File(self.whole.clone(), problem))?;
        Ok(self.whole.clone())
    }
}

impl Drop for ArchiveFile {
    fn drop(&mut self) {
        if let Err(problem) = fs::remove_file(&self.partial)
            && problem.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(error = %problem, "an archive that was not finished can't be deleted");
        }
    }
}

fn sync_folder_of(file: &Path) -> io::Result<()> {
    File::open(file.parent().unwrap_or_else(|| Path::new(".")))?.sync_all()
}
