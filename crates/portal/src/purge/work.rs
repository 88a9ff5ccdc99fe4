//! What is to be destroyed next.

use base::{DeliveryId, DocumentId, MessageId, OrganisationId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use crate::{Context, Fault, delivery, document};

/// How many deliveries are worked on together.
const BATCH: u64 = 100;

/// Condemned deliveries, and what ends with them.
pub(super) struct Work {
    pub(super) deliveries: Vec<DeliveryId>,
    /// Their cases.
    pub(super) cases: Vec<Uuid>,
    /// The messages of these deliveries of which no other delivery lives.
    pub(super) messages: Vec<(MessageId, OrganisationId)>,
    /// The documents of these messages that are not purged.
    pub(super) documents: Vec<EndedDocument>,
}

/// A document whose last delivery has ended.
pub(super) struct EndedDocument {
    pub(super) id: DocumentId,
    pub(super) organisation: OrganisationId,
    /// Plaintext size in bytes.
    pub(super) size: u64,
}

/// The deliveries that have been condemned for the longest time and are not purged; `None` when there are none.
pub(super) async fn next(context: &Context) -> Result<Option<Work>, Fault> {
    use delivery::entity::{Column, Entity};
    let reader = context.database.reader();
    let condemned = Entity::find()
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_not_null())
        .order_by_asc(Column::CondemnedAt)
        .order_by_asc(Column::Id)
        .limit(BATCH)
        .all(reader)
        .await?;
    if condemned.is_empty() {
        return Ok(None);
    }
    let mut messages: BTreeMap<Uuid, Uuid> = condemned
        .iter()
        .map(|row| (row.message_id, row.organisation_id))
        .collect();
    let living: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::MessageId)
        .distinct()
        .filter(Column::MessageId.is_in(messages.keys().copied()))
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_null())
        .into_tuple()
        .all(reader)
        .await?;
    // Deliveries are made together with their message and never un-condemned, so what has ended stays so.
    for message in living {
        messages.remove(&message);
    }
    let documents = document::entity::Entity::find()
        .filter(document::entity::Column::MessageId.is_in(messages.keys().copied()))
        .filter(document::entity::Column::PurgedAt.is_null())
        .all(reader)
        .await?;
    let cases: BTreeSet<Uuid> = condemned.iter().map(|row| row.case_id).collect();
    Ok(Some(Work {
        deliveries: condemned.iter().map(|row| DeliveryId::from_uuid(row.id)).collect(),
        cases: cases.into_iter().collect(),
        messages: messages
            .into_iter()
            .map(|(message, organisation)| (MessageId::from_uuid(message), OrganisationId::from_uuid(organisation)))
            .collect(),
        documents: documents
            .into_iter()
            .map(|row| EndedDocument {
                id: DocumentId::from_uuid(row.id),
                organisation: OrganisationId::from_uuid(row.organisation_id),
                size: u64::try_from(row.size).unwrap_or(0),
            })
            .collect(),
    }))
}
