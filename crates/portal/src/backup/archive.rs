//! One archive: a tar file inside age's encryption, which notices a missing end. Begins with its manifest.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::iter;

use age::stream::StreamWriter;
use base::{BackupId, InstallationId, Timestamp};
use serde::{Deserialize, Serialize};
use tar::{Builder, Header};

use super::{BackupError, BackupLock, BackupPart, BackupSettings};
use crate::{Context, Fault, ledger};

/// The version of what archives hold.
pub(super) const FORMAT: u32 = 1;

/// What an archive says of itself: its first file, `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The version of what archives hold.
    pub(super) format: u32,
    /// The installation's id.
    pub(super) installation: InstallationId,
    /// By which run it was made, with which others; `None` in archives from before runs had names.
    #[serde(default)]
    pub(super) run: Option<BackupId>,
    /// The installation's generation.
    pub(super) generation: i64,
    /// `content`, `vault` or `provider`.
    pub(super) part: String,
    /// When it was begun, RFC 3339.
    pub(super) made: String,
    /// How far the ledger had come, which a restore needs at least: the number of its last batch.
    pub(super) ledger: u64,
}

impl Manifest {
    pub(super) async fn of(
        context: &Context,
        run: BackupId,
        part: BackupPart,
        made: Timestamp,
    ) -> Result<Self, BackupError> {
        ledger::settle(context).await?;
        let mark = context.vault.provider().mark().await.map_err(Fault::new)?;
        let mark = mark.ok_or_else(|| Fault::new("the key provider has no mark"))?;
        Ok(Self {
            format: FORMAT,
            installation: mark.id,
            run: Some(run),
            generation: mark.generation,
            part: part.as_str().to_owned(),
            made: made.to_rfc3339(),
            ledger: ledger::known(context).await?,
        })
    }
}

/// An archive that is being written.
pub(super) struct Archive(Builder<StreamWriter<BufWriter<File>>>);

impl Archive {
    pub(super) fn begin(file: File, settings: &BackupSettings, manifest: &Manifest) -> Result<Self, BackupError> {
        let encryptor = match &settings.lock {
            BackupLock::Recipient(text) => {
                let recipient: age::x25519::Recipient = text.parse().map_err(|_| BackupError::Recipient)?;
                age::Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
                    .map_err(|_| BackupError::Recipient)?
            }
            BackupLock::Passphrase(passphrase) => {
                age::Encryptor::with_user_passphrase(passphrase.expose().to_owned().into())
            }
        };
        let mut archive = Self(Builder::new(encryptor.wrap_output(BufWriter::new(file))?));
        let text = serde_json::to_vec_pretty(manifest).map_err(Fault::new)?;
        archive.add("manifest.json", text.len() as u64, text.as_slice())?;
        Ok(archive)
    }

    /// Adds a file of that many bytes.
    ///
    /// # Errors
    ///
    /// Also when there are fewer bytes.
    pub(super) fn add(&mut self, name: &str, size: u64, content: impl Read) -> Result<(), BackupError> {
        let mut file = self.begin_file(name, size)?;
        io::copy(&mut content.take(size), &mut file)?;
        file.end()
    }

    /// Begins a file of that many bytes, which are written piece by piece.
    pub(super) fn begin_file(&mut self, name: &str, size: u64) -> Result<ArchivedFile<'_>, BackupError> {
        // This form has room for the blobs' names.
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_cksum();
        let output = self.0.get_mut();
        output.write_all(header.as_bytes())?;
        Ok(ArchivedFile {
            output,
            size,
            written: 0,
        })
    }

    /// Ends the archive, durably.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let mut file = self.0.into_inner()?.finish()?;
        file.flush()?;
        file.get_ref().sync_all()?;
        Ok(())
    }
}

/// A file in an archive, until [`ArchivedFile::end`].
pub(super) struct ArchivedFile<'a> {
    output: &'a mut StreamWriter<BufWriter<File>>,
    size: u64,
    written: u64,
}

impl Write for ArchivedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl ArchivedFile<'_> {
    /// Ends the file.
    ///
    /// # Errors
    ///
    /// When it has another number of bytes than was said.
    pub(super) fn end(self) -> Result<(), BackupError> {
        if self.written != self.size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        // Each file begins at a multiple of 512 bytes.
        io::copy(&mut io::repeat(0).take(self.size.wrapping_neg() % 512), self.output)?;
        Ok(())
    }
}
