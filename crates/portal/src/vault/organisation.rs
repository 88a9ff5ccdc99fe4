//! Organisations' keys: made with the organisation, destroyed when nothing is left that they wrap.

use base::OrganisationId;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::entity::{content_key, organisation_key};
use super::wrapping::column;
use super::{BATCH, Vault, VaultError};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;

impl Vault {
    /// Makes an organisation's key; does nothing when it has one.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn create_organisation_key(&self, organisation: OrganisationId) -> Result<(), VaultError> {
        const FIRST_VERSION: u32 = 1;
        let key = keyring::OrganisationKey::generate();
        let wrapped = self
            .provider
            .wrap_organisation_key(&key, organisation, FIRST_VERSION)
            .await?;
        let row = organisation_key::ActiveModel {
            organisation_id: Set(*organisation.as_uuid()),
            version: Set(column(FIRST_VERSION)?),
            root_version: Set(column(wrapped.root_version)?),
            wrapped_key: Set(wrapped.key.into_bytes()),
        };
        let first = [
            organisation_key::Column::OrganisationId,
            organisation_key::Column::Version,
        ];
        let transaction = self.database.write().await?;
        organisation_key::Entity::insert(row)
            .on_conflict_do_nothing_on(first)
            .exec_without_returning(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Destroys an organisation's key, after the ledger tells of it, unless it still has content keys: then it says `false`. Fine when the
    /// key is gone already.
    ///
    /// # Errors
    ///
    /// When the vault or the ledger fails; then the key still exists, or (if the connection broke) it does not.
    pub(crate) async fn destroy_organisation_key(&self, organisation: OrganisationId) -> Result<bool, VaultError> {
        if has_content_keys(self.database.reader(), organisation).await? {
            return Ok(false);
        }
        let transaction = self.database.write().await?;
        let keys = organisation_keys(organisation)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        if keys.is_empty() {
            return Ok(true);
        }
        // Again, now that no other can be made.
        if has_content_keys(&transaction, organisation).await? {
            return Ok(false);
        }
        self.tell(&transaction, &[LedgerEntry::OrganisationErased(organisation)])
            .await?;
        delete_organisation_key(&transaction, organisation).await?;
        transaction.commit().await?;
        self.recent.forget_organisation_keys();
        Ok(true)
    }

    /// How many content keys an organisation has.
    ///
    /// # Errors
    ///
    /// When the vault's database fails.
    pub(crate) async fn count_content_keys_of(&self, organisation: OrganisationId) -> Result<u64, VaultError> {
        Ok(content_keys_of(organisation).count(self.database.reader()).await?)
    }

    /// Destroys an organisation's key of which the ledger tells that it is, and whatever content keys there are of it in this copy. Can be
    /// repeated.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn destroy_organisation_as_told(&self, organisation: OrganisationId) -> Result<(), VaultError> {
        loop {
            let owners: Vec<Uuid> = content_keys_of(organisation)
                .select_only()
                .column(content_key::Column::OwnerId)
                .order_by_asc(content_key::Column::OwnerId)
                .limit(BATCH as u64)
                .into_tuple()
                .all(self.database.reader())
                .await?;
            if owners.is_empty() {
                break;
            }
            self.destroy_rows(&owners, None).await?;
        }
        let transaction = self.database.write().await?;
        delete_organisation_key(&transaction, organisation).await?;
        transaction.commit().await?;
        self.recent.forget_organisation_keys();
        Ok(())
    }
}

/// Has nobody destroy an organisation's key until the transaction ends.
pub(super) async fn keep_key(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    let keys = organisation_keys(organisation).lock(LockType::KeyShare);
    keys.all(transaction).await?;
    Ok(())
}

fn organisation_keys(organisation: OrganisationId) -> Select<organisation_key::Entity> {
    let column = organisation_key::Column::OrganisationId;
    organisation_key::Entity::find().filter(column.eq(*organisation.as_uuid()))
}

async fn delete_organisation_key(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    let column = organisation_key::Column::OrganisationId;
    let keys = organisation_key::Entity::delete_many().filter(column.eq(*organisation.as_uuid()));
    keys.exec(transaction).await?;
    Ok(())
}

fn content_keys_of(organisation: OrganisationId) -> Select<content_key::Entity> {
    let column = content_key::Column::OrganisationId;
    content_key::Entity::find().filter(column.eq(*organisation.as_uuid()))
}

async fn has_content_keys(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<bool, DbErr> {
    Ok(content_keys_of(organisation).one(on).await?.is_some())
}
