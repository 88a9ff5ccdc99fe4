//! The end of days.
//!
//! It has parts that can't fail or succeed together: the secrets are destroyed at the provider, the audit log is the
//! portal's, and rows are deleted and marked days compacted here. So the vault writes down that a day ends, the portal
//! has the audit log tell of it, and only then its secrets are destroyed; the day stays *ended but not finished* until
//! every part is done, by whichever node and in whichever round.

use std::collections::BTreeSet;

use base::Day;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::day::insert_day;
use super::entity::{content_key, day, ended_day, extract_key, recipient};
use super::{BATCH, Vault, VaultError, earlier_days, register};
use crate::database::WriteTransaction;
use crate::provider::DaySecretName;

impl Vault {
    /// Ends all days before `day`, and gives those of which the audit log does not tell yet. Their secrets are destroyed by
    /// [`Vault::destroy_secrets_before`], after it does. Can be repeated.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn end_days_before(&self, day: Day) -> Result<Vec<Day>, VaultError> {
        let due = self.secrets_before(day).await?;
        if due.is_empty() {
            return self.unlogged_days().await;
        }
        // First the word that the days are over, so that nobody wraps for them or makes their secrets again.
        let transaction = self.database.write().await?;
        insert_day(&transaction, day.plus_days(-1)).await?;
        let ending = day::Entity::find()
            .filter(day::Column::Number.lt(day.number()))
            .filter(day::Column::Over.eq(false));
        ending
            .order_by_asc(day::Column::Number)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        day::Entity::update_many()
            .col_expr(day::Column::Over, Expr::value(true))
            .filter(day::Column::Number.lt(day.number()))
            .exec(&transaction)
            .await?;
        let days: BTreeSet<Day> = due.iter().map(|name| name.day).collect();
        for day in &days {
            let row = ended_day::ActiveModel {
                number: Set(day.number()),
                logged: Set(false),
            };
            ended_day::Entity::insert(row)
                .on_conflict_do_nothing_on([ended_day::Column::Number])
                .exec_without_returning(&transaction)
                .await?;
        }
        transaction.commit().await?;
        self.unlogged_days().await
    }

    /// Destroys the secrets of the days before `day` of whose end the audit log tells. Can be repeated at any point. What is
    /// to be done after that, [`Vault::ended_days`] tells.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails; one secret that can't be destroyed holds up no other.
    pub(crate) async fn destroy_secrets_before(&self, day: Day) -> Result<(), VaultError> {
        let due = self.secrets_before(day).await?;
        if due.is_empty() {
            return Ok(());
        }
        let logged = ended_day::Entity::find()
            .filter(ended_day::Column::Logged.eq(true))
            .all(self.database.reader())
            .await?;
        let is_logged = |name: &DaySecretName| logged.iter().any(|row| row.number == name.day.number());
        let mut problem = None;
        for name in due.into_iter().filter(is_logged) {
            if let Err(error) = self.provider.destroy_day_secret(name).await {
                problem.get_or_insert(error);
            }
        }
        self.recent.forget_wrapping_keys();
        problem.map_or(Ok(()), |problem| Err(problem.into()))
    }

    /// Ends all days before `day` with their secrets, as if the audit log told of them, and says which.
    #[cfg(test)]
    pub(crate) async fn destroy_days_before(&self, day: Day) -> Result<Vec<Day>, VaultError> {
        let ended = self.end_days_before(day).await?;
        for day in &ended {
            self.set_logged(*day).await?;
        }
        self.destroy_secrets_before(day).await?;
        Ok(ended)
    }

    async fn secrets_before(&self, day: Day) -> Result<BTreeSet<DaySecretName>, VaultError> {
        let secrets = self.provider.day_secrets().await?;
        Ok(secrets.into_iter().filter(|name| name.day < day).collect())
    }

    async fn unlogged_days(&self) -> Result<Vec<Day>, VaultError> {
        let rows = ended_day::Entity::find()
            .filter(ended_day::Column::Logged.eq(false))
            .order_by_asc(ended_day::Column::Number)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| Day::from_number(row.number)).collect())
    }

    /// The days whose secrets are destroyed and that aren't finished, from the first on.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn ended_days(&self) -> Result<Vec<Day>, VaultError> {
        let rows = ended_day::Entity::find()
            .order_by_asc(ended_day::Column::Number)
            .all(self.database.reader())
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let secrets = self.provider.day_secrets().await?;
        Ok(rows
            .into_iter()
            .map(|row| Day::from_number(row.number))
            .filter(|ended| secrets.iter().all(|name| name.day != *ended))
            .collect())
    }

    /// Notes that the audit log tells of a day's end.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn set_logged(&self, day: Day) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        ended_day::Entity::update_many()
            .col_expr(ended_day::Column::Logged, Expr::value(true))
            .filter(ended_day::Column::Number.eq(day.number()))
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Notes that nothing is left to do for these days.
    ///
    /// # Errors
    ///
    /// When the vault fails.
    pub(crate) async fn finish(&self, days: &[Day]) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        ended_day::Entity::delete_many()
            .filter(ended_day::Column::Number.is_in(days.iter().map(|day| day.number())))
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes the rows that no secret opens any more, since their day was before `day`.
    ///
    /// # Errors
    ///
    /// When the vault fails; the call can be repeated.
    pub(crate) async fn delete_rows_before(&self, day: Day) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        loop {
            let (id, of) = (content_key::Column::OwnerId, content_key::Column::Day);
            let gone = some_before::<content_key::Entity>(&transaction, id, of, day).await?;
            if gone.is_empty() {
                break;
            }
            content_key::Entity::delete_many()
                .filter(content_key::Column::OwnerId.is_in(gone))
                .exec(&transaction)
                .await?;
        }
        loop {
            let (id, of) = (recipient::Column::Id, recipient::Column::Day);
            let gone = some_before::<recipient::Entity>(&transaction, id, of, day).await?;
            if gone.is_empty() {
                break;
            }
            register::delete(&transaction, gone).await?;
        }
        extract_key::Entity::delete_many()
            .filter(extract_key::Column::Day.lt(day.number()))
            .exec(&transaction)
            .await?;
        earlier_days::delete_before(&transaction, day.number()).await?;
        Ok(transaction.commit().await?)
    }
}

/// Some of the rows whose day was before `day`, locked until the transaction ends.
async fn some_before<E: EntityTrait>(
    transaction: &WriteTransaction,
    id: E::Column,
    of: E::Column,
    day: Day,
) -> Result<Vec<Uuid>, DbErr> {
    E::find()
        .select_only()
        .column(id)
        .filter(of.lt(day.number()))
        .order_by_asc(id)
        .limit(BATCH as u64)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await
}
