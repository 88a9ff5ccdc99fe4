//! The key provider as a folder of small files with mode 600.
//!
//! ```text
//! installation          id and generation of the installation that the folder belongs to
//! root-v1.key           wraps organisation keys and the register key
//! index-v1.key          blind indexes
//! installation-v1.key   authentication codes, session data
//! days/2026-12-22-v1.key
//! signing/v1            the first signing key's public half and since when it signs; kept for ever
//! signing/3d4017….key   the secret half of the newest, named by its public half
//! ```
//!
//! A secret is written under another name, synced, and then linked to its own name, which fails when somebody else was
//! first: nobody ever sees half a secret, and all nodes that mount the folder agree. It is destroyed by overwriting it
//! with zeros and unlinking it. (A disk may keep what was overwritten; the folder therefore belongs on a file system that
//! doesn't copy on write, or on an encrypted disk: `docs/security.md`.)

mod files;

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use base::{OrganisationId, Secret, Timestamp};
use keyring::{
    BlindIndexKey, DaySecret, InstallationKey, OrganisationKey, RegisterKey, RootKey, SIGNATURE_SIZE, SigningKey,
    VerifyingKey,
};

use self::files::{Bytes32, create_file, create_secret, destroy_secret, file_names, read_secret, sync_folder};
use super::{DaySecretName, KeyProvider, ProviderError, RootWrapped, SecretVersion, SigningKeyRecord};
use crate::installation::InstallationMark;

/// The version of the keys that a new provider begins with.
const FIRST_VERSION: SecretVersion = 1;
/// The folder of the signing keys.
const SIGNING: &str = "signing";
/// How often signing begins anew because the key was replaced meanwhile.
const SIGNING_TRIES: usize = 3;

/// A folder of secrets.
#[derive(Clone, Debug)]
pub(crate) struct FolderProvider {
    folder: Arc<Path>,
}

impl FolderProvider {
    /// Opens the folder, and creates it with mode 700 when it is missing.
    ///
    /// # Errors
    ///
    /// When it can't be created.
    pub(crate) fn open(folder: &Path) -> Result<Self, ProviderError> {
        for folder in [folder, &folder.join("days"), &folder.join(SIGNING)] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .and_then(|()| sync_folder(folder))
                .map_err(|problem| ProviderError::File(folder.to_owned(), problem))?;
        }
        Ok(Self { folder: folder.into() })
    }

    /// Gives a copy that nobody uses yet another mark.
    ///
    /// # Errors
    ///
    /// When the file can't be replaced.
    pub(crate) async fn replace_mark(&self, mark: InstallationMark) -> Result<(), ProviderError> {
        self.work(move |this| {
            let path = this.mark_path();
            fs::remove_file(&path).map_err(|problem| ProviderError::File(path.clone(), problem))?;
            match create_file(&path, mark.to_string().as_bytes())? {
                true => Ok(()),
                false => Err(ProviderError::Taken),
            }
        })
        .await
    }

    fn mark_path(&self) -> PathBuf {
        self.folder.join("installation")
    }

    fn key_path(&self, name: &str, version: SecretVersion) -> PathBuf {
        self.folder.join(format!("{name}-v{version}.key"))
    }

    fn day_path(&self, name: DaySecretName) -> PathBuf {
        self.folder
            .join("days")
            .join(format!("{}-v{}.key", name.day, name.version))
    }

    fn signing_path(&self, version: SecretVersion) -> PathBuf {
        self.folder.join(SIGNING).join(format!("v{version}"))
    }

    fn signing_secret_path(&self, key: &VerifyingKey) -> PathBuf {
        self.folder
            .join(SIGNING)
            .join(format!("{}.key", hex::encode(key.as_bytes())))
    }

    /// All signing keys, oldest first.
    fn signing_records(&self) -> Result<Vec<SigningKeyRecord>, ProviderError> {
        let names = file_names(&self.folder.join(SIGNING))?;
        let mut versions: Vec<SecretVersion> = names
            .iter()
            .filter_map(|name| name.strip_prefix('v')?.parse().ok())
            .collect();
        versions.sort_unstable();
        let records = versions.into_iter().map(|version| {
            let path = self.signing_path(version);
            let text = fs::read_to_string(&path).map_err(|problem| ProviderError::File(path.clone(), problem))?;
            parse_signing_record(version, &text).ok_or(ProviderError::Damaged(path))
        });
        records.collect()
    }

    /// Runs file work where it may block.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(&this))
            .await
            .map_err(|_| ProviderError::Interrupted)?
    }

    /// A key that must be there since the installation exists.
    fn key(&self, name: &str, version: SecretVersion) -> Result<Bytes32, ProviderError> {
        let path = self.key_path(name, version);
        read_secret(&path)?.ok_or(ProviderError::Missing(path))
    }

    async fn root_key(&self, version: SecretVersion) -> Result<RootKey, ProviderError> {
        self.work(move |this| this.key("root", version).map(|bytes| RootKey::from_bytes(*bytes)))
            .await
    }

    /// The newest root key and its version.
    async fn newest_root_key(&self) -> Result<(RootKey, SecretVersion), ProviderError> {
        let version = self
            .work(|this| {
                let names = file_names(&this.folder)?;
                let newest = names
                    .iter()
                    .filter_map(|name| parse_version(name.strip_prefix("root-v")?));
                newest
                    .max()
                    .ok_or_else(|| ProviderError::Missing(this.key_path("root", FIRST_VERSION)))
            })
            .await?;
        Ok((self.root_key(version).await?, version))
    }
}

