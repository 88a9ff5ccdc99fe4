//! What becomes of a hold that keeps nothing any more: what was said of it is forgotten, and whom it was on; and what it kept beyond
//! its time is announced to the purge, which would take so much that is long overdue for a fault.

use base::{RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::condition::protects_since;
use super::entity::{Column, Entity, Model};
use crate::database::WriteTransaction;
use crate::{Context, Fault, purge, recipient};

/// How many are settled in one transaction.
const BATCH: u64 = 100;

/// How many documents of a hold have expired by $1 and are kept by nothing any more. A message without documents counts as one.
const LET_GO: &str = concat!(
    "SELECT CAST(COALESCE(SUM(CASE WHEN documents = 0 THEN 1 ELSE documents END), 0) AS BIGINT) FROM \
     (SELECT (SELECT COUNT(*) FROM document WHERE document.message_id = delivery.message_id) AS documents FROM delivery \
     WHERE purged_at IS NULL AND condemned_at IS NULL AND revoked_at IS NULL AND expires_at <= $1 \
     AND organisation_id = $2 AND (case_id = $3 OR recipient_id = $4) AND NOT ",
    super::held!("delivery", "$5"),
    ") let_go"
);

/// Settles the holds that were lifted seven days ago, and says how many.
pub(crate) async fn settle(context: &Context) -> Result<u64, Fault> {
    let mut settled = 0;
    loop {
        let now = context.now();
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
        let mut let_go = 0;
        for row in &rows {
            let_go += documents_let_go(&transaction, row, now).await?;
        }
        purge::announce(context, &transaction, let_go, now).await?;
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

async fn documents_let_go(transaction: &WriteTransaction, hold: &Model, now: Timestamp) -> Result<u64, Fault> {
    let values = [
        now.as_millis().into(),
        hold.organisation_id.into(),
        hold.case_id.into(),
        hold.recipient_id.into(),
        protects_since(now).as_millis().into(),
    ];
    let query = Statement::from_sql_and_values(transaction.get_database_backend(), LET_GO, values);
    let row = transaction.query_one_raw(query).await?;
    let documents: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(u64::try_from(documents.unwrap_or(0)).unwrap_or(0))
}
