//! Archives that are read again. Each is gone through to its end before anything is written: age notices what was altered or cut off
//! only when it comes to that place.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{DocumentId, OrganisationId, SecretString};
use zeroize::Zeroizing;

use super::RestoreError;
use crate::backup::BackupPart;
use crate::backup::archive::{FORMAT, Manifest};

/// The largest manifest, in bytes.
const MAX_MANIFEST: u64 = 64 * 1024;
/// How many bytes are read at once.
const PIECE: usize = 512 * 1024;
/// The most work that a passphrase may ask for, as the power of two that age calls it: minutes on slow hosts.
const MAX_WORK: u8 = 22;

/// What opens archives.
#[derive(Clone, Debug)]
pub enum ArchiveKey {
    /// A file of age's identities, as `age-keygen` writes it.
    Identities(PathBuf),
    /// A passphrase.
    Passphrase(SecretString),
}

/// Identities that were read.
enum Identities {
    OfFile(Vec<age::x25519::Identity>),
    Passphrase(age::scrypt::Identity),
}

impl Identities {
    fn read(key: &ArchiveKey) -> Result<Self, RestoreError> {
        match key {
            ArchiveKey::Passphrase(passphrase) => {
                let mut identity = age::scrypt::Identity::new(passphrase.expose().to_owned().into());
                identity.set_max_work_factor(MAX_WORK);
                Ok(Self::Passphrase(identity))
            }
            ArchiveKey::Identities(file) => {
                let nothing = || RestoreError::Identity(file.clone());
                let text = Zeroizing::new(fs::read_to_string(file).map_err(|_| nothing())?);
                let lines = text.lines().map(str::trim);
                let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
                let identities: Result<Vec<_>, _> = lines.map(str::parse).collect();
                let identities: Vec<age::x25519::Identity> = identities.map_err(|_| nothing())?;
                (!identities.is_empty())
                    .then_some(Self::OfFile(identities))
                    .ok_or_else(nothing)
            }
        }
    }

    fn all(&self) -> Vec<&dyn age::Identity> {
        match self {
            Self::OfFile(identities) => identities.iter().map(|identity| identity as _).collect(),
            Self::Passphrase(identity) => vec![identity as _],
        }
    }
}

/// The three archives, opened to their ends and known to belong together.
pub(super) struct Archives {
    pub(super) content: Archive,
    pub(super) vault: Archive,
    pub(super) provider: Archive,
}

impl Archives {
    /// Reads all three whole.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] with which of them is wrong, or why they do not belong together.
    pub(super) fn check(files: [&Path; 3], key: &ArchiveKey) -> Result<Self, RestoreError> {
        let identities = Arc::new(Identities::read(key)?);
        let open = |file: &Path, part| Archive::check(file, part, &identities);
        let [content, vault, provider] = files;
        let archives = Self {
            content: open(content, BackupPart::Content)?,
            vault: open(vault, BackupPart::Vault)?,
            provider: open(provider, BackupPart::Provider)?,
        };
        let [first, others @ ..] = archives.manifests();
        let agree = |of: fn(&Manifest) -> String| others.iter().all(|other| of(other) == of(first));
        if !agree(|manifest| manifest.installation.to_string()) {
            return Err(RestoreError::Installations);
        }
        let is_one_run = agree(|manifest| format!("{:?} {}", manifest.run, manifest.generation));
        if first.run.is_none() || !is_one_run {
            return Err(RestoreError::Runs);
        }
        Ok(archives)
    }

    pub(super) fn manifests(&self) -> [&Manifest; 3] {
        [&self.content.manifest, &self.vault.manifest, &self.provider.manifest]
    }
}

/// An archive that was read to its end once.
pub(super) struct Archive {
    file: PathBuf,
    identities: Arc<Identities>,
    pub(super) manifest: Manifest,
    /// Whether its database is SQLite's.
    pub(super) is_sqlite: bool,
}

/// A file in an archive.
pub(super) enum Member {
    Manifest,
    /// A database.
    Database,
    /// The mark of the blob store.
    BlobMark,
    Blob(OrganisationId, DocumentId),
    /// A file of the provider, by its path below the folder.
    Secret(String),
}

impl Member {
    /// What a file of that name is in an archive of a part; `None` when there is none such.
    fn of(part: BackupPart, name: &str) -> Option<Self> {
        if name == "manifest.json" {
            return Some(Self::Manifest);
        }
        match part {
            BackupPart::Content => match name {
                "portal.sqlite" | "portal.pgdump" => Some(Self::Database),
                "blobs/installation" => Some(Self::BlobMark),
                _ => {
                    let (organisation, document) =
                        name.strip_prefix("blobs/organisations/")?.split_once("/documents/")?;
                    Some(Self::Blob(organisation.parse().ok()?, document.parse().ok()?))
                }
            },
            BackupPart::Vault => matches!(name, "vault.sqlite" | "vault.pgdump").then_some(Self::Database),
            BackupPart::Provider => {
                let path = name.strip_prefix("provider/")?;
                let file = ["days/", "signing/"]
                    .iter()
                    .find_map(|folder| path.strip_prefix(folder));
                is_file_name(file.unwrap_or(path)).then(|| Self::Secret(path.to_owned()))
            }
        }
    }
}

/// Whether this names a file, and one that nobody hid.
fn is_file_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain)
}

