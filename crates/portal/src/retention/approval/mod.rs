//! That a second admin approves what shortens retention, where the organisation demands it: the change that waits, and what becomes of it.
//!
//! At most one change of an organisation waits. It lapses after fourteen days and when another version comes into force, and is then as if
//! it had never been asked for; so it is while whoever asked is no admin who can sign in. No longer asking a second admin is itself such a
//! change.

mod entity;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use base::{OrganisationId, PendingRetentionId, StaffId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use self::entity::{Column, Entity, Model};
pub(super) use self::rule::shortens;
use super::change::{self, own_organisation};
use super::effect::{self, RetentionEffect};
use super::rule::RetentionPolicy;
use super::{ChangeRetentionError, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation;
use crate::rights::Action;
use crate::{Context, Fault, Portal, StaffActor, staff};

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It holds.
    InForce,
    /// It waits for another admin.
    Waits,
}

/// Whether a second admin is asked, and what waits for one.
#[derive(Clone, Debug)]
pub struct RetentionApproval {
    /// Whether the organisation demands a second admin for what shortens retention.
    pub required: bool,
    /// How many admins can sign in.
    pub admins: u64,
    /// What waits.
    pub pending: Option<PendingRetention>,
}

/// A change that waits for a second admin.
#[derive(Clone, Debug)]
pub struct PendingRetention {
    /// Which.
    pub id: PendingRetentionId,
    /// The policy; `None` when a second admin is to be asked no longer.
    pub policy: Option<RetentionPolicy>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The name of who asked; `None` when nobody of that account is known any more.
    pub asked_by: Option<String>,
    /// Whether the actor did, who can't approve it then.
    pub is_own: bool,
    /// From when on it can't be approved any more.
    pub lapses_at: Timestamp,
    /// The operator's ceiling, in days, when it was lowered since so that the policy lies above it and can't be approved.
    pub above_ceiling: Option<u32>,
}

/// Deletes what waits of an organisation that is deleted.
pub(crate) async fn forget_pending(on: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    Entity::delete_by_id(*organisation.as_uuid()).exec(on).await?;
    Ok(())
}

impl Portal {
    /// Whether the actor's organisation demands a second admin for what shortens retention, and what waits for one.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn retention_approval(&self, actor: &StaffActor) -> Result<RetentionApproval, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let reader = context.database.reader();
        let organisation = own_organisation(context, actor).await?.id;
        let admins = staff::admins(context, reader, organisation).await?;
        let pending = match standing(context, reader, organisation, &admins).await? {
            Some(row) => Some(seen(context, actor, &row).await?),
            None => None,
        };
        Ok(RetentionApproval {
            required: is_required(reader, organisation).await?,
            admins: admins.len() as u64,
            pending,
        })
    }

