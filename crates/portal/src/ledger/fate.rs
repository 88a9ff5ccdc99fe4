//! What became of the batches of the ledger beyond the place up to which that is settled: each was carried out, or was taken back.
//!
//! A batch is written before what it tells of holds, by a node whose transaction may yet fail, or which may end. So the transaction that
//! does what a batch tells of writes that down too, in its own database. What nobody has done in [`LEFT_MILLIS`] is taken back: by a row
//! in the same place, so that one of the two alone can be, and then by an entry of the ledger. A node that opens and does what others told
//! of claims it first, by the same row. The place of both databases moves on over batches that are known to be done or taken back,
//! whichever node wrote them.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::LedgerHead;
use super::batch::number_after;
use super::head::{self, place};
use crate::database::WriteTransaction;
use crate::{Context, Fault};

/// For how long a batch is left to whoever wrote it, in milliseconds.
pub(super) const LEFT_MILLIS: u64 = 5 * 60 * 1000;

/// How many batches are looked at together.
const MOST: u64 = 1_000;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// What it tells of is done.
    Done,
    /// Nobody did it, nobody may any more, and the ledger is to be told.
    ToTakeBack,
    /// The ledger tells that it was taken back.
    TakenBack,
    /// Somebody who did not write it is doing it: it is to be done, and nobody may take it back.
    Claimed,
}

impl Fate {
    const fn number(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::ToTakeBack => 1,
            Self::TakenBack => 2,
            Self::Claimed => 3,
        }
    }

    fn from_number(number: i32) -> Result<Self, DbErr> {
        match number {
            0 => Ok(Self::Done),
            1 => Ok(Self::ToTakeBack),
            2 => Ok(Self::TakenBack),
            3 => Ok(Self::Claimed),
            _ => Err(DbErr::Custom("the fate of a batch of the ledger is damaged".to_owned())),
        }
    }
}

/// Batches that were written to the ledger, and are to be carried out.
#[derive(Debug)]
#[must_use = "what is not written down as carried out is taken back some minutes later"]
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
    /// When the database fails, or when they were taken back meanwhile: nothing may be committed then.
    pub(crate) async fn applied_by(self, transaction: &WriteTransaction) -> Result<(), DbErr> {
        for batch in self.0 {
            // A node that was opened in this moment may have done it too, which is fine.
            if decide(transaction, batch, Fate::Done).await? != Some(Fate::Done) {
                return Err(DbErr::Custom("the ledger has taken back what this tells of".to_owned()));
            }
        }
        Ok(())
    }

    /// As [`Told::applied_by`], in a transaction of its own: it was done before, or there was nothing to do.
    ///
    /// # Errors
    ///
    /// As [`Told::applied_by`].
    pub(crate) async fn applied(self, context: &Context) -> Result<(), Fault> {
        let transaction = context.database.write().await?;
        self.applied_by(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Decides what becomes of a batch, unless that is decided, and says what it is; `None` when it lies before the recorded place. What is
/// claimed can still become done. Whoever else decides about it waits until the transaction ends.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn decide(
    transaction: &WriteTransaction,
    batch: LedgerHead,
    fate: Fate,
) -> Result<Option<Fate>, DbErr> {
    let mut insert = Query::insert();
    insert
        .into_table(table())
        .columns([number(), hash(), fate_column()])
        .values_panic([
            number_of(batch).into(),
            batch.hash.to_vec().into(),
            fate.number().into(),
        ])
        .on_conflict(OnConflict::column(number()).do_nothing().to_owned());
    transaction.execute(&insert).await?;
    // After the row: before a row is forgotten the place has moved beyond it.
    let recorded = head::recorded(transaction).await?;
    if recorded.is_some_and(|recorded| recorded.number >= batch.number) {
        return Ok(None);
    }
    let decided = fate_of(transaction, batch.number).await?;
    if (decided, fate) != (Some(Fate::Claimed), Fate::Done) {
        return Ok(decided);
    }
    change(transaction, batch, fate).await?;
    Ok(Some(fate))
}

/// Writes down what became of a batch of which something else was known.
async fn change(transaction: &WriteTransaction, batch: LedgerHead, fate: Fate) -> Result<(), DbErr> {
    let mut update = Query::update();
    update
        .table(table())
        .value(fate_column(), fate.number())
        .and_where(Expr::col(number()).eq(number_of(batch)));
    transaction.execute(&update).await?;
    Ok(())
}

/// What became of a batch beyond the recorded place, as far as a database tells.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn fate_of(on: &impl ConnectionTrait, batch: u64) -> Result<Option<Fate>, DbErr> {
    let mut query = Query::select();
    query
        .column(fate_column())
        .from(table())
        .and_where(Expr::col(number()).eq(i64::try_from(batch).unwrap_or(i64::MAX)));
    let row = on.query_one(&query).await?;
    row.map(|row| Fate::from_number(row.try_get("", "fate")?)).transpose()
}

/// Writes down that the ledger tells that a batch was taken back.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn taken_back(transaction: &WriteTransaction, batch: LedgerHead) -> Result<(), DbErr> {
    change(transaction, batch, Fate::TakenBack).await
}

/// The place up to which it is settled what became of all batches, when it is so up to `from` and these databases tell of what comes after.
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
        let mut settled = BTreeMap::new();
        for database in databases {
            settled.extend(after(database, end).await?);
        }
        let before = end;
        while let Some(batch) = settled.remove(&number_after(end)) {
            end = Some(batch);
        }
        if end == before {
            return Ok(end);
        }
    }
}

/// The first batches after a place of which a database tells that they were done or taken back, by their numbers.
async fn after(on: &impl ConnectionTrait, from: Option<LedgerHead>) -> Result<Vec<(u64, LedgerHead)>, DbErr> {
    let mut query = select();
    query
        .and_where(Expr::col(number()).gt(from.map_or(0, number_of)))
        .and_where(Expr::col(fate_column()).is_in([Fate::Done.number(), Fate::TakenBack.number()]))
        .order_by(number(), Order::Asc)
        .limit(MOST);
    let rows = on.query_all(&query).await?;
    let batches = rows.iter().map(batch).collect::<Result<Vec<_>, _>>()?;
    Ok(batches.into_iter().map(|batch| (batch.number, batch)).collect())
}

/// The last batch of which a database tells what became of it, beyond the place that it has recorded.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn last(on: &impl ConnectionTrait) -> Result<Option<LedgerHead>, DbErr> {
    let mut query = select();
    query.order_by(number(), Order::Desc).limit(1);
    on.query_one(&query).await?.as_ref().map(batch).transpose()
}

/// Forgets the batches up to a place that both databases have recorded.
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

fn select() -> SelectStatement {
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
    Alias::new("ledger_batch")
}

fn number() -> Alias {
    Alias::new("number")
}

fn hash() -> Alias {
    Alias::new("hash")
}

fn fate_column() -> Alias {
    Alias::new("fate")
}
