//! Files that hold secrets: written whole or not at all, durable, read without leaving copies, and overwritten before they go.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::ProviderError;

/// Hexadecimal digits of a secret and the line's end.
pub(super) const FILE_SIZE: usize = 65;

pub(super) type Bytes32 = Zeroizing<[u8; 32]>;

pub(super) fn file_names(folder: &Path) -> Result<Vec<String>, ProviderError> {
    let names = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect()
    });
    names.map_err(|problem| ProviderError::File(folder.to_owned(), problem))
}

/// Reads a secret; `None` when it is not there, or is being destroyed at this moment.
pub(super) fn read_secret(path: &Path) -> Result<Option<Bytes32>, ProviderError> {
    let error = |problem| ProviderError::File(path.to_owned(), problem);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(error(problem)),
    };
    // One byte more than a secret has, so that a longer file is noticed.
    let mut text = Zeroizing::new([0; FILE_SIZE + 1]);
    let mut length = 0;
    while let Some(rest) = text.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest).map_err(error)? {
            0 => break,
            read => length += read,
        }
    }
    let damaged = || ProviderError::Damaged(path.to_owned());
    let text = text.get(..length).ok_or_else(damaged)?;
    if length == FILE_SIZE && text.iter().all(|&byte| byte == 0) {
        return Ok(None);
    }
    let digits = text.strip_suffix(b"\n").ok_or_else(damaged)?;
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, &mut *secret).map_err(|_| damaged())?;
    Ok(Some(secret))
}

/// Writes a new secret; `false` when there already is one by that name.
pub(super) fn create_secret(path: &Path, secret: &[u8; 32]) -> Result<bool, ProviderError> {
    let mut text = Zeroizing::new([b'\n'; FILE_SIZE]);
    if let Some(digits) = text.get_mut(..FILE_SIZE - 1) {
        hex::encode_to_slice(secret, digits).map_err(|_| ProviderError::Damaged(path.to_owned()))?;
    }
    create_file(path, &*text)
}

/// Writes a new file, whole and durable before it has its name; `false` when there already is one by that name.
pub(super) fn create_file(path: &Path, content: &[u8]) -> Result<bool, ProviderError> {
    let error = |problem| ProviderError::File(path.to_owned(), problem);
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|problem| error(problem.into()))?;
    let temporary = path.with_extension(format!("{}.tmp", hex::encode(random)));
    let written = write_synced(OpenOptions::new().create_new(true), &temporary, content);
    let linked = written.and_then(|()| fs::hard_link(&temporary, path));
    let removed = fs::remove_file(&temporary);
    let created = match linked {
        Ok(()) => true,
        Err(problem) if problem.kind() == io::ErrorKind::AlreadyExists => false,
        Err(problem) => return Err(error(problem)),
    };
    removed.and_then(|()| sync_folder(folder_of(path))).map_err(error)?;
    Ok(created)
}

/// Overwrites a secret with zeros and unlinks it. A crash between the two leaves a file that reads as destroyed and is
/// unlinked when the day is destroyed again.
pub(super) fn destroy_secret(path: &Path) -> Result<(), ProviderError> {
    let destroyed = write_synced(&mut OpenOptions::new(), path, &[0; FILE_SIZE])
        .and_then(|()| fs::remove_file(path))
        .and_then(|()| sync_folder(folder_of(path)));
    match destroyed {
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|problem| ProviderError::File(path.to_owned(), problem)),
    }
}

fn write_synced(options: &mut OpenOptions, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = options.write(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new("."))
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
