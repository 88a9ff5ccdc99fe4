//! The numbers of people, for whoever wrote to them by number.

use std::collections::{BTreeSet, HashMap};

use base::{Personnummer, RecipientId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::entity::recipient;
use super::register::field;
use super::{BATCH, Vault, VaultError};

impl Vault {
    /// The numbers of these people. Who was forgotten, or whose last day is over, is missing. So is one whose number is
    /// damaged, which is logged, so that it doesn't take the others with it.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn numbers(
        &self,
        recipients: &[RecipientId],
    ) -> Result<HashMap<RecipientId, Personnummer>, VaultError> {
        let connection = self.database.reader();
        // Each once, so that a damaged number is logged once.
        let people: BTreeSet<Uuid> = recipients.iter().map(|id| *id.as_uuid()).collect();
        let people: Vec<Uuid> = people.into_iter().collect();
        let mut numbers = HashMap::with_capacity(people.len());
        for people in people.chunks(BATCH) {
            let rows = recipient::Entity::find()
                .filter(recipient::Column::Id.is_in(people.iter().copied()))
                .all(connection)
                .await?;
            for row in rows {
                let id = RecipientId::from_uuid(row.id);
                match self.number_of(connection, id, &row).await {
                    Err(VaultError::Damaged) => {
                        tracing::error!(recipient = ?id, "a recipient's number in the vault is damaged");
                    }
                    number => numbers.extend(number?.map(|number| (id, number))),
                }
            }
        }
        Ok(numbers)
    }

    async fn number_of<C: ConnectionTrait>(
        &self,
        connection: &C,
        id: RecipientId,
        row: &recipient::Model,
    ) -> Result<Option<Personnummer>, VaultError> {
        let Some(key) = self.recipient_key(connection, row).await? else {
            return Ok(None);
        };
        let digits = key.open_text(field("sealed_personnummer", &id), &row.sealed_personnummer);
        let digits = Zeroizing::new(digits.map_err(|_| VaultError::Damaged)?);
        let number = Personnummer::from_digits(&digits).map_err(|_| VaultError::Damaged)?;
        Ok(Some(number))
    }
}
