//! Blobs in a folder: what `LocalFileSystem` leaves to us.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use object_store::local::LocalFileSystem;
use tokio::task::spawn_blocking;

use super::BlobError;

/// Bytes of a part when writing to a folder: few enough that many uploads fit in memory, many enough that handing a part
/// to another thread costs little.
pub(super) const PART_SIZE: usize = 512 * 1024;

/// Opens the folder; a missing one is created with mode 700.
pub(super) fn open(folder: &Path) -> Result<LocalFileSystem, BlobError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    Ok(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
}

/// Removes what uploads of `blob` left that a crash interrupted.
pub(super) async fn remove_broken_uploads(blob: PathBuf) -> Result<(), BlobError> {
    spawn_blocking(move || remove_staged(&blob))
        .await
        .map_err(|_| BlobError::Interrupted)??;
    Ok(())
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
