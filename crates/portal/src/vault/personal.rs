//! What the register knows of a person, opened. No use case of the portal reads it; tests and examinations of copies do.

use base::RecipientId;
use sea_orm::EntityTrait;

use super::entity::recipient;
use super::register::{Optional, field};
use super::{Vault, VaultError, identifiers};
use crate::recipient::RecipientIdentifier;

/// What the register knows of a person.
pub(crate) struct Personal {
    /// What the person is known by.
    pub(crate) identifier: RecipientIdentifier,
    /// The name that the identity provider gave at the latest sign-in.
    pub(crate) name: Option<String>,
    /// The address for notifications.
    pub(crate) email: Option<String>,
}

impl Vault {
    /// What the register knows of a person; `None` when they were forgotten or their last day is over.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn personal(&self, recipient: RecipientId) -> Result<Option<Personal>, VaultError> {
        let connection = self.database.reader();
        let row = recipient::Entity::find_by_id(*recipient.as_uuid())
            .one(connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some(key) = self.recipient_key(connection, &row).await? else {
            return Ok(None);
        };
        let open = |column, sealed: &[u8]| {
            key.open_text(field(column, &recipient), sealed)
                .map_err(|_| VaultError::Damaged)
        };
        let optional =
            |which: Optional, sealed: Option<Vec<u8>>| sealed.map(|sealed| open(which.column(), &sealed)).transpose();
        Ok(Some(Personal {
            identifier: identifiers::identifier(&key, recipient, &row)?,
            name: optional(Optional::Name, row.sealed_name)?,
            email: optional(Optional::Email, row.sealed_email)?,
        }))
    }

    /// Everybody in the register.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    #[cfg(feature = "forensics")]
    pub(crate) async fn every_recipient(&self) -> Result<Vec<RecipientId>, VaultError> {
        let rows = recipient::Entity::find().all(self.database.reader()).await?;
        Ok(rows.into_iter().map(|row| RecipientId::from_uuid(row.id)).collect())
    }
}