impl Archive {
    fn check(file: &Path, part: BackupPart, identities: &Arc<Identities>) -> Result<Self, RestoreError> {
        let damaged = || RestoreError::Damaged(file.to_owned());
        let (mut manifest, mut databases) = (None, Vec::new());
        each(file, identities, |name, size, content| {
            if manifest.is_none() {
                if name != "manifest.json" || size > MAX_MANIFEST {
                    return Err(damaged());
                }
                let mut text = Vec::new();
                content.copy(&mut text, Path::new("manifest.json"))?;
                manifest = Some(read_manifest(file, part, &text)?);
                return Ok(());
            }
            match Member::of(part, name).ok_or_else(damaged)? {
                Member::Manifest => return Err(damaged()),
                Member::Database => databases.push(name.ends_with(".sqlite")),
                Member::BlobMark | Member::Blob(..) | Member::Secret(_) => {}
            }
            content.skip()
        })?;
        let wanted = usize::from(part != BackupPart::Provider);
        match (manifest, databases.len() == wanted) {
            (Some(manifest), true) => Ok(Self {
                file: file.to_owned(),
                identities: Arc::clone(identities),
                manifest,
                is_sqlite: databases.contains(&true),
            }),
            _ => Err(damaged()),
        }
    }

    /// Goes through its files once more. `put` must read each that it wants to the end.
    pub(super) fn each(
        &self,
        part: BackupPart,
        mut put: impl FnMut(Member, &mut Content<'_>) -> Result<(), RestoreError>,
    ) -> Result<(), RestoreError> {
        each(&self.file, &self.identities, |name, _, content| {
            let member = Member::of(part, name).ok_or_else(|| RestoreError::Damaged(self.file.clone()))?;
            put(member, content)
        })
    }
}

/// What a manifest says, if it is of the part that the archive was given for.
fn read_manifest(file: &Path, part: BackupPart, text: &[u8]) -> Result<Manifest, RestoreError> {
    let damaged = || RestoreError::Damaged(file.to_owned());
    let value: serde_json::Value = serde_json::from_slice(text).map_err(|_| damaged())?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => return Err(RestoreError::Newer(file.to_owned())),
        Some(_) => {}
        None => return Err(damaged()),
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|_| damaged())?;
    if manifest.part != part.as_str() {
        return Err(RestoreError::Part {
            file: file.to_owned(),
            is: manifest.part,
            wanted: part.as_str(),
        });
    }
    Ok(manifest)
}

/// The bytes of a file in an archive.
pub(super) struct Content<'a> {
    archive: &'a Path,
    size: u64,
    input: &'a mut dyn Read,
}

impl Content<'_> {
    /// The next bytes; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, RestoreError> {
        let mut piece = Vec::new();
        let wanted = self.size.min(PIECE as u64);
        let read = self.input.take(wanted).read_to_end(&mut piece);
        if read.ok().and_then(|read| u64::try_from(read).ok()) != Some(wanted) {
            return Err(RestoreError::Damaged(self.archive.to_owned()));
        }
        self.size -= wanted;
        Ok((wanted > 0).then_some(piece))
    }

    /// Writes all of it.
    pub(super) fn copy(&mut self, into: &mut dyn Write, path: &Path) -> Result<(), RestoreError> {
        while let Some(piece) = self.next()?.map(Zeroizing::new) {
            into.write_all(&piece)
                .map_err(|problem| RestoreError::Write(path.to_owned(), problem))?;
        }
        Ok(())
    }

    /// Reads all of it, to no end but to see that it is there.
    pub(super) fn skip(&mut self) -> Result<(), RestoreError> {
        self.copy(&mut io::sink(), Path::new(""))
    }
}

/// Goes through the files of an archive, to its end.
fn each(
    path: &Path,
    identities: &Identities,
    mut put: impl FnMut(&str, u64, &mut Content<'_>) -> Result<(), RestoreError>,
) -> Result<(), RestoreError> {
    use age::DecryptError::{DecryptionFailed, ExcessiveWork, KeyDecryptionFailed, NoMatchingKeys};
    let damaged = || RestoreError::Damaged(path.to_owned());
    let file = File::open(path).map_err(|problem| RestoreError::File(path.to_owned(), problem))?;
    let decryptor = age::Decryptor::new_buffered(BufReader::new(file)).map_err(|_| damaged())?;
    let opened = decryptor.decrypt(identities.all().into_iter());
    let mut plain = opened.map_err(|problem| match problem {
        DecryptionFailed | ExcessiveWork { .. } | KeyDecryptionFailed | NoMatchingKeys => {
            RestoreError::Key(path.to_owned())
        }
        _ => damaged(),
    })?;
    let mut archive = tar::Archive::new(&mut plain);
    for file in archive.entries().map_err(|_| damaged())? {
        let mut file = file.map_err(|_| damaged())?;
        let is_file = file.header().entry_type().is_file();
        let name = String::from_utf8(file.path_bytes().into_owned()).map_err(|_| damaged())?;
        if !is_file {
            return Err(damaged());
        }
        let size = file.size();
        let mut content = Content {
            archive: path,
            size,
            input: &mut file,
        };
        put(&name, size, &mut content)?;
    }
    // What was cut off is missed at the very end alone.
    io::copy(&mut plain, &mut io::sink()).map_err(|_| damaged())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_archive_leads_nowhere_else() {
        let is = |part, name: &str| Member::of(part, name).is_some();
        assert!(is(BackupPart::Provider, "provider/days/2026-12-22-v1.key"));
        assert!(is(BackupPart::Provider, "provider/installation"));
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert!(is(
            BackupPart::Content,
            &format!("blobs/organisations/{id}/documents/{id}")
        ));
        for name in [
            "provider/../x",
            "provider/days/../../x",
            "provider/.restoring",
            "provider/days/",
            "provider/other/x",
            "/provider/x",
            "provider",
            "portal.sqlite",
        ] {
            assert!(!is(BackupPart::Provider, name), "{name}");
        }
        for name in [
            "blobs/organisations/../documents/x",
            "blobs/x",
            "vault.sqlite",
            "portal.sqlite/x",
        ] {
            assert!(!is(BackupPart::Content, name), "{name}");
        }
    }
}
