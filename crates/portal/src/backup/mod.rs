//! Backups: archives of content, vault and key provider, apart from each other, since what each gives away lives for another
//! time.
//!
//! ```text
//! content/20261122T090000Z.tar.age     the portal's database and the documents' blobs
//! vault/20261122T090004Z.tar.age       the vault's database
//! provider/20261122T090005Z.tar.age    the key provider's secrets; deleted after a few days
//! ledger-head                          how far the ledger had come, for a restore with an older copy of it
//! ledger-head.lock                     empty; who holds a lock on it writes the note
//! ```
//!
//! Each is a tar file, encrypted with age, that standard programs open, and begins with a manifest. The order is content, vault,
//! provider: whatever one refers to is in the next. The purge reaches these archives because the keys to what was purged are
//! only where the provider's secrets of then are, and its archives are deleted: [`Portal::prune_backups`].

mod archive;
mod content;
mod database;
mod error;
mod folder;
mod note;
mod provider;
mod restore;

use std::path::PathBuf;
use std::time::Duration;

use base::{BackupId, SecretString, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio::task::spawn_blocking;

use crate::audit::{AuditAction, AuditEntry};
use crate::latch::ClockStep;
use crate::{Context, Fault, OperatorActor, Portal, installation, skew};

use archive::{Archive, Manifest};
pub use error::BackupError;
use folder::BackupFolder;
use note::note_ledger;
pub use restore::{ArchiveKey, LedgerFound, RestoreError, RestoreSettings, Restored};

/// How often vault and provider are archived anew because a day's secret was replaced in between.
const TRIES: usize = 3;

/// How long ago something was begun that counts as left by a killed run.
const LEFT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Where archives go and who opens them.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// The folder of the archives.
    pub folder: PathBuf,
    /// Who opens them.
    pub lock: BackupLock,
    /// How long an archive of the provider lives.
    pub provider_life: Duration,
    /// The program `pg_dump`, for databases on PostgreSQL.
    pub pg_dump: PathBuf,
}

/// What an archive is encrypted to.
#[derive(Clone, Debug)]
pub enum BackupLock {
    /// An age recipient, `age1…`: the portal's host can then make archives and not open them.
    Recipient(String),
    /// A passphrase.
    Passphrase(SecretString),
}

impl BackupLock {
    /// Whether this is a recipient as age writes it.
    #[must_use]
    pub fn is_recipient(text: &str) -> bool {
        text.parse::<age::x25519::Recipient>().is_ok()
    }
}

/// What was archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupsMade {
    /// The archives, in the order in which they were made.
    pub files: Vec<PathBuf>,
    /// The number of the ledger's last batch when they were there; 0 while there is none.
    pub ledger: u64,
    /// How many documents that have not ended have no blob in the blob store, so that no archive has them either.
    pub lost: u64,
}

/// What was deleted of old archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupsPruned {
    /// How many files.
    pub files: usize,
    /// The number of the ledger's last batch; 0 while there is none.
    pub ledger: u64,
}

/// A part of an installation that has archives of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupPart {
    /// The portal's database and the documents' blobs.
    Content,
    /// The vault's database.
    Vault,
    /// The key provider.
    Provider,
}

impl BackupPart {
    /// All of them, in the order in which they are archived.
    pub const ALL: [Self; 3] = [Self::Content, Self::Vault, Self::Provider];

    /// Its name, in commands, manifests and folders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Vault => "vault",
            Self::Provider => "provider",
        }
    }
}

