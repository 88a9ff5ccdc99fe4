//! Which batches of the ledger are carried out, beyond the place up to which all are.
//!
//! A batch is written before what it tells of holds, by a node whose transaction may fail yet or which may end. So each is written down as
//! carried out in the transaction that does so, in the database in which it is done, and the place of both databases moves on over
//! such batches alone, whichever node wrote them.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::LedgerHead;
use super::batch::number_after;
use super::head::place;
use crate::database::WriteTransaction;
use crate::{Context, Fault};

/// How many batches are looked at together.
const MOST: u64 = 1_000;

/// Batches that were written to the ledger, and are to be carried out.
#[derive(Debug)]
#[must_use = "what is not written down as carried out is done anew some minutes later"]
pub(crate) struct Told(pub(super) Vec<LedgerHead>);

impl Told {
    /// The last of them; `None` when there was nothing to tell.
    pub(crate) fn last(&self) -> Option<LedgerHead> {
        self.0.last().copied()
    }

    /// Writes down that the transaction does all that they tell of.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) async fn applied_by(self, transaction: &WriteTransaction) -> Result<(), DbErr> {
        for batch in self.0 {
            let mut insert = Query::insert();
            insert
                .into_table(table())
                .columns([number(), hash()])
                .values_panic([number_of(batch).into(), batch.hash.to_vec().into()])
                // Another node may have done it too.
                .on_conflict(OnConflict::column(number()).do_nothing().to_owned());
            transaction.execute(&insert).await?;
        }
        Ok(())
    }

    /// As [`Told::applied_by`], in a transaction of its own: it was done before, or there was nothing to do.
    ///
    /// # Errors
    ///
    /// When the portal's database fails; it is done anew then.
    pub(crate) async fn applied(self, context: &Context) -> Result<(), Fault> {
        let transaction = context.database.write().await?;
        self.applied_by(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// The place up to which all is carried out, when it is up to `from` and these databases tell of what comes after.
///
/// # Errors
///
/// When a database fails.
pub(super) async fn end_of(
    from: Option<LedgerHead>,
    databases: [&impl ConnectionTrait; 2],
) -> Result<Option<LedgerHead>, DbErr> {
    let mut end = from;
    loop {
        let mut applied = BTreeMap::new();
        for database in databases {
            applied.extend(after(database, end).await?);
        }
        let before = end;
        while let Some(batch) = applied.remove(&number_after(end)) {
            end = Some(batch);
        }
        if end == before {
            return Ok(end);
        }
    }
}

/// The first batches after a place that a database tells of, by their numbers.
async fn after(on: &impl ConnectionTrait, from: Option<LedgerHead>) -> Result<Vec<(u64, LedgerHead)>, DbErr> {
    let mut query = select();
    query
        .and_where(Expr::col(number()).gt(from.map_or(0, number_of)))
        .order_by(number(), Order::Asc)
        .limit(MOST);
    let rows = on.query_all(&query).await?;
    let batches = rows.iter().map(batch).collect::<Result<Vec<_>, _>>()?;
    Ok(batches.into_iter().map(|batch| (batch.number, batch)).collect())
}

/// The last batch that a database tells of beyond the place that it has recorded.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn last(on: &impl ConnectionTrait) -> Result<Option<LedgerHead>, DbErr> {
    let mut query = select();
    query.order_by(number(), Order::Desc).limit(1);
    on.query_one(&query).await?.as_ref().map(batch).transpose()
}

/// Forgets the batches up to a place that is recorded.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn forget(transaction: &WriteTransaction, until: LedgerHead) -> Result<(), DbErr> {
    let mut delete = Query::delete();
    delete
        .from_table(table())
        .and_where(Expr::col(number()).lte(number_of(until)));
    transaction.execute(&delete).await?;
    Ok(())
}

fn select() -> sea_orm::sea_query::SelectStatement {
    let mut query = Query::select();
    query.columns([number(), hash()]).from(table());
    query
}

fn batch(row: &QueryResult) -> Result<LedgerHead, DbErr> {
    place(row.try_get("", "number")?, row.try_get("", "hash")?)
}

fn number_of(batch: LedgerHead) -> i64 {
    i64::try_from(batch.number).unwrap_or(i64::MAX)
}

fn table() -> Alias {
    Alias::new("applied_batch")
}

fn number() -> Alias {
    Alias::new("number")
}

fn hash() -> Alias {
    Alias::new("hash")
}
