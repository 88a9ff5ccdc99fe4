//! Blobs in a folder: what `LocalFileSystem` leaves to us.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use object_store::local::LocalFileSystem;
use tokio::task::spawn_blocking;

use super::BlobError;

/// Bytes of a part when writing to a folder: few enough that many uploads fit in memory, many enough that handing a part
/// to another thread costs little.
pub(super) const PART_SIZE: usize = 512 * 1024;

/// How many blobs are deleted between two rests.
const DELETED_AT_ONCE: usize = 100;

/// Opens the folder; a missing one is created with mode 700.
pub(super) fn open(folder: &Path) -> Result<LocalFileSystem, BlobError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    Ok(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
}

/// Deletes blobs of one folder, with what uploads of them left that a crash interrupted, and says of each how that went. What is
/// deleted stays so when the power fails. Fine when there is nothing. Rests between some and some more for as long as they took, since who
/// reads meanwhile needs the same disk and processors.
pub(super) async fn delete(blobs: Vec<PathBuf>) -> Vec<Result<(), BlobError>> {
    let mut results = Vec::with_capacity(blobs.len());
    for some in blobs.chunks(DELETED_AT_ONCE) {
        let began = Instant::now();
        let (count, some) = (some.len(), some.to_vec());
        let removed = spawn_blocking(move || some.iter().map(|blob| remove(blob)).collect::<Vec<_>>()).await;
        match removed {
            Ok(removed) => results.extend(removed.into_iter().map(|result| result.map_err(BlobError::from))),
            Err(_) => results.extend(std::iter::repeat_with(|| Err(BlobError::Interrupted)).take(count)),
        }
        if let Some(rest) = rest_after(began.elapsed(), blobs.len() - results.len()) {
            tokio::time::sleep(rest).await;
        }
    }
    let Some(folder) = blobs.first().and_then(|blob| blob.parent()).map(Path::to_owned) else {
        return results;
    };
    let synced = spawn_blocking(move || sync(&folder)).await;
    for result in results.iter_mut().filter(|result| result.is_ok()) {
        *result = match &synced {
            Ok(Ok(())) => continue,
            Ok(Err(problem)) => Err(io::Error::new(problem.kind(), problem.to_string()).into()),
            Err(_) => Err(BlobError::Interrupted),
        };
    }
    results
}

/// How long nothing is deleted after some blobs that took so long, when so many are left: half of the time is the readers'.
fn rest_after(some: Duration, left: usize) -> Option<Duration> {
    (left > 0).then_some(some)
}

fn remove(blob: &Path) -> io::Result<()> {
    remove_staged(blob)?;
    missing_is_fine(std::fs::remove_file(blob))
}

fn sync(folder: &Path) -> io::Result<()> {
    missing_is_fine(std::fs::File::open(folder).and_then(|folder| folder.sync_all()))
}

fn missing_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// `LocalFileSystem` writes to `BLOB#1`, `BLOB#2` and so on, taking the first number that is free.
fn remove_staged(blob: &Path) -> io::Result<()> {
    for number in 1_u32.. {
        let mut staged = blob.as_os_str().to_owned();
        staged.push(format!("#{number}"));
        match std::fs::remove_file(&staged) {
            Ok(()) => {}
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => break,
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_time_is_the_readers_until_the_last_is_deleted() {
        for took in [0, 1, 100, 60_000].map(Duration::from_millis) {
            assert_eq!(rest_after(took, 1), Some(took));
            assert_eq!(rest_after(took, DELETED_AT_ONCE), Some(took));
            assert_eq!(rest_after(took, 0), None);
        }
    }
}
