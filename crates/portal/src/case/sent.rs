//! An organisation's cases as its staff see them: what was sent to whom, and what happened to it since; never what the
//! documents hold.

use std::collections::HashMap;

use base::{MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::{ContentOwner, Field};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::audit::{AuditAction, AuditEntry};
use crate::message::{DeliveryStatus, entity};
use crate::rights::Action;
use crate::{Context, Denied, Fault, KnownAs, Portal, StaffActor, delivery, hold, list_part};

/// How many messages one look gives.
const PAGE: usize = 25;

/// A message of the organisation with its cases, one a recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// The message.
    pub id: MessageId,
    /// Its title; `None` when nobody may read it any more.
    pub title: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The sender's name for this kind of document.
    pub document_type: Option<String>,
    /// One for each recipient, in the order in which they were given.
    pub deliveries: Vec<SentDelivery>,
}

/// One delivery of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SentDelivery {
    /// Whom it went to.
    pub recipient: SentRecipient,
    /// What happened to it.
    pub status: DeliveryStatus,
    /// Whether a hold keeps it from being purged.
    pub held: bool,
}

/// Whom a delivery went to, as far as it can be shown.
#[derive(Clone, PartialEq, Eq)]
pub enum SentRecipient {
    /// Somebody who may still read it.
    Known(KnownAs),
    /// Somebody who may still read it, but what they are known by does not open.
    Unreadable,
    /// Somebody who may not read it any more: the portal forgets who it was.
    Forgotten,
}

/// Some of an organisation's messages, the latest first.
#[derive(Clone, PartialEq, Eq)]
pub struct SentMessages {
    /// The messages.
    pub messages: Vec<SentMessage>,
    /// Where to go on, when there are older ones.
    pub older_than: Option<MessageId>,
}

/// What was sent could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum SentMessagesError {
    /// The actor may not see it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portal {
    /// The messages of the actor's organisation that are older than `older_than`, or the latest, with their cases.
    ///
    /// # Errors
    ///
    /// [`SentMessagesError`].
    pub async fn sent_messages(
        &self,
        actor: &StaffActor,
        older_than: Option<MessageId>,
    ) -> Result<SentMessages, SentMessagesError> {
        self.0.require(actor, Action::SeeCases).await??;
        let context = &*self.0;
        let organisation = actor.organisation_id();
        let (rows, more) = page(context, organisation, older_than).await.map_err(Fault::from)?;
        // Numbers of people are about to be shown, so the log comes first.
        let shown = list_part::named(rows.iter().map(|row| row.id));
        let entry = AuditEntry::by_staff(actor, AuditAction::CasesListed).detail(&shown);
        context.record(&entry).await?;
        Ok(list(context, organisation, rows, more).await?)
    }
}

/// Some of an organisation's messages, the latest first, and whether there are older ones.
async fn page(
    context: &Context,
    organisation: OrganisationId,
    older_than: Option<MessageId>,
) -> Result<(Vec<entity::Model>, bool), DbErr> {
    let mut query = entity::Entity::find().filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()));
    if let Some(older_than) = older_than {
        query = query.filter(entity::Column::Id.lt(*older_than.as_uuid()));
    }
    // The ids of messages are of version 7, so their order is the order of time.
    let mut rows = query
        .order_by_desc(entity::Column::Id)
        .limit(PAGE as u64 + 1)
        .all(context.database.reader())
        .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    Ok((rows, more))
}

async fn list(
    context: &Context,
    organisation: OrganisationId,
    rows: Vec<entity::Model>,
    more: bool,
) -> Result<SentMessages, Fault> {
    let database = context.database.reader();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let deliveries = delivery::of_messages(database, &ids).await?;
    let now = context.now();
    let held = hold::held_deliveries(database, &ids, now).await?;
    let deliveries: Vec<_> = deliveries
        .into_iter()
        .map(|row| (DeliveryStatus::from_row(&row, now), row))
        .collect();
    let people: Vec<RecipientId> = deliveries
        .iter()
        .filter(|(status, _)| status.is_living())
        .filter_map(|(_, row)| row.recipient_id.map(RecipientId::from_uuid))
        .collect();
    let known = context.vault.known_as(&people).await?;
    let mut sent: HashMap<Uuid, Vec<SentDelivery>> = HashMap::with_capacity(rows.len());
    for (status, row) in deliveries {
        let recipient = match row.recipient_id.filter(|_| status.is_living()) {
            Some(id) => match known.get(&RecipientId::from_uuid(id)) {
                Some(known) => SentRecipient::Known(known.clone()),
                None => SentRecipient::Unreadable,
            },
            None => SentRecipient::Forgotten,
        };
        let deliveries = sent.entry(row.message_id).or_default();
        deliveries.push(SentDelivery {
            recipient,
            held: held.contains(&status.delivery),
            status,
        });
    }
    let owners: Vec<_> = ids
        .iter()
        .map(|id| (organisation, ContentOwner::Message(MessageId::from_uuid(*id))))
        .collect();
    let keys = context.vault.content_keys(&owners).await?;
    let messages: Vec<SentMessage> = rows
        .into_iter()
        .zip(keys)
        .map(|(row, key)| {
            let id = MessageId::from_uuid(row.id);
            let deliveries = sent.remove(&row.id).unwrap_or_default();
            // What nobody may read any more is shown to nobody, also in the moments before it is purged.
            let lives = deliveries.iter().any(|delivery| delivery.status.is_living());
            let sealed = key.zip(row.sealed_title).filter(|_| lives);
            let place = Field::new("message", "sealed_title", id.as_bytes());
            SentMessage {
                id,
                title: sealed.and_then(|(key, sealed)| key.open_text(place, &sealed).ok()),
                sent_at: Timestamp::from_millis(row.sent_at),
                document_type: row.document_type,
                deliveries,
            }
        })
        .collect();
    Ok(SentMessages {
        older_than: messages.last().filter(|_| more).map(|last| last.id),
        messages,
    })
}

#[cfg(test)]
mod tests;
