//! The hierarchy of keys that wrap keys. None of them encrypts content.
//!
//! ```text
//! key provider:  root key ─ wraps organisation keys and the register key
//!                day secret, one per calendar day
//! vault:         organisation key, register key
//!                wrapping key = HKDF(organisation key or register key, day secret)      never stored
//!                 └─ content key, recipient key or extract key
//! ```

use base::{Day, OrganisationId, RecipientId, RegisterExtractId};

use crate::field::{Owner, seals_fields};
use crate::hazmat::{self, Context, Key};
use crate::stored_key::stored_key;
use crate::{ContentKey, ContentOwner, OpenError};

/// A key sealed under another, with where it belongs in the authenticated data: 61 bytes, for storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

impl WrappedKey {
    /// Takes the bytes as they were stored. Whether they are good shows when the key is unwrapped.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for storage.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

fn wrap(key: &Key, context: &Context, inner: &Key) -> WrappedKey {
    WrappedKey(hazmat::seal_short(key, context.as_bytes(), inner.as_bytes()))
}

fn unwrap(key: &Key, context: &Context, wrapped: &[u8]) -> Result<Key, OpenError> {
    Key::from_slice(&hazmat::open_short(key, context.as_bytes(), wrapped)?)
}

stored_key! {
    /// The key provider's own key. It wraps organisation keys and the register key.
    RootKey;
    /// The secret of one day. When it is destroyed, everything that was wrapped for that day is gone.
    DaySecret;
}

/// One organisation's key. Destroying it makes that organisation's content unreadable, and no other's.
pub struct OrganisationKey(Key);

impl OrganisationKey {
    /// A fresh key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Key::generate())
    }

    #[cfg(test)]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Key::from_bytes(bytes))
    }
}

/// The key of the register of persons.
pub struct RegisterKey(Key);

impl RegisterKey {
    /// A fresh key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Key::generate())
    }

    #[cfg(test)]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Key::from_bytes(bytes))
    }
}

fn organisation_context(organisation: OrganisationId, version: u32) -> Context {
    Context::new("postvalv organisation key v1")
        .value(organisation.as_bytes())
        .value(&version.to_be_bytes())
}

fn register_context(version: u32) -> Context {
    Context::new("postvalv register key v1").value(&version.to_be_bytes())
}

impl RootKey {
    /// Wraps a version of an organisation's key.
    #[must_use]
    pub fn wrap_organisation_key(
        &self,
        key: &OrganisationKey,
        organisation: OrganisationId,
        version: u32,
    ) -> WrappedKey {
        wrap(&self.0, &organisation_context(organisation, version), &key.0)
    }

    /// Unwraps a version of an organisation's key.
    ///
    /// # Errors
    ///
    /// When it is another's key or version, or was changed.
    pub fn unwrap_organisation_key(
        &self,
        wrapped: &WrappedKey,
        organisation: OrganisationId,
        version: u32,
    ) -> Result<OrganisationKey, OpenError> {
        unwrap(&self.0, &organisation_context(organisation, version), &wrapped.0).map(OrganisationKey)
    }

    /// Wraps a version of the register key.
    #[must_use]
    pub fn wrap_register_key(&self, key: &RegisterKey, version: u32) -> WrappedKey {
        wrap(&self.0, &register_context(version), &key.0)
    }

    /// Unwraps a version of the register key.
    ///
    /// # Errors
    ///
    /// When it is another version, or was changed.
    pub fn unwrap_register_key(&self, wrapped: &WrappedKey, version: u32) -> Result<RegisterKey, OpenError> {
        unwrap(&self.0, &register_context(version), &wrapped.0).map(RegisterKey)
    }
}

/// Wraps content keys, recipient keys or extract keys for one day. Derived when needed and never stored: it takes both the vault's key
/// and the provider's day secret.
pub struct WrappingKey(Key);

impl WrappingKey {
    /// The key that wraps an organisation's content keys for a day.
    #[must_use]
    pub fn for_organisation(key: &OrganisationKey, secret: &DaySecret, organisation: OrganisationId, day: Day) -> Self {
        let info = Context::new("postvalv organisation wrapping key v1")
            .value(organisation.as_bytes())
            .value(&day.number().to_be_bytes());
        Self::derive(&key.0, secret, &info)
    }

    /// The key that wraps recipient keys for a day.
    #[must_use]
    pub fn for_register(key: &RegisterKey, secret: &DaySecret, day: Day) -> Self {
        let info = Context::new("postvalv register wrapping key v1").value(&day.number().to_be_bytes());
        Self::derive(&key.0, secret, &info)
    }

