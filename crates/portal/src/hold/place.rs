//! Placing a hold.
//!
//! Keys first: what is to be held gets them wrapped for a day far ahead before any row says that it is held. Then, under the locks of
//! its cases, what was condemned meanwhile is told apart: it is lost, and whoever places the hold learns of it.

use std::collections::BTreeSet;

use base::{CaseId, DeliveryId, HoldId, MessageId, OrganisationId, RecipientId, Timestamp};
use jiff::civil::Date;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    TryInsertResult,
};
use uuid::Uuid;

use super::entity;
use super::keep::{Held, keep_ahead};
use super::lift::{Said, seal, target};
use super::rule::{self, HoldScope};
use super::view::said;
use super::{HoldError, InvalidHold, store};
use crate::audit::{AuditAction, AuditEntry};
use crate::delivery::entity::{Column, Entity, Model};
use crate::ledger::{LedgerEntry, ToldHold};
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, case, organisation};

/// How many deliveries get their keys wrapped together.
pub(super) const BATCH: usize = 100;

/// A hold to place.
#[derive(Clone)]
pub struct NewHold {
    /// Names the form that it is placed with: the same form again places no second one.
    pub form: HoldId,
    /// The case that it is on, or whose recipient.
    pub case: CaseId,
    /// What it is on.
    pub scope: HoldScope,
    /// Why: one line of at most 200 characters, for the organisation's own people.
    pub reason: String,
    /// On which day somebody is to look at it again; later than today, within two years. `None` when what was given is no day.
    pub review_on: Option<Date>,
}

/// A hold that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedHold {
    /// The hold.
    pub id: HoldId,
    /// How many messages it came too late for: they are being purged.
    pub too_late: u64,
}

/// The deliveries in a hold's scope that are not purged.
pub(super) struct InScope {
    recipient: RecipientId,
    /// Those that can be held.
    pub(super) standing: Vec<Held>,
    /// The messages that are being purged.
    pub(super) lost: BTreeSet<MessageId>,
}

impl Portal {
    /// A name for a form that places a hold.
    #[must_use]
    pub fn new_hold_form(&self) -> HoldId {
        self.0.ids.next()
    }

    /// Places a hold on a case of the actor's organisation, or on everything between it and that case's recipient. What it reaches is
    /// not destroyed from now on; who may read it until when stays as it is. The same form again gives the hold that stands by it.
    ///
    /// # Errors
    ///
    /// [`HoldError`]; [`HoldError::TooLate`] when a case has nothing left to hold.
    pub async fn place_hold(&self, actor: &StaffActor, new: &NewHold) -> Result<PlacedHold, HoldError> {
        let context = &*self.0;
        context.require(actor, Action::PlaceHold).await??;
        let organisation = organisation::find(context.database.reader(), actor.organisation_id()).await?;
        let organisation = organisation.ok_or(Denied::OrganisationGone)?;
        context.latch().await?;
        let now = context.now();
        let reason = rule::reason(&new.reason);
        let review_at = new
            .review_on
            .and_then(|day| rule::review_at(day, now, &organisation.time_zone));
        let (Some(reason), Some(review_at)) = (reason, review_at) else {
            return Err(HoldError::Invalid(InvalidHold {
                reason: reason.is_none(),
                review_on: review_at.is_none(),
            }));
        };
        loop {
            if let Some(placed) = placed_before(context, actor.organisation_id(), new, reason, review_at).await? {
                return Ok(placed);
            }
            let seen = wanted(context.database.reader(), organisation.id, new).await?;
            for held in seen.standing.chunks(BATCH) {
                keep_ahead(context, held).await?;
            }
            // What has lost its keys can't be held, whatever its row says.
            let messages: Vec<MessageId> = seen.standing.iter().map(|held| held.message).collect();
            let gone = context.vault.messages_without_keys(&messages).await?;
            let transaction = context.database.write().await?;
            let mut cases: Vec<Uuid> = seen.standing.iter().map(|held| *held.case.as_uuid()).collect();
            cases.push(*new.case.as_uuid());
            cases.sort_unstable();
            cases.dedup();
            case::lock(&transaction, &cases).await?;
            if !organisation::stays(&transaction, organisation.id).await? {
                return Err(Denied::OrganisationGone.into());
            }
            let mut found = wanted(&transaction, organisation.id, new).await?;
            let kept: BTreeSet<DeliveryId> = seen.standing.iter().map(|held| held.id).collect();
            // What came meanwhile, or was given to the recipient, gets its keys first.
            if found.recipient != seen.recipient || found.standing.iter().any(|held| !kept.contains(&held.id)) {
                continue;
            }
            found.standing.retain(|held| !gone.contains(&held.message));
            found.lost.extend(gone);
            if new.scope == HoldScope::Case && found.standing.is_empty() {
                return Err(HoldError::TooLate);
            }
            let too_late = found.lost.len();
            let id: HoldId = context.ids.next();
            let row = entity::Model {
                id: *id.as_uuid(),
                organisation_id: *organisation.id.as_uuid(),
                form_id: Some(*new.form.as_uuid()),
                case_id: *new.case.as_uuid(),
                of_recipient: i32::from(new.scope == HoldScope::Recipient),
                recipient_id: (new.scope == HoldScope::Recipient).then(|| *found.recipient.as_uuid()),
                sealed_reason: Some(seal(context, id, Said::OnPlacing, reason)),
                review_at: review_at.as_millis(),
                too_late: i32::try_from(too_late).unwrap_or(i32::MAX),
                placed_at: now.as_millis(),
                placed_by: *actor.staff_id().as_uuid(),
                lifted_at: None,
                lifted_by: None,
                sealed_lift_reason: None,
                settled_at: None,
                restored_at: None,
            };
            let told = LedgerEntry::Held(ToldHold {
                id,
                case: new.case,
                of_recipient: (new.scope == HoldScope::Recipient).then_some((organisation.id, found.recipient)),
            });
            let target = target(&row);
            let once = OnConflict::columns([entity::Column::OrganisationId, entity::Column::FormId])
                .do_nothing()
                .to_owned();
            let inserted = entity::Entity::insert(row.into_active_model())
                .on_conflict(once)
                .try_insert()
                .exec_without_returning(&transaction)
                .await?;
            // The same form placed one meanwhile.
            if !matches!(inserted, TryInsertResult::Inserted(1..)) {
                continue;
            }
            let detail = id.to_string();
            let entry = AuditEntry::by_staff(actor, AuditAction::HoldPlaced)
                .about(target)
                .detail(&detail);
            context.audit.record(&transaction, now, &entry).await?;
            // Before it holds: a restored copy must not purge what somebody was told is kept. Last of all: what is told of a hold that
            // failed is taken back some minutes later.
            let told = context.ledger.append(&[told]).await?;
            told.applied_by(&transaction).await?;
            transaction.commit().await?;
            return Ok(PlacedHold {
                id,
                too_late: u64::try_from(too_late).unwrap_or(u64::MAX),
            });
        }
    }
}

