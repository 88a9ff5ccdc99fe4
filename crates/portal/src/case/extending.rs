//! Extending one case: its last day is moved away, within the operator's ceiling, for a reason.
//!
//! Keys first: what is to stay is wrapped for the later day before any row says so. The reason is sealed under the key of a message of
//! the case, so it goes with that.

use base::{CaseExtensionId, CaseId, MessageId};
use jiff::civil::Date;
use keyring::{ContentKey, ContentOwner, Field};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::closing::own;
use super::entity::{Column, Entity};
use super::error::MAX_REASON_CHARS;
use super::{CaseError, extension_entity};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::event::{self, EventKind, NewEvent};
use crate::message::is_line;
use crate::organisation::{self, Organisation};
use crate::retention::{NoExtension, Planned, Prolonging};
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, retention};

impl Portal {
    /// Keeps what can still be read of a case of the actor's organisation until the end of a later day, for a reason of one line and
    /// at most 200 characters. Rules that are shorter do not end it before; the operator's ceiling, counted from sending, does. The
    /// same that is sent twice extends it once.
    ///
    /// # Errors
    ///
    /// [`CaseError`].
    pub async fn extend_case(
        &self,
        actor: &StaffActor,
        case: CaseId,
        last_day: Date,
        reason: &str,
    ) -> Result<(), CaseError> {
        let context = &*self.0;
        context.require(actor, Action::ExtendCase).await??;
        let reason = Some(reason.trim()).filter(|reason| is_line(reason, MAX_REASON_CHARS));
        let reason = reason.ok_or(CaseError::InvalidReason)?;
        let reader = context.database.reader();
        let organisation = organisation::find(reader, actor.organisation_id()).await?;
        let organisation = organisation.ok_or(Denied::OrganisationGone)?;
        // What others have seen expire must not come back because this node's clock is behind.
        context.latch().await?;
        loop {
            let seen = match planned(context, reader, &organisation, case, last_day).await {
                Err(CaseError::NotLater)
                    if is_extended(context, actor, &organisation, case, last_day, reason).await? =>
                {
                    return Ok(());
                }
                seen => seen?,
            };
            retention::keep_planned(context, &seen).await?;
            // What has lost its keys can't be kept, whatever its row says.
            let Some((message, key)) = sealing_key(context, &organisation, &seen).await? else {
                return Err(CaseError::TooLate);
            };
            let transaction = context.database.write().await?;
            super::lock(&transaction, &[*case.as_uuid()]).await?;
            if !organisation::stays(&transaction, organisation.id).await? {
                return Err(Denied::OrganisationGone.into());
            }
            let found = match planned(context, &transaction, &organisation, case, last_day).await {
                // It was extended meanwhile, perhaps by the same that was sent twice.
                Err(CaseError::NotLater) => continue,
                found => found?,
            };
            if !retention::is_kept(&found, &seen) || found.iter().all(|it| it.message != message) {
                continue;
            }
            let now = context.now();
            let until = retention::end_of(last_day, &organisation.time_zone);
            let id: CaseExtensionId = context.ids.next();
            let row = extension_entity::Model {
                id: *id.as_uuid(),
                case_id: *case.as_uuid(),
                message_id: *message.as_uuid(),
                until: until.as_millis(),
                sealed_reason: Some(key.seal_field(place(&id), reason.as_bytes())),
                extended_at: now.as_millis(),
                extended_by: *actor.staff_id().as_uuid(),
            };
            extension_entity::Entity::insert(row.into_active_model())
                .exec_without_returning(&transaction)
                .await?;
            Entity::update_many()
                .col_expr(Column::ExtendedUntil, Expr::value(until.as_millis()))
                .filter(Column::Id.eq(*case.as_uuid()))
                .exec(&transaction)
                .await?;
            let prolonged = retention::prolong(context, &transaction, &found).await?;
            let happened: Vec<NewEvent> = prolonged
                .iter()
                .map(|it| NewEvent {
                    kind: EventKind::CaseExtended,
                    message: it.message,
                    delivery: it.delivery,
                })
                .collect();
            event::record(&transaction, organisation.id, now, &happened).await?;
            let detail = last_day.to_string();
            let entry = AuditEntry::by_staff(actor, AuditAction::CaseExtended)
                .about(AuditTarget::Case(case))
                .detail(&detail);
            context.audit.record(&transaction, now, &entry).await?;
            transaction.commit().await?;
            return Ok(());
        }
    }
}

