//! The register of persons: found by number through a blind index, their own fields sealed under their own key.

use std::collections::HashMap;
use std::time::Duration;

use base::{Day, Personnummer, PersonnummerKind, RecipientId};
use keyring::{BlindIndex, Field, RecipientKey, WrappedKey};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use uuid::Uuid;

use super::entity::{recipient, recipient_index};
use super::wrapping::{Scope, WrappedFor, column, wrapped_for};
use super::{BATCH, Vault, VaultError, earlier_days};
use crate::database::WriteTransaction;
use crate::provider::DaySecretName;

/// How long a person who was asked for is spared from being forgotten: longer than it takes to commit what refers to
/// them, or than they can be signed in.
const RESERVATION: Duration = Duration::from_secs(60 * 60);
/// How often a person is looked for anew when another node creates the same person at the same moment.
const ATTEMPTS: u32 = 3;

/// A person's sealed fields that can be set.
#[derive(Clone, Copy)]
pub(super) enum Optional {
    Name,
    Email,
}

impl Optional {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Name => "sealed_name",
            Self::Email => "sealed_email",
        }
    }
}

impl Vault {
    /// Finds a person by number or creates them, and keeps them at least until the end of `until`.
    ///
    /// Call it right before the portal transaction that refers to the person: [`Vault::forget_recipients`] spares who was
    /// asked for here within the last hour.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], or a failure of the vault or the provider.
    pub(crate) async fn recipient(&self, number: &Personnummer, until: Day) -> Result<RecipientId, VaultError> {
        let mut attempt = 1;
        loop {
            match self.find_or_create(number, until).await {
                Err(VaultError::Database(error)) if attempt < ATTEMPTS && is_unique_violation(&error) => attempt += 1,
                other => return other,
            }
        }
    }

    async fn find_or_create(&self, number: &Personnummer, until: Day) -> Result<RecipientId, VaultError> {
        let indexes = self.indexes(number);
        let transaction = self.database.write().await?;
        self.hold_day(&transaction, until).await?;
        let found = recipient_index::Entity::find()
            .filter(
                recipient_index::Column::BlindIndex.is_in(indexes.iter().map(|(_, index)| index.as_bytes().to_vec())),
            )
            .one(&transaction)
            .await?;
        let row = match found {
            Some(found) => {
                recipient::Entity::find_by_id(found.recipient_id)
                    .lock_exclusive()
                    .one(&transaction)
                    .await?
            }
            None => None,
        };
        let id = match row {
            Some(row) => {
                let id = RecipientId::from_uuid(row.id);
                if self.recipient_key(&transaction, &row).await?.is_some() {
                    self.extend_row(&transaction, row.clone(), until).await?;
                    let reserved = recipient::ActiveModel {
                        id: Set(*id.as_uuid()),
                        reserved_at: Set(self.clock.now().as_millis()),
                        ..recipient::ActiveModel::default()
                    };
                    recipient::Entity::update(reserved).exec(&transaction).await?;
                    id
                } else {
                    // Their last day is over, so nothing known of them opens any more: they begin anew, under a new id.
                    delete(&transaction, vec![row.id]).await?;
                    self.create(&transaction, number, &indexes, until).await?
                }
            }
            None => self.create(&transaction, number, &indexes, until).await?,
        };
        transaction.commit().await?;
        Ok(id)
    }

    async fn create(
        &self,
        transaction: &WriteTransaction,
        number: &Personnummer,
        indexes: &[(u32, BlindIndex)],
        until: Day,
    ) -> Result<RecipientId, VaultError> {
        let id = self.ids.next_recipient();
        let version = self.hold_day(transaction, until).await?;
        let to = WrappedFor {
            scope: Scope::Register,
            key_version: self.newest_version(transaction, Scope::Register).await?,
            secret: DaySecretName { day: until, version },
        };
        let wrapping = self.wrapping_key(transaction, to).await?;
        let key = RecipientKey::generate(id);
        let row = recipient::ActiveModel {
            id: Set(*id.as_uuid()),
            key_version: Set(column(to.key_version)?),
            day: Set(until.number()),
            secret_version: Set(column(version)?),
            wrapped_key: Set(wrapping.wrap_recipient_key(&key).into_bytes()),
            sealed_personnummer: Set(key.seal_field(field("sealed_personnummer", &id), number.expose().as_bytes())),
            sealed_name: Set(None),
            sealed_email: Set(None),
            reserved_at: Set(self.clock.now().as_millis()),
        };
        recipient::Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
        for (version, index) in indexes {
            let row = recipient_index::ActiveModel {
                index_version: Set(column(*version)?),
                blind_index: Set(index.as_bytes().to_vec()),
                recipient_id: Set(*id.as_uuid()),
            };
            recipient_index::Entity::insert(row)
                .exec_without_returning(transaction)
                .await?;
        }
        Ok(id)
    }