    /// What waits for a second admin of the actor's organisation, and for who may approve it what it would do if they did now; nothing for
    /// a policy that is none or lies above the ceiling.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::NothingWaits`], [`ChangeRetentionError::Busy`], [`ChangeRetentionError::Denied`],
    /// [`ChangeRetentionError::Fault`].
    pub async fn pending_retention(
        &self,
        actor: &StaffActor,
    ) -> Result<(PendingRetention, Option<RetentionEffect>), ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let (reader, id) = (context.database.reader(), actor.organisation_id());
        let admins = staff::admins(context, reader, id).await?;
        let row = standing(context, reader, id, &admins).await?;
        let pending = seen(context, actor, &row.ok_or(ChangeRetentionError::NothingWaits)?).await?;
        let organisation = own_organisation(context, actor).await?;
        let may_approve =
            !pending.is_own && pending.above_ceiling.is_none() && actor.role().allows(Action::ChangeRetention);
        let effect = match pending.policy.as_ref().filter(|_| may_approve) {
            Some(policy) => Some(effect::of(context, &organisation, policy).await?),
            None => None,
        };
        Ok((pending, effect))
    }

    /// Demands a second admin for what shortens retention, or asks another admin that none is demanded any more.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::TooFewAdmins`] when there is no second admin; [`ChangeRetentionError::Unchanged`],
    /// [`ChangeRetentionError::AlreadyWaits`], [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn require_retention_approval(
        &self,
        actor: &StaffActor,
        required: bool,
    ) -> Result<Decided, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeRetention).await??;
        let own = own_organisation(context, actor).await?;
        let (transaction, admins) = change::begin(context, actor).await?;
        if is_required(&transaction, own.id).await? == required {
            return Err(ChangeRetentionError::Unchanged);
        }
        if !required {
            let version = store::in_force(context, &transaction, &own).await?.version;
            wait(context, &transaction, actor, &admins, None, version).await?;
            transaction.commit().await?;
            return Ok(Decided::Waits);
        }
        if admins.len() < 2 {
            return Err(ChangeRetentionError::TooFewAdmins);
        }
        organisation::set_retention_approval(&transaction, own.id, true).await?;
        audit(
            context,
            &transaction,
            actor,
            AuditAction::RetentionApprovalChanged,
            "required",
        )
        .await?;
        transaction.commit().await?;
        Ok(Decided::InForce)
    }

    /// Approves what another admin of the actor's organisation asked for: it holds from now on. `gone_seen` is how much would be gone today
    /// by what the actor had before them.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::OwnChange`] of what the actor asked for; [`ChangeRetentionError::NothingWaits`] when it is not the change
    /// that waits, or has lapsed; [`ChangeRetentionError::Policy`] when the ceiling was lowered below it; as [`Portal::change_retention`].
    pub async fn approve_retention(
        &self,
        actor: &StaffActor,
        pending: PendingRetentionId,
        gone_seen: u64,
    ) -> Result<(), ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeRetention).await??;
        let own = own_organisation(context, actor).await?;
        context.latch().await?;
        let reader = context.database.reader();
        let admins = staff::admins(context, reader, own.id).await?;
        let row = approvable(context, reader, actor, &admins, pending).await?;
        let Some(policy) = policy_of(&row)? else {
            let (transaction, admins) = change::begin(context, actor).await?;
            approvable(context, &transaction, actor, &admins, pending).await?;
            organisation::set_retention_approval(&transaction, own.id, false).await?;
            forget(&transaction, own.id).await?;
            audit(
                context,
                &transaction,
                actor,
                AuditAction::RetentionApprovalChanged,
                "not-required",
            )
            .await?;
            return Ok(transaction.commit().await?);
        };
        let policy = policy.check(context.settings.retention_ceiling_days)?;
        let effect = effect::of(context, &own, &policy).await?;
        let (transaction, admins) = change::begin(context, actor).await?;
        let row = approvable(context, &transaction, actor, &admins, pending).await?;
        let by = change::DecidedBy {
            author: StaffId::from_uuid(row.asked_by),
            approver: Some(actor.staff_id()),
        };
        change::put_in_force(
            context,
            &transaction,
            actor,
            &own,
            (row.seen_version, policy),
            by,
            change::Goes {
                today: effect.counted_today,
                seen: gone_seen,
            },
        )
        .await?;
        forget(&transaction, own.id).await?;
        transaction.commit().await?;
        super::follow::begin(context, own.id).await;
        Ok(())
    }

    /// Withdraws what waits for a second admin of the actor's organisation. Any admin may, also who asked.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::NothingWaits`], [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn withdraw_retention(
        &self,
        actor: &StaffActor,
        pending: PendingRetentionId,
    ) -> Result<(), ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeRetention).await??;
        let (transaction, admins) = change::begin(context, actor).await?;
        let row = standing(context, &transaction, actor.organisation_id(), &admins).await?;
        this(row, pending)?;
        forget(&transaction, actor.organisation_id()).await?;
        let detail = pending.to_string();
        audit(
            context,
            &transaction,
            actor,
            AuditAction::RetentionChangeWithdrawn,
            &detail,
        )
        .await?;
        Ok(transaction.commit().await?)
    }
}

