//! The places that the configuration names, for one restore: that they are empty, what stands beside or in them until it is whole, and
//! how it is taken away again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base::{DocumentId, OrganisationId, SecretString};

use super::RestoreError;
use super::load::{self, beside, with_end};
use super::opened::{Archive, Archives, Member};
use crate::backup::BackupPart;
use crate::blob::Blobs;
use crate::database::sqlite_file;
use crate::{BlobSettings, LedgerSettings, ProviderSettings, Settings};

/// What the names of things end with that are not whole yet.
const UNFINISHED: &str = ".restoring";
/// The mark of the provider, without which nothing opens what is there.
const MARK: &str = "installation";

/// Where everything goes.
pub(super) struct Places {
    /// The settings with databases and key provider where they are until they are whole.
    pub(super) staged: Settings,
    pub(super) portal: DatabasePlace,
    pub(super) vault: DatabasePlace,
    /// The provider's folder, and where its files are until everything else is in place.
    provider: PathBuf,
    unfinished: PathBuf,
    /// The folders that were not there.
    missing: Vec<PathBuf>,
    /// The blobs that were written.
    written: Mutex<Vec<(OrganisationId, DocumentId)>>,
}

/// Where a database goes.
pub(super) enum DatabasePlace {
    /// A file, and its name until it is whole.
    File {
        file: PathBuf,
        unfinished: PathBuf,
    },
    Postgres(SecretString),
}

impl DatabasePlace {
    fn of(url: &SecretString) -> Result<Self, RestoreError> {
        Ok(match sqlite_file(url)? {
            Some(file) => Self::File {
                file: file.to_owned(),
                unfinished: with_end(file, UNFINISHED),
            },
            None => Self::Postgres(url.clone()),
        })
    }

    /// Its address until it is whole.
    fn staged(&self, url: &SecretString) -> SecretString {
        match self {
            Self::File { unfinished, .. } => SecretString::new(format!("sqlite:{}", unfinished.display())),
            Self::Postgres(_) => url.clone(),
        }
    }

    async fn check_empty(&self, part: BackupPart, archive: &Archive) -> Result<(), RestoreError> {
        if archive.is_sqlite != matches!(self, Self::File { .. }) {
            return Err(RestoreError::DatabaseKind(part));
        }
        match self {
            Self::File { file, unfinished } => {
                let files = [file, unfinished].into_iter().flat_map(|file| {
                    let mut files = vec![file.clone()];
                    files.extend(beside(file));
                    files
                });
                match files.into_iter().find(|file| file.symlink_metadata().is_ok()) {
                    Some(file) => Err(RestoreError::NotEmpty(file.display().to_string())),
                    None => Ok(()),
                }
            }
            Self::Postgres(url) => match load::is_empty(url).await? {
                true => Ok(()),
                false => Err(RestoreError::NotEmpty(format!("the database of {}", part.as_str()))),
            },
        }
    }

    /// Gives it its own name, when everything is whole.
    fn place(&self) -> Result<(), RestoreError> {
        let Self::File { file, unfinished } = self else {
            return Ok(());
        };
        // Everything is closed, so that SQLite has folded its log into the file.
        if let Some(log) = beside(unfinished).into_iter().find(|log| log.exists()) {
            return Err(RestoreError::NotEmpty(log.display().to_string()));
        }
        load::rename(unfinished, file).map_err(|problem| RestoreError::Write(file.clone(), problem))
    }

    /// Takes away what was made. `is_placed` says that it had its own name already.
    async fn clear(&self, is_placed: bool) {
        match self {
            Self::File { file, unfinished } => {
                for path in beside(unfinished).iter().chain([unfinished]) {
                    say_unless_gone(fs::remove_file(path), path);
                }
                if is_placed {
                    say_unless_gone(fs::remove_file(file), file);
                }
            }
            Self::Postgres(url) => {
                if let Err(problem) = load::clear(url).await {
                    tracing::error!(error = %problem, "a database that was restored in part can't be emptied");
                }
            }
        }
    }
}

/// How far a restore has come, so that it can be taken back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub(super) provider: bool,
    pub(super) blobs: bool,
    pub(super) portal: bool,
    pub(super) vault: bool,
    placed: [bool; 2],
}

