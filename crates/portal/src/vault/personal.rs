//! What the register knows of a person, opened: for the copy that they order of it, and for tests and examinations of copies.

use base::RecipientId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::recipient;
use super::register::{Optional, field};
use super::{Addresses, Vault, VaultError, identifiers};
use crate::recipient::RecipientIdentifier;

/// What the register knows of a person.
pub(crate) struct Personal {
    /// What the person is known by.
    pub(crate) identifier: RecipientIdentifier,
    /// The name that the identity provider gave at the latest sign-in.
    pub(crate) name: Option<String>,
    /// Where they are written to.
    pub(crate) addresses: Addresses,
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
            addresses: Addresses {
                given: optional(Optional::Email, row.sealed_email)?,
                own: optional(Optional::OwnEmail, row.sealed_own_email)?,
                unproven: optional(Optional::UnprovenEmail, row.sealed_unproven_email)?,
            },
        }))
    }

    /// What else a person was known by before it turned out to be them, as long as the register keeps it.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn earlier_identifiers(
        &self,
        recipient: RecipientId,
    ) -> Result<Vec<RecipientIdentifier>, VaultError> {
        let linked: Vec<Uuid> = recipient::Entity::find()
            .select_only()
            .column(recipient::Column::Id)
            .filter(recipient::Column::LinkedTo.eq(*recipient.as_uuid()))
            .order_by_asc(recipient::Column::Id)
            .into_tuple()
            .all(self.database.reader())
            .await?;
        let mut identifiers = Vec::with_capacity(linked.len());
        for id in linked {
            identifiers.extend(self.identifier(RecipientId::from_uuid(id)).await?);
        }
        Ok(identifiers)
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