/// Where a reason lies.
pub(super) fn place(id: &CaseExtensionId) -> Field<'_> {
    Field::new("case_extension", "sealed_reason", id.as_bytes())
}

/// Whether a case is extended until just that day, by the actor and for just that reason: then they send it again.
async fn is_extended(
    context: &Context,
    actor: &StaffActor,
    organisation: &Organisation,
    case: CaseId,
    last_day: Date,
    reason: &str,
) -> Result<bool, CaseError> {
    use extension_entity::{Column, Entity};
    let reader = context.database.reader();
    let until = retention::end_of(last_day, &organisation.time_zone).as_millis();
    // What somebody extended further since is another decision.
    if own(reader, organisation.id, case).await?.extended_until != Some(until) {
        return Ok(false);
    }
    let found = Entity::find()
        .filter(Column::CaseId.eq(*case.as_uuid()))
        .filter(Column::Until.eq(until))
        .filter(Column::ExtendedBy.eq(*actor.staff_id().as_uuid()))
        .order_by_desc(Column::Id)
        .one(reader);
    let Some(row) = found.await? else {
        return Ok(false);
    };
    let owner = ContentOwner::Message(MessageId::from_uuid(row.message_id));
    let key = context.vault.content_key(organisation.id, owner).await?;
    let id = CaseExtensionId::from_uuid(row.id);
    let sealed = key.zip(row.sealed_reason);
    let opened = sealed.and_then(|(key, sealed)| key.open_text(place(&id), &sealed).ok());
    Ok(opened.as_deref() == Some(reason))
}

/// What would become of a case's deliveries, if it can be kept until that day.
async fn planned(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    case: CaseId,
    last_day: Date,
) -> Result<Vec<Planned>, CaseError> {
    own(on, organisation.id, case).await?;
    let zone = &organisation.time_zone;
    let until = Prolonging::Until(retention::end_of(last_day, zone));
    let planned = retention::plan(context, on, organisation, case, until).await?;
    let sent = planned.iter().map(|it| it.sent).min();
    let ends = planned.iter().map(|it| it.ends).max();
    let (Some(sent), Some(ends)) = (sent, ends) else {
        return Err(CaseError::TooLate);
    };
    let ceiling = context.settings.retention_ceiling_days;
    match retention::extended_until(last_day, sent, ends, ceiling, zone) {
        Err(NoExtension::NotLater) => Err(CaseError::NotLater),
        Err(NoExtension::AboveCeiling) => Err(CaseError::AboveCeiling {
            latest: retention::last_possible_day(sent, ceiling, zone),
        }),
        Ok(_) if !planned.iter().any(Planned::is_longer) => Err(CaseError::TooLate),
        Ok(_) => Ok(planned),
    }
}

/// The key of the first message that there is one of.
async fn sealing_key(
    context: &Context,
    organisation: &Organisation,
    planned: &[Planned],
) -> Result<Option<(MessageId, ContentKey)>, Fault> {
    let longer: Vec<MessageId> = planned
        .iter()
        .filter(|it| it.is_longer())
        .map(|it| it.message)
        .collect();
    let owners: Vec<_> = longer
        .iter()
        .map(|message| (organisation.id, ContentOwner::Message(*message)))
        .collect();
    let keys = context.vault.content_keys(&owners).await?;
    Ok(longer
        .into_iter()
        .zip(keys)
        .find_map(|(message, key)| Some((message, key?))))
}