/// The hold that was placed with the form before, when it is the one that is asked for now and stands.
async fn placed_before(
    context: &Context,
    organisation: OrganisationId,
    new: &NewHold,
    reason: &str,
    review_at: Timestamp,
) -> Result<Option<PlacedHold>, HoldError> {
    let row = store::of_form(context.database.reader(), organisation, new.form).await?;
    let Some(row) = row else { return Ok(None) };
    let is_the_same = row.case() == new.case
        && row.scope() == new.scope
        && row.review_at == review_at.as_millis()
        && said(context, &row, Said::OnPlacing)?.as_deref() == Some(reason);
    if !is_the_same || row.lifted_at.is_some() {
        return Err(HoldError::FormUsed);
    }
    Ok(Some(PlacedHold {
        id: row.hold_id(),
        too_late: u64::try_from(row.too_late).map_err(Fault::new)?,
    }))
}

/// What a new hold would reach now.
async fn wanted(on: &impl ConnectionTrait, organisation: OrganisationId, new: &NewHold) -> Result<InScope, HoldError> {
    let recipient = recipient_of(on, organisation, new.case)
        .await?
        .ok_or(HoldError::NotFound)?;
    Ok(in_scope(on, organisation, new.case, new.scope, recipient).await?)
}

/// What a hold on a case, or on that recipient, reaches now.
pub(super) async fn in_scope(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
    scope: HoldScope,
    recipient: RecipientId,
) -> Result<InScope, DbErr> {
    let mut condition = Condition::any().add(Column::CaseId.eq(*case.as_uuid()));
    if scope == HoldScope::Recipient {
        condition = condition.add(Column::RecipientId.eq(*recipient.as_uuid()));
    }
    let rows: Vec<Model> = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(condition)
        .filter(Column::PurgedAt.is_null())
        .order_by_asc(Column::Id)
        .all(on)
        .await?;
    let is_lost = |row: &&Model| row.condemned_at.is_some();
    Ok(InScope {
        recipient,
        lost: rows
            .iter()
            .filter(is_lost)
            .map(|row| MessageId::from_uuid(row.message_id))
            .collect(),
        standing: rows.iter().filter(|row| !is_lost(row)).map(Held::from_row).collect(),
    })
}

/// Whom a case of the organisation is with; `None` also when nothing lives in it any more.
pub(super) async fn recipient_of(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<Option<RecipientId>, DbErr> {
    let row = case::entity::Entity::find_by_id(*case.as_uuid())
        .filter(case::entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .one(on)
        .await?;
    Ok(row.and_then(|row| row.recipient_id).map(RecipientId::from_uuid))
}
