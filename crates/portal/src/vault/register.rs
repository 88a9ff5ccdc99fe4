//! The register of persons: found through a blind index of what they are known by, their own fields sealed under their own
//! key. Who is who, and who turns out to be somebody else, is [`super::identify`]'s.

use std::collections::HashMap;
use std::time::Duration;

use base::{Day, RecipientId, Timestamp};
use keyring::{BlindIndex, Field, RecipientKey, WrappedKey};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Query,
};
use uuid::Uuid;

use super::entity::{recipient, recipient_index};
use super::wrapping::{Scope, wrapped_for};
use super::{BATCH, Vault, VaultError, earlier_days};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::recipient::RecipientIdentifier;

/// How long a person who was asked for is spared from being forgotten: longer than it takes to commit what refers to
/// them, or than they can be signed in.
const RESERVATION: Duration = Duration::from_secs(60 * 60);
/// A person's sealed fields that can be set.
#[derive(Clone, Copy)]
pub(super) enum Optional {
    Name,
    Email,
    OwnEmail,
    UnprovenEmail,
}

impl Optional {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Name => "sealed_name",
            Self::Email => "sealed_email",
            Self::OwnEmail => "sealed_own_email",
            Self::UnprovenEmail => "sealed_unproven_email",
        }
    }
}

