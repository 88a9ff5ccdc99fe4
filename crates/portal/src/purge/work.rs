//! What is to be destroyed next.

use std::collections::{BTreeMap, BTreeSet};

use base::{DeliveryId, DocumentId, MessageId, OrganisationId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{Context, Fault, delivery, document};

/// How many deliveries are worked on together. The disk is waited for once for the keys of all, and once for their blobs: each time
/// it writes its journal, and whoever reads a document waits for that.
pub(super) const BATCH: u64 = 1000;

/// Condemned deliveries, and what ends with them.
pub(super) struct Work {
    pub(super) deliveries: Vec<CondemnedDelivery>,
    /// The messages of these deliveries of which no other delivery lives.
    pub(super) messages: Vec<(MessageId, OrganisationId)>,
    /// The documents of these messages that are not purged.
    pub(super) documents: Vec<EndedDocument>,
    /// Where the next batch begins.
    pub(super) next: Cursor,
}

/// A place in the condemned deliveries, which are worked on in the order in which they were condemned.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    condemned_at: i64,
    id: Uuid,
}

/// A way through all that is condemned, which begins somewhere in it, goes to the end, and then from the beginning to there: nodes that
/// purge at once are at different places, and do not all do the same.
pub(super) struct Round {
    began: Cursor,
    last: Cursor,
    /// Whether it has come to the end and is before where it began.
    is_before: bool,
}

impl Round {
    /// Chooses where it begins.
    pub(super) async fn begin(context: &Context) -> Result<Self, Fault> {
        let (first, last) = tokio::try_join!(outermost(context, Order::Asc), outermost(context, Order::Desc))?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|problem| Fault::new(problem.to_string()))?;
        let somewhere = u64::from_be_bytes(random) % last.abs_diff(first).saturating_add(1);
        Ok(Self::from(first.saturating_add_unsigned(somewhere)))
    }

    /// Begins with what was condemned then.
    fn from(condemned_at: i64) -> Self {
        let began = Cursor {
            condemned_at,
            id: Uuid::nil(),
        };
        Self {
            began,
            last: began,
            is_before: false,
        }
    }

    /// At most so many deliveries more; `None` at the end.
    pub(super) async fn next(&mut self, context: &Context, limit: u64) -> Result<Option<Work>, Fault> {
        if !self.is_before {
            if let Some(work) = next(context, self.last, None, limit).await? {
                self.last = work.next;
                return Ok(Some(work));
            }
            (self.last, self.is_before) = (Cursor::default(), true);
        }
        let work = next(context, self.last, Some(self.began), limit).await?;
        self.last = work.as_ref().map_or(self.last, |work| work.next);
        Ok(work)
    }
}

/// When the first or the last was condemned of what is not purged.
async fn outermost(context: &Context, order: Order) -> Result<i64, Fault> {
    use delivery::entity::{Column, Entity};
    let found: Option<i64> = Entity::find()
        .select_only()
        .column(Column::CondemnedAt)
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_not_null())
        .order_by(Column::CondemnedAt, order.clone())
        .order_by(Column::Id, order)
        .limit(1)
        .into_tuple()
        .one(context.database.reader())
        .await?;
    Ok(found.unwrap_or_default())
}

/// A delivery that nobody reads any more.
pub(super) struct CondemnedDelivery {
    pub(super) id: DeliveryId,
    pub(super) case: Uuid,
    pub(super) message: MessageId,
}

/// A document whose last delivery has ended.
pub(super) struct EndedDocument {
    pub(super) id: DocumentId,
    pub(super) message: MessageId,
    pub(super) organisation: OrganisationId,
    /// Plaintext size in bytes.
    pub(super) size: u64,
}

impl Work {
    /// Their cases, in the order of their ids.
    pub(super) fn cases(&self) -> Vec<Uuid> {
        let cases: BTreeSet<Uuid> = self.deliveries.iter().map(|delivery| delivery.case).collect();
        cases.into_iter().collect()
    }

    /// The same in parts of so many deliveries that are erased one after the other. A message with its documents is in the first that
    /// has a delivery of it.
    pub(super) fn into_parts(mut self, size: usize) -> Vec<Self> {
        let mut deliveries = std::mem::take(&mut self.deliveries).into_iter();
        let mut parts = Vec::new();
        loop {
            let deliveries: Vec<_> = deliveries.by_ref().take(size).collect();
            if deliveries.is_empty() {
                return parts;
            }
            let of_part: BTreeSet<MessageId> = deliveries.iter().map(|delivery| delivery.message).collect();
            parts.push(Self {
                deliveries,
                messages: self
                    .messages
                    .extract_if(.., |(message, _)| of_part.contains(message))
                    .collect(),
                documents: self
                    .documents
                    .extract_if(.., |document| of_part.contains(&document.message))
                    .collect(),
                next: self.next,
            });
        }
    }

