//! Marks what has ended.

use std::collections::BTreeSet;

use base::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Release;
use crate::delivery::entity::{Column, Entity};
use crate::{Context, Fault, case, hold};

/// How many deliveries are marked in one transaction, and what else of their cases has ended: on SQLite few, since whoever reads a
/// document waits for it. On PostgreSQL only what changes the same cases does.
const fn batch(backend: DbBackend) -> u64 {
    match backend {
        DbBackend::Postgres => 1000,
        _ => 100,
    }
}

/// Condemns what nothing holds of the deliveries that were revoked, and of those that had expired at the instant of the release, whose
/// expiry it latches, held or not.
pub(super) async fn due(context: &Context, release: Option<Release>) -> Result<(), Fault> {
    let until = release.map(|release| release.until());
    // A clock that may be wrong ends no hold.
    let held_at = until.unwrap_or_else(|| context.certain_now());
    let of_release = until.map(|until| [unnoticed(until), expired(until)].map(|ended| (ended, Column::ExpiresAt)));
    let of_senders = (revoked(held_at), Column::RevokedAt);
    for (ended, since) in of_release.into_iter().flatten().chain([of_senders]) {
        let mut last = None;
        while let Some(next) = next(context, &ended, since, last).await? {
            condemn(context, &next.cases, &ended, until, held_at).await?;
            last = Some(next.last);
        }
    }
    Ok(())
}

/// Cases with deliveries that have ended and are not marked.
struct Next {
    /// In the order of their ids.
    cases: Vec<Uuid>,
    /// Where these deliveries end in the order of when they did: what came before need not be passed again, which on PostgreSQL stands
    /// in the index until it is vacuumed.
    last: (i64, Uuid),
}

/// The next of these after `last`, first those whose `since` is longest ago, as an index has them.
async fn next(
    context: &Context,
    ended: &Condition,
    since: Column,
    last: Option<(i64, Uuid)>,
) -> Result<Option<Next>, Fault> {
    let place = Expr::tuple([Expr::col(since), Expr::col(Column::Id)]);
    let later = last.map(|(at, id)| place.gt(Expr::tuple([at.into(), id.into()])));
    let found: Vec<(Uuid, i64, Uuid)> = Entity::find()
        .select_only()
        .column(Column::CaseId)
        .column(since)
        .column(Column::Id)
        .filter(ended.clone())
        .filter(Condition::all().add_option(later))
        .order_by_asc(since)
        .order_by_asc(Column::Id)
        .limit(batch(context.database.backend()))
        .into_tuple()
        .all(context.database.reader())
        .await?;
    let Some(&(_, at, id)) = found.last() else {
        return Ok(None);
    };
    let cases: BTreeSet<Uuid> = found.into_iter().map(|(case, _, _)| case).collect();
    Ok(Some(Next {
        cases: cases.into_iter().collect(),
        last: (at, id),
    }))
}

async fn condemn(
    context: &Context,
    cases: &[Uuid],
    ended: &Condition,
    until: Option<Timestamp>,
    held_at: Timestamp,
) -> Result<(), Fault> {
    let now = context.now().as_millis();
    let transaction = context.database.write().await?;
    case::lock(&transaction, cases).await?;
    let of_cases = Entity::update_many().filter(Column::CaseId.is_in(cases.iter().copied()));
    if let Some(until) = until {
        let latch_expiry = of_cases.clone().col_expr(Column::ExpiredAt, now.into());
        latch_expiry
            .filter(Column::ExpiresAt.lte(until.as_millis()))
            .filter(Column::ExpiredAt.is_null())
            .filter(Column::PurgedAt.is_null())
            .exec(&transaction)
            .await?;
    }
    let condemn = of_cases.col_expr(Column::CondemnedAt, now.into());
    condemn
        .filter(ended.clone().add(hold::is_not_held(held_at)))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

fn unmarked() -> Condition {
    Condition::all()
        .add(Column::PurgedAt.is_null())
        .add(Column::CondemnedAt.is_null())
}

/// Whose expiry nobody has noticed, whatever holds it.
fn unnoticed(until: Timestamp) -> Condition {
    unmarked()
        .add(Column::ExpiresAt.lte(until.as_millis()))
        .add(Column::ExpiredAt.is_null())
}

fn expired(until: Timestamp) -> Condition {
    let expired = unmarked().add(Column::ExpiresAt.lte(until.as_millis()));
    expired.add(hold::is_not_held(until))
}

fn revoked(held_at: Timestamp) -> Condition {
    unmarked()
        .add(Column::RevokedAt.is_not_null())
        .add(hold::is_not_held(held_at))
}
