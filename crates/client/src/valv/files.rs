//! The documents of a message: opened once, measured and hashed before anything is sent.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use client::DocumentSource;
use client::api::DeclaredDocument;
use sha2::{Digest, Sha256};

use crate::failure::Failure;

const CHUNK_BYTES: usize = 256 * 1024;

/// A file that is open for sending. What is sent is what was hashed, even if another file takes its name meanwhile.
pub(crate) struct OpenFile {
    file: File,
    path: PathBuf,
    size: u64,
}

impl OpenFile {
    /// Opens a file that has content.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let fail = |error| Failure::file(path, error);
        // Looked at before it is opened, since opening a pipe waits for its writer.
        if !std::fs::metadata(path).map_err(fail)?.is_file() {
            return Err(Failure::NotAFile(path.to_owned()));
        }
        let file = File::open(path).map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        if size == 0 {
            return Err(Failure::EmptyFile(path.to_owned()));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            size,
        })
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Reads the whole file once and says what it is. `media_type` overrides what its name tells; `advance` hears of
    /// each piece read.
    pub(crate) fn declare(
        &mut self,
        media_type: Option<&str>,
        mut advance: impl FnMut(u64),
    ) -> Result<DeclaredDocument, Failure> {
        let mut hash = Sha256::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut size = 0_u64;
        loop {
            let read = self
                .file
                .read(&mut buffer)
                .map_err(|error| Failure::file(&self.path, error))?;
            let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else {
                break;
            };
            hash.update(chunk);
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            size += read;
            advance(read);
        }
        self.file.rewind().map_err(|error| Failure::file(&self.path, error))?;
        let name = self.path.file_name().unwrap_or_default();
        Ok(DeclaredDocument {
            file_name: name.to_string_lossy().into_owned(),
            media_type: media_type.map_or_else(|| guess(&self.path), str::to_owned),
            size,
            sha256: Some(hex::encode(hash.finalize())),
            minimum_level: None,
        })
    }

    /// The bytes, from the beginning.
    pub(crate) fn into_source(self) -> DocumentSource {
        DocumentSource::new(tokio::fs::File::from_std(self.file))
    }
}

fn guess(path: &Path) -> String {
    mime_guess::from_path(path)
        .first_or_octet_stream()
        .essence_str()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_declared_with_its_name_type_size_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("beslut å.pdf");
        std::fs::write(&path, b"abc").unwrap();
        let mut heard = 0;
        let mut file = OpenFile::open(&path).unwrap();
        let declared = file.declare(None, |bytes| heard += bytes).unwrap();
        assert_eq!(declared.file_name, "beslut å.pdf");
        assert_eq!(declared.media_type, "application/pdf");
        assert_eq!((declared.size, heard), (3, 3));
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            declared.sha256.unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_is_no_file_or_has_nothing_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(OpenFile::open(folder.path()), Err(Failure::NotAFile(_))));
        let path = folder.path().join("empty");
        assert!(matches!(OpenFile::open(&path), Err(Failure::File { .. })));
        std::fs::write(&path, b"").unwrap();
        assert!(matches!(OpenFile::open(&path), Err(Failure::EmptyFile(_))));
    }

    #[test]
    fn a_type_given_by_hand_goes_before_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        std::fs::write(&path, b"abc").unwrap();
        let declare = |media_type| {
            OpenFile::open(&path)
                .unwrap()
                .declare(media_type, |_| ())
                .unwrap()
                .media_type
        };
        assert_eq!(declare(None), "application/octet-stream");
        assert_eq!(declare(Some("text/plain")), "text/plain");
    }
}
