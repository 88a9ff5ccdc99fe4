//! Days: which secret a day's keys are wrapped for.
//!
//! A transaction that wraps for a day *holds* it: on PostgreSQL by a shared lock on the day's row, on SQLite because
//! writers queue. Ending a day, and giving it a new secret, change that row, so neither happens in the middle of wrapping.
//!
//! Locks are taken in one order, so that nobody waits in a circle: days before what is wrapped for them, days by number,
//! keys and people by id.

use std::collections::BTreeSet;

use base::{Day, OrganisationId, RecipientId};
use keyring::WrappedKey;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::content::unwrap_as_either;
use super::entity::{content_key, day, extract_key, recipient};
use super::wrapping::{Scope, WrappedFor, column, number, wrapped_for};
use super::{BATCH, Vault, VaultError};
use crate::provider::{DaySecretName, SecretVersion};

/// The version of a day's first secret.
const FIRST_VERSION: SecretVersion = 1;

impl Vault {
    /// Makes the secrets of the days from today until `last` where they are missing.
    ///
    /// # Errors
    ///
    /// When the key provider can't store them.
    pub(crate) async fn prepare_days(&self, last: Day) -> Result<(), VaultError> {
        let existing: BTreeSet<Day> = self
            .provider
            .day_secrets()
            .await?
            .into_iter()
            .map(|name| name.day)
            .collect();
        let mut day = self.first_open_day(self.database.reader()).await?;
        while day <= last {
            if !existing.contains(&day) {
                let name = DaySecretName {
                    day,
                    version: FIRST_VERSION,
                };
                self.provider.find_or_create_day_secret(name).await?;
            }
            day = day.plus_days(1);
        }
        Ok(())
    }

    /// Gives marked days a new secret, wraps what still lives in them for it, and destroys the old one: then remnants of
    /// what was destroyed before its day don't open either. Gives the days whose old secret was destroyed now. Can be
    /// repeated at any point, and finishes what was interrupted.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails; everything that lives still opens.
    pub(crate) async fn compact_marked_days(&self) -> Result<Vec<Day>, VaultError> {
        let marked = day::Entity::find()
            .filter(day::Column::Marked.eq(true))
            .filter(day::Column::Over.eq(false))
            .all(self.database.reader())
            .await?;
        for row in marked {
            let next = DaySecretName {
                day: Day::from_number(row.number),
                version: number(row.secret_version)? + 1,
            };
            self.provider.find_or_create_day_secret(next).await?;
            let transaction = self.database.write().await?;
            day::Entity::update_many()
                .col_expr(day::Column::SecretVersion, Expr::value(column(next.version)?))
                .col_expr(day::Column::Marked, Expr::value(false))
                .filter(day::Column::Number.eq(row.number))
                .filter(day::Column::SecretVersion.eq(row.secret_version))
                .filter(day::Column::Over.eq(false))
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
        }

        let mut compacted = BTreeSet::new();
        for name in self.provider.day_secrets().await? {
            let row = day::Entity::find_by_id(name.day.number())
                .one(self.database.reader())
                .await?;
            let Some(row) = row.filter(|row| !row.over) else {
                continue;
            };
            if name.version < number(row.secret_version)? {
                while self.rewrap_some(name).await? {}
                self.provider.destroy_day_secret(name).await?;
                self.recent.forget_wrapping_keys();
                compacted.insert(name.day);
            }
        }
        Ok(compacted.into_iter().collect())
    }

    /// Wraps a batch of what is wrapped for an old secret of a day for its newest; `false` when nothing was left.
    async fn rewrap_some(&self, old: DaySecretName) -> Result<bool, VaultError> {
        let transaction = self.database.write().await?;
        let version = self.hold_day(&transaction, old.day).await?;
        let (day, secret_version) = (old.day.number(), column(old.version)?);
        let contents = content_key::Entity::find()
            .filter(content_key::Column::Day.eq(day))
            .filter(content_key::Column::SecretVersion.eq(secret_version))
            .order_by_asc(content_key::Column::OwnerId)
            .limit(BATCH as u64)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        let people = recipient::Entity::find()
            .filter(recipient::Column::Day.eq(day))
            .filter(recipient::Column::SecretVersion.eq(secret_version))
            .order_by_asc(recipient::Column::Id)
            .limit(BATCH as u64)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        let extracts = extract_key::Entity::find()
            .filter(extract_key::Column::Day.eq(day))
            .filter(extract_key::Column::SecretVersion.eq(secret_version))
            .order_by_asc(extract_key::Column::ExtractId)
            .limit(BATCH as u64)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        let found = !contents.is_empty() || !people.is_empty() || !extracts.is_empty();
        for row in contents {
            self.rewrap_content_row(&transaction, row, old.day, version).await?;
        }
        for row in people {
            self.rewrap_recipient_row(&transaction, row, old.day, version).await?;
        }
        for row in extracts {
            self.rewrap_extract_row(&transaction, row, old.day, version).await?;
        }
        transaction.commit().await?;
        Ok(found)
    }