#[async_trait::async_trait]
impl KeyProvider for FolderProvider {
    async fn mark(&self) -> Result<Option<InstallationMark>, ProviderError> {
        self.work(|this| {
            let path = this.mark_path();
            match fs::read_to_string(&path) {
                Ok(text) => InstallationMark::from_str(&text)
                    .map(Some)
                    .map_err(|_| ProviderError::Damaged(path)),
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => {
                    // Keys without a mark: something was copied in part.
                    match file_names(&this.folder)?.iter().any(|name| name.ends_with(".key")) {
                        true => Err(ProviderError::Missing(path)),
                        false => Ok(None),
                    }
                }
                Err(problem) => Err(ProviderError::File(path, problem)),
            }
        })
        .await
    }

    async fn establish(&self, mark: InstallationMark) -> Result<(), ProviderError> {
        self.work(move |this| {
            // The mark comes first: of several nodes that start at once, one makes the keys.
            let path = this.mark_path();
            if !create_file(&path, mark.to_string().as_bytes())? {
                return Err(ProviderError::Taken);
            }
            for (name, secret) in [
                ("root", Secret::new(*RootKey::generate().expose())),
                ("index", Secret::new(*BlindIndexKey::generate().expose())),
                ("installation", Secret::new(*InstallationKey::generate().expose())),
            ] {
                let path = this.key_path(name, FIRST_VERSION);
                if !create_secret(&path, secret.expose())? {
                    return Err(ProviderError::Taken);
                }
            }
            Ok(())
        })
        .await
    }

