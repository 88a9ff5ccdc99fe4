//! Which installation this is: both databases, the key provider and the blob store carry the same id and generation, or
//! nothing starts. So a wrong address, or one part restored without the others, can't mix two installations or run a
//! purge against the wrong one.

mod store_gate;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base::{Clock, Ids, InstallationId};
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, DbErr};

use crate::blob::{BlobError, Blobs};
use crate::database::{Database, DatabaseError};
use crate::ledger::{Ledger, LedgerError};
use crate::migration::PortalMigrator;
use crate::provider::{FolderProvider, KeyProvider, ProviderError};
use crate::vault::{Vault, VaultError, VaultMigrator};
use crate::{Fault, ProviderSettings, Settings};
pub(crate) use store_gate::StoreGate;

/// What each part of an installation carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InstallationMark {
    /// Random, made at the first start.
    pub(crate) id: InstallationId,
    /// Begins at 1; a restore from a backup raises it in all parts.
    pub(crate) generation: i64,
}

impl fmt::Display for InstallationMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.id, self.generation)
    }
}

/// The text is not a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidMark;

impl FromStr for InstallationMark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let (id, generation) = text.trim_end().split_once(' ').ok_or(InvalidMark)?;
        Ok(Self {
            id: id.parse().map_err(|_| InvalidMark)?,
            generation: generation.parse().map_err(|_| InvalidMark)?,
        })
    }
}

/// Why the parts can't work together.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// Some parts belong to an installation and others are new, or they belong to different ones. The text names each
    /// part with what it carries.
    #[error("these parts do not belong to one installation: {0}")]
    Mismatch(String),
    /// A database can't be opened.
    #[error(transparent)]
    Open(#[from] DatabaseError),
    /// The vault can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A database failed.
    #[error("the installation's mark can't be read or written in a database")]
    Database(#[from] DbErr),
    /// The key provider failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The blob store can't be opened, or failed.
    #[error("the blob store can't be used")]
    Blob(#[from] BlobError),
    /// The ledger can't be used, or does not belong to the other parts.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<InstallationError> for Fault {
    fn from(error: InstallationError) -> Self {
        Self::new(error)
    }
}

/// The parts of an installation, open and known to belong together.
pub(crate) struct Installation {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) blobs: Blobs,
    pub(crate) ledger: Ledger,
}

impl Installation {
    /// Opens all parts, brings both schemas up to date, and checks that the parts belong together; makes a new
    /// installation when all of them are new.
    ///
    /// # Errors
    ///
    /// [`InstallationError`] with what the operator can mend.
    pub(crate) async fn open(settings: &Settings, clock: &Clock, ids: &Ids) -> Result<Self, InstallationError> {
        let database = Database::connect(&settings.database_url).await?;
        let vault = Database::connect(&settings.vault_url).await?;
        let provider: Arc<dyn KeyProvider> = match &settings.provider {
            ProviderSettings::Folder(folder) => Arc::new(FolderProvider::open(folder)?),
        };
        let blobs = Blobs::open(&settings.blobs).await?;
        database.migrate::<PortalMigrator>().await?;
        vault.migrate::<VaultMigrator>().await?;
        let parts = Parts {
            portal: &database,
            vault: &vault,
            provider: &*provider,
            blobs: &blobs,
        };
        let mark = parts.establish(ids).await?;
        let ledger = Ledger::open(&settings.ledger, mark.id, Arc::clone(&provider), clock.clone())?;
        let vault = Vault::open(vault, provider, ledger.clone(), clock.clone()).await?;
        Ok(Self {
            database,
            vault,
            blobs,
            ledger,
        })
    }
}

/// Checks that what keys are destroyed in, the databases and the key provider, still answers and still belongs to one
/// installation. The blob store has no say in that: it must not be able to keep keys alive.
///
/// # Errors
///
/// [`InstallationError`] with what is wrong.
pub(crate) async fn check_keys(database: &Database, vault: &Vault) -> Result<(), InstallationError> {
    let marks = Marks([
        ("the portal's database", read_database_mark(database).await?),
        ("the vault's database", read_database_mark(vault.database()).await?),
        ("the key provider", vault.provider().mark().await?),
    ]);
    match marks.verdict() {
        Verdict::Whole(_) => Ok(()),
        Verdict::New | Verdict::Mismatch => Err(InstallationError::Mismatch(marks.to_string())),
    }
}

/// Checks that the parts still answer and still belong to one installation.
///
/// # Errors
///
/// [`InstallationError`] with what is wrong.
pub(crate) async fn check(database: &Database, vault: &Vault, blobs: &Blobs) -> Result<(), InstallationError> {
    let parts = Parts {
        portal: database,
        vault: vault.database(),
        provider: vault.provider(),
        blobs,
    };
    parts.check().await?;
    Ok(())
}

/// The four parts of an installation.
struct Parts<'a> {
    portal: &'a Database,
    vault: &'a Database,
    provider: &'a dyn KeyProvider,
    blobs: &'a Blobs,
}