    /// Wraps one content key for another secret. Deletes the row when its secret is gone, since nothing opens it.
    pub(super) async fn rewrap_content_row<C: ConnectionTrait>(
        &self,
        connection: &C,
        row: content_key::Model,
        day: Day,
        version: SecretVersion,
    ) -> Result<(), VaultError> {
        let organisation = OrganisationId::from_uuid(row.organisation_id);
        let from = wrapped_for(
            Scope::Organisation(organisation),
            row.key_version,
            row.day,
            row.secret_version,
        )?;
        let to = WrappedFor {
            secret: DaySecretName { day, version },
            ..from
        };
        let Some(key) = self.unwrapping_key(connection, from).await? else {
            content_key::Entity::delete_by_id(row.owner_id).exec(connection).await?;
            return Ok(());
        };
        let content = unwrap_as_either(&key, row.wrapped_key, organisation, row.owner_id).ok_or(VaultError::Damaged)?;
        let wrapped = self.wrapping_key(connection, to).await?.wrap_content_key(&content);
        content_key::Entity::update_many()
            .col_expr(content_key::Column::Day, Expr::value(day.number()))
            .col_expr(content_key::Column::SecretVersion, Expr::value(column(version)?))
            .col_expr(content_key::Column::WrappedKey, Expr::value(wrapped.into_bytes()))
            .filter(content_key::Column::OwnerId.eq(row.owner_id))
            .exec(connection)
            .await?;
        Ok(())
    }

    /// Wraps one recipient's key for another secret; leaves the row alone when its secret is gone.
    pub(super) async fn rewrap_recipient_row<C: ConnectionTrait>(
        &self,
        connection: &C,
        row: recipient::Model,
        day: Day,
        version: SecretVersion,
    ) -> Result<(), VaultError> {
        let from = wrapped_for(Scope::Register, row.key_version, row.day, row.secret_version)?;
        let to = WrappedFor {
            secret: DaySecretName { day, version },
            ..from
        };
        let Some(key) = self.unwrapping_key(connection, from).await? else {
            return Ok(());
        };
        let own = key
            .unwrap_recipient_key(&WrappedKey::from_bytes(row.wrapped_key), RecipientId::from_uuid(row.id))
            .map_err(|_| VaultError::Damaged)?;
        let wrapped = self.wrapping_key(connection, to).await?.wrap_recipient_key(&own);
        recipient::Entity::update_many()
            .col_expr(recipient::Column::Day, Expr::value(day.number()))
            .col_expr(recipient::Column::SecretVersion, Expr::value(column(version)?))
            .col_expr(recipient::Column::WrappedKey, Expr::value(wrapped.into_bytes()))
            .filter(recipient::Column::Id.eq(row.id))
            .exec(connection)
            .await?;
        Ok(())
    }

    /// Holds a day until the transaction ends, and gives the version of its secret to wrap for.
    ///
    /// # Errors
    ///
    /// [`VaultError::DayOver`] when the day is over by the clock, or ever was.
    pub(super) async fn hold_day<C: ConnectionTrait>(
        &self,
        connection: &C,
        day: Day,
    ) -> Result<SecretVersion, VaultError> {
        insert_day(connection, day).await?;
        let row = day::Entity::find_by_id(day.number())
            .lock_shared()
            .one(connection)
            .await?
            .ok_or(VaultError::Damaged)?;
        if day < self.first_open_day(connection).await? {
            return Err(VaultError::DayOver);
        }
        number(row.secret_version)
    }

    /// The first day that isn't over, by the clock and by what was destroyed.
    pub(super) async fn first_open_day<C: ConnectionTrait>(&self, connection: &C) -> Result<Day, VaultError> {
        let last_over = day::Entity::find()
            .filter(day::Column::Over.eq(true))
            .order_by_desc(day::Column::Number)
            .one(connection)
            .await?;
        let today = self.clock.now().day();
        Ok(last_over.map_or(today, |row| today.max(Day::from_number(row.number).plus_days(1))))
    }

    /// Marks days for compaction, since something wrapped for them is destroyed before they are over. It locks the days, so
    /// it comes before the caller locks what is wrapped for them.
    pub(super) async fn mark_days<C: ConnectionTrait>(
        &self,
        connection: &C,
        days: &BTreeSet<i32>,
    ) -> Result<(), VaultError> {
        if days.is_empty() {
            return Ok(());
        }
        let days = days.iter().copied();
        day::Entity::find()
            .filter(day::Column::Number.is_in(days.clone()))
            .order_by_asc(day::Column::Number)
            .lock_exclusive()
            .all(connection)
            .await?;
        day::Entity::update_many()
            .col_expr(day::Column::Marked, Expr::value(true))
            .filter(day::Column::Number.is_in(days))
            .filter(day::Column::Over.eq(false))
            .exec(connection)
            .await?;
        Ok(())
    }
}

pub(super) async fn insert_day<C: ConnectionTrait>(connection: &C, day: Day) -> Result<(), VaultError> {
    let row = day::ActiveModel {
        number: Set(day.number()),
        secret_version: Set(column(FIRST_VERSION)?),
        marked: Set(false),
        over: Set(false),
    };
    day::Entity::insert(row)
        .on_conflict_do_nothing_on([day::Column::Number])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
