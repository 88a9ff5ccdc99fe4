//! Erases the personal metadata of what was destroyed, and leaves tombstones (`docs/tombstones.md` has what stands in them), and a leaf of
//! the protocol for each.

use std::collections::BTreeSet;

use base::{DeliveryId, MessageId, OrganisationId, PurgedId, RecipientId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::PurgeReport;
use super::work::Work;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::event::{self, EventKind, NewEvent};
use crate::protocol::{self, Erased, PurgedKind};
use crate::{Context, Fault, case, delivery, document, message, notification, recipient};

/// Erases, tells the organisations, and writes the leaves of the protocol and the audit log, all or nothing. What another node erased meanwhile is
/// neither counted nor told again.
pub(super) async fn metadata(context: &Context, work: &Work) -> Result<PurgeReport, Fault> {
    let transaction = context.database.write().await?;
    let now = context.now();
    let cases = work.cases();
    case::lock(&transaction, &cases).await?;
    let mut report = PurgeReport::default();
    let (mut entries, mut erased) = (Vec::new(), Vec::new());
    let messages = texts(&transaction, work).await?;
    for &(message, organisation) in work.messages.iter().filter(|(id, _)| messages.contains(id.as_uuid())) {
        report.messages += 1;
        erased.push(Erased {
            kind: PurgedKind::Message,
            id: PurgedId::from_uuid(*message.as_uuid()),
            message,
            organisation,
            bytes: None,
        });
        entries.push(
            AuditEntry::by_portal(AuditAction::MessagePurged)
                .within(organisation)
                .about(AuditTarget::Message(message)),
        );
    }
    let documents = file_names(&transaction, work, now).await?;
    for document in work.documents.iter().filter(|it| documents.contains(it.id.as_uuid())) {
        report.documents += 1;
        report.bytes += document.size;
        erased.push(Erased {
            kind: PurgedKind::Document,
            id: PurgedId::from_uuid(*document.id.as_uuid()),
            message: document.message,
            organisation: document.organisation,
            bytes: Some(document.size),
        });
        entries.push(
            AuditEntry::by_portal(AuditAction::DocumentPurged)
                .within(document.organisation)
                .about(AuditTarget::Document(document.id)),
        );
    }
    let purged = deliveries(&transaction, work, now).await?;
    for purged in &purged {
        report.deliveries += 1;
        entries.push(
            AuditEntry::by_portal(AuditAction::DeliveryPurged)
                .within(purged.organisation)
                .about(AuditTarget::Delivery(purged.id)),
        );
    }
    let people: BTreeSet<RecipientId> = case::release_ended(&transaction, &cases).await?.into_iter().collect();
    recipient::may_all_be_forgotten(&transaction, &people, now).await?;
    protocol::record(context, &transaction, &erased, now).await?;
    tell(&transaction, &purged, now).await?;
    context.audit.record_all(&transaction, now, &entries).await?;
    transaction.commit().await?;
    Ok(report)
}

/// Erases the texts of messages, and gives those of which that was not done before. Another node may end the same message with another
/// case's delivery, so they are locked.
async fn texts(transaction: &WriteTransaction, work: &Work) -> Result<BTreeSet<Uuid>, DbErr> {
    use message::entity::{Column, Entity};
    let found: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(work.messages.iter().map(|(message, _)| *message.as_uuid())))
        .filter(Column::SealedTitle.is_not_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let nothing: Option<Vec<u8>> = None;
    Entity::update_many()
        .col_expr(Column::SealedTitle, Expr::value(nothing.clone()))
        .col_expr(Column::SealedBody, Expr::value(nothing))
        .filter(Column::Id.is_in(found.iter().copied()))
        .exec(transaction)
        .await?;
    Ok(found.into_iter().collect())
}

/// Erases the names of documents, and gives those of which that was not done before.
async fn file_names(transaction: &WriteTransaction, work: &Work, now: Timestamp) -> Result<BTreeSet<Uuid>, DbErr> {
    use document::entity::{Column, Entity};
    let found: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(work.documents.iter().map(|document| *document.id.as_uuid())))
        .filter(Column::PurgedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let nothing: Option<Vec<u8>> = None;
    Entity::update_many()
        .col_expr(Column::SealedFileName, Expr::value(nothing))
        .col_expr(Column::PurgedAt, now.as_millis().into())
        .filter(Column::Id.is_in(found.iter().copied()))
        .exec(transaction)
        .await?;
    Ok(found.into_iter().collect())
}

struct Purged {
    id: DeliveryId,
    message: MessageId,
    organisation: OrganisationId,
}

/// Unties deliveries from their recipients, and gives those that were not purged before, by organisation so that several
/// nodes number their events in the same order.
async fn deliveries(transaction: &WriteTransaction, work: &Work, now: Timestamp) -> Result<Vec<Purged>, DbErr> {
    use delivery::entity::{Column, Entity};
    let ids: Vec<Uuid> = work.deliveries.iter().map(|delivery| *delivery.id.as_uuid()).collect();
    // The cases are locked, so nobody purges these meanwhile.
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .filter(Column::PurgedAt.is_null())
        .order_by_asc(Column::OrganisationId)
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    let ids = || rows.iter().map(|row| row.id);
    let nobody: Option<Uuid> = None;
    let (not_said, never): (Option<i32>, Option<i64>) = (None, None);
    Entity::update_many()
        .col_expr(Column::RecipientId, Expr::value(nobody))
        .col_expr(Column::AddressGiven, Expr::value(not_said))
        .col_expr(Column::UnreadWarnedAt, Expr::value(never))
        .col_expr(Column::ReadWarnedAt, Expr::value(never))
        .col_expr(Column::PurgedAt, now.as_millis().into())
        .filter(Column::Id.is_in(ids()))
        .exec(transaction)
        .await?;
    notification::earlier_entity::Entity::delete_many()
        .filter(notification::earlier_entity::Column::DeliveryId.is_in(ids()))
        .exec(transaction)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Purged {
            id: DeliveryId::from_uuid(row.id),
            message: MessageId::from_uuid(row.message_id),
            organisation: OrganisationId::from_uuid(row.organisation_id),
        })
        .collect())
}

/// Tells each organisation of its deliveries.
async fn tell(transaction: &WriteTransaction, purged: &[Purged], now: Timestamp) -> Result<(), DbErr> {
    for purged in purged.chunk_by(|one, next| one.organisation == next.organisation) {
        let Some(first) = purged.first() else { continue };
        let events: Vec<NewEvent> = purged
            .iter()
            .map(|purged| NewEvent {
                kind: EventKind::Purged,
                message: purged.message,
                delivery: purged.id,
            })
            .collect();
        event::record(transaction, first.organisation, now, &events).await?;
    }
    Ok(())
}
