//! The sign-ins of recipients, kept for a while after their sessions for the persons themselves: when, with what kind of device and
//! roughly where. Owns how a row keeps one, for how long, which look unusual, and what happens when a person says of one that it
//! was not them.

mod entity;
mod report;
mod rule;

use std::collections::HashMap;
use std::time::Duration;

use base::{RecipientId, SessionId, Timestamp};
use keyring::Field;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::database::WriteTransaction;
use crate::{Context, Device, Fault, Place, Portal, RecipientActor, Whereabouts};
use entity::{Column, Entity, Model};

pub use report::ReportSignInError;

/// For how many days a sign-in is kept.
pub const PAST_SIGN_IN_DAYS: u32 = 180;
/// How many are listed; nobody goes through more.
const LISTED: usize = 100;
/// How many a copy of what is held about somebody has.
const COPIED: usize = 5_000;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One of a person's own sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastSignIn {
    /// Names it when it is to be reported.
    pub id: SessionId,
    /// When it was.
    pub at: Timestamp,
    /// What the person may recognise it by.
    pub from: Whereabouts,
    /// Whether it was the person's first with that kind of device, and not their very first.
    pub is_new_device: bool,
    /// Whether it was from a country that none of those before it was from, as far as they are listed and it is known.
    pub is_new_country: bool,
    /// When the person said that it was not them.
    pub reported_at: Option<Timestamp>,
    /// Whether it is the sign-in of the session that asks.
    pub is_this: bool,
}

/// A person's own sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastSignIns {
    /// The latest first, 100 at most.
    pub sign_ins: Vec<PastSignIn>,
    /// Whether there are older ones that are kept but not listed.
    pub has_more: bool,
}

impl Portal {
    /// The person's own sign-ins of the last [`PAST_SIGN_IN_DAYS`].
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn past_sign_ins(&self, actor: &RecipientActor) -> Result<PastSignIns, Fault> {
        let (sign_ins, has_more) = latest(&self.0, actor, LISTED).await?;
        Ok(PastSignIns { sign_ins, has_more })
    }
}

/// A person's sign-ins that are kept, the latest first, and whether there are more than are given.
pub(crate) async fn kept_of(context: &Context, actor: &RecipientActor) -> Result<(Vec<PastSignIn>, bool), DbErr> {
    latest(context, actor, COPIED).await
}

async fn latest(context: &Context, actor: &RecipientActor, most: usize) -> Result<(Vec<PastSignIn>, bool), DbErr> {
    let mut rows = Entity::find()
        .filter(Column::RecipientId.eq(*actor.recipient_id().as_uuid()))
        .filter(Column::At.gt(kept_from(context)))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(u64::try_from(most + 1).ok())
        .all(context.database.reader())
        .await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    Ok((listed(context, actor, &rows), has_more))
}

fn listed(context: &Context, actor: &RecipientActor, rows: &[Model]) -> Vec<PastSignIn> {
    let whereabouts: Vec<_> = rows.iter().map(|row| from(context, row)).collect();
    let seen = whereabouts.iter().zip(rows).rev().map(|(from, row)| rule::Seen {
        country: from.place.as_ref().and_then(Place::country),
        is_reported: row.reported_at.is_some(),
    });
    let new_countries = rule::new_countries(&seen.collect::<Vec<_>>());
    let judged = whereabouts.into_iter().zip(new_countries.into_iter().rev());
    rows.iter()
        .zip(judged)
        .map(|(row, (from, is_new_country))| PastSignIn {
            id: SessionId::from_uuid(row.id),
            at: Timestamp::from_millis(row.at),
            from,
            is_new_device: row.is_new_device != 0,
            is_new_country,
            reported_at: row.reported_at.map(Timestamp::from_millis),
            is_this: actor.sign_in() == Some(SessionId::from_uuid(row.id)),
        })
        .collect()
}

/// Writes a sign-in down, in its transaction.
pub(crate) async fn note(
    context: &Context,
    transaction: &WriteTransaction,
    recipient: RecipientId,
    id: SessionId,
    from: &Whereabouts,
    is_new_device: bool,
) -> Result<(), DbErr> {
    let key = context.vault.device_key();
    let row = Model {
        id: *id.as_uuid(),
        recipient_id: *recipient.as_uuid(),
        at: context.now().as_millis(),
        sealed_device: key.seal_field(field("sealed_device", &id), &from.device.to_bytes()),
        sealed_place: from
            .place
            .as_ref()
            .map(|place| key.seal_field(field("sealed_place", &id), &place.to_bytes())),
        is_new_device: i32::from(is_new_device),
        reported_at: None,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// From where some of a person's sign-ins were, as far as they are kept.
pub(crate) async fn whereabouts(
    context: &Context,
    recipient: RecipientId,
    ids: impl IntoIterator<Item = SessionId>,
) -> Result<HashMap<SessionId, Whereabouts>, DbErr> {
    let rows = Entity::find()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::Id.is_in(ids.into_iter().map(|id| *id.as_uuid())))
        .filter(Column::At.gt(kept_from(context)))
        .all(context.database.reader())
        .await?;
    let found = rows
        .iter()
        .map(|row| (SessionId::from_uuid(row.id), from(context, row)));
    Ok(found.collect())
}

/// Gives the sign-ins of people to another, who they turned out to be.
pub(crate) async fn give(transaction: &WriteTransaction, linked: &[RecipientId], to: RecipientId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::RecipientId, (*to.as_uuid()).into())
        .filter(Column::RecipientId.is_in(linked.iter().map(|from| *from.as_uuid())))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Forgets a person's sign-ins.
pub(crate) async fn forget(on: &impl ConnectionTrait, recipient: RecipientId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// Forgets the sign-ins that have been kept for long enough. Says how many.
pub(crate) async fn forget_old(context: &Context) -> Result<u64, Fault> {
    let transaction = context.database.write().await?;
    let done = Entity::delete_many()
        .filter(Column::At.lte(kept_from(context)))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}

/// What is from then or before is kept no more; in milliseconds.
fn kept_from(context: &Context) -> i64 {
    (context.now() - DAY * PAST_SIGN_IN_DAYS).as_millis()
}

/// What does not open is unknown: the person must see that there was a sign-in all the same.
fn from(context: &Context, row: &Model) -> Whereabouts {
    let (id, key) = (SessionId::from_uuid(row.id), context.vault.device_key());
    let device = key.open_field(field("sealed_device", &id), &row.sealed_device);
    let sealed = row.sealed_place.as_ref();
    let place = sealed.and_then(|sealed| key.open_field(field("sealed_place", &id), sealed).ok());
    Whereabouts {
        device: device.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes)),
        place: place.and_then(|bytes| Place::from_bytes(&bytes)),
    }
}

fn field<'a>(column: &'static str, id: &'a SessionId) -> Field<'a> {
    Field::new("past_sign_in", column, id.as_bytes())
}

#[cfg(test)]
mod tests;