impl Vault {
    /// Finds people by what they are known by: one answer each, in the order asked.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn find_recipients(
        &self,
        identifiers: &[RecipientIdentifier],
    ) -> Result<Vec<Option<RecipientId>>, VaultError> {
        let mut answers = Vec::with_capacity(identifiers.len());
        for identifiers in identifiers.chunks(BATCH) {
            let indexes: Vec<Vec<(u32, BlindIndex)>> = identifiers.iter().map(|it| self.indexes(it)).collect();
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
                .filter(
                    recipient::Column::SealedEmail
                        .is_not_null()
                        .or(recipient::Column::SealedOwnEmail.is_not_null()),
                )
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

    pub(super) async fn set_optional(
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
            Optional::OwnEmail => changed.sealed_own_email = Set(sealed),
            Optional::UnprovenEmail => changed.sealed_unproven_email = Set(sealed),
        }
        recipient::Entity::update(changed).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps people at least until the end of `until`; whoever is gone stays gone.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], or a failure of the vault or the provider; some may be kept then, and the call can be repeated.
    pub(crate) async fn extend_recipients(&self, recipients: &[RecipientId], until: Day) -> Result<(), VaultError> {
        for recipients in recipients.chunks(BATCH) {
            let transaction = self.database.write().await?;
            // Days come before people.
            self.hold_day(&transaction, until).await?;
            let rows = recipient::Entity::find()
                .filter(recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid())))
                .order_by_asc(recipient::Column::Id)
                .lock_exclusive()
                .all(&transaction)
                .await?;
            for row in rows {
                self.extend_row(&transaction, row, until).await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// As [`Vault::extend_recipients`] to `until`, but whoever is kept until `least` or longer stays so.
    ///
    /// # Errors
    ///
    /// As [`Vault::extend_recipients`].
    pub(crate) async fn keep_recipients(
        &self,
        recipients: &[RecipientId],
        least: Day,
        until: Day,
    ) -> Result<(), VaultError> {
        for recipients in recipients.chunks(BATCH) {
            let near: Vec<Uuid> = recipient::Entity::find()
                .select_only()
                .column(recipient::Column::Id)
                .filter(recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid())))
                .filter(recipient::Column::Day.lt(least.number()))
                .into_tuple()
                .all(self.database.reader())
                .await?;
            let near: Vec<RecipientId> = near.into_iter().map(RecipientId::from_uuid).collect();
            if !near.is_empty() {
                self.extend_recipients(&near, until).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn extend_row(
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

    /// Forgets people, except who was asked for with [`Vault::recipient`] within the last hour before `now` and by the vault's own clock, and whoever somebody was
    /// linked to who is not forgotten yet; gives those of them
    /// whom the register doesn't know any more. The ledger tells of each before they are deleted. Each day that isn't over and that their keys were ever wrapped for is marked
    /// for compaction.
    ///
    /// # Errors
    ///
    /// When the vault or the ledger fails; some may be forgotten then, and the call can be repeated.
    pub(crate) async fn forget_recipients(
        &self,
        recipients: &[RecipientId],
        now: Timestamp,
    ) -> Result<Vec<RecipientId>, VaultError> {
        let over = self.over(now);
        let mut gone = Vec::new();
        for recipients in recipients.chunks(BATCH) {
            gone.extend(self.forget_some(recipients, over).await?);
        }
        Ok(gone)
    }

    /// How many of these people [`Vault::forget_recipients`] would forget now.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn count_forgettable(
        &self,
        recipients: &[RecipientId],
        now: Timestamp,
    ) -> Result<u64, VaultError> {
        let over = self.over(now);
        let mut count = 0;
        for recipients in recipients.chunks(BATCH) {
            count += forgettable(recipients, over).count(self.database.reader()).await?;
        }
        Ok(count)
    }

    /// Which reservations are over. A clock that is far ahead ends none, and neither does one that was put back: they are written by it. What
    /// one wrote that was far ahead, and is right again, keeps nobody for as long as that.
    fn over(&self, now: Timestamp) -> Over {
        let clock = self.clock.now();
        Over {
            until: (now.min(clock) - RESERVATION).as_millis(),
            after: (now.max(clock) + RESERVATION).as_millis(),
        }
    }

    async fn forget_some(&self, recipients: &[RecipientId], over: Over) -> Result<Vec<RecipientId>, VaultError> {
        let theirs = recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid()));
        loop {
            let look: Vec<(Uuid, i32)> = forgettable(recipients, over)
                .select_only()
                .columns([recipient::Column::Id, recipient::Column::Day])
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
            let linked: Vec<Option<Uuid>> = recipient::Entity::find()
                .select_only()
                .column(recipient::Column::LinkedTo)
                .filter(recipient::Column::LinkedTo.is_in(known.iter().map(|row| row.id)))
                .into_tuple()
                .all(&transaction)
                .await?;
            let (stay, go): (Vec<_>, Vec<_>) = known
                .into_iter()
                .partition(|row| !over.is(row.reserved_at) || linked.contains(&Some(row.id)));
            let mut wrapped_for = earlier_days::of(&transaction, go.iter().map(|row| row.id)).await?;
            wrapped_for.extend(go.iter().map(|row| row.day));
            // Wrapped for another day since the look: look again.
            if !wrapped_for.is_subset(&days) {
                continue;
            }
            let people = go.iter().map(|row| RecipientId::from_uuid(row.id));
            let entries: Vec<LedgerEntry> = people.map(LedgerEntry::Forgotten).collect();
            self.tell(&transaction, &entries).await?;
            delete(&transaction, go.iter().map(|row| row.id).collect()).await?;
            transaction.commit().await?;
            let stays = |id: &RecipientId| stay.iter().any(|row| row.id == *id.as_uuid());
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

    /// The blind indexes of what somebody is known by, one for each version of the index key.
    pub(super) fn indexes(&self, identifier: &RecipientIdentifier) -> Vec<(u32, BlindIndex)> {
        self.in_each_version(identifier.index_kind(), &identifier.indexed())
    }
}

/// Which reservations are over: those made until then, and those made after what can have been.
#[derive(Clone, Copy)]
struct Over {
    until: i64,
    after: i64,
}

impl Over {
    const fn is(self, reserved_at: i64) -> bool {
        reserved_at <= self.until || reserved_at > self.after
    }
}

/// Those of these people for whom nobody has asked lately, and to whom nobody is linked.
fn forgettable(recipients: &[RecipientId], over: Over) -> Select<recipient::Entity> {
    let mut linked = Query::select();
    linked
        .column(recipient::Column::LinkedTo)
        .from(recipient::Entity)
        .and_where(recipient::Column::LinkedTo.is_not_null());
    recipient::Entity::find()
        .filter(recipient::Column::Id.is_in(recipients.iter().map(|id| *id.as_uuid())))
        .filter(recipient::Column::Id.not_in_subquery(linked))
        .filter(recipient::Column::ReservedAt.not_between(over.until + 1, over.after))
}

pub(super) fn field<'a>(column: &'static str, recipient: &'a RecipientId) -> Field<'a> {
    Field::new("recipient", column, recipient.as_bytes())
}

pub(super) async fn locked(
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
