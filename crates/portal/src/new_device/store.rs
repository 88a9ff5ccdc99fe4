//! The SQL of `staff_device` and `recipient_device`, which have the same columns but for the one that says whose a row is.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::session::Owner;

/// A row, but for whose it is.
#[derive(FromQueryResult)]
pub(super) struct Row {
    /// Tells the kinds of devices apart, under a key of the installation.
    pub(super) device_mac: Vec<u8>,
    pub(super) sealed_device: Vec<u8>,
    pub(super) first_seen_at: i64,
    /// When the person said that they had seen it.
    pub(super) told_at: Option<i64>,
    /// Roughly where it was, until the person said that they had seen it.
    pub(super) sealed_place: Option<Vec<u8>>,
}

pub(super) const fn table(owner: Owner) -> &'static str {
    match owner {
        Owner::Staff(_) => "staff_device",
        Owner::Recipient(_) => "recipient_device",
    }
}

const fn owner_column(owner: Owner) -> &'static str {
    match owner {
        Owner::Staff(_) => "staff_id",
        Owner::Recipient(_) => "recipient_id",
    }
}

/// Stores a row, unless that device of the person's is there already. Says whether it did.
pub(super) async fn insert(on: &impl ConnectionTrait, owner: Owner, row: Row) -> Result<bool, DbErr> {
    let mut query = Query::insert();
    query
        .into_table(table(owner))
        .columns([
            owner_column(owner),
            "device_mac",
            "sealed_device",
            "first_seen_at",
            "told_at",
            "sealed_place",
        ])
        .values_panic([
            (*owner.as_uuid()).into(),
            row.device_mac.into(),
            row.sealed_device.into(),
            row.first_seen_at.into(),
            row.told_at.into(),
            row.sealed_place.into(),
        ])
        .on_conflict(
            OnConflict::columns([owner_column(owner), "device_mac"])
                .do_nothing()
                .to_owned(),
        );
    Ok(on.execute(&query).await?.rows_affected() > 0)
}

pub(super) async fn has_any(on: &impl ConnectionTrait, owner: Owner) -> Result<bool, DbErr> {
    let mut query = Query::select();
    query
        .column("first_seen_at")
        .from(table(owner))
        .cond_where(whose(owner))
        .limit(1);
    Ok(on.query_one(&query).await?.is_some())
}

/// The rows that the person was not told of, the latest first, but the one with that code.
pub(super) async fn untold(on: &impl ConnectionTrait, owner: Owner, but: &[u8]) -> Result<Vec<Row>, DbErr> {
    find(on, owner, untold_but(owner, but)).await
}

/// Every row, the latest first.
pub(super) async fn all(on: &impl ConnectionTrait, owner: Owner) -> Result<Vec<Row>, DbErr> {
    find(on, owner, whose(owner)).await
}

async fn find(on: &impl ConnectionTrait, owner: Owner, which: Condition) -> Result<Vec<Row>, DbErr> {
    let mut query = Query::select();
    query
        .columns([
            "device_mac",
            "sealed_device",
            "first_seen_at",
            "told_at",
            "sealed_place",
        ])
        .from(table(owner))
        .cond_where(which)
        .order_by("first_seen_at", Order::Desc);
    let rows = on.query_all(&query).await?;
    rows.iter().map(|row| Row::from_query_result(row, "")).collect()
}

/// Writes into those of them that are from `until` at the latest that the person was told, and says whether there were any.
pub(super) async fn set_told(
    on: &impl ConnectionTrait,
    owner: Owner,
    but: &[u8],
    until: i64,
    now: i64,
) -> Result<bool, DbErr> {
    let mut query = Query::update();
    query
        .table(table(owner))
        .value("told_at", Some(now))
        .value("sealed_place", None::<Vec<u8>>)
        .cond_where(untold_but(owner, but))
        .and_where(Expr::col("first_seen_at").lte(until));
    Ok(on.execute(&query).await?.rows_affected() > 0)
}

pub(super) async fn delete(on: &impl ConnectionTrait, owner: Owner) -> Result<(), DbErr> {
    let mut query = Query::delete();
    query.from_table(table(owner)).cond_where(whose(owner));
    on.execute(&query).await?;
    Ok(())
}

pub(super) async fn delete_one(on: &impl ConnectionTrait, owner: Owner, mac: &[u8]) -> Result<(), DbErr> {
    let mut query = Query::delete();
    query
        .from_table(table(owner))
        .cond_where(whose(owner))
        .and_where(Expr::col("device_mac").eq(mac.to_vec()));
    on.execute(&query).await?;
    Ok(())
}

fn whose(owner: Owner) -> Condition {
    Condition::all().add(Expr::col(owner_column(owner)).eq(*owner.as_uuid()))
}

fn untold_but(owner: Owner, but: &[u8]) -> Condition {
    whose(owner)
        .add(Expr::col("told_at").is_null())
        .add(Expr::col("device_mac").ne(but.to_vec()))
}
