//! The folder of archives: their names, that one appears whole or not at all, and how long those of the provider live.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base::Timestamp;

use super::{BackupError, BackupPart, BackupSettings, name_of};

/// What the name of a whole archive ends with.
const WHOLE: &str = ".tar.age";
/// The name of the note that says how far the ledger had come.
pub(super) const LEDGER_HEAD: &str = "ledger-head";
/// The most bytes that are read of it: several times what it has.
const MAX_NOTE: u64 = 4096;
/// What the name of one ends with that is being written.
const PARTIAL: &str = ".partial";

pub(super) struct BackupFolder(PathBuf);

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

    /// A file that does not exist yet, for what a database gives before it is in an archive.
    pub(super) fn scratch(&self) -> Result<tempfile::TempPath, BackupError> {
        let file = tempfile::Builder::new().prefix(".database-").tempfile_in(&self.0);
        let path = file
            .map_err(|problem| BackupError::File(self.0.clone(), problem))?
            .into_temp_path();
        Ok(path)
    }

    /// Deletes the provider's archives from before an instant, whole or not.
    pub(super) fn prune(&self, before: Timestamp) -> Result<usize, BackupError> {
        let folder = self.0.join(BackupPart::Provider.as_str());
        let error = |problem| BackupError::File(folder.clone(), problem);
        let before = name_of(before);
        let mut pruned = 0;
        for entry in fs::read_dir(&folder).map_err(error)? {
            let path = entry.map_err(error)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let stem = name.strip_suffix(WHOLE).or_else(|| name.strip_suffix(PARTIAL));
            // Names sort as times do.
            if stem.is_some_and(|stem| is_time(stem) && *stem < *before) {
                self.delete(&path)?;
                pruned += 1;
            }
        }
        Ok(pruned)
    }

    /// Where the note lies that says how far the ledger had come.
    pub(super) fn ledger_head(&self) -> PathBuf {
        self.0.join(LEDGER_HEAD)
    }

    /// Puts a note there in place of the one before, durable when this returns: there is always one of them whole.
    pub(super) fn note_ledger(&self, note: &str) -> Result<(), BackupError> {
        let place = self.ledger_head();
        let written = || {
            let mut file = tempfile::Builder::new().prefix(".ledger-").tempfile_in(&self.0)?;
            file.write_all(note.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&place)?;
            sync_folder_of(&place)
        };
        written().map_err(|problem| BackupError::File(place.clone(), problem))
    }

    pub(super) fn delete(&self, file: &Path) -> Result<(), BackupError> {
        fs::remove_file(file)
            .and_then(|()| sync_folder_of(file))
            .map_err(|problem| BackupError::File(file.to_owned(), problem))
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

/// Whether this is the time in an archive's name.
fn is_time(stem: &str) -> bool {
    let form = stem.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    form.eq(*b"00000000T000000Z")
}

impl ArchiveFile {
    pub(super) fn create(&self) -> Result<File, BackupError> {
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.partial);
        created.map_err(|problem| BackupError::File(self.partial.clone(), problem))
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
