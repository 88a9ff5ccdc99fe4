//! Roughly where on the map a network address is, from a file that the operator supplies (`[places]`). Owns the file: how it is
//! read, which of its names are taken, and that a newer one takes its place. Asks nobody else, and keeps nothing of what it is
//! asked.

mod database;
mod record;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use portal::Place;

use crate::config::PlacesSection;
use database::Database;

pub use database::Unusable;

/// The places of network addresses; none are known without a file. Cloning gives the same places.
#[derive(Clone)]
pub struct Places(Option<Arc<Source>>);

struct Source {
    path: PathBuf,
    now: RwLock<Now>,
}

/// What is in use.
struct Now {
    /// The file as it was when it was looked at last, whether or not it could be used; `None` when there was none.
    seen: Option<Stamp>,
    database: Arc<Database>,
}

/// What tells a file from the one that was there before: when it was changed, and its length in bytes.
type Stamp = (SystemTime, u64);

/// The file that the configuration names can't be used.
#[derive(Debug, thiserror::Error)]
#[error("places.database: {}: {problem}", path.display())]
pub struct PlacesError {
    path: PathBuf,
    problem: Unusable,
}

impl Places {
    /// Reads the file that the configuration names, if it names one.
    ///
    /// # Errors
    ///
    /// [`PlacesError`], when it can't be used.
    pub fn open(section: Option<&PlacesSection>) -> Result<Self, PlacesError> {
        let Some(section) = section else {
            return Ok(Self(None));
        };
        let path = section.database.clone();
        let seen = stamp(&path);
        match Database::read(&path) {
            Ok(database) => Ok(Self(Some(Arc::new(Source {
                path,
                now: RwLock::new(Now {
                    seen,
                    database: Arc::new(database),
                }),
            })))),
            Err(problem) => Err(PlacesError { path, problem }),
        }
    }

    /// The place of a request's network address, as far as it is known.
    pub(crate) fn of(&self, address: Option<IpAddr>) -> Option<Place> {
        self.0.as_ref()?.database().find(address?)
    }

    /// Says in the log what the places are taken from.
    pub(crate) fn tell(&self) {
        if let Some(source) = &self.0 {
            let database = source.database();
            let (kind, made_at) = database.described();
            tracing::info!(kind, made_at, "the places of sign-ins are known");
        }
    }

    /// Reads the file again when it has changed. One that can't be used leaves the one before in use.
    pub(crate) async fn renew(&self) {
        let Some(source) = self.0.clone() else {
            return;
        };
        let read = tokio::task::spawn_blocking(move || source.read_if_changed()).await;
        match read {
            Ok(Ok(true)) => self.tell(),
            Ok(Ok(false)) => {}
            Ok(Err(problem)) => {
                tracing::warn!(%problem, "places.database has changed and can't be used: the one before stays in use");
            }
            Err(_) => tracing::error!("reading places.database broke off"),
        }
    }
}

impl Source {
    fn database(&self) -> Arc<Database> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&now.database)
    }

    fn read_if_changed(&self) -> Result<bool, Unusable> {
        // Before it is read, so that a change meanwhile is seen the next time.
        let seen = stamp(&self.path);
        if self.now.read().unwrap_or_else(PoisonError::into_inner).seen == seen {
            return Ok(false);
        }
        let read = Database::read(&self.path);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        now.seen = seen;
        now.database = Arc::new(read?);
        Ok(true)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests;
