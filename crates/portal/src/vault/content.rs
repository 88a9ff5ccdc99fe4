//! Content keys: one for each message and document.

use std::collections::{BTreeSet, HashMap};

use base::{DataRequestId, Day, DocumentId, MessageId, OrganisationId};
use keyring::{ContentKey, ContentOwner, WrappedKey};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::content_key;
use super::wrapping::{Scope, WrappedFor, column, wrapped_for};
use super::{BATCH, Vault, VaultError, content_rows, organisation};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::provider::DaySecretName;

impl Vault {
    /// Makes a fresh key for each owner, wrapped for `day`, and commits them before any is handed out.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], [`VaultError::NoOrganisationKey`], or a failure of the vault or the provider; also when an
    /// owner has a key already, since a key is never used for a second attempt.
    pub(crate) async fn new_content_keys(
        &self,
        organisation: OrganisationId,
        owners: &[ContentOwner],
        day: Day,
    ) -> Result<Vec<ContentKey>, VaultError> {
        let transaction = self.database.write().await?;
        let version = self.hold_day(&transaction, day).await?;
        let scope = Scope::Organisation(organisation);
        // Nobody destroys the organisation's key until these stand: what it wraps would stay behind.
        organisation::keep_key(&transaction, organisation).await?;
        let to = WrappedFor {
            scope,
            key_version: self.newest_version(&transaction, scope).await?,
            secret: DaySecretName { day, version },
        };
        let wrapping = self.wrapping_key(&transaction, to).await?;
        let keys: Vec<ContentKey> = owners
            .iter()
            .map(|&owner| ContentKey::generate(organisation, owner))
            .collect();
        for keys in keys.chunks(BATCH) {
            let rows = keys
                .iter()
                .map(|key| {
                    Ok(content_key::ActiveModel {
                        owner_id: Set(owner_uuid(key.content())),
                        organisation_id: Set(*organisation.as_uuid()),
                        key_version: Set(column(to.key_version)?),
                        day: Set(day.number()),
                        secret_version: Set(column(version)?),
                        wrapped_key: Set(wrapping.wrap_content_key(key).into_bytes()),
                    })
                })
                .collect::<Result<Vec<_>, VaultError>>()?;
            content_key::Entity::insert_many(rows)
                .exec_without_returning(&transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(keys)
    }

    /// The key of a message or document; `None` when it was destroyed, its day's secret is gone, or it is another
    /// organisation's.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn content_key(
        &self,
        organisation: OrganisationId,
        owner: ContentOwner,
    ) -> Result<Option<ContentKey>, VaultError> {
        let rows = content_rows::find(self.database.reader(), [owner_uuid(owner)]).await?;
        match rows.get(&owner_uuid(owner)) {
            Some(row) => self.unwrap_content_row(row, organisation, owner).await,
            None => Ok(None),
        }
    }

    /// As [`Vault::content_key`] for many: one answer each, in the order asked. One damaged key is logged and answered as
    /// if it were gone, so that it doesn't take the others with it.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn content_keys(
        &self,
        owners: &[(OrganisationId, ContentOwner)],
    ) -> Result<Vec<Option<ContentKey>>, VaultError> {
        let mut keys = Vec::with_capacity(owners.len());
        for owners in owners.chunks(BATCH) {
            let uuids = owners.iter().map(|(_, owner)| owner_uuid(*owner));
            let rows = content_rows::find(self.database.reader(), uuids).await?;
            for &(organisation, owner) in owners {
                let key = match rows.get(&owner_uuid(owner)) {
                    None => None,
                    Some(row) => match self.unwrap_content_row(row, organisation, owner).await {
                        Err(VaultError::Damaged) => {
                            tracing::error!(?organisation, ?owner, "a content key in the vault is damaged");
                            None
                        }
                        other => other?,
                    },
                };
                keys.push(key);
            }
        }
        Ok(keys)
    }