impl Portal {
    /// Makes an archive of each of these parts, in the right order, and gives their files. Deletes archives of the provider that
    /// are too old first, whatever comes of the new ones. Last of all it notes beside them how far the ledger has come.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; an archive that was not finished is deleted, and those that were stay.
    pub async fn back_up(
        &self,
        operator: &OperatorActor,
        settings: &BackupSettings,
        parts: &[BackupPart],
    ) -> Result<BackupsMade, BackupError> {
        let context = &*self.0;
        let entry = AuditEntry::by_operator(operator, AuditAction::BackupsPruned);
        prune(context, entry, settings).await?;
        for part in BackupPart::ALL.into_iter().filter(|part| parts.contains(part)) {
            let entry = AuditEntry::by_operator(operator, AuditAction::BackupBegun);
            context.record(&entry.detail(part.as_str())).await?;
        }
        let folder = BackupFolder::open(settings)?;
        let run = context.ids.next();
        let (mut files, mut lost) = (Vec::new(), 0);
        for step in steps(parts) {
            for made in take(context, settings, &folder, run, step).await? {
                files.push(made.file);
                lost += made.lost;
            }
        }
        Ok(BackupsMade {
            files,
            ledger: note_ledger(context, settings).await?,
            lost,
        })
    }

    /// Deletes the provider's archives that are older than they may be, and what runs left that were killed; notes beside the archives
    /// how far the ledger has come.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; when something can't be deleted, everything else is first.
    pub async fn prune_backups(
        &self,
        operator: &OperatorActor,
        settings: &BackupSettings,
    ) -> Result<BackupsPruned, BackupError> {
        let entry = AuditEntry::by_operator(operator, AuditAction::BackupsPruned);
        prune_and_note(&self.0, entry, settings).await
    }

    /// As [`Portal::prune_backups`], by the portal itself as time goes by: archives age also when nobody makes new ones. Safe to run on
    /// several nodes at once.
    ///
    /// # Errors
    ///
    /// As [`Portal::prune_backups`].
    pub async fn run_backup_jobs(&self, settings: &BackupSettings) -> Result<BackupsPruned, BackupError> {
        let entry = AuditEntry::by_portal(AuditAction::BackupsPruned);
        prune_and_note(&self.0, entry, settings).await
    }

    /// How long ago the oldest archive of the provider was begun; zero when there is none. Changes nothing, but for the folder when there is none yet.
    ///
    /// # Errors
    ///
    /// When the folder can't be read.
    pub async fn oldest_provider_archive(&self, settings: &BackupSettings) -> Result<Duration, BackupError> {
        let oldest = in_folder(settings, BackupFolder::oldest_of_provider).await?;
        Ok(oldest.map_or(Duration::ZERO, |oldest| self.0.now().since(oldest)))
    }
}

async fn prune_and_note(
    context: &Context,
    entry: AuditEntry<'_>,
    settings: &BackupSettings,
) -> Result<BackupsPruned, BackupError> {
    let pruned = prune(context, entry, settings).await;
    let ledger = note_ledger(context, settings).await;
    Ok(BackupsPruned {
        files: pruned?,
        ledger: ledger?,
    })
}

/// Deletes what is too old, once the log tells of it, and says how many files that were.
async fn prune(context: &Context, entry: AuditEntry<'_>, settings: &BackupSettings) -> Result<usize, BackupError> {
    check_clock(context).await?;
    let now = context.now();
    let (before, left_before) = (now - settings.provider_life, now - LEFT_FOR);
    let old = in_folder(settings, move |folder| folder.old(before, left_before)).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let count = old.len();
    let detail = count.to_string();
    context.record(&entry.detail(&detail)).await?;
    in_folder(settings, move |folder| {
        let deleted: Vec<_> = old.iter().map(|file| folder.delete(file)).collect();
        deleted.into_iter().collect::<Result<(), _>>()
    })
    .await?;
    Ok(count)
}

/// Works in the folder where it may wait for it: the folder may be another machine's.
async fn in_folder<T: Send + 'static>(
    settings: &BackupSettings,
    work: impl FnOnce(&BackupFolder) -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let settings = settings.clone();
    let done = spawn_blocking(move || work(&BackupFolder::open(&settings)?)).await;
    done.map_err(Fault::new)?
}

/// What is archived without anything else in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    One(BackupPart),
    VaultWithProvider,
}

