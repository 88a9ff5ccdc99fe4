//! The keys of register extracts: one each, wrapped for the day on which the extract ends, which never moves.

use std::collections::BTreeSet;

use base::{Day, RegisterExtractId};
use keyring::{ExtractKey, WrappedKey};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::extract_key;
use super::wrapping::{Scope, WrappedFor, column, wrapped_for};
use super::{BATCH, Vault, VaultError};
use crate::provider::{DaySecretName, SecretVersion};

impl Vault {
    /// Makes the key of an extract, wrapped for `day`, and commits it before it is handed out.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`], or a failure of the vault or the provider; also when the extract has a key already, since a key
    /// is never used for a second attempt.
    pub(crate) async fn new_extract_key(&self, extract: RegisterExtractId, day: Day) -> Result<ExtractKey, VaultError> {
        let transaction = self.database.write().await?;
        let version = self.hold_day(&transaction, day).await?;
        let to = WrappedFor {
            scope: Scope::Register,
            key_version: self.newest_version(&transaction, Scope::Register).await?,
            secret: DaySecretName { day, version },
        };
        let wrapping = self.wrapping_key(&transaction, to).await?;
        let key = ExtractKey::generate(extract);
        let row = extract_key::ActiveModel {
            extract_id: Set(*extract.as_uuid()),
            key_version: Set(column(to.key_version)?),
            day: Set(day.number()),
            secret_version: Set(column(version)?),
            wrapped_key: Set(wrapping.wrap_extract_key(&key).into_bytes()),
        };
        extract_key::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// The key of an extract; `None` when it was destroyed or its day's secret is gone.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn extract_key(&self, extract: RegisterExtractId) -> Result<Option<ExtractKey>, VaultError> {
        let connection = self.database.reader();
        let mut tried = None;
        // A compaction may wrap it for a newer secret between the look at the row and the look for the secret.
        loop {
            let row = extract_key::Entity::find_by_id(*extract.as_uuid())
                .one(connection)
                .await?;
            let Some(row) = row else { return Ok(None) };
            let from = row_wrapped_for(&row)?;
            if let Some(key) = self.unwrapping_key(connection, from).await? {
                let opened = key.unwrap_extract_key(&WrappedKey::from_bytes(row.wrapped_key), extract);
                return opened.map(Some).map_err(|_| VaultError::Damaged);
            }
            if tried == Some(from) {
                return Ok(None);
            }
            tried = Some(from);
        }
    }

    /// Destroys the keys of extracts; fine when they are gone already. Days that aren't over are marked for compaction.
    ///
    /// # Errors
    ///
    /// When the vault fails; the call can be repeated.
    pub(crate) async fn destroy_extract_keys(&self, extracts: &[RegisterExtractId]) -> Result<(), VaultError> {
        for extracts in extracts.chunks(BATCH) {
            let theirs = extract_key::Column::ExtractId.is_in(extracts.iter().map(|extract| *extract.as_uuid()));
            let days: Vec<i32> = extract_key::Entity::find()
                .select_only()
                .column(extract_key::Column::Day)
                .distinct()
                .filter(theirs.clone())
                .into_tuple()
                .all(self.database.reader())
                .await?;
            if days.is_empty() {
                continue;
            }
            let transaction = self.database.write().await?;
            self.mark_days(&transaction, &BTreeSet::from_iter(days)).await?;
            // In one order, so that two nodes can't wait for each other.
            extract_key::Entity::find()
                .filter(theirs.clone())
                .order_by_asc(extract_key::Column::ExtractId)
                .lock_exclusive()
                .all(&transaction)
                .await?;
            extract_key::Entity::delete_many()
                .filter(theirs)
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Wraps one key for another secret of its day. Deletes the row when its secret is gone, since nothing opens it.
    pub(super) async fn rewrap_extract_row<C: ConnectionTrait>(
        &self,
        connection: &C,
        row: extract_key::Model,
        day: Day,
        version: SecretVersion,
    ) -> Result<(), VaultError> {
        let from = row_wrapped_for(&row)?;
        let Some(key) = self.unwrapping_key(connection, from).await? else {
            extract_key::Entity::delete_by_id(row.extract_id)
                .exec(connection)
                .await?;
            return Ok(());
        };
        let extract = RegisterExtractId::from_uuid(row.extract_id);
        let own = key
            .unwrap_extract_key(&WrappedKey::from_bytes(row.wrapped_key), extract)
            .map_err(|_| VaultError::Damaged)?;
        let to = WrappedFor {
            secret: DaySecretName { day, version },
            ..from
        };
        let wrapped = self.wrapping_key(connection, to).await?.wrap_extract_key(&own);
        extract_key::Entity::update_many()
            .col_expr(extract_key::Column::SecretVersion, Expr::value(column(version)?))
            .col_expr(extract_key::Column::WrappedKey, Expr::value(wrapped.into_bytes()))
            .filter(extract_key::Column::ExtractId.eq(row.extract_id))
            .exec(connection)
            .await?;
        Ok(())
    }
}

fn row_wrapped_for(row: &extract_key::Model) -> Result<WrappedFor, VaultError> {
    wrapped_for(Scope::Register, row.key_version, row.day, row.secret_version)
}
