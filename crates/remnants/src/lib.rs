//! What raw copies of the databases still give away to somebody who has secrets of the key provider.
//!
//! Looks at bytes, not at tables: whatever lies in a heap, an index, a TOAST table, a free page or a write-ahead log is
//! tried, whether the row that it was is alive, changed or deleted. So it finds what a database would not show any more,
//! on SQLite and PostgreSQL alike. It owns the search and knows the byte formats of `keyring`; it knows no SQL, no schema
//! but the names that sealed fields are bound to, and nothing of `portal`, so that a fault there can't hide from it.
//!
//! An attacker with the files would do this: take every place where a wrapped key or a sealed field could begin, every
//! sixteen bytes that could be an id, and every secret at hand, and try each with each. AES-GCM says which fit.
//!
//! ```text
//! root key × every wrapped key × every id                   → organisation keys, register keys
//! these × every day secret                                  → wrapping keys
//! wrapping keys × every wrapped key × every id              → content keys, recipient keys
//! these × every sealed field × every length; the blobs      → texts, names, numbers, documents
//! ```
//!
//! An id is looked for within 8 KiB of what is bound to it. What was found in PostgreSQL's `template0` too is PostgreSQL's
//! own and left out, since there is much of it.
//!
//! What it does not see: what stands farther from its id, as in the statistics that `ANALYZE` keeps of a column; bytes
//! that were compressed (PostgreSQL's `wal_compression`, which is off by default, and compressing file systems); a key or
//! field that a page's border cuts in two (in PostgreSQL's log it is put together again, and so is what lies in TOAST);
//! fields longer than [`MAX_SHORT_FIELD`] in SQLite.

mod find;
mod open;
mod postgres;
mod secrets;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::Day;

/// The longest field, in bytes of plaintext, that is tried at every length. Longer ones are tried where PostgreSQL's own
/// length stands before them.
pub const MAX_SHORT_FIELD: usize = 256;

/// The files that something was found in, as paths below the examined folder.
pub type Places = BTreeSet<Arc<str>>;

/// Something that opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remnant {
    /// What it is.
    pub opened: Opened,
    /// Where it lies.
    pub places: Places,
}

/// What could be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A content or recipient key: whose, such as `document 0192…`, and the day for which it was wrapped.
    Key(String, Day),
    /// A message's title or text.
    Text(String),
    /// A document's file name.
    FileName(String),
    /// A document's content, up to the first piece that does not open.
    Content(Vec<u8>),
    /// A person's number, name or address.
    Personal(String),
}

/// Opens everything that can be opened of the files below `folder` with the secrets in a provider's folder, and of the
/// documents in `folder`'s own folder `blobs`.
///
/// # Errors
///
/// When a file can't be read.
pub fn examine(folder: &Path, provider: &Path) -> io::Result<Vec<Remnant>> {
    let secrets = secrets::Secrets::read(provider)?;
    let mut found = find::Found::default();
    let (blobs, others): (Vec<File>, Vec<File>) = files(folder)?
        .into_iter()
        .partition(|file| file.place.starts_with("blobs/"));
    let mut pristine = find::Found::default();
    for file in others {
        let bytes = std::fs::read(&file.path)?;
        let found = if postgres::is_pristine(&file.place) {
            &mut pristine
        } else {
            &mut found
        };
        found.look(&postgres::without_page_headers(bytes), &file.place);
    }
    found.leave_out(&pristine);
    open::everything(&found, &secrets, &blobs)
}

/// A file below an examined folder.
struct File {
    path: PathBuf,
    /// Its path below the folder.
    place: Arc<str>,
}

/// All files below a folder.
fn files(folder: &Path) -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let place = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                found.push(File {
                    path,
                    place: place.into(),
                });
            }
        }
    }
    Ok(found)
}
