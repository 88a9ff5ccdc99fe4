//! Erasing deliveries at their recipient's request: they are withdrawn at once, and go with the next purge that no hold stops.

use base::{CaseId, DataRequestId, DeliveryId, MessageId, OrganisationId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{Column, Entity};
use crate::database::WriteTransaction;

/// A delivery that was erased just now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErasedDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) message: MessageId,
    /// Its sender had taken it back before, and a hold keeps it.
    pub(crate) was_revoked: bool,
}

/// Erases what an organisation has in some cases with one person. The caller has locked the cases. What is condemned goes anyway and
/// is left out.
pub(crate) async fn erase(
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    recipient: RecipientId,
    cases: &[CaseId],
    request: DataRequestId,
    at: Timestamp,
) -> Result<Vec<ErasedDelivery>, DbErr> {
    let rows = Entity::find()
        .filter(Column::CaseId.is_in(cases.iter().map(|case| *case.as_uuid())))
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::RecipientId.eq(*recipient.as_uuid()))
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_null())
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    mark(transaction, &ids, *request.as_uuid(), at).await?;
    let erased = |row: super::entity::Model| ErasedDelivery {
        id: DeliveryId::from_uuid(row.id),
        message: MessageId::from_uuid(row.message_id),
        was_revoked: row.revoked_at.is_some(),
    };
    Ok(rows.into_iter().map(erased).collect())
}

/// Erases deliveries of which the ledger tells that they were.
pub(crate) async fn erase_as_told(
    transaction: &WriteTransaction,
    deliveries: &[DeliveryId],
    at: Timestamp,
) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = deliveries.iter().map(|id| *id.as_uuid()).collect();
    mark(transaction, &ids, Uuid::nil(), at).await
}

async fn mark(transaction: &WriteTransaction, ids: &[Uuid], request: Uuid, at: Timestamp) -> Result<(), DbErr> {
    let these = Entity::update_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::PurgedAt.is_null());
    these
        .clone()
        .col_expr(Column::ErasedFor, Expr::value(request))
        .filter(Column::ErasedFor.is_null().or(Column::ErasedFor.eq(Uuid::nil())))
        .exec(transaction)
        .await?;
    these
        .col_expr(Column::RevokedAt, at.as_millis().into())
        .filter(Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
