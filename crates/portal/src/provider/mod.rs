//! The key provider: the few secrets that lie outside both databases, so that they can truly be destroyed.
//!
//! [`KeyProvider`] is the seam: a folder of small files today, a key service (OpenBao, Vault Transit, a cloud's KMS)
//! behind the same trait tomorrow. Root keys and signing keys never leave a provider; the day secrets and the other keys do,
//! since the work that they do is done here.

mod folder;

use std::fmt;
use std::path::PathBuf;

use base::{Day, OrganisationId, Timestamp};
use keyring::{
    BlindIndexKey, DaySecret, InstallationKey, OrganisationKey, RegisterKey, SIGNATURE_SIZE, VerifyingKey, WrappedKey,
};

use crate::installation::InstallationMark;
pub(crate) use folder::FolderProvider;

/// The key provider can't do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A file can't be read or written.
    #[error("the key provider's file {0} can't be used")]
    File(PathBuf, #[source] std::io::Error),
    /// A file is missing although the installation exists.
    #[error("the key provider's file {0} is missing")]
    Missing(PathBuf),
    /// A file does not hold what it should.
    #[error("the key provider's file {0} is damaged")]
    Damaged(PathBuf),
    /// A wrapped key was not wrapped by this provider for this place, or was changed.
    #[error("a wrapped key does not open with the key provider's root key")]
    Unwrap,
    /// The provider already belongs to an installation.
    #[error("the key provider already belongs to an installation")]
    Taken,
    /// The work was given up because the program stops.
    #[error("the key provider's work was interrupted")]
    Interrupted,
}

/// The version of a secret; the first is 1. A new version is made when a secret is replaced while something that the old
/// one protects still lives.
pub(crate) type SecretVersion = u32;

/// The secret of one day in one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DaySecretName {
    pub(crate) day: Day,
    pub(crate) version: SecretVersion,
}

/// A root-wrapped key together with the version of the root key that wrapped it.
#[derive(Clone, Debug)]
pub(crate) struct RootWrapped {
    pub(crate) root_version: SecretVersion,
    pub(crate) key: WrappedKey,
}

/// A key that signs for the installation, or did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SigningKeyRecord {
    pub(crate) version: SecretVersion,
    pub(crate) key: VerifyingKey,
    /// Since when it signs; until the next version does.
    pub(crate) from: Timestamp,
}

/// What a key provider does. Each function may be called by several nodes at once.
#[async_trait::async_trait]
pub(crate) trait KeyProvider: Send + Sync + fmt::Debug {
    /// The installation that the provider belongs to; `None` when it is new.
    async fn mark(&self) -> Result<Option<InstallationMark>, ProviderError>;

    /// Makes the provider's keys and lets it belong to an installation. [`ProviderError::Taken`] when it already belongs
    /// to one.
    async fn establish(&self, mark: InstallationMark) -> Result<(), ProviderError>;

    /// Wraps an organisation's key with the newest root key.
    async fn wrap_organisation_key(
        &self,
        key: &OrganisationKey,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<RootWrapped, ProviderError>;

    /// Unwraps an organisation's key.
    async fn unwrap_organisation_key(
        &self,
        wrapped: &RootWrapped,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<OrganisationKey, ProviderError>;

    /// Wraps the register key with the newest root key.
    async fn wrap_register_key(&self, key: &RegisterKey, version: u32) -> Result<RootWrapped, ProviderError>;

    /// Unwraps the register key.
    async fn unwrap_register_key(&self, wrapped: &RootWrapped, version: u32) -> Result<RegisterKey, ProviderError>;

    /// The key of the blind indexes, in the given version.
    async fn blind_index_key(&self, version: SecretVersion) -> Result<BlindIndexKey, ProviderError>;

    /// The key from which the keys of authentication codes, session data and the like are derived.
    async fn installation_key(&self) -> Result<InstallationKey, ProviderError>;

    /// The secret of a day, durable when this returns. All nodes get the same one, whoever asks first.
    async fn find_or_create_day_secret(&self, name: DaySecretName) -> Result<DaySecret, ProviderError>;

    /// The secret of a day; `None` when it was destroyed or never made.
    async fn day_secret(&self, name: DaySecretName) -> Result<Option<DaySecret>, ProviderError>;

    /// All day secrets that exist.
    async fn day_secrets(&self) -> Result<Vec<DaySecretName>, ProviderError>;

    /// Destroys a day's secret, durably when this returns; fine when it is gone already.
    async fn destroy_day_secret(&self, name: DaySecretName) -> Result<(), ProviderError>;

    /// All keys that sign or have signed, oldest first. What is public of them is kept for ever.
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRecord>, ProviderError>;

    /// Makes the signing key of a version, the one after the newest, and then destroys the secrets of those before. `false` when
    /// there already is one, as when another node was first.
    async fn add_signing_key(&self, version: SecretVersion, from: Timestamp) -> Result<bool, ProviderError>;

    /// Signs with the newest key, for a purpose as [`keyring::SigningKey::sign`] has it.
    async fn sign(
        &self,
        purpose: &'static str,
        message: &[u8],
    ) -> Result<(VerifyingKey, [u8; SIGNATURE_SIZE]), ProviderError>;
}
