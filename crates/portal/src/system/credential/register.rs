//! How a system gets a public key.

use base::{CredentialId, SystemId};

use super::{CredentialKind, MAX_KEYS, PublicKey, entity, store};
use crate::audit::{AuditAction, AuditTarget};
use crate::system::administration::locked_system;
use crate::system::{Administrator, SystemSetUpError};
use crate::{Fault, Portal};

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
            id: *id.as_uuid(),
            system_id: *system.as_uuid(),
            kind: CredentialKind::PublicKey.as_str().to_owned(),
            secret_hash: None,
            public_key: Some(key.to_json()),
            created_at: now.as_millis(),
            expires_at: None,
            warned_at: None,
            last_used_at: None,
            withdrawn_at: None,
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
}

/// The key of a row that has one.
pub(in crate::system) fn stored_key(row: &entity::Model) -> Result<PublicKey, Fault> {
    let text = row.public_key.as_deref().unwrap_or_default();
    PublicKey::parse(text).map_err(Fault::new)
}
