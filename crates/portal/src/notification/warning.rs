//! Warnings that something is soon gone: which deliveries are due for one, and that they were warned of.
//!
//! A delivery is warned of once while it is unread and once when it was read. One whose end moves out of the window again is warned of
//! anew (`retention::follow`).

use std::collections::BTreeSet;
use std::time::Duration;

use base::{DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{NotificationKind, announce, consenting};
use crate::delivery::entity::{Column, Entity, Model};
use crate::event::{self, EventKind, NewEvent};
use crate::session::Owner;
use crate::{Context, Fault, case};

/// How many deliveries are warned of in one transaction.
const BATCH: u64 = 100;

/// Whom a warning is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Who has not opened it.
    Unread,
    /// Who has, and may want to keep it.
    Read,
}

impl Reader {
    const fn notification(self) -> NotificationKind {
        match self {
            Self::Unread => NotificationKind::EndingUnread,
            Self::Read => NotificationKind::EndingRead,
        }
    }

    const fn warned_at(self) -> Column {
        match self {
            Self::Unread => Column::UnreadWarnedAt,
            Self::Read => Column::ReadWarnedAt,
        }
    }

    /// What ends in the time to come and was not warned of. What is kept for a short time is warned of when half of that is over.
    fn due(self, now: Timestamp, window: Duration) -> Condition {
        let opened = match self {
            Self::Unread => Column::OpenedAt.is_null(),
            Self::Read => Column::OpenedAt.is_not_null(),
        };
        let is_half_over = Expr::col(Column::SentAt)
            .add(Expr::col(Column::ExpiresAt))
            .lte(now.as_millis().saturating_mul(2));
        Condition::all()
            .add(self.warned_at().is_null())
            .add(Column::ExpiresAt.gt(now.as_millis()))
            .add(Column::ExpiresAt.lte((now + window).as_millis()))
            .add(is_half_over)
            .add(opened)
            .add(Column::RecipientId.is_not_null())
            .add(Column::ExpiredAt.is_null())
            .add(Column::RevokedAt.is_null())
            .add(Column::CondemnedAt.is_null())
            .add(Column::PurgedAt.is_null())
    }
}

/// Tells organisations, and recipients whose address they gave or who have given one of their own, of what is soon gone: once while it is unread, and once when it was
/// read. Says of how many deliveries. Safe to repeat, to interrupt anywhere and to run on several nodes at once.
pub(crate) async fn warn(context: &Context) -> Result<u64, Fault> {
    let settings = context.settings.warnings;
    let mut warned = 0;
    for (reader, window) in [(Reader::Unread, settings.unread), (Reader::Read, settings.read)] {
        if window.is_zero() {
            continue;
        }
        loop {
            let now = context.now();
            let rows = Entity::find()
                .filter(reader.due(now, window))
                .order_by_asc(Column::ExpiresAt)
                .order_by_asc(Column::Id)
                .limit(BATCH)
                .all(context.database.reader())
                .await?;
            if rows.is_empty() {
                break;
            }
            warned += warn_batch(context, reader, window, &rows).await?;
        }
    }
    Ok(warned)
}

async fn warn_batch(context: &Context, reader: Reader, window: Duration, rows: &[Model]) -> Result<u64, Fault> {
    let now = context.now();
    let transaction = context.database.write().await?;
    let cases: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
    case::lock(&transaction, &cases).await?;
    // As they are under their locks: somebody may have opened one, or revoked it.
    let mut rows = Entity::find()
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .filter(reader.due(now, window))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&transaction)
        .await?;
    Entity::update_many()
        .col_expr(reader.warned_at(), Expr::value(now.as_millis()))
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(&transaction)
        .await?;
    let of = |row: &Model| row.recipient_id.map(RecipientId::from_uuid);
    let consenting = consenting(&transaction, rows.iter().filter_map(of)).await?;
    let told = rows.iter().filter_map(|row| {
        let person = of(row)?;
        (row.address_given == Some(1) || consenting.contains(&person)).then_some(person)
    });
    for person in told.collect::<BTreeSet<_>>() {
        announce(context, &transaction, reader.notification(), Owner::Recipient(person)).await?;
    }
    rows.sort_by_key(|row| row.organisation_id);
    for of_one in rows.chunk_by(|one, next| one.organisation_id == next.organisation_id) {
        let Some(first) = of_one.first() else { continue };
        let ending = of_one.iter().map(|row| NewEvent {
            kind: EventKind::ExpiresSoon,
            message: MessageId::from_uuid(row.message_id),
            delivery: DeliveryId::from_uuid(row.id),
        });
        let events: Vec<NewEvent> = ending.collect();
        event::record(
            &transaction,
            OrganisationId::from_uuid(first.organisation_id),
            now,
            &events,
        )
        .await?;
    }
    transaction.commit().await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
