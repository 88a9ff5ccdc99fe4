//! Where batches lie: objects that are made once, durably and whole, and never changed. Knows their names and sizes alone.
//!
//! `object_store` makes an object only when there is none by its name, which is all that appending by many nodes needs.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

use super::LedgerError;
use crate::LedgerSettings;

/// The largest batch that is read, in bytes: many times what the largest comes to.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// How long one step may take.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(super) struct Batches(Arc<dyn ObjectStore>);

impl Batches {
    /// Opens the place; a missing folder is created with mode 700.
    pub(super) fn open(settings: &LedgerSettings) -> Result<Self, LedgerError> {
        let LedgerSettings::Folder(folder) = settings;
        make_folder(folder).map_err(|problem| LedgerError::Folder(folder.clone(), problem))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Makes a batch, durable when this returns; `false` when there is one by that number.
    pub(super) async fn create(&self, number: u64, text: String) -> Result<bool, LedgerError> {
        let once = PutOptions::from(PutMode::Create);
        match in_time(self.0.put_opts(&name(number), text.into(), once)).await? {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(problem) => Err(problem.into()),
        }
    }

    /// A batch as it was stored; `None` when there is none by that number.
    pub(super) async fn read(&self, number: u64) -> Result<Option<String>, LedgerError> {
        let found = match in_time(self.0.get(&name(number))).await? {
            Err(Error::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        if found.meta.size > MAX_BYTES {
            return Err(LedgerError::Damaged(number));
        }
        let text = String::from_utf8(in_time(found.bytes()).await??.to_vec());
        text.map(Some).map_err(|_| LedgerError::Damaged(number))
    }

    /// The highest number that a batch has; 0 when there is none.
    pub(super) async fn highest(&self) -> Result<u64, LedgerError> {
        let numbers = self
            .0
            .list(None)
            .map_ok(|object| object.location.as_ref().parse().unwrap_or(0));
        let highest = numbers.try_fold(0_u64, |highest, number| async move { Ok(highest.max(number)) });
        Ok(highest.await?)
    }
}

/// Waits no longer than [`LONGEST`], since transactions wait with it. What comes later all the same is found there by who appends next.
async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, LedgerError> {
    tokio::time::timeout(LONGEST, answer)
        .await
        .map_err(|_| LedgerError::Slow)
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Twenty digits, so that names sort as numbers do.
fn name(number: u64) -> Name {
    Name::from(format!("{number:020}"))
}
