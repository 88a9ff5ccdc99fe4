//! The secrets that a key provider's folder has left: root keys and day secrets, read as anybody could who has the files.

use std::io;
use std::path::Path;

use base::Day;
use keyring::{DaySecret, RootKey};

/// What is left.
pub(crate) struct Secrets {
    pub(crate) roots: Vec<RootKey>,
    /// A day may have several secrets while it is compacted.
    pub(crate) days: Vec<(Day, DaySecret)>,
}

impl Secrets {
    /// Reads the folder. A file that holds no secret, because it is being destroyed or is something else, is left out.
    ///
    /// # Errors
    ///
    /// When a file can't be read.
    pub(crate) fn read(provider: &Path) -> io::Result<Self> {
        let mut secrets = Self {
            roots: Vec::new(),
            days: Vec::new(),
        };
        for file in crate::files(provider)? {
            let text = std::fs::read(&file.path)?;
            let mut secret = [0; 32];
            if hex::decode_to_slice(text.trim_ascii_end(), &mut secret).is_err() {
                continue;
            }
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            match name.split_once("-v") {
                Some(("root", _)) => secrets.roots.push(RootKey::from_bytes(secret)),
                Some((day, _)) => {
                    if let Ok(day) = day.parse() {
                        secrets.days.push((day, DaySecret::from_bytes(secret)));
                    }
                }
                None => {}
            }
        }
        Ok(secrets)
    }
}