impl Places {
    /// Finds the places.
    ///
    /// # Errors
    ///
    /// When one of them is not empty, or not for what the archives hold. Nothing is written.
    pub(super) async fn check(settings: &Settings, archives: &Archives) -> Result<Self, RestoreError> {
        if settings.database_url == settings.vault_url {
            return Err(RestoreError::SameDatabase);
        }
        let LedgerSettings::Folder(ledger) = &settings.ledger;
        if !ledger.is_dir() {
            return Err(RestoreError::NoLedger(ledger.clone()));
        }
        let ProviderSettings::Folder(provider) = &settings.provider;
        let mut missing = Vec::new();
        let mut folders = vec![provider];
        if let BlobSettings::Folder(folder) = &settings.blobs {
            folders.push(folder);
        }
        for folder in folders {
            match fs::read_dir(folder) {
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => missing.push(folder.clone()),
                Err(problem) => return Err(RestoreError::File(folder.clone(), problem)),
                Ok(entries) => {
                    for entry in entries {
                        let entry = entry.map_err(|problem| RestoreError::File(folder.clone(), problem))?;
                        // A file system of its own has it.
                        if entry.file_name() != "lost+found" {
                            return Err(RestoreError::NotEmpty(folder.display().to_string()));
                        }
                    }
                }
            }
        }
        if matches!(settings.blobs, BlobSettings::S3(_)) && !Blobs::open(&settings.blobs).await?.is_empty().await? {
            return Err(RestoreError::NotEmpty(
                "the bucket of the blobs, below its prefix,".to_owned(),
            ));
        }
        let portal = DatabasePlace::of(&settings.database_url)?;
        let vault = DatabasePlace::of(&settings.vault_url)?;
        portal.check_empty(BackupPart::Content, &archives.content).await?;
        vault.check_empty(BackupPart::Vault, &archives.vault).await?;
        let unfinished = provider.join(UNFINISHED);
        let staged = Settings {
            database_url: portal.staged(&settings.database_url),
            vault_url: vault.staged(&settings.vault_url),
            provider: ProviderSettings::Folder(unfinished.clone()),
            ..settings.clone()
        };
        Ok(Self {
            staged,
            portal,
            vault,
            provider: provider.clone(),
            unfinished,
            missing,
            written: Mutex::default(),
        })
    }

    /// Unpacks the provider's files where nothing looks for them yet, and gives that folder.
    pub(super) fn unpack_provider(&self, archive: &Archive) -> Result<PathBuf, RestoreError> {
        for folder in [
            &self.unfinished,
            &self.unfinished.join("days"),
            &self.unfinished.join("signing"),
        ] {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|problem| RestoreError::Write(folder.clone(), problem))?;
        }
        archive.each(BackupPart::Provider, |member, content| {
            let Member::Secret(name) = member else {
                return content.skip();
            };
            let path = self.unfinished.join(name);
            let error = |problem| RestoreError::Write(path.clone(), problem);
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(error)?;
            content.copy(&mut file, &path)?;
            file.sync_all().map_err(error)
        })?;
        for folder in [
            self.unfinished.join("days"),
            self.unfinished.join("signing"),
            self.unfinished.clone(),
        ] {
            sync(&folder)?;
        }
        Ok(self.unfinished.clone())
    }

    /// Notes that a blob is about to be written.
    pub(super) fn note(&self, organisation: OrganisationId, document: DocumentId) {
        let mut written = self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        written.push((organisation, document));
    }

    /// Gives everything its own name, the provider's mark last: without it nothing opens what is there.
    pub(super) fn place(&self, progress: &mut Progress) -> Result<(), RestoreError> {
        for (database, placed) in [&self.portal, &self.vault].into_iter().zip(&mut progress.placed) {
            database.place()?;
            *placed = true;
        }
        let error = |problem| RestoreError::Write(self.provider.clone(), problem);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.unfinished).map_err(error)? {
            names.push(entry.map_err(error)?.file_name());
        }
        names.retain(|name| name != MARK);
        for name in names {
            fs::rename(self.unfinished.join(&name), self.provider.join(&name)).map_err(error)?;
        }
        sync(&self.provider)?;
        load::rename(&self.unfinished.join(MARK), &self.provider.join(MARK)).map_err(error)?;
        say_unless_gone(fs::remove_dir(&self.unfinished), &self.unfinished);
        Ok(())
    }

    /// Takes away what was made, as far as that is possible; what stays is said in the log.
    pub(super) async fn clear(&self, progress: Progress) {
        let [portal, vault] = progress.placed;
        if progress.portal {
            self.portal.clear(portal).await;
        }
        if progress.vault {
            self.vault.clear(vault).await;
        }
        if progress.blobs {
            self.clear_blobs().await;
        }
        if progress.provider {
            // The folder was empty, and without its mark nobody else puts anything there.
            for entry in fs::read_dir(&self.provider).into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    true if entry.file_name() == "lost+found" => {}
                    true => say_unless_gone(fs::remove_dir_all(&path), &path),
                    false => say_unless_gone(fs::remove_file(&path), &path),
                }
            }
        }
        for folder in &self.missing {
            say_unless_gone(fs::remove_dir(folder), folder);
        }
    }

    async fn clear_blobs(&self) {
        let written = std::mem::take(&mut *self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let cleared = async {
            let blobs = Blobs::open(&self.staged.blobs).await?;
            for (organisation, document) in written {
                blobs.delete(organisation, document).await?;
            }
            blobs.delete_mark().await
        };
        if let Err(problem) = cleared.await {
            tracing::error!(error = %problem, "blobs that were restored can't be deleted");
        }
        if let BlobSettings::Folder(folder) = &self.staged.blobs {
            let path = folder.join("organisations");
            say_unless_gone(fs::remove_dir_all(&path), &path);
        }
    }
}

fn sync(folder: &Path) -> Result<(), RestoreError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|problem| RestoreError::Write(folder.to_owned(), problem))
}

/// Says in the log what could not be taken away.
fn say_unless_gone(done: io::Result<()>, path: &Path) {
    match done {
        Err(problem) if problem.kind() != io::ErrorKind::NotFound => {
            tracing::error!(path = %path.display(), error = %problem, "what was restored in part can't be taken away");
        }
        _ => {}
    }
}
