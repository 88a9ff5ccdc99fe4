//! The numbers of people, for whoever wrote to them by number.

use std::collections::HashMap;

use base::{Personnummer, RecipientId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use zeroize::Zeroizing;

use super::entity::recipient;
use super::register::field;
use super::{BATCH, Vault, VaultError};

impl Vault {
    /// The numbers of these people. Who was forgotten, or whose last day is over, is missing.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn numbers(
        &self,
        recipients: &[RecipientId],
    ) -> Result<HashMap<RecipientId, Personnummer>, VaultError> {
        let connection = self.database.reader();
        let mut numbers = HashMap::with_capacity(recipients.len());
        for recipients in recipients.chunks(BATCH) {
            let rows = recipient::Entity::find()
                .filter(recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid())))
                .all(connection)
                .await?;
            for row in rows {
                let Some(key) = self.recipient_key(connection, &row).await? else {
                    continue;
                };
                let id = RecipientId::from_uuid(row.id);
                let digits = key.open_text(field("sealed_personnummer", &id), &row.sealed_personnummer);
                let digits = Zeroizing::new(digits.map_err(|_| VaultError::Damaged)?);
                let number = Personnummer::from_digits(&digits).map_err(|_| VaultError::Damaged)?;
                numbers.insert(id, number);
            }
        }
        Ok(numbers)
    }
}
