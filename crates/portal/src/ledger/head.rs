//! How far a database has come with the ledger: up to where all is carried out, and what it knows of, which a ledger must have.

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, DbErr};

use super::{LedgerHead, fate};
use crate::{Context, Fault};

/// The place up to which all is carried out, as a database has recorded it; `None` before the first.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn recorded(on: &impl ConnectionTrait) -> Result<Option<LedgerHead>, DbErr> {
    let mut query = Query::select();
    query
        .columns([Alias::new("ledger_number"), Alias::new("ledger_hash")])
        .from(Alias::new("installation"));
    let Some(row) = on.query_one(&query).await? else {
        return Ok(None);
    };
    let (number, hash): (Option<i64>, Option<Vec<u8>>) =
        (row.try_get("", "ledger_number")?, row.try_get("", "ledger_hash")?);
    let (Some(number), Some(hash)) = (number, hash) else {
        return Ok(None);
    };
    place(number, hash).map(Some)
}

/// A place as the columns of a row have it.
///
/// # Errors
///
/// When it is none.
pub(super) fn place(number: i64, hash: Vec<u8>) -> Result<LedgerHead, DbErr> {
    let damaged = || DbErr::Custom("a place in the ledger is damaged".to_owned());
    Ok(LedgerHead {
        number: u64::try_from(number).map_err(|_| damaged())?,
        hash: hash.try_into().map_err(|_| damaged())?,
    })
}

/// Records that all is carried out up to a place, unless it is up to a later one.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn record(on: &impl ConnectionTrait, place: LedgerHead) -> Result<(), DbErr> {
    let number = i64::try_from(place.number).unwrap_or(i64::MAX);
    let known = || Expr::col(Alias::new("ledger_number"));
    let mut update = Query::update();
    update
        .table(Alias::new("installation"))
        .value(Alias::new("ledger_number"), number)
        .value(Alias::new("ledger_hash"), place.hash.to_vec())
        .cond_where(known().is_null().or(known().lt(number)));
    on.execute(&update).await?;
    Ok(())
}

/// The number of the last batch that a database or this node knows of; 0 while there is none.
///
/// # Errors
///
/// When a database fails.
pub(crate) async fn known(context: &Context) -> Result<u64, Fault> {
    let places = [
        context.ledger.head().await,
        last(context.database.reader()).await?,
        last(context.vault.database().reader()).await?,
    ];
    Ok(places.iter().flatten().map(|place| place.number).max().unwrap_or(0))
}

/// The last batch that a database knows of.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn last(on: &impl ConnectionTrait) -> Result<Option<LedgerHead>, DbErr> {
    let places = [recorded(on).await?, fate::last(on).await?];
    Ok(places.into_iter().flatten().max_by_key(|place| place.number))
}
