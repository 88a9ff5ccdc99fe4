//! The note beside the archives of how far the ledger had come.
//!
//! One node at a time reads it and puts another in its place, under a lock, so that none puts there what was so before another did. It
//! counts by the newest signing key alone.

use std::time::Duration;

use tokio::time::sleep;

use super::folder::{BackupFolder, NoteLock, read_note};
use super::{BackupError, BackupSettings, in_folder};
use crate::ledger::StoredNote;
use crate::{Context, Portal};

/// How often, and how long after each other, the note of how far the ledger had come is tried to be had.
const NOTE_TRIES: usize = 600;
const NOTE_PAUSE: Duration = Duration::from_millis(50);

impl Portal {
    /// Notes beside the archives how far the ledger has come, and gives the number of its last batch; 0 while there is none. To be done when
    /// the signing key was replaced, since what the one before signed says nothing any more.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; also when the ledger has lost what the note of before knew, which then stays.
    pub async fn note_ledger(&self, settings: &BackupSettings) -> Result<u64, BackupError> {
        note_ledger(&self.0, settings).await
    }
}

/// Notes beside the archives how far the ledger has come, and gives the number of its last batch; 0 while there is none.
///
/// # Errors
///
/// [`BackupError`]; also when the ledger has lost what the note of before knew, which then stays.
pub(super) async fn note_ledger(context: &Context, settings: &BackupSettings) -> Result<u64, BackupError> {
    // Before anything is read, so that what is written is never of before what stands there: the note, the ledger's end, and the key.
    let lock = lock_note(settings).await?;
    let ledger = &context.ledger;
    let end = ledger.end().await?;
    let number = end.map_or(0, |end| end.number);
    let (place, stored) = in_folder(settings, |folder| {
        let place = folder.ledger_head();
        let stored = read_note(&place).map_err(|problem| BackupError::File(place.clone(), problem))?;
        Ok((place, stored))
    })
    .await?;
    if let Some(stored) = stored {
        match ledger.read_note(&stored).await? {
            StoredNote::Holds(before) if before.head.number > number => {
                return Err(BackupError::LedgerBehind {
                    note: place,
                    known: before.head.number,
                    end: number,
                });
            }
            StoredNote::Holds(before) => ledger.check(Some(before.head)).await?,
            // Nothing of it counts, or whoever has that key could keep a note from being made for ever.
            StoredNote::OfReplacedKey => tracing::warn!(
                "the note of how far the ledger had come was signed with a key that was replaced since, and is made anew"
            ),
            StoredNote::Unknown => {
                tracing::warn!("the note of how far the ledger had come was not as it was written, and is made anew");
            }
        }
    }
    if let Some(end) = end {
        let note = ledger.note(end).await?;
        in_folder(settings, move |folder| {
            let noted = folder.note_ledger(&note);
            // Here, since this goes on when nobody waits for it any more.
            drop(lock);
            noted
        })
        .await?;
    }
    Ok(number)
}

/// Has the note for oneself: whoever has it gives it back within moments, or ends.
async fn lock_note(settings: &BackupSettings) -> Result<NoteLock, BackupError> {
    for _ in 0..NOTE_TRIES {
        if let Some(lock) = in_folder(settings, BackupFolder::lock_note).await? {
            return Ok(lock);
        }
        sleep(NOTE_PAUSE).await;
    }
    let place = in_folder(settings, |folder| Ok(folder.ledger_head_lock())).await?;
    Err(BackupError::NoteTaken(place))
}

#[cfg(test)]
mod tests;