    fn derive(key: &Key, secret: &DaySecret, info: &Context) -> Self {
        // The day secret is the salt: HKDF's extract step is an HMAC keyed with it (RFC 5869, section 2.2), so the result
        // is as unknown as the better kept of the two.
        let mut derived = zeroize::Zeroizing::new([0; hazmat::KEY_SIZE]);
        hazmat::hkdf(
            key.as_bytes(),
            Some(secret.0.as_bytes()),
            info.as_bytes(),
            &mut *derived,
        );
        Self(Key::from_bytes(*derived))
    }

    /// Wraps a content key.
    #[must_use]
    pub fn wrap_content_key(&self, key: &ContentKey) -> WrappedKey {
        wrap(&self.0, &content_context(key.organisation(), key.content()), &key.key)
    }

    /// Unwraps the content key of a message or document.
    ///
    /// # Errors
    ///
    /// When it was wrapped for another day, organisation or owner, or was changed.
    pub fn unwrap_content_key(
        &self,
        wrapped: &WrappedKey,
        organisation: OrganisationId,
        content: ContentOwner,
    ) -> Result<ContentKey, OpenError> {
        let key = unwrap(&self.0, &content_context(organisation, content), &wrapped.0)?;
        Ok(ContentKey::new(key, organisation, content))
    }

    /// Wraps a recipient key.
    #[must_use]
    pub fn wrap_recipient_key(&self, key: &RecipientKey) -> WrappedKey {
        wrap(&self.0, &recipient_context(key.recipient), &key.key)
    }

    /// Unwraps a recipient's key.
    ///
    /// # Errors
    ///
    /// When it was wrapped for another day or recipient, or was changed.
    pub fn unwrap_recipient_key(
        &self,
        wrapped: &WrappedKey,
        recipient: RecipientId,
    ) -> Result<RecipientKey, OpenError> {
        let key = unwrap(&self.0, &recipient_context(recipient), &wrapped.0)?;
        Ok(RecipientKey { key, recipient })
    }

    /// Wraps the key of a register extract.
    #[must_use]
    pub fn wrap_extract_key(&self, key: &ExtractKey) -> WrappedKey {
        wrap(&self.0, &extract_context(key.extract), &key.key)
    }

    /// Unwraps the key of a register extract.
    ///
    /// # Errors
    ///
    /// When it was wrapped for another day or extract, or was changed.
    pub fn unwrap_extract_key(
        &self,
        wrapped: &WrappedKey,
        extract: RegisterExtractId,
    ) -> Result<ExtractKey, OpenError> {
        let key = unwrap(&self.0, &extract_context(extract), &wrapped.0)?;
        Ok(ExtractKey { key, extract })
    }
}

fn content_context(organisation: OrganisationId, content: ContentOwner) -> Context {
    Context::new("postvalv content key v1")
        .value(organisation.as_bytes())
        .value(content.kind().as_bytes())
        .value(content.id())
}

fn recipient_context(recipient: RecipientId) -> Context {
    Context::new("postvalv recipient key v1").value(recipient.as_bytes())
}

fn extract_context(extract: RegisterExtractId) -> Context {
    Context::new("postvalv extract key v1").value(extract.as_bytes())
}

/// Seals one person's own fields in the register.
pub struct RecipientKey {
    key: Key,
    recipient: RecipientId,
}

impl RecipientKey {
    /// A fresh key for a recipient.
    #[must_use]
    pub fn generate(recipient: RecipientId) -> Self {
        Self {
            key: Key::generate(),
            recipient,
        }
    }

    const fn owner(&self) -> Owner<'_> {
        Owner {
            kind: "recipient",
            organisation: &[],
            id: self.recipient.as_bytes(),
        }
    }
}

seals_fields!(RecipientKey);

/// Seals what was gathered for one register extract.
pub struct ExtractKey {
    key: Key,
    extract: RegisterExtractId,
}

impl ExtractKey {
    /// A fresh key for an extract.
    #[must_use]
    pub fn generate(extract: RegisterExtractId) -> Self {
        Self {
            key: Key::generate(),
            extract,
        }
    }

    const fn owner(&self) -> Owner<'_> {
        Owner {
            kind: "register extract",
            organisation: &[],
            id: self.extract.as_bytes(),
        }
    }
}

seals_fields!(ExtractKey);

#[cfg(test)]
mod tests;