/// How archives of these parts are made, in order: what one refers to is in the next.
fn steps(parts: &[BackupPart]) -> Vec<Step> {
    let has = |part| parts.contains(&part);
    let mut steps = Vec::new();
    if has(BackupPart::Content) {
        steps.push(Step::One(BackupPart::Content));
    }
    match (has(BackupPart::Vault), has(BackupPart::Provider)) {
        (true, true) => steps.push(Step::VaultWithProvider),
        (true, false) => steps.push(Step::One(BackupPart::Vault)),
        (false, true) => steps.push(Step::One(BackupPart::Provider)),
        (false, false) => {}
    }
    steps
}

async fn take(
    context: &Context,
    settings: &BackupSettings,
    folder: &BackupFolder,
    run: BackupId,
    step: Step,
) -> Result<Vec<Made>, BackupError> {
    Ok(match step {
        Step::One(part) => vec![make(context, settings, folder, run, part).await?],
        Step::VaultWithProvider => vault_with_provider(context, settings, folder, run).await?.into(),
    })
}

/// Whether the clock is right, as far as can be told: by a wrong one archives that are needed would be deleted, and others kept for too long.
async fn check_clock(context: &Context) -> Result<(), BackupError> {
    skew::check(context).await.map_err(Fault::from)?;
    match context.clock_step().await? {
        ClockStep::Taken(_) => Ok(()),
        ClockStep::Ahead { .. } | ClockStep::Behind { .. } => Err(BackupError::Clock),
    }
}

/// Archives the vault and then the provider, so that the provider has every secret that the vault refers to: when a compaction
/// destroyed one in between, both are made anew.
async fn vault_with_provider(
    context: &Context,
    settings: &BackupSettings,
    folder: &BackupFolder,
    run: BackupId,
) -> Result<[Made; 2], BackupError> {
    for _ in 0..TRIES {
        let today = context.now().day();
        let before = provider::day_secrets(context).await?;
        let made = [
            make(context, settings, folder, run, BackupPart::Vault).await?,
            make(context, settings, folder, run, BackupPart::Provider).await?,
        ];
        let after = provider::day_secrets(context).await?;
        if before.iter().all(|name| name.day < today || after.contains(name)) {
            return Ok(made);
        }
        for Made { file, .. } in made {
            folder.delete(&file)?;
        }
    }
    Err(BackupError::Busy)
}

/// An archive.
struct Made {
    file: PathBuf,
    /// How many documents should be in it and are lost.
    lost: u64,
}

/// Makes one archive. What it refers to must be in an archive that is made after it.
async fn make(
    context: &Context,
    settings: &BackupSettings,
    folder: &BackupFolder,
    run: BackupId,
    part: BackupPart,
) -> Result<Made, BackupError> {
    let made = context.now();
    // A part that is not this installation's must not become a backup of it.
    installation::check(&context.database, &context.vault, &context.blobs)
        .await
        .map_err(Fault::from)?;
    let manifest = Manifest::of(context, run, part, made).await?;
    let file = folder.begin(part, made)?;
    let mut archive = Archive::begin(file.create()?, settings, &manifest)?;
    let mut lost = 0;
    match part {
        BackupPart::Content => lost = content::write(context, settings, folder, &mut archive).await?,
        BackupPart::Vault => {
            let vault = context.vault.database();
            let url = &context.settings.vault_url;
            database::write(vault, url, settings, folder, &mut archive, "vault").await?;
        }
        BackupPart::Provider => provider::write(context, &mut archive)?,
    }
    archive.finish()?;
    let file = file.finish()?;
    Ok(Made { file, lost })
}

/// The time in an archive's name: `20261122T090000Z`.
fn name_of(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The time that such a name says.
fn time_of(stem: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", stem).ok()?;
    Some(Timestamp::from_jiff(time.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

#[cfg(test)]
mod capture_tests;
#[cfg(test)]
pub(crate) mod tests;
