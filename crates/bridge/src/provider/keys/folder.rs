//! The files: written whole, synced, readable by their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base::{Secret, Timestamp};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use zeroize::Zeroizing;

use super::{DatedKey, KeyError, key_id};

const SUBJECT_KEY: &str = "subject.key";
const EXTENSION: &str = ".pem";

pub(super) struct KeyFolder(PathBuf);

impl KeyFolder {
    pub(super) fn open(path: &Path) -> Result<Self, KeyError> {
        let folder = Self(path.to_owned());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| folder.error(path, &error))?;
        Ok(folder)
    }

    pub(super) fn signing_keys(&self) -> Result<Vec<DatedKey>, KeyError> {
        let mut keys = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(|error| self.error(&self.0, &error))? {
            let entry = entry.map_err(|error| self.error(&self.0, &error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str().and_then(|name| name.strip_suffix(EXTENSION)) else {
                continue;
            };
            let path = entry.path();
            let active_from = name
                .split_once('-')
                .and_then(|(active_from, _)| active_from.parse().ok())
                .map(Timestamp::from_millis)
                .ok_or_else(|| self.problem(&path, "is not named <milliseconds>-<key id>.pem"))?;
            let pem = self.read(&path)?;
            let key = std::str::from_utf8(&pem)
                .ok()
                .and_then(|pem| SigningKey::from_pkcs8_pem(pem).ok())
                .ok_or_else(|| self.problem(&path, "holds no P-256 key in PKCS#8 PEM"))?;
            keys.push(DatedKey {
                id: key_id(key.verifying_key()),
                active_from,
                key,
            });
        }
        keys.sort_by_key(|key| key.active_from);
        Ok(keys)
    }

    pub(super) fn store(&self, key: &DatedKey) -> Result<(), KeyError> {
        let path = self.path_of(key);
        let pem = key
            .key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| self.problem(&path, "the key can't be encoded"))?;
        self.write(&path, pem.as_bytes())
    }

    pub(super) fn delete(&self, key: &DatedKey) -> Result<(), KeyError> {
        let path = self.path_of(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(&path, &error)),
            _ => Ok(()),
        }
    }

    /// The key behind every `sub`; made when there is none.
    pub(super) fn subject_key(&self) -> Result<Secret<[u8; 32]>, KeyError> {
        let path = self.0.join(SUBJECT_KEY);
        if !path.exists() {
            let fresh = Zeroizing::new(super::super::secret_token::random());
            self.write(&path, fresh.as_slice())?;
        }
        let bytes = self.read(&path)?;
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| self.problem(&path, "is not 32 bytes long"))?;
        Ok(Secret::new(key))
    }

    fn path_of(&self, key: &DatedKey) -> PathBuf {
        self.0
            .join(format!("{}-{}{EXTENSION}", key.active_from.as_millis(), key.id))
    }

    fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mode = fs::metadata(path).map_err(|error| self.error(path, &error))?.mode();
        if mode & 0o077 != 0 {
            return Err(self.problem(path, "can be read by others: chmod 600 it"));
        }
        fs::read(path)
            .map(Zeroizing::new)
            .map_err(|error| self.error(path, &error))
    }

    /// Writes beside and renames, so that a stop halfway leaves no half key.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
        let beside = path.with_extension("new");
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            File::open(&self.0)?.sync_all()
        };
        written().map_err(|error| self.error(path, &error))
    }

    fn error(&self, path: &Path, error: &io::Error) -> KeyError {
        self.problem(path, &error.to_string())
    }

    fn problem(&self, path: &Path, problem: &str) -> KeyError {
        let file = path.strip_prefix(&self.0).unwrap_or(path);
        KeyError {
            path: self.0.display().to_string(),
            problem: if file.as_os_str().is_empty() {
                problem.to_owned()
            } else {
                format!("{} {problem}", file.display())
            },
        }
    }
}