    /// Finds people by number: one answer each, in the order asked.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn find_recipients(
        &self,
        numbers: &[Personnummer],
    ) -> Result<Vec<Option<RecipientId>>, VaultError> {
        let mut answers = Vec::with_capacity(numbers.len());
        for numbers in numbers.chunks(BATCH) {
            let indexes: Vec<Vec<(u32, BlindIndex)>> = numbers.iter().map(|number| self.indexes(number)).collect();
            let all = indexes.iter().flatten().map(|(_, index)| index.as_bytes().to_vec());
            let found: HashMap<Vec<u8>, Uuid> = recipient_index::Entity::find()
                .filter(recipient_index::Column::BlindIndex.is_in(all))
                .all(self.database.reader())
                .await?
                .into_iter()
                .map(|row| (row.blind_index, row.recipient_id))
                .collect();
            answers.extend(indexes.iter().map(|indexes| {
                let id = indexes
                    .iter()
                    .find_map(|(_, index)| found.get(index.as_bytes().as_slice()));
                id.map(|id| RecipientId::from_uuid(*id))
            }));
        }
        Ok(answers)
    }

    /// Which of these people have an address for notifications: one answer each, in the order asked.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn have_email(&self, recipients: &[RecipientId]) -> Result<Vec<bool>, VaultError> {
        let today = self.clock.now().day();
        let mut answers = Vec::with_capacity(recipients.len());
        for recipients in recipients.chunks(BATCH) {
            let with: Vec<Uuid> = recipient::Entity::find()
                .select_only()
                .column(recipient::Column::Id)
                .filter(recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid())))
                .filter(recipient::Column::SealedEmail.is_not_null())
                .filter(recipient::Column::Day.gte(today.number()))
                .into_tuple()
                .all(self.database.reader())
                .await?;
            answers.extend(recipients.iter().map(|id| with.contains(id.as_uuid())));
        }
        Ok(answers)
    }

    /// Sets or removes a person's name; does nothing when they were forgotten.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn set_name(&self, recipient: RecipientId, name: Option<&str>) -> Result<(), VaultError> {
        self.set_optional(recipient, Optional::Name, name).await
    }

    /// Sets or removes a person's address for notifications; does nothing when they were forgotten.
    ///
    /// # Errors
    ///
    /// As [`Vault::set_name`].
    pub(crate) async fn set_email(&self, recipient: RecipientId, email: Option<&str>) -> Result<(), VaultError> {
        self.set_optional(recipient, Optional::Email, email).await
    }

    async fn set_optional(
        &self,
        recipient: RecipientId,
        which: Optional,
        value: Option<&str>,
    ) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        let Some(row) = locked(&transaction, recipient).await? else {
            return Ok(());
        };
        let Some(key) = self.recipient_key(&transaction, &row).await? else {
            return Ok(());
        };
        let sealed = value.map(|value| key.seal_field(field(which.column(), &recipient), value.as_bytes()));
        let mut changed = recipient::ActiveModel {
            id: Set(row.id),
            ..recipient::ActiveModel::default()
        };
        match which {
            Optional::Name => changed.sealed_name = Set(sealed),
            Optional::Email => changed.sealed_email = Set(sealed),
        }
        recipient::Entity::update(changed).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn extend_row(
        &self,
        transaction: &WriteTransaction,
        row: recipient::Model,
        until: Day,
    ) -> Result<(), VaultError> {
        if row.day >= until.number() {
            return Ok(());
        }
        let version = self.hold_day(transaction, until).await?;
        earlier_days::remember(transaction, row.id, row.day).await?;
        self.rewrap_recipient_row(transaction, row, until, version).await
    }

    /// Forgets people, except who was asked for with [`Vault::recipient`] within the last hour, and gives those of them
    /// whom the register doesn't know any more. Each day that isn't over and that their keys were ever wrapped for is marked
    /// for compaction.
    ///
    /// # Errors
    ///
    /// When the vault fails; some may be forgotten then, and the call can be repeated.
    pub(crate) async fn forget_recipients(&self, recipients: &[RecipientId]) -> Result<Vec<RecipientId>, VaultError> {
        let before = (self.clock.now() - RESERVATION).as_millis();
        let mut gone = Vec::new();
        for recipients in recipients.chunks(BATCH) {
            gone.extend(self.forget_some(recipients, before).await?);
        }
        Ok(gone)
    }

    async fn forget_some(&self, recipients: &[RecipientId], before: i64) -> Result<Vec<RecipientId>, VaultError> {
        let theirs = recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid()));
        loop {
            let look: Vec<(Uuid, i32)> = recipient::Entity::find()
                .select_only()
                .columns([recipient::Column::Id, recipient::Column::Day])
                .filter(theirs.clone())
                .filter(recipient::Column::ReservedAt.lte(before))
                .into_tuple()
                .all(self.database.reader())
                .await?;
            let mut days = earlier_days::of(self.database.reader(), look.iter().map(|(id, _)| *id)).await?;
            days.extend(look.iter().map(|(_, day)| *day));
            let transaction = self.database.write().await?;
            self.mark_days(&transaction, &days).await?;
            let known = recipient::Entity::find()
                .filter(theirs.clone())
                .order_by_asc(recipient::Column::Id)
                .lock_exclusive()
                .all(&transaction)
                .await?;
            let (reserved, due): (Vec<_>, Vec<_>) = known.into_iter().partition(|row| row.reserved_at > before);
            let mut wrapped_for = earlier_days::of(&transaction, due.iter().map(|row| row.id)).await?;
            wrapped_for.extend(due.iter().map(|row| row.day));
            // Wrapped for another day since the look: look again.
            if !wrapped_for.is_subset(&days) {
                continue;
            }
            delete(&transaction, due.iter().map(|row| row.id).collect()).await?;
            transaction.commit().await?;
            let stays = |id: &RecipientId| reserved.iter().any(|row| row.id == *id.as_uuid());
            return Ok(recipients.iter().filter(|id| !stays(id)).copied().collect());
        }
    }

    /// A person's key; `None` when the secret of their day is gone.
    pub(super) async fn recipient_key<C: ConnectionTrait>(
        &self,
        connection: &C,
        row: &recipient::Model,
    ) -> Result<Option<RecipientKey>, VaultError> {
        let from = wrapped_for(Scope::Register, row.key_version, row.day, row.secret_version)?;
        let Some(key) = self.unwrapping_key(connection, from).await? else {
            return Ok(None);
        };
        key.unwrap_recipient_key(
            &WrappedKey::from_bytes(row.wrapped_key.clone()),
            RecipientId::from_uuid(row.id),
        )
        .map(Some)
        .map_err(|_| VaultError::Damaged)
    }

    /// The blind indexes of a number, one for each version of the index key.
    fn indexes(&self, number: &Personnummer) -> Vec<(u32, BlindIndex)> {
        let kind = match number.kind() {
            PersonnummerKind::Personnummer => "personnummer",
            PersonnummerKind::Samordningsnummer => "samordningsnummer",
        };
        let keys = self.keys.index.iter();
        keys.map(|(version, key)| (*version, key.index(kind, number.expose())))
            .collect()
    }
}

pub(super) fn field<'a>(column: &'static str, recipient: &'a RecipientId) -> Field<'a> {
    Field::new("recipient", column, recipient.as_bytes())
}

async fn locked(
    transaction: &WriteTransaction,
    recipient: RecipientId,
) -> Result<Option<recipient::Model>, VaultError> {
    Ok(recipient::Entity::find_by_id(*recipient.as_uuid())
        .lock_exclusive()
        .one(transaction)
        .await?)
}

/// Deletes people with everything that the register has of them.
pub(super) async fn delete(transaction: &WriteTransaction, recipients: Vec<Uuid>) -> Result<(), DbErr> {
    earlier_days::delete_of(transaction, recipients.clone()).await?;
    recipient_index::Entity::delete_many()
        .filter(recipient_index::Column::RecipientId.is_in(recipients.clone()))
        .exec(transaction)
        .await?;
    recipient::Entity::delete_many()
        .filter(recipient::Column::Id.is_in(recipients))
        .exec(transaction)
        .await?;
    Ok(())
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
