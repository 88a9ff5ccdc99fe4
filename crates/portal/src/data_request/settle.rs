//! What becomes of requests as time goes by: what was granted is done when the last of it is destroyed, and what is over is deleted.

use std::time::Duration;

use base::{DataRequestId, OrganisationId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::rule::{self, DataRequestState};
use super::store;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::latch::ClockStep;
use crate::{Context, Fault, organisation, retention};

/// How many are looked at together.
const BATCH: u64 = 100;
const DAY: Duration = Duration::from_secs(86_400);

/// When a request is deleted of which everything is done at an instant.
pub(super) async fn purge_at(
    context: &Context,
    organisation: OrganisationId,
    done_at: Timestamp,
) -> Result<Timestamp, Fault> {
    let reader = context.database.reader();
    let organisation = organisation::find_even_deleted(reader, organisation).await?;
    let organisation = organisation.ok_or_else(|| Fault::new("a request's organisation is missing"))?;
    if organisation.deleted_at.is_some() {
        return Ok(least_purge_at(context, done_at));
    }
    let policy = retention::in_force(context, reader, &organisation).await?.policy;
    let days = rule::kept_days(policy.default.days, context.settings.retention_ceiling_days);
    Ok(done_at + DAY.saturating_mul(days))
}

/// The earliest that a request is deleted of which everything is done at an instant: of an organisation that is deleted, with which it is
/// not kept for longer than it takes to read the answer.
pub(super) fn least_purge_at(context: &Context, done_at: Timestamp) -> Timestamp {
    let days = rule::kept_days(0, context.settings.retention_ceiling_days);
    done_at + DAY.saturating_mul(days)
}

/// That a delivery is going and not gone: erased for this request, or, of what it is about, for another, condemned anyhow, or of an
/// organisation that is deleted.
macro_rules! going {
    () => {
        "delivery.purged_at IS NULL AND (delivery.erased_for = data_request.id \
         OR (delivery.erased_for IS NOT NULL OR delivery.condemned_at IS NOT NULL OR EXISTS (SELECT 1 FROM organisation \
         WHERE organisation.id = data_request.organisation_id AND organisation.deleted_at IS NOT NULL)) \
         AND delivery.organisation_id = data_request.organisation_id \
         AND delivery.recipient_id = data_request.recipient_id \
         AND (data_request.case_id IS NULL OR delivery.case_id = data_request.case_id))"
    };
}
pub(super) use going;

/// That nothing is left of what goes of what the request of a query is about.
fn nothing_left() -> SimpleExpr {
    const NOTHING: &str = concat!("NOT EXISTS (SELECT 1 FROM delivery WHERE ", going!(), ")");
    Expr::cust(NOTHING)
}

/// Whether nothing is left of what goes of what a request is about.
pub(super) async fn is_done(on: &impl ConnectionTrait, request: DataRequestId) -> Result<bool, Fault> {
    let done = Entity::find_by_id(*request.as_uuid()).filter(nothing_left());
    Ok(done.one(on).await?.is_some())
}

/// Notes of what was granted that it is done, and says of how many. By a clock that may be wrong nothing is: it would be kept by that, too.
pub(crate) async fn settle(context: &Context) -> Result<u64, Fault> {
    if let ClockStep::Ahead { .. } = context.clock_step().await? {
        return Ok(0);
    }
    let mut settled = 0;
    loop {
        let rows: Vec<Model> = Entity::find()
            .filter(Column::State.eq(DataRequestState::Granted.as_str()))
            .filter(nothing_left())
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        if rows.is_empty() {
            return Ok(settled);
        }
        for row in rows {
            settled += u64::from(done(context, &row).await?);
        }
    }
}

async fn done(context: &Context, row: &Model) -> Result<bool, Fault> {
    let now = context.now();
    let purge_at = purge_at(context, row.organisation(), now).await?;
    let transaction = context.database.write().await?;
    let done = Entity::update_many()
        .col_expr(Column::State, DataRequestState::Done.as_str().into())
        .col_expr(Column::DoneAt, now.as_millis().into())
        .col_expr(Column::PurgeAt, purge_at.as_millis().into())
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(DataRequestState::Granted.as_str()))
        .exec(&transaction)
        .await?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    let entry = AuditEntry::by_portal(AuditAction::DataRequestCarriedOut)
        .within(row.organisation())
        .about(AuditTarget::DataRequest(row.request_id()));
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Deletes the requests whose time is over, and says how many.
pub(crate) async fn forget_due(context: &Context) -> Result<u64, Fault> {
    let mut deleted = 0;
    let now = context.certain_now();
    loop {
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::PurgeAt.lte(now.as_millis()))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(context.database.reader())
            .await?;
        if ids.is_empty() {
            return Ok(deleted);
        }
        let owner = |id: &Uuid| ContentOwner::Request(DataRequestId::from_uuid(*id));
        let owners: Vec<ContentOwner> = ids.iter().map(owner).collect();
        let transaction = context.database.write().await?;
        let gone = store::delete(&transaction, &ids, context.now()).await?;
        deleted += u64::try_from(gone.len()).unwrap_or(0);
        for row in &gone {
            let entry = AuditEntry::by_portal(AuditAction::DataRequestPurged)
                .within(row.organisation())
                .about(AuditTarget::DataRequest(row.request_id()));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        // After the log knows. When this fails, all is as it was; when the commit does, the next round finds the rows.
        context.vault.destroy_content_keys(&owners).await?;
        transaction.commit().await?;
    }
}