/// Whether an organisation demands a second admin.
pub(super) async fn is_required(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<bool, Fault> {
    let row = organisation::find_row(on, organisation).await?;
    Ok(row.is_some_and(|row| row.retention_approval == Some(1)))
}

/// Lets a change wait for a second admin, in what [`change::begin`] gave.
pub(super) async fn wait(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    admins: &BTreeSet<StaffId>,
    policy: Option<&RetentionPolicy>,
    seen_version: i32,
) -> Result<(), ChangeRetentionError> {
    let organisation = actor.organisation_id();
    if let Some(row) = standing(context, transaction, organisation, admins).await? {
        return waits_itself(&row, actor, policy);
    }
    // One that has lapsed may still lie there.
    forget(transaction, organisation).await?;
    let id: PendingRetentionId = context.ids.next();
    let row = Model {
        organisation_id: *organisation.as_uuid(),
        id: *id.as_uuid(),
        policy: policy.map(RetentionPolicy::to_json).transpose()?,
        seen_version,
        asked_at: context.now().as_millis(),
        asked_by: *actor.staff_id().as_uuid(),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    audit(
        context,
        transaction,
        actor,
        AuditAction::RetentionChangeAsked,
        &id.to_string(),
    )
    .await
}

/// Refuses what the actor asks for while something waits, unless they ask again for that.
fn waits_itself(
    waiting: &Model,
    actor: &StaffActor,
    policy: Option<&RetentionPolicy>,
) -> Result<(), ChangeRetentionError> {
    let is_own = waiting.asked_by == *actor.staff_id().as_uuid();
    if is_own && policy_of(waiting)?.as_ref() == policy {
        Ok(())
    } else {
        Err(ChangeRetentionError::AlreadyWaits)
    }
}

/// Refuses a policy that would have to wait, whatever its effect is, while another one does.
pub(super) async fn may_wait(
    context: &Context,
    actor: &StaffActor,
    before: &RetentionPolicy,
    policy: &RetentionPolicy,
) -> Result<(), ChangeRetentionError> {
    let (reader, organisation) = (context.database.reader(), actor.organisation_id());
    if !shortens(before, policy, &RetentionEffect::default()) || !is_required(reader, organisation).await? {
        return Ok(());
    }
    let admins = staff::admins(context, reader, organisation).await?;
    match standing(context, reader, organisation, &admins).await? {
        Some(row) => waits_itself(&row, actor, Some(policy)),
        None => Ok(()),
    }
}

/// What waits and can be approved: neither lapsed nor overtaken by another version, and asked for by one of the admins who can sign in.
async fn standing(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    admins: &BTreeSet<StaffId>,
) -> Result<Option<Model>, Fault> {
    let Some(row) = Entity::find_by_id(*organisation.as_uuid()).one(on).await? else {
        return Ok(None);
    };
    let lapses_at = rule::lapses_at(Timestamp::from_millis(row.asked_at));
    let latest = store::latest(on, organisation)
        .await?
        .map_or(0, |latest| latest.version);
    let is_asked_for = admins.contains(&StaffId::from_uuid(row.asked_by));
    Ok(Some(row).filter(|row| is_asked_for && context.now() < lapses_at && row.seen_version == latest))
}

/// The change that somebody saw, if it is the one that waits.
fn this(standing: Option<Model>, pending: PendingRetentionId) -> Result<Model, ChangeRetentionError> {
    let this = standing.filter(|row| row.id == *pending.as_uuid());
    this.ok_or(ChangeRetentionError::NothingWaits)
}

/// The change that somebody saw, if they may approve it.
async fn approvable(
    context: &Context,
    on: &impl ConnectionTrait,
    actor: &StaffActor,
    admins: &BTreeSet<StaffId>,
    pending: PendingRetentionId,
) -> Result<Model, ChangeRetentionError> {
    let row = this(standing(context, on, actor.organisation_id(), admins).await?, pending)?;
    if row.asked_by == *actor.staff_id().as_uuid() {
        return Err(ChangeRetentionError::OwnChange);
    }
    Ok(row)
}

async fn seen(context: &Context, actor: &StaffActor, row: &Model) -> Result<PendingRetention, Fault> {
    let author = StaffId::from_uuid(row.asked_by);
    let reader = context.database.reader();
    let mut names = staff::names(context, reader, actor.organisation_id(), &BTreeSet::from([author])).await?;
    let asked_at = Timestamp::from_millis(row.asked_at);
    let policy = policy_of(row)?;
    let ceiling_days = context.settings.retention_ceiling_days;
    Ok(PendingRetention {
        id: PendingRetentionId::from_uuid(row.id),
        above_ceiling: policy
            .as_ref()
            .is_some_and(|policy| policy.is_above(ceiling_days))
            .then_some(ceiling_days),
        policy,
        asked_at,
        asked_by: names.remove(&author),
        is_own: author == actor.staff_id(),
        lapses_at: rule::lapses_at(asked_at),
    })
}

fn policy_of(row: &Model) -> Result<Option<RetentionPolicy>, Fault> {
    let Some(text) = &row.policy else { return Ok(None) };
    let policy = RetentionPolicy::from_json(text);
    policy
        .map(Some)
        .ok_or_else(|| Fault::new("a policy that waits can't be read"))
}

async fn forget(transaction: &WriteTransaction, organisation: OrganisationId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .exec(transaction)
        .await?;
    Ok(())
}

async fn audit(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    action: AuditAction,
    detail: &str,
) -> Result<(), ChangeRetentionError> {
    let entry = AuditEntry::by_staff(actor, action)
        .about(AuditTarget::Organisation(actor.organisation_id()))
        .detail(detail);
    context.audit.record(transaction, context.now(), &entry).await?;
    Ok(())
}
