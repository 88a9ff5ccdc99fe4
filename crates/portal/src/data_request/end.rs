//! What becomes of requests to an organisation that is deleted: nobody answers any more, and all that it has sent goes. To erase is thereby
//! granted, to put right declined. Both are kept for as long as it takes to read that.

use base::{OrganisationId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{Column, Entity};
use super::rule::{DataRequestKind, DataRequestState};
use super::{settle, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::session::Owner;
use crate::{Context, Fault, NotificationKind, OperatorActor, notification};

/// Ends the requests to an organisation that wait for an answer, and brings the end of the others' keeping nearer. The caller has locked
/// the organisation's cases and row.
pub(crate) async fn end_all(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    now: Timestamp,
    by: Option<&OperatorActor>,
) -> Result<(), Fault> {
    let purge_at = settle::least_purge_at(context, now);
    let open = store::open()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    for row in open {
        let change = store::change_open(row.request_id()).col_expr(Column::AnsweredAt, now.as_millis().into());
        let (change, action) = match row.kind()? {
            DataRequestKind::Erasure => (
                change.col_expr(Column::State, DataRequestState::Granted.as_str().into()),
                AuditAction::DataRequestGranted,
            ),
            DataRequestKind::Rectification => (
                change
                    .col_expr(Column::State, DataRequestState::Declined.as_str().into())
                    .col_expr(Column::DoneAt, now.as_millis().into())
                    .col_expr(Column::PurgeAt, purge_at.as_millis().into()),
                AuditAction::DataRequestDeclined,
            ),
        };
        change.exec(transaction).await?;
        let person = Owner::Recipient(row.recipient());
        notification::announce(context, transaction, NotificationKind::RequestAnswered, person).await?;
        let entry = AuditEntry::by_operator_or_portal(by, action)
            .within(organisation)
            .about(AuditTarget::DataRequest(row.request_id()));
        context.audit.record(transaction, now, &entry).await?;
    }
    Entity::update_many()
        .col_expr(Column::PurgeAt, purge_at.as_millis().into())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::PurgeAt.gt(purge_at.as_millis()))
        .exec(transaction)
        .await?;
    Ok(())
}
