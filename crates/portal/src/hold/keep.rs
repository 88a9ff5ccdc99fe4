//! Keeps the keys of what is held ahead of the days whose secrets are destroyed.
//!
//! Before a hold is promised, and in each round of jobs between condemning and destroying secrets: what had expired when a round
//! began is condemned or held by then, and what is held gets its keys wrapped for a day far ahead.

use std::collections::BTreeSet;

use base::{CaseId, DeliveryId, DocumentId, MessageId, RecipientId};
use keyring::ContentOwner;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::condition::is_held;
use super::rule::{Ahead, ahead};
use super::store;
use crate::delivery::entity::{Column, Entity, Model};
use crate::vault::VaultError;
use crate::{Context, Fault, document, jobs};

/// How many deliveries or people are looked at together.
const BATCH: u64 = 100;

/// A delivery that nothing has condemned.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) id: DeliveryId,
    pub(super) case: CaseId,
    pub(super) message: MessageId,
    pub(super) recipient: Option<RecipientId>,
}

impl Held {
    pub(super) fn from_row(row: &Model) -> Self {
        Self {
            id: DeliveryId::from_uuid(row.id),
            case: CaseId::from_uuid(row.case_id),
            message: MessageId::from_uuid(row.message_id),
            recipient: row.recipient_id.map(RecipientId::from_uuid),
        }
    }
}

/// Wraps the keys of everything held for a day far ahead, where theirs comes near. Safe to repeat and to interrupt anywhere. Until it
/// succeeds no day's secret may be destroyed.
///
/// # Errors
///
/// The first fault, after everything else got its turn. Keys that are damaged are logged and keep nothing back: nothing opens them.
pub(crate) async fn keep(context: &Context) -> Result<(), Fault> {
    let mut fault = None;
    let mut after = Uuid::nil();
    loop {
        let rows = Entity::find()
            .filter(Column::PurgedAt.is_null())
            .filter(Column::CondemnedAt.is_null())
            .filter(Column::Id.gt(after))
            .filter(is_held(context.now()))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let held: Vec<Held> = rows.iter().map(Held::from_row).collect();
        if let Err(problem) = keep_ahead(context, &held).await {
            fault.get_or_insert(problem);
        }
    }
    if let Err(problem) = keep_people(context).await {
        fault.get_or_insert(problem);
    }
    fault.map_or(Ok(()), Err)
}

/// Keeps everybody known whose cases are held, also while there is none.
async fn keep_people(context: &Context) -> Result<(), Fault> {
    let days = days(context);
    let mut after = Uuid::nil();
    loop {
        let people = store::next_recipients(context.database.reader(), after, BATCH, context.now()).await?;
        let Some(last) = people.last() else { return Ok(()) };
        after = *last.as_uuid();
        keep_known(context, &people, days).await?;
    }
}

/// Wraps the keys of these deliveries, and of their recipients, for a day far ahead, where theirs comes near.
pub(super) async fn keep_ahead(context: &Context, deliveries: &[Held]) -> Result<(), Fault> {
    let days = days(context);
    let owners = owners(context, deliveries).await?;
    match context.vault.keep_content_keys(&owners, days.least, days.until).await {
        Err(VaultError::Damaged) => {
            for owner in &owners {
                match context.vault.keep_content_keys(&[*owner], days.least, days.until).await {
                    Err(VaultError::Damaged) => tracing::error!(?owner, "a held content key in the vault is damaged"),
                    other => other?,
                }
            }
        }
        other => other?,
    }
    let people: BTreeSet<RecipientId> = deliveries.iter().filter_map(|held| held.recipient).collect();
    keep_known(context, &people.into_iter().collect::<Vec<_>>(), days).await
}

async fn keep_known(context: &Context, people: &[RecipientId], days: Ahead) -> Result<(), Fault> {
    match context.vault.keep_recipients(people, days.least, days.until).await {
        Err(VaultError::Damaged) => {
            for person in people {
                match context.vault.keep_recipients(&[*person], days.least, days.until).await {
                    Err(VaultError::Damaged) => tracing::error!(?person, "a held recipient's key is damaged"),
                    other => other?,
                }
            }
        }
        other => other?,
    }
    Ok(())
}

/// The messages and documents of deliveries.
async fn owners(context: &Context, deliveries: &[Held]) -> Result<Vec<ContentOwner>, Fault> {
    use document::entity as of;
    let messages: BTreeSet<MessageId> = deliveries.iter().map(|held| held.message).collect();
    let documents: Vec<Uuid> = of::Entity::find()
        .select_only()
        .column(of::Column::Id)
        .filter(of::Column::MessageId.is_in(messages.iter().map(|id| *id.as_uuid())))
        .filter(of::Column::PurgedAt.is_null())
        .into_tuple()
        .all(context.database.reader())
        .await?;
    let documents = documents.into_iter().map(DocumentId::from_uuid);
    Ok(messages
        .into_iter()
        .map(ContentOwner::Message)
        .chain(documents.map(ContentOwner::Document))
        .collect())
}

/// The days that keys are wrapped for which have to outlive any retention.
pub(crate) fn days(context: &Context) -> Ahead {
    let today = context.now().day();
    ahead(today, jobs::last_day(context, today))
}