    async fn unwrap_content_row(
        &self,
        row: &content_key::Model,
        organisation: OrganisationId,
        owner: ContentOwner,
    ) -> Result<Option<ContentKey>, VaultError> {
        if row.organisation_id != *organisation.as_uuid() {
            return Ok(None);
        }
        let from = content_wrapped_for(row)?;
        if let Some(key) = self.unwrapping_key(self.database.reader(), from).await? {
            return unwrap(&key, row, organisation, owner).map(Some);
        }
        // A compaction may have wrapped it for a newer secret since the row was read.
        let rows = content_rows::find(self.database.reader(), [row.owner_id]).await?;
        let Some(row) = rows.get(&row.owner_id) else {
            return Ok(None);
        };
        let again = content_wrapped_for(row)?;
        if again == from {
            return Ok(None);
        }
        match self.unwrapping_key(self.database.reader(), again).await? {
            Some(key) => unwrap(&key, row, organisation, owner).map(Some),
            None => Ok(None),
        }
    }

    /// Whether any of these keys is there.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn has_content_keys(&self, owners: &[ContentOwner]) -> Result<bool, VaultError> {
        Ok(!self.content_days(&sorted(owners)).await?.is_empty())
    }

    /// Destroys keys, after the ledger tells of them; fine when they are gone already. Days that aren't over are marked for
    /// compaction.
    ///
    /// # Errors
    ///
    /// When the vault or the ledger fails; then all of the keys still exist, or (if the connection broke) none.
    pub(crate) async fn destroy_content_keys(&self, owners: &[ContentOwner]) -> Result<(), VaultError> {
        let kinds = owners.iter().map(|owner| (owner_uuid(*owner), *owner)).collect();
        self.destroy_rows(&sorted(owners), Some(&kinds)).await
    }

    /// Destroys keys of which the ledger tells already.
    ///
    /// # Errors
    ///
    /// As [`Vault::destroy_content_keys`].
    pub(crate) async fn destroy_as_told(&self, owners: &[ContentOwner]) -> Result<(), VaultError> {
        self.destroy_rows(&sorted(owners), None).await
    }

    /// Destroys the keys of these owners, which are sorted. The ledger is told of them by their kinds, or tells already when there are none.
    pub(super) async fn destroy_rows(
        &self,
        owners: &[Uuid],
        untold: Option<&HashMap<Uuid, ContentOwner>>,
    ) -> Result<(), VaultError> {
        loop {
            let days = self.content_days(owners).await?;
            if days.is_empty() {
                // They are gone, as in each round while their blobs can't be deleted: no other writer waits for that.
                return Ok(());
            }
            let transaction = self.database.write().await?;
            self.mark_days(&transaction, &days).await?;
            let rows = locked_days(&transaction, owners).await?;
            // Wrapped for another day since the look: look again.
            if rows.iter().any(|(_, day)| !days.contains(day)) {
                continue;
            }
            if let Some(kinds) = untold {
                let entries = rows.iter().filter_map(|(owner, _)| kinds.get(owner).copied());
                let entries: Vec<LedgerEntry> = entries.map(LedgerEntry::Purged).collect();
                self.tell(&transaction, &entries).await?;
            }
            for rows in rows.chunks(BATCH) {
                content_key::Entity::delete_many()
                    .filter(content_key::Column::OwnerId.is_in(rows.iter().map(|(owner, _)| *owner)))
                    .exec(&transaction)
                    .await?;
            }
            return Ok(transaction.commit().await?);
        }
    }

    /// Wraps keys for another day, earlier or later, and marks the days that they leave for compaction: remnants of the
    /// wrapping before open with the secret of the day that was left, also when the key is destroyed before the new one.
    /// It is called for few keys (an upload that went on past midnight, a change of an organisation's retention), so marking at
    /// once is cheaper than remembering.
    /// Keys that are gone stay gone.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], or a failure of the vault or the provider; nothing is changed then.
    pub(crate) async fn rewrap_content_keys(&self, owners: &[ContentOwner], day: Day) -> Result<(), VaultError> {
        self.move_content_keys(owners, day, |left| left != day.number()).await
    }

    /// As [`Vault::rewrap_content_keys`], but those that are wrapped for a later day stay there.
    ///
    /// # Errors
    ///
    /// As [`Vault::rewrap_content_keys`].
    pub(crate) async fn extend_content_keys(&self, owners: &[ContentOwner], day: Day) -> Result<(), VaultError> {
        self.move_content_keys(owners, day, |left| left < day.number()).await
    }

    /// As [`Vault::extend_content_keys`] to `until`, but those that are wrapped for `least` or a later day stay there.
    ///
    /// # Errors
    ///
    /// As [`Vault::rewrap_content_keys`].
    pub(crate) async fn keep_content_keys(
        &self,
        owners: &[ContentOwner],
        least: Day,
        until: Day,
    ) -> Result<(), VaultError> {
        let days = self.content_days(&sorted(owners)).await?;
        if days.iter().all(|day| *day >= least.number()) {
            return Ok(());
        }
        self.move_content_keys(owners, until, |left| left < least.number())
            .await
    }

    /// The next so many owners of keys after an id, in the order of the ids.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn content_owners_after(&self, after: Uuid, limit: usize) -> Result<Vec<Uuid>, VaultError> {
        let owners = content_key::Entity::find()
            .select_only()
            .column(content_key::Column::OwnerId)
            .filter(content_key::Column::OwnerId.gt(after))
            .order_by_asc(content_key::Column::OwnerId)
            .limit(limit as u64)
            .into_tuple()
            .all(self.database.reader());
        Ok(owners.await?)
    }

    /// What these owners of keys are, as far as their keys open. One whose day is over opens no more, and goes with its day.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn kinds_of(&self, owners: &BTreeSet<Uuid>) -> Result<Vec<ContentOwner>, VaultError> {
        let rows = content_rows::find(self.database.reader(), owners.iter().copied()).await?;
        let mut kinds = Vec::with_capacity(rows.len());
        for row in rows.into_values() {
            let organisation = OrganisationId::from_uuid(row.organisation_id);
            let from = content_wrapped_for(&row)?;
            if let Some(key) = self.unwrapping_key(self.database.reader(), from).await?
                && let Some(content) = unwrap_as_either(&key, row.wrapped_key, organisation, row.owner_id)
            {
                kinds.push(content.content());
            }
        }
        Ok(kinds)
    }

    /// Those of these messages whose keys are gone.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn messages_without_keys(
        &self,
        messages: &[MessageId],
    ) -> Result<BTreeSet<MessageId>, VaultError> {
        let mut gone: BTreeSet<MessageId> = messages.iter().copied().collect();
        for messages in messages.chunks(BATCH) {
            let uuids = messages.iter().map(|message| *message.as_uuid());
            for owner in content_rows::find(self.database.reader(), uuids).await?.keys() {
                gone.remove(&MessageId::from_uuid(*owner));
            }
        }
        Ok(gone)
    }

    /// `moves` says of a day whether keys leave it.
    async fn move_content_keys(
        &self,
        owners: &[ContentOwner],
        day: Day,
        moves: impl Fn(i32) -> bool + Send + Sync,
    ) -> Result<(), VaultError> {
        let owners = sorted(owners);
        loop {
            let days = self.content_days(&owners).await?;
            let (earlier, later): (BTreeSet<i32>, BTreeSet<i32>) = days
                .into_iter()
                .filter(|left| moves(*left))
                .partition(|left| *left < day.number());
            let transaction = self.database.write().await?;
            // In the order of the days, as everybody locks them.
            self.mark_days(&transaction, &earlier).await?;
            let version = self.hold_day(&transaction, day).await?;
            self.mark_days(&transaction, &later).await?;
            let rows = locked(&transaction, &owners).await?;
            let marked = |left| !moves(left) || earlier.contains(&left) || later.contains(&left);
            // Wrapped for another day since the look: look again.
            if rows.iter().any(|row| !marked(row.day)) {
                continue;
            }
            for row in rows.into_iter().filter(|row| moves(row.day)) {
                self.rewrap_content_row(&transaction, row, day, version).await?;
            }
            return Ok(transaction.commit().await?);
        }
    }

    /// The days that these owners' keys are wrapped for at present.
    async fn content_days(&self, owners: &[Uuid]) -> Result<BTreeSet<i32>, VaultError> {
        let mut days = BTreeSet::new();
        for owners in owners.chunks(BATCH) {
            let found: Vec<i32> = content_key::Entity::find()
                .select_only()
                .column(content_key::Column::Day)
                .distinct()
                .filter(content_key::Column::OwnerId.is_in(owners.to_vec()))
                .into_tuple()
                .all(self.database.reader())
                .await?;
            days.extend(found);
        }
        Ok(days)
    }
}

