//! How a system gets a public key, or the address of a set of them.

use base::{CredentialId, SystemId, Timestamp};

use super::change::end_after;
use super::{CredentialKind, MAX_KEY_SETS, MAX_KEYS, PublicKey, entity, store};
use crate::audit::{AuditAction, AuditTarget};
use crate::system::administration::locked_system;
use crate::system::{Administrator, SystemSetUpError};
use crate::{Fault, Portal};

/// The longest address of a key set, in bytes.
const MAX_ADDRESS: usize = 500;

impl Portal {
    /// Registers a public key of a system, as a JSON Web Key or in PEM. Five hold at once at most, and each until it is
    /// withdrawn.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::InvalidKey`]; [`SystemSetUpError::NoSuchSystem`], also of another organisation's;
    /// [`SystemSetUpError::Disabled`], [`SystemSetUpError::TooManyKeys`], [`SystemSetUpError::KeyTaken`], or as the actor
    /// may not do it.
    pub async fn add_public_key(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        key: &str,
    ) -> Result<CredentialId, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let key = PublicKey::parse(key).map_err(SystemSetUpError::InvalidKey)?;
        let now = context.now();
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        if row.disabled_at.is_some() {
            return Err(SystemSetUpError::Disabled);
        }
        let others = store::valid_keys(&transaction, system, now).await?;
        if others.len() >= MAX_KEYS {
            return Err(SystemSetUpError::TooManyKeys { limit: MAX_KEYS });
        }
        for other in &others {
            let other = stored_key(other)?;
            if other.is_same(&key) || other.key_id == key.key_id {
                return Err(SystemSetUpError::KeyTaken);
            }
        }
        let id: CredentialId = context.ids.next();
        let credential = entity::Model {
            public_key: Some(key.to_json()),
            ..store::fresh(id, system, CredentialKind::PublicKey, now)
        };
        store::insert(&transaction, credential).await?;
        let entry = by
            .entry(AuditAction::CredentialAdded, row.organisation_id)
            .about(AuditTarget::Credential(id))
            .detail(CredentialKind::PublicKey.as_str());
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Registers the address at which a system publishes the keys that it signs with. Two hold at once at most. It ends after
    /// `days` whole days of 24 hours, or never by itself. Whether anybody may be sent to that address is for the caller to know,
    /// who fetches from it.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::InvalidAddress`], [`SystemSetUpError::InvalidPeriod`]; [`SystemSetUpError::NoSuchSystem`], also of
    /// another organisation's; [`SystemSetUpError::Disabled`], [`SystemSetUpError::TooManyKeySets`],
    /// [`SystemSetUpError::KeySetTaken`], or as the actor may not do it.
    pub async fn add_key_set(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        address: &str,
        days: Option<u32>,
    ) -> Result<CredentialId, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        if !is_address(address) {
            return Err(SystemSetUpError::InvalidAddress);
        }
        let now = context.now();
        let expires_at = days.map(|days| end_after(days, now)).transpose()?;
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        if row.disabled_at.is_some() {
            return Err(SystemSetUpError::Disabled);
        }
        let others = store::valid_key_sets(&transaction, system, now).await?;
        if others.len() >= MAX_KEY_SETS {
            return Err(SystemSetUpError::TooManyKeySets { limit: MAX_KEY_SETS });
        }
        let is_there = |other: &entity::Model| other.key_set_address.as_deref() == Some(address);
        if others.iter().any(is_there) {
            return Err(SystemSetUpError::KeySetTaken);
        }
        let id: CredentialId = context.ids.next();
        let credential = entity::Model {
            key_set_address: Some(address.to_owned()),
            expires_at: expires_at.map(Timestamp::as_millis),
            ..store::fresh(id, system, CredentialKind::KeySet, now)
        };
        store::insert(&transaction, credential).await?;
        let entry = by
            .entry(AuditAction::CredentialAdded, row.organisation_id)
            .about(AuditTarget::Credential(id))
            .detail(CredentialKind::KeySet.as_str());
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Whether it can be an address of the web.
fn is_address(text: &str) -> bool {
    let is_of_web = text.starts_with("https://") || text.starts_with("http://");
    is_of_web && text.len() <= MAX_ADDRESS && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The key of a row that has one.
pub(in crate::system) fn stored_key(row: &entity::Model) -> Result<PublicKey, Fault> {
    let text = row.public_key.as_deref().unwrap_or_default();
    PublicKey::parse(text).map_err(Fault::new)
}