    /// Leaves the messages that have documents to a later run.
    pub(super) fn leave_documents(&mut self) {
        let messages = self.documents.iter().map(|document| document.message).collect();
        self.leave(&messages);
    }

    /// Leaves messages, with all that belongs to them, to a later run.
    pub(super) fn leave(&mut self, messages: &BTreeSet<MessageId>) {
        self.deliveries.retain(|delivery| !messages.contains(&delivery.message));
        self.messages.retain(|(message, _)| !messages.contains(message));
        self.documents.retain(|document| !messages.contains(&document.message));
    }
}

/// The next so many deliveries that are condemned and not purged; `None` when there are none after `cursor` and up to `until`.
pub(super) async fn next(
    context: &Context,
    cursor: Cursor,
    until: Option<Cursor>,
    limit: u64,
) -> Result<Option<Work>, Fault> {
    use delivery::entity::{Column, Entity};
    let reader = context.database.reader();
    let place = Expr::tuple([Expr::col(Column::CondemnedAt), Expr::col(Column::Id)]);
    let later = place
        .clone()
        .gt(Expr::tuple([cursor.condemned_at.into(), cursor.id.into()]));
    let not_later = until.map(|until| place.lte(Expr::tuple([until.condemned_at.into(), until.id.into()])));
    let condemned = Entity::find()
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_not_null())
        .filter(later)
        .filter(Condition::all().add_option(not_later))
        .order_by_asc(Column::CondemnedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(reader)
        .await?;
    let Some(last) = condemned.last() else {
        return Ok(None);
    };
    let next = Cursor {
        condemned_at: last.condemned_at.unwrap_or_default(),
        id: last.id,
    };
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
        .order_by_asc(document::entity::Column::Id)
        .all(reader)
        .await?;
    Ok(Some(Work {
        deliveries: condemned.iter().map(CondemnedDelivery::from_row).collect(),
        messages: messages
            .into_iter()
            .map(|(message, organisation)| (MessageId::from_uuid(message), OrganisationId::from_uuid(organisation)))
            .collect(),
        documents: documents.iter().map(EndedDocument::from_row).collect(),
        next,
    }))
}

impl CondemnedDelivery {
    const fn from_row(row: &delivery::entity::Model) -> Self {
        Self {
            id: DeliveryId::from_uuid(row.id),
            case: row.case_id,
            message: MessageId::from_uuid(row.message_id),
        }
    }
}

impl EndedDocument {
    fn from_row(row: &document::entity::Model) -> Self {
        Self {
            id: DocumentId::from_uuid(row.id),
            message: MessageId::from_uuid(row.message_id),
            organisation: OrganisationId::from_uuid(row.organisation_id),
            size: u64::try_from(row.size).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base::DeliveryId;

    use super::Round;
    use crate::purge::condemn;
    use crate::test_support::on_both_databases;

    on_both_databases! {
        async fn a_round_comes_to_everything_once_wherever_it_begins(portal: TestPortal) {
            let context = &portal.portal.0;
            let sender = portal.sender().await;
            let mut all = BTreeSet::new();
            let mut first = None;
            for key in ["1", "2", "3", "4", "5"] {
                let sent = portal.send(&sender, key, 1).await;
                portal.clock.advance_millis(10);
                portal.portal.revoke_message(&sender, sent.id).await.unwrap();
                condemn::due(context, None).await.unwrap();
                first.get_or_insert(context.now().as_millis());
                all.extend(sent.deliveries.iter().map(|receipt| receipt.delivery));
            }
            for from in (first.unwrap() - 5..).step_by(5).take(12) {
                let mut round = Round::from(from);
                let mut found: Vec<DeliveryId> = Vec::new();
                while let Some(work) = round.next(context, 2).await.unwrap() {
                    found.extend(work.deliveries.iter().map(|delivery| delivery.id));
                }
                assert_eq!(found.len(), 5);
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), all);
            }
            for _ in 0..8 {
                let begun = Round::begin(context).await.unwrap().began.condemned_at;
                assert!((first.unwrap()..=context.now().as_millis()).contains(&begun));
            }
        }
    }
}