fn sorted(owners: &[ContentOwner]) -> Vec<Uuid> {
    let mut owners: Vec<Uuid> = owners.iter().map(|owner| owner_uuid(*owner)).collect();
    owners.sort_unstable();
    owners
}

/// The owners of these who have a key, sorted and locked in their order, with the days that their keys are wrapped for.
async fn locked_days(transaction: &WriteTransaction, owners: &[Uuid]) -> Result<Vec<(Uuid, i32)>, VaultError> {
    let mut rows = Vec::new();
    for owners in owners.chunks(BATCH) {
        let found: Vec<(Uuid, i32)> = content_key::Entity::find()
            .select_only()
            .columns([content_key::Column::OwnerId, content_key::Column::Day])
            .filter(content_key::Column::OwnerId.is_in(owners.to_vec()))
            .order_by_asc(content_key::Column::OwnerId)
            .lock_exclusive()
            .into_tuple()
            .all(transaction)
            .await?;
        rows.extend(found);
    }
    Ok(rows)
}

/// The rows of these owners, sorted, locked in their order.
async fn locked(transaction: &WriteTransaction, owners: &[Uuid]) -> Result<Vec<content_key::Model>, VaultError> {
    let mut rows = Vec::new();
    for owners in owners.chunks(BATCH) {
        let found = content_key::Entity::find()
            .filter(content_key::Column::OwnerId.is_in(owners.to_vec()))
            .order_by_asc(content_key::Column::OwnerId)
            .lock_exclusive()
            .all(transaction)
            .await?;
        rows.extend(found);
    }
    Ok(rows)
}

