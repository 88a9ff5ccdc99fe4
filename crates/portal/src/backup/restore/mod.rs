//! Restoring: the three archives of one run are put into the places that the configuration names, which must be empty.
//!
//! Archives, places and ledger are checked before anything is written. Then everything is made beside its place, or where nothing looks
//! for it; the ledger is followed there, and what the copy brought to life again is ended. Only then is it given its name, and the
//! provider's mark last: until then no server opens any of it, since the parts do not agree.

mod error;
mod load;
mod opened;
mod places;
mod revived;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Clock, InstallationId, Timestamp};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::BackupPart;
use super::folder::{LEDGER_HEAD, read_note};
use crate::blob::Blobs;
use crate::database::Database;
use crate::installation::{self, InstallationMark};
use crate::ledger::{Ledger, LedgerEntry, LedgerRead, StoredNote};
use crate::provider::{FolderProvider, KeyProvider as _};
use crate::{Fault, OperatorActor, Portal, Settings, ledger};

pub use error::RestoreError;
pub use opened::ArchiveKey;

use opened::{Archive, Archives, Member};
use places::{DatabasePlace, Places, Progress};

#[cfg(test)]
mod tests;

/// What is restored, and with what.
#[derive(Clone, Debug)]
pub struct RestoreSettings {
    /// The archive of content.
    pub content: PathBuf,
    /// The archive of the vault.
    pub vault: PathBuf,
    /// The archive of the key provider.
    pub provider: PathBuf,
    /// What opens them.
    pub key: ArchiveKey,
    /// The folder of archives that is configured. A note in it of how far the ledger had come counts, as one beside the archives does.
    pub backups: Option<PathBuf>,
    /// The number of a batch that the operator knows the ledger to have; 0 when they know of none, and take the ledger that there is.
    pub ledger_at_least: Option<u64>,
    /// The program `pg_restore`, for databases on PostgreSQL.
    pub pg_restore: PathBuf,
}

/// The ledger that a restore goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerFound {
    /// The number and time of its last batch; `None` when it has none.
    pub last: Option<(u64, Timestamp)>,
    /// How far it had come at least, by a note or the operator's word; 0 when nothing but the archives says whether it is the newest,
    /// and the operator takes it as it is.
    pub at_least: u64,
}

impl RestoreSettings {
    /// Where a note may lie of how far the ledger had come: with the archives, above their folders, and where it is configured.
    fn notes(&self) -> BTreeSet<PathBuf> {
        let archives = [&self.content, &self.vault, &self.provider];
        let with = archives.into_iter().filter_map(|archive| archive.parent());
        let above = with.clone().map(|folder| folder.parent().unwrap_or(Path::new("..")));
        let folders = with.chain(above).chain(self.backups.as_deref());
        folders.map(|folder| folder.join(LEDGER_HEAD)).collect()
    }
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The installation.
    pub installation: InstallationId,
    /// Its generation from now on.
    pub generation: i64,
    /// When the archive of content was begun, RFC 3339.
    pub made: String,
    /// How many batches of the ledger the copy did not know.
    pub batches: u64,
    /// How many sessions were ended.
    pub sessions: u64,
    /// How many access tokens of systems were ended.
    pub access_tokens: u64,
    /// How many invitations that nobody had accepted were voided.
    pub invitations: u64,
}

impl Portal {
    /// Puts archives into the places that the settings name, raises the generation in all of them, ends what the copy brought to life
    /// again, and does everything that the ledger tells. A server may be started on them then. `found` is told of the ledger once
    /// everything is checked and before anything is put in place.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]: nothing was changed, or it was taken away again.
    pub async fn restore(
        settings: &Settings,
        clock: &Clock,
        operator: &OperatorActor,
        from: &RestoreSettings,
        found: impl FnOnce(LedgerFound) + Send,
    ) -> Result<Restored, RestoreError> {
        let given = from.clone();
        let archives = blocking(move || {
            let files = [&*given.content, &*given.vault, &*given.provider];
            Archives::check(files, &given.key)
        });
        let archives = Arc::new(archives.await?);
        let places = Arc::new(Places::check(settings, &archives).await?);
        let mut progress = Progress::default();
        let restore = Restore {
            archives,
            places: Arc::clone(&places),
            clock,
            operator,
            from,
        };
        let restored = restore.run(&mut progress, found).await;
        if restored.is_err() {
            places.clear(progress).await;
        }
        restored
    }
}

struct Restore<'a> {
    archives: Arc<Archives>,
    places: Arc<Places>,
    clock: &'a Clock,
    operator: &'a OperatorActor,
    from: &'a RestoreSettings,
}

