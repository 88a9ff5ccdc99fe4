//! The end of days.
//!
//! It has parts that can't fail or succeed together: the secrets are destroyed at the provider, the audit log is the
//! portal's, and rows are deleted and marked days compacted here. So the vault writes down that a day ends before it
//! destroys anything, and the day stays *ended but not finished* until every part is done, by whichever node and in
//! whichever round.

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

/// A day whose secrets are destroyed and that isn't finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndedDay {
    pub(crate) day: Day,
    /// The audit log tells of it.
    pub(crate) logged: bool,
}

impl Vault {
    /// Destroys the secrets of all days before `day`, and gives the days whose secrets were destroyed now. Can be repeated at
    /// any point. What is to be done after that, [`Vault::ended_days`] tells.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails; one secret that can't be destroyed holds up no other.
    pub(crate) async fn destroy_days_before(&self, day: Day) -> Result<Vec<Day>, VaultError> {
        let secrets = self.provider.day_secrets().await?;
        let due: BTreeSet<DaySecretName> = secrets.into_iter().filter(|name| name.day < day).collect();
        if due.is_empty() {
            return Ok(Vec::new());
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

        let mut problem = None;
        for name in due {
            if let Err(error) = self.provider.destroy_day_secret(name).await {
                problem.get_or_insert(error);
            }
        }
        self.recent.forget_wrapping_keys();
        problem.map_or_else(|| Ok(days.into_iter().collect()), |problem| Err(problem.into()))
    }

    /// The days whose secrets are destroyed and that aren't finished, from the first on.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails.
    pub(crate) async fn ended_days(&self) -> Result<Vec<EndedDay>, VaultError> {
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
            .map(|row| EndedDay {
                day: Day::from_number(row.number),
                logged: row.logged,
            })
            .filter(|ended| secrets.iter().all(|name| name.day != ended.day))
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
    pub(crate) async fn finish(&self, days: &[EndedDay]) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        ended_day::Entity::delete_many()
            .filter(ended_day::Column::Number.is_in(days.iter().map(|ended| ended.day.number())))
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
