//! What becomes of a hold that keeps nothing any more: what was said of it is forgotten, and whom it was on.

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::condition::protects_since;
use super::entity::{Column, Entity};
use crate::{Context, Fault, recipient};

/// How many are settled in one transaction.
const BATCH: u64 = 100;

/// Settles the holds that were lifted seven days before an instant, and says how many.
pub(crate) async fn settle(context: &Context, now: Timestamp) -> Result<u64, Fault> {
    let mut settled = 0;
    loop {
        let due = Entity::find()
            .filter(Column::LiftedAt.lte(protects_since(now).as_millis()))
            .filter(Column::SettledAt.is_null())
            .order_by_asc(Column::Id)
            .limit(BATCH);
        if due.clone().all(context.database.reader()).await?.is_empty() {
            return Ok(settled);
        }
        let transaction = context.database.write().await?;
        let rows = due.lock_exclusive().all(&transaction).await?;
        let (nothing, nobody): (Option<Vec<u8>>, Option<Uuid>) = (None, None);
        let update = Entity::update_many()
            .col_expr(Column::SealedReason, Expr::value(nothing.clone()))
            .col_expr(Column::SealedLiftReason, Expr::value(nothing))
            .col_expr(Column::RecipientId, Expr::value(nobody))
            .col_expr(Column::SettledAt, now.as_millis().into())
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)));
        settled += update.exec(&transaction).await?.rows_affected;
        // In one order, so that two transactions can't wait for each other.
        let mut people: Vec<Uuid> = rows.iter().filter_map(|row| row.recipient_id).collect();
        people.sort_unstable();
        people.dedup();
        for person in people {
            recipient::may_be_forgotten(&transaction, RecipientId::from_uuid(person), now).await?;
        }
        transaction.commit().await?;
    }
}