impl Restore<'_> {
    async fn run(
        &self,
        progress: &mut Progress,
        found: impl FnOnce(LedgerFound) + Send,
    ) -> Result<Restored, RestoreError> {
        let settings = &self.places.staged;
        let (from, to, ledger) = self.provider(progress).await?;
        found(ledger);
        // The mark comes first: a server that is started meanwhile finds parts that disagree, and makes no installation of them.
        progress.blobs = true;
        let blobs = Blobs::open(&settings.blobs).await?;
        blobs.write_mark(to).await?;
        progress.portal = true;
        self.database(BackupPart::Content).await?;
        progress.vault = true;
        self.database(BackupPart::Vault).await?;
        for url in [&settings.database_url, &settings.vault_url] {
            let database = Database::connect(url).await?;
            let raised = installation::raise(&database, from, to).await;
            database.close().await?;
            raised?;
        }
        self.blobs(blobs).await?;
        let restored = self.catch_up(to).await?;
        self.places.place(progress)?;
        Ok(restored)
    }

    /// Unpacks the provider, sees with its keys that the ledger is whole and reaches as far as it is known to have come, and gives the
    /// mark before and after.
    async fn provider(
        &self,
        progress: &mut Progress,
    ) -> Result<(InstallationMark, InstallationMark, LedgerFound), RestoreError> {
        progress.provider = true;
        let (archives, places) = (Arc::clone(&self.archives), Arc::clone(&self.places));
        let folder = blocking(move || places.unpack_provider(&archives.provider)).await?;
        let provider = FolderProvider::open(&folder)?;
        let manifest = &self.archives.provider.manifest;
        let from = InstallationMark {
            id: manifest.installation,
            generation: manifest.generation,
        };
        if provider.mark().await? != Some(from) {
            return Err(RestoreError::Installations);
        }
        let known = self.archives.manifests().map(|manifest| manifest.ledger);
        let [first, last] = [known.iter().min(), known.iter().max()].map(|number| number.copied().unwrap_or(0));
        let ledger = &self.places.staged.ledger;
        let ledger = Ledger::open(ledger, from.id, Arc::new(provider.clone()), self.clock.clone())?;
        let told = ledger.read_after(first, last).await?;
        let at_least = self.check_end(&ledger, first, told).await?;
        let to = InstallationMark {
            generation: from.generation.max(told.generation).saturating_add(1),
            ..from
        };
        provider.replace_mark(to).await?;
        let last = told.last;
        Ok((from, to, LedgerFound { last, at_least }))
    }

    /// Sees that the ledger reaches as far as it had come by every note that there is and by the operator's word, and says how far that
    /// is. It was read from batch `first` on. When neither says anything it may be a copy of as long ago as the archives: that is refused.
    async fn check_end(&self, ledger: &Ledger, first: u64, told: LedgerRead) -> Result<u64, RestoreError> {
        let end = told.last.map_or(0, |(number, _)| number);
        let reaches = |known: u64, by: &dyn Fn() -> String| match known > end {
            true => Err(RestoreError::LedgerBehind { end, known, by: by() }),
            false => Ok(()),
        };
        let mut at_least = self.from.ledger_at_least;
        if let Some(known) = at_least {
            reaches(known, &|| "--ledger-at-least".to_owned())?;
        }
        for file in self.from.notes() {
            let stored = read_note(&file).map_err(|problem| RestoreError::File(file.clone(), problem))?;
            let Some(stored) = stored else { continue };
            let note = match ledger.read_note(&stored).await? {
                StoredNote::Holds(note) => note,
                StoredNote::OfReplacedKey => return Err(RestoreError::LedgerNoteOfReplacedKey(file)),
                StoredNote::Unknown => return Err(RestoreError::LedgerNote(file)),
            };
            reaches(note.head.number, &|| {
                format!("{} of {}", file.display(), note.at.to_rfc3339())
            })?;
            // What lies before is known to the archives.
            if note.head.number > first {
                ledger.check(Some(note.head)).await?;
            }
            at_least = at_least.max(Some(note.head.number));
        }
        at_least.ok_or_else(|| RestoreError::LedgerEndUnknown {
            end: match told.last {
                Some((number, at)) => format!("ends with batch {number} of {}", at.to_rfc3339()),
                None => "is empty".to_owned(),
            },
        })
    }

    async fn database(&self, part: BackupPart) -> Result<(), RestoreError> {
        let (archives, places) = (Arc::clone(&self.archives), Arc::clone(&self.places));
        let program = self.from.pg_restore.clone();
        blocking(move || {
            let (archive, place) = match part {
                BackupPart::Content => (&archives.content, &places.portal),
                _ => (&archives.vault, &places.vault),
            };
            match place {
                DatabasePlace::File { unfinished, .. } => load::into_file(archive, part, unfinished),
                DatabasePlace::Postgres(url) => load::into_postgres(archive, part, &program, url),
            }
        })
        .await
    }

    async fn blobs(&self, blobs: Blobs) -> Result<(), RestoreError> {
        let (archives, places) = (Arc::clone(&self.archives), Arc::clone(&self.places));
        let handle = Handle::current();
        blocking(move || {
            let archive: &Archive = &archives.content;
            archive.each(BackupPart::Content, |member, content| {
                let Member::Blob(organisation, document) = member else {
                    return content.skip();
                };
                places.note(organisation, document);
                let mut writer = blobs.writer(organisation, document);
                while let Some(piece) = content.next()? {
                    handle.block_on(writer.write(piece.into()))?;
                }
                Ok(handle.block_on(writer.finish())?)
            })
        })
        .await
    }

    /// Does what the ledger tells and ends what the copy revived, while nobody can get in yet.
    async fn catch_up(&self, to: InstallationMark) -> Result<Restored, RestoreError> {
        let (portal, batches) = Portal::open_and_follow(self.places.staged.clone(), self.clock.clone()).await?;
        let context = &*portal.0;
        let ended = async {
            let ended = revived::end(context, self.operator, to.generation).await?;
            // Last of all, since the ledger is the one thing from which nothing is taken away again.
            let told = context.ledger.append(&[LedgerEntry::Restored(to.generation)]).await;
            told.map_err(Fault::from)?.applied(context).await?;
            ledger::settle(context).await?;
            Ok::<_, Fault>(ended)
        }
        .await;
        portal.close().await;
        let ended = ended?;
        Ok(Restored {
            installation: to.id,
            generation: to.generation,
            made: self.archives.content.manifest.made.clone(),
            batches,
            sessions: ended.sessions,
            access_tokens: ended.access_tokens,
            invitations: ended.invitations,
        })
    }
}

/// Runs work where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RestoreError> + Send + 'static,
) -> Result<T, RestoreError> {
    spawn_blocking(work).await.map_err(Fault::new)?
}