/// The marks that parts carry; the portal's database comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marks<const PARTS: usize>([(&'static str, Option<InstallationMark>); PARTS]);

/// What the marks mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// All parts are new.
    New,
    /// All parts carry this mark.
    Whole(InstallationMark),
    /// Anything else.
    Mismatch,
}

impl<const PARTS: usize> Marks<PARTS> {
    fn verdict(&self) -> Verdict {
        let first = self.0.first().and_then(|(_, mark)| *mark);
        match first {
            _ if self.0.iter().any(|(_, mark)| *mark != first) => Verdict::Mismatch,
            None => Verdict::New,
            Some(mark) => Verdict::Whole(mark),
        }
    }
}

impl<const PARTS: usize> fmt::Display for Marks<PARTS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (part, mark)) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            match mark {
                None => write!(f, "{separator}{part} is new")?,
                Some(mark) => write!(f, "{separator}{part} has {} generation {}", mark.id, mark.generation)?,
            }
        }
        Ok(())
    }
}

impl Parts<'_> {
    /// Checks that all parts belong to one installation, and makes them one when all are new. The schemas must be up to
    /// date.
    ///
    /// # Errors
    ///
    /// [`InstallationError::Mismatch`] names each part with what it carries.
    async fn establish(&self, ids: &Ids) -> Result<InstallationMark, InstallationError> {
        let marks = self.marks().await?;
        match marks.verdict() {
            Verdict::Whole(mark) => Ok(mark),
            Verdict::Mismatch => Err(InstallationError::Mismatch(marks.to_string())),
            Verdict::New => {
                let mark = InstallationMark {
                    id: ids.next(),
                    generation: 1,
                };
                // The provider comes first, since it lets only one of several nodes that start at once go on.
                self.provider.establish(mark).await?;
                write_database_mark(self.vault, mark, &[]).await?;
                write_database_mark(self.portal, mark, &[("latest_instant", 0)]).await?;
                self.blobs.write_mark(mark).await?;
                Ok(mark)
            }
        }
    }

    /// Checks that all parts still belong to one installation.
    ///
    /// # Errors
    ///
    /// As [`Parts::establish`]; parts that are all new are a mismatch too.
    async fn check(&self) -> Result<InstallationMark, InstallationError> {
        let marks = self.marks().await?;
        match marks.verdict() {
            Verdict::Whole(mark) => Ok(mark),
            Verdict::New | Verdict::Mismatch => Err(InstallationError::Mismatch(marks.to_string())),
        }
    }

    async fn marks(&self) -> Result<Marks<4>, InstallationError> {
        Ok(Marks([
            ("the portal's database", read_database_mark(self.portal).await?),
            ("the vault's database", read_database_mark(self.vault).await?),
            ("the key provider", self.provider.mark().await?),
            ("the blob store", self.blobs.read_mark().await?),
        ]))
    }
}

/// Gives a restored database another generation.
///
/// # Errors
///
/// [`InstallationError::Mismatch`] when it does not carry the mark that it should.
pub(crate) async fn raise(
    database: &Database,
    from: InstallationMark,
    to: InstallationMark,
) -> Result<(), InstallationError> {
    if read_database_mark(database).await? != Some(from) {
        return Err(InstallationError::Mismatch(
            "a database is not what its archive says".to_owned(),
        ));
    }
    let mut update = Query::update();
    update
        .table(Alias::new("installation"))
        .value(Alias::new("generation"), to.generation);
    let transaction = database.write().await?;
    transaction.execute(&update).await?;
    Ok(transaction.commit().await?)
}

async fn read_database_mark(database: &Database) -> Result<Option<InstallationMark>, DbErr> {
    let mut query = Query::select();
    query
        .columns([Alias::new("id"), Alias::new("generation")])
        .from(Alias::new("installation"));
    let Some(row) = database.reader().query_one(&query).await? else {
        return Ok(None);
    };
    Ok(Some(InstallationMark {
        id: InstallationId::from_uuid(row.try_get("", "id")?),
        generation: row.try_get("", "generation")?,
    }))
}

async fn write_database_mark(
    database: &Database,
    mark: InstallationMark,
    more: &[(&'static str, i64)],
) -> Result<(), DbErr> {
    let mut query = Query::insert();
    let mut columns = vec!["id", "generation"];
    columns.extend(more.iter().map(|(column, _)| *column));
    let mut values = vec![(*mark.id.as_uuid()).into(), mark.generation.into()];
    values.extend(more.iter().map(|(_, value)| (*value).into()));
    query
        .into_table(Alias::new("installation"))
        .columns(columns)
        .values_panic(values);
    let transaction = database.write().await?;
    transaction.execute(&query).await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests;