fn unwrap(
    key: &keyring::WrappingKey,
    row: &content_key::Model,
    organisation: OrganisationId,
    owner: ContentOwner,
) -> Result<ContentKey, VaultError> {
    let wrapped = WrappedKey::from_bytes(row.wrapped_key.clone());
    key.unwrap_content_key(&wrapped, organisation, owner)
        .map_err(|_| VaultError::Damaged)
}

fn content_wrapped_for(row: &content_key::Model) -> Result<WrappedFor, VaultError> {
    let scope = Scope::Organisation(OrganisationId::from_uuid(row.organisation_id));
    wrapped_for(scope, row.key_version, row.day, row.secret_version)
}

/// Whose a key is is told by which of them it opens as.
pub(super) fn unwrap_as_either(
    key: &keyring::WrappingKey,
    wrapped: Vec<u8>,
    organisation: OrganisationId,
    owner: Uuid,
) -> Option<ContentKey> {
    let wrapped = WrappedKey::from_bytes(wrapped);
    let owners = [
        ContentOwner::Message(MessageId::from_uuid(owner)),
        ContentOwner::Document(DocumentId::from_uuid(owner)),
        ContentOwner::Request(DataRequestId::from_uuid(owner)),
    ];
    owners
        .into_iter()
        .find_map(|owner| key.unwrap_content_key(&wrapped, organisation, owner).ok())
}

fn owner_uuid(owner: ContentOwner) -> Uuid {
    Uuid::from_bytes(*owner.id())
}
