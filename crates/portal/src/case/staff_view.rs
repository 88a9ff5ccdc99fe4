//! One case as the organisation's staff see it: with whom, until when, and what was decided about it; never what its documents hold.

use std::collections::BTreeSet;

use base::{CaseExtensionId, CaseId, MessageId, OrganisationId, RecipientId, StaffId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use keyring::{ContentOwner, Field};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::closing::own;
use super::entity::Model;
use super::extending::place;
use super::{CaseError, SentRecipient, extension_entity};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::message::{self, DeliveryStatus};
use crate::retention::local_date;
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, delivery, hold, organisation, retention, staff};

/// A case of the organisation.
#[derive(Clone)]
pub struct StaffCase {
    /// The case.
    pub id: CaseId,
    /// Whom it is with.
    pub recipient: SentRecipient,
    /// Since when it is closed, while it is.
    pub closed_at: Option<Timestamp>,
    /// What was sent in it, the latest first.
    pub messages: Vec<StaffCaseMessage>,
    /// Each time that it was extended, the latest first.
    pub extensions: Vec<CaseExtension>,
    /// Between which days it could be extended now, the first and the last; `None` when it can't.
    pub extensible: Option<(Date, Date)>,
    /// In which its times are shown.
    pub time_zone: TimeZone,
}

/// A message in it.
#[derive(Clone)]
pub struct StaffCaseMessage {
    /// Its title; `None` when nobody may read it any more.
    pub title: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The sender's name for this kind of document.
    pub document_type: Option<String>,
    /// What happened to it.
    pub status: DeliveryStatus,
    /// Whether a hold keeps it from being purged.
    pub held: bool,
    /// How many days after the case is closed it is kept, when its rule counts from that.
    pub days_after_closing: Option<u32>,
}

/// That a case was extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseExtension {
    /// The last day that it is kept by it.
    pub last_day: Date,
    /// Why; `None` when that is forgotten, or does not open.
    pub reason: Option<String>,
    /// When it was decided.
    pub at: Timestamp,
    /// The name of who decided; `None` when nobody of that account is known any more.
    pub by: Option<String>,
}

impl Portal {
    /// A case of the actor's organisation.
    ///
    /// # Errors
    ///
    /// [`CaseError::Denied`], [`CaseError::NotFound`], [`CaseError::Fault`].
    pub async fn staff_case(&self, actor: &StaffActor, case: CaseId) -> Result<StaffCase, CaseError> {
        let context = &*self.0;
        context.require(actor, Action::SeeCases).await??;
        let row = own(context.database.reader(), actor.organisation_id(), case).await?;
        // Somebody's number is about to be shown, so the log comes first.
        let entry = AuditEntry::by_staff(actor, AuditAction::CasesListed).about(AuditTarget::Case(case));
        context.record(&entry).await?;
        view(context, actor.organisation_id(), row).await
    }
}

async fn view(context: &Context, organisation: OrganisationId, row: Model) -> Result<StaffCase, CaseError> {
    let reader = context.database.reader();
    let organisation = organisation::find(reader, organisation).await?;
    let organisation = organisation.ok_or(Denied::OrganisationGone)?;
    let (id, now) = (CaseId::from_uuid(row.id), context.now());
    let deliveries = delivery::entity::Entity::find()
        .filter(delivery::entity::Column::CaseId.eq(row.id))
        .order_by_desc(delivery::entity::Column::Id)
        .all(reader)
        .await?;
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.message_id).collect();
    let held = hold::held_deliveries(reader, &ids, now).await?;
    let days = retention::days_after_closing(context, reader, &organisation, id).await?;
    let mut messages = Vec::with_capacity(deliveries.len());
    for delivery in &deliveries {
        let status = DeliveryStatus::from_row(delivery, now);
        let message = message::entity::Entity::find_by_id(delivery.message_id)
            .one(reader)
            .await?;
        let message = message.ok_or_else(|| Fault::new("a delivery's message is missing"))?;
        let owner = MessageId::from_uuid(message.id);
        let key = context
            .vault
            .content_keys(&[(organisation.id, ContentOwner::Message(owner))])
            .await?;
        let key = key.into_iter().flatten().next();
        // What nobody may read any more is shown to nobody, also in the moments before it is purged.
        let sealed = key.zip(message.sealed_title).filter(|_| status.is_living());
        let place = Field::new("message", "sealed_title", owner.as_bytes());
        messages.push(StaffCaseMessage {
            title: sealed.and_then(|(key, sealed)| key.open_text(place, &sealed).ok()),
            sent_at: Timestamp::from_millis(message.sent_at),
            document_type: message.document_type,
            held: held.contains(&status.delivery),
            status,
            days_after_closing: days.get(&owner).copied(),
        });
    }
    let living = || messages.iter().filter(|message| message.status.is_living());
    let zone = organisation.time_zone.clone();
    let sent = living().map(|message| message.sent_at).min();
    let ends = living().map(|message| message.status.expires_at).max();
    let extensible = sent.zip(ends).and_then(|(sent, ends)| {
        let last = retention::last_possible_day(sent, context.settings.retention_ceiling_days, &zone);
        let first = local_date(ends, &zone);
        (first <= last).then_some((first, last))
    });
    Ok(StaffCase {
        id,
        recipient: recipient(context, row.recipient_id.filter(|_| living().next().is_some())).await?,
        closed_at: row.closed_at.map(Timestamp::from_millis),
        extensions: extensions(context, organisation.id, id, &zone).await?,
        extensible,
        messages,
        time_zone: zone,
    })
}

/// Whom a case is with, as far as it can be shown.
async fn recipient(context: &Context, id: Option<Uuid>) -> Result<SentRecipient, CaseError> {
    let Some(id) = id.map(RecipientId::from_uuid) else {
        return Ok(SentRecipient::Forgotten);
    };
    let known = context.vault.known_as(&[id]).await?;
    Ok(known
        .get(&id)
        .cloned()
        .map_or(SentRecipient::Unreadable, SentRecipient::Known))
}

async fn extensions(
    context: &Context,
    organisation: OrganisationId,
    case: CaseId,
    zone: &TimeZone,
) -> Result<Vec<CaseExtension>, CaseError> {
    use extension_entity::{Column, Entity};
    let reader = context.database.reader();
    let rows = Entity::find()
        .filter(Column::CaseId.eq(*case.as_uuid()))
        .order_by_desc(Column::Id)
        .all(reader)
        .await?;
    let deciders: BTreeSet<StaffId> = rows.iter().map(|row| StaffId::from_uuid(row.extended_by)).collect();
    let names = staff::names(context, reader, organisation, &deciders).await?;
    let owners: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                organisation,
                ContentOwner::Message(MessageId::from_uuid(row.message_id)),
            )
        })
        .collect();
    let keys = context.vault.content_keys(&owners).await?;
    let extensions = rows.into_iter().zip(keys).map(|(row, key)| {
        let id = CaseExtensionId::from_uuid(row.id);
        let sealed = key.zip(row.sealed_reason);
        CaseExtension {
            last_day: retention::last_day_before(Timestamp::from_millis(row.until), zone),
            reason: sealed.and_then(|(key, sealed)| key.open_text(place(&id), &sealed).ok()),
            at: Timestamp::from_millis(row.extended_at),
            by: names.get(&StaffId::from_uuid(row.extended_by)).cloned(),
        }
    });
    Ok(extensions.collect())
}