    async fn wrap_organisation_key(
        &self,
        key: &OrganisationKey,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<RootWrapped, ProviderError> {
        let (root, root_version) = self.newest_root_key().await?;
        let key = root.wrap_organisation_key(key, organisation, version);
        Ok(RootWrapped { root_version, key })
    }

    async fn unwrap_organisation_key(
        &self,
        wrapped: &RootWrapped,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<OrganisationKey, ProviderError> {
        self.root_key(wrapped.root_version)
            .await?
            .unwrap_organisation_key(&wrapped.key, organisation, version)
            .map_err(|_| ProviderError::Unwrap)
    }

    async fn wrap_register_key(&self, key: &RegisterKey, version: u32) -> Result<RootWrapped, ProviderError> {
        let (root, root_version) = self.newest_root_key().await?;
        let key = root.wrap_register_key(key, version);
        Ok(RootWrapped { root_version, key })
    }

    async fn unwrap_register_key(&self, wrapped: &RootWrapped, version: u32) -> Result<RegisterKey, ProviderError> {
        self.root_key(wrapped.root_version)
            .await?
            .unwrap_register_key(&wrapped.key, version)
            .map_err(|_| ProviderError::Unwrap)
    }

    async fn blind_index_key(&self, version: SecretVersion) -> Result<BlindIndexKey, ProviderError> {
        self.work(move |this| {
            this.key("index", version)
                .map(|bytes| BlindIndexKey::from_bytes(*bytes))
        })
        .await
    }

    async fn installation_key(&self) -> Result<InstallationKey, ProviderError> {
        self.work(|this| {
            this.key("installation", FIRST_VERSION)
                .map(|bytes| InstallationKey::from_bytes(*bytes))
        })
        .await
    }

    async fn find_or_create_day_secret(&self, name: DaySecretName) -> Result<DaySecret, ProviderError> {
        self.work(move |this| {
            let path = this.day_path(name);
            if let Some(secret) = read_secret(&path)? {
                return Ok(DaySecret::from_bytes(*secret));
            }
            // When somebody else is first, theirs is the day's secret.
            create_secret(&path, DaySecret::generate().expose())?;
            read_secret(&path)?
                .map(|secret| DaySecret::from_bytes(*secret))
                .ok_or(ProviderError::Missing(path))
        })
        .await
    }

    async fn day_secret(&self, name: DaySecretName) -> Result<Option<DaySecret>, ProviderError> {
        self.work(move |this| {
            let secret = read_secret(&this.day_path(name))?;
            Ok(secret.map(|bytes| DaySecret::from_bytes(*bytes)))
        })
        .await
    }

    async fn day_secrets(&self) -> Result<Vec<DaySecretName>, ProviderError> {
        self.work(|this| {
            let names = file_names(&this.folder.join("days"))?;
            Ok(names.iter().filter_map(|name| parse_day_name(name)).collect())
        })
        .await
    }

    async fn destroy_day_secret(&self, name: DaySecretName) -> Result<(), ProviderError> {
        self.work(move |this| destroy_secret(&this.day_path(name))).await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKeyRecord>, ProviderError> {
        self.work(|this| this.signing_records()).await
    }

    async fn add_signing_key(&self, version: SecretVersion, from: Timestamp) -> Result<bool, ProviderError> {
        self.work(move |this| {
            let key = SigningKey::generate();
            let public = key.verifying_key();
            let secret_path = this.signing_secret_path(&public);
            // The secret comes first, so that a key that others see can sign; of several nodes, one gives the version its key.
            create_secret(&secret_path, key.expose())?;
            let record = format!("{} {}\n", hex::encode(public.as_bytes()), from.as_millis());
            if !create_file(&this.signing_path(version), record.as_bytes())? {
                destroy_secret(&secret_path)?;
                return Ok(false);
            }
            for record in this.signing_records()?.iter().filter(|record| record.version < version) {
                destroy_secret(&this.signing_secret_path(&record.key))?;
            }
            Ok(true)
        })
        .await
    }

    async fn sign(
        &self,
        purpose: &'static str,
        message: &[u8],
    ) -> Result<(VerifyingKey, [u8; SIGNATURE_SIZE]), ProviderError> {
        let key = self
            .work(|this| {
                let mut missing = this.signing_path(FIRST_VERSION);
                for _ in 0..SIGNING_TRIES {
                    let Some(newest) = this.signing_records()?.pop() else {
                        break;
                    };
                    missing = this.signing_secret_path(&newest.key);
                    if let Some(secret) = read_secret(&missing)? {
                        return Ok(SigningKey::from_bytes(&secret));
                    }
                }
                Err(ProviderError::Missing(missing))
            })
            .await?;
        Ok((key.verifying_key(), key.sign(purpose, message)))
    }
}

/// Reads `3d4017… 1795338000000`.
fn parse_signing_record(version: SecretVersion, text: &str) -> Option<SigningKeyRecord> {
    let (key, from) = text.strip_suffix('\n')?.split_once(' ')?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(key, &mut bytes).ok()?;
    Some(SigningKeyRecord {
        version,
        key: VerifyingKey::from_bytes(&bytes).ok()?,
        from: Timestamp::from_millis(from.parse().ok()?),
    })
}

/// Reads `2026-12-22-v1.key`.
fn parse_day_name(name: &str) -> Option<DaySecretName> {
    let (day, version) = name.split_once("-v")?;
    Some(DaySecretName {
        day: day.parse().ok()?,
        version: parse_version(version)?,
    })
}

/// Reads `1.key`.
fn parse_version(text: &str) -> Option<SecretVersion> {
    text.strip_suffix(".key")?.parse().ok()
}

#[cfg(test)]
mod tests;
