//! What people are known by, for whoever wrote to them by that.

use std::collections::{BTreeSet, HashMap};

use base::RecipientId;
use keyring::RecipientKey;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::entity::recipient;
use super::register::{Optional, field};
use super::{BATCH, Vault, VaultError};
use crate::recipient::{KnownAs, RecipientIdentifier};

impl Vault {
    /// What these people are known by. Who was forgotten, or whose last day is over, is missing. So is one whose identifier is
    /// damaged, which is logged, so that it doesn't take the others with it.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn known_as(
        &self,
        recipients: &[RecipientId],
    ) -> Result<HashMap<RecipientId, KnownAs>, VaultError> {
        let connection = self.database.reader();
        // Each once, so that what is damaged is logged once.
        let people: BTreeSet<Uuid> = recipients.iter().map(|id| *id.as_uuid()).collect();
        let people: Vec<Uuid> = people.into_iter().collect();
        let mut known = HashMap::with_capacity(people.len());
        for people in people.chunks(BATCH) {
            let rows = recipient::Entity::find()
                .filter(recipient::Column::Id.is_in(people.iter().copied()))
                .all(connection)
                .await?;
            for row in rows {
                let id = RecipientId::from_uuid(row.id);
                match self.one_known_as(connection, id, &row).await {
                    Err(VaultError::Damaged) => {
                        tracing::error!(recipient = ?id, "what a recipient is known by is damaged in the vault");
                    }
                    one => known.extend(one?.map(|one| (id, one))),
                }
            }
        }
        Ok(known)
    }

    /// What somebody is known by best; `None` when they were forgotten, or their last day is over.
    ///
    /// # Errors
    ///
    /// When it is damaged, or the vault or the provider fails.
    pub(crate) async fn identifier(&self, recipient: RecipientId) -> Result<Option<RecipientIdentifier>, VaultError> {
        let connection = self.database.reader();
        let row = recipient::Entity::find_by_id(*recipient.as_uuid())
            .one(connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let key = self.recipient_key(connection, &row).await?;
        key.map(|key| identifier(&key, recipient, &row)).transpose()
    }

    async fn one_known_as<C: ConnectionTrait>(
        &self,
        connection: &C,
        id: RecipientId,
        row: &recipient::Model,
    ) -> Result<Option<KnownAs>, VaultError> {
        let Some(key) = self.recipient_key(connection, row).await? else {
            return Ok(None);
        };
        Ok(Some(match identifier(&key, id, row)? {
            RecipientIdentifier::Number(number) => KnownAs::Number(number),
            RecipientIdentifier::Prid(prid) => KnownAs::Prid(prid),
            RecipientIdentifier::Invitation(invitation) => KnownAs::WorkAccount(Some(invitation.email().to_owned())),
            RecipientIdentifier::WorkAccount(_) => {
                let sealed = row.sealed_email.as_ref();
                let email = sealed.map(|sealed| key.open_text(field(Optional::Email.column(), &id), sealed));
                KnownAs::WorkAccount(email.transpose().map_err(|_| VaultError::Damaged)?)
            }
        }))
    }
}

/// What a person is known by, opened.
pub(super) fn identifier(
    key: &RecipientKey,
    id: RecipientId,
    row: &recipient::Model,
) -> Result<RecipientIdentifier, VaultError> {
    let stored = key.open_text(field("sealed_personnummer", &id), &row.sealed_personnummer);
    let stored = Zeroizing::new(stored.map_err(|_| VaultError::Damaged)?);
    RecipientIdentifier::from_stored(&stored).ok_or(VaultError::Damaged)
}
