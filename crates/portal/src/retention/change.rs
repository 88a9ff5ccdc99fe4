//! How an organisation's admins see and change its policy.

use std::collections::BTreeSet;

use base::{StaffId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::ConnectionTrait;

use super::effect::{self, RetentionEffect, SeenEffect};
use super::entity::Model;
use super::rule::{PolicyProblem, RetentionPolicy};
use super::store::{self, VersionedPolicy};
use super::{ChangeRetentionError, Decided, approval, follow};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation::{self, Organisation};
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, purge, staff};

/// The policy that an organisation follows now.
#[derive(Clone, Debug)]
pub struct RetentionInForce {
    /// Which of its versions it is: 0 when the organisation has not decided on any. Whoever changes the policy says with it what
    /// they saw.
    pub version: u32,
    /// The policy.
    pub policy: RetentionPolicy,
    /// The longest that the operator lets anything be kept, in days.
    pub ceiling_days: u32,
    /// The document types with which anything was sent, in order; at most 50.
    pub types_in_use: Vec<String>,
    /// How many deliveries still expire by the version before, and are about to follow this one.
    pub still_following_before: u64,
    /// Where the organisation's days end.
    pub time_zone: TimeZone,
}

/// A version of the policy that the organisation decided on.
#[derive(Clone, Debug)]
pub struct RetentionVersion {
    /// From 1.
    pub version: u32,
    /// The policy.
    pub policy: RetentionPolicy,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// The name of who decided; `None` when nobody of that account is known any more.
    pub decided_by: Option<String>,
    /// The name of who approved it, where a second admin was asked and is known.
    pub approved_by: Option<String>,
}

/// Versions of the policy, the newest first, and the number to ask with for those before.
#[derive(Clone, Debug, Default)]
pub struct RetentionVersions {
    /// At most fifty.
    pub versions: Vec<RetentionVersion>,
    /// What to ask with for those before, if there are any.
    pub before: Option<u32>,
}

/// How many versions a page shows.
const VERSIONS: usize = 50;

impl Portal {
    /// The policy that the actor's organisation follows.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn retention(&self, actor: &StaffActor) -> Result<RetentionInForce, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let reader = context.database.reader();
        let organisation = own_organisation(context, actor).await?;
        let VersionedPolicy { version, policy } = store::in_force(context, reader, &organisation).await?;
        Ok(RetentionInForce {
            version: u32::try_from(version).map_err(Fault::new)?,
            policy,
            ceiling_days: context.settings.retention_ceiling_days,
            types_in_use: store::types_in_use(reader, organisation.id, store::TYPES).await?,
            still_following_before: follow::count_behind(reader, organisation.id, version, context.now()).await?,
            time_zone: organisation.time_zone,
        })
    }

    /// The versions with numbers below `before` that the actor's organisation decided on, or its latest.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn retention_versions(
        &self,
        actor: &StaffActor,
        before: Option<u32>,
    ) -> Result<RetentionVersions, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let reader = context.database.reader();
        let before = before.and_then(|before| i32::try_from(before).ok());
        let mut rows = store::versions(reader, actor.organisation_id(), before, VERSIONS as u64 + 1).await?;
        let more = rows.len() > VERSIONS;
        rows.truncate(VERSIONS);
        let deciders: BTreeSet<StaffId> = rows.iter().flat_map(deciders).collect();
        let names = staff::names(context, reader, actor.organisation_id(), &deciders).await?;
        let version = |row: Model| -> Result<RetentionVersion, Fault> {
            Ok(RetentionVersion {
                version: u32::try_from(row.version).map_err(Fault::new)?,
                policy: store::versioned(&row)?.policy,
                decided_at: Timestamp::from_millis(row.decided_at),
                decided_by: names.get(&StaffId::from_uuid(row.decided_by)).cloned(),
                approved_by: row
                    .approved_by
                    .and_then(|id| names.get(&StaffId::from_uuid(id)).cloned()),
            })
        };
        let versions: Vec<RetentionVersion> = rows.into_iter().map(version).collect::<Result<_, _>>()?;
        Ok(RetentionVersions {
            before: versions.last().filter(|_| more).map(|last| last.version),
            versions,
        })
    }

    /// What a policy would do to what the actor's organisation has sent, if it were decided on now. Changes nothing.
    ///
    /// `declared` is a document type that the actor says is new; any other must be known, so that a misspelt one does not look
    /// like a rule that holds.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError`].
    pub async fn retention_effect(
        &self,
        actor: &StaffActor,
        policy: RetentionPolicy,
        declared: Option<&str>,
    ) -> Result<RetentionEffect, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetentionEffect).await??;
        let organisation = own_organisation(context, actor).await?;
        let before = store::in_force(context, context.database.reader(), &organisation).await?;
        let in_use = store::types_in_use(context.database.reader(), organisation.id, store::TYPES).await?;
        let policy = checked(context, &in_use, &before, policy, declared)?;
        effect::of(context, &organisation, &policy).await
    }

    /// Decides on a policy for the actor's organisation: a new version, which everything that can still be read follows from now
    /// on, but for what was sent before there were versions. `seen` is what the actor had before them. Where the
    /// organisation demands a second admin for what shortens retention, such a policy waits for one. The same that is sent twice is
    /// decided on once.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError`]; also a fault when the new version stands, but not everything follows it yet: the next round of
    /// jobs goes on with it.
    pub async fn change_retention(
        &self,
        actor: &StaffActor,
        seen: SeenEffect,
        policy: RetentionPolicy,
        declared: Option<&str>,
    ) -> Result<Decided, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::ChangeRetention).await??;
        let organisation = own_organisation(context, actor).await?;
        // What others have seen expire must not come back because this node's clock is behind.
        context.latch().await?;
        let in_use = store::types_in_use(context.database.reader(), organisation.id, store::TYPES).await?;
        let policy = policy.check(context.settings.retention_ceiling_days)?;
        let decidable = |before: &VersionedPolicy, policy| {
            if u32::try_from(before.version).ok() != Some(seen.version) {
                return Err(ChangeRetentionError::ChangedMeanwhile);
            }
            checked(context, &in_use, before, policy, declared)
        };
        if is_decided(context.database.reader(), actor, seen, &policy).await? {
            return Ok(Decided::InForce);
        }
        // What is refused as things stand is refused before its effect is worked out.
        let before = store::in_force(context, context.database.reader(), &organisation).await?;
        let policy = decidable(&before, policy)?;
        approval::may_wait(context, actor, &before.policy, &policy).await?;
        let effect = effect::of(context, &organisation, &policy).await?;
        let (transaction, admins) = begin(context, actor).await?;
        if is_decided(&transaction, actor, seen, &policy).await? {
            return Ok(Decided::InForce);
        }
        let before = store::in_force(context, &transaction, &organisation).await?;
        let policy = decidable(&before, policy)?;
        if approval::is_required(&transaction, organisation.id).await?
            && approval::shortens(&before.policy, &policy, &effect)
        {
            approval::wait(context, &transaction, actor, &admins, Some(&policy), before.version).await?;
            transaction.commit().await?;
            return Ok(Decided::Waits);
        }
        let by = DecidedBy {
            author: actor.staff_id(),
            approver: None,
        };
        let decided = (before.version, policy);
        let goes = Goes {
            today: effect.counted_today,
            seen: seen.gone_today,
        };
        put_in_force(context, &transaction, actor, &organisation, decided, by, goes).await?;
        transaction.commit().await?;
        follow::begin(context, organisation.id).await;
        Ok(Decided::InForce)
    }
}

/// Begins to decide on what the actor's organisation follows, which nobody else does until the transaction ends. Says who its admins are
/// that can sign in, whose accounts stay as they are until then; the actor must still be one, since what they asked for takes time to work
/// out.
pub(super) async fn begin(
    context: &Context,
    actor: &StaffActor,
) -> Result<(WriteTransaction, BTreeSet<StaffId>), ChangeRetentionError> {
    let organisation = actor.organisation_id();
    let transaction = context.database.write().await?;
    organisation::lock_row(&transaction, organisation).await?;
    let admins = staff::locked_admins(context, &transaction, organisation).await?;
    if !admins.contains(&actor.staff_id()) {
        // So that the log's writer waits for no lock of theirs.
        drop(transaction);
        context.record_denied(actor, Action::ChangeRetention).await?;
        return Err(Denied::Forbidden.into());
    }
    Ok((transaction, admins))
}

/// Who decided on a version.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecidedBy {
    pub(super) author: StaffId,
    /// Who approved it, where a second one was asked.
    pub(super) approver: Option<StaffId>,
}

/// How much a policy would destroy today.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goes {
    /// As it is now.
    pub(super) today: u64,
    /// As it was when the actor looked.
    pub(super) seen: u64,
}

/// Puts a policy in force after the version that stood before it, in what [`begin`] gave.
pub(super) async fn put_in_force(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    organisation: &Organisation,
    (before, policy): (i32, RetentionPolicy),
    by: DecidedBy,
    goes: Goes,
) -> Result<(), ChangeRetentionError> {
    if goes.today > goes.seen {
        return Err(ChangeRetentionError::MoreGoesToday);
    }
    let decided = VersionedPolicy {
        version: before.checked_add(1).ok_or_else(|| Fault::new("too many versions"))?,
        policy,
    };
    let now = context.now();
    store::insert(transaction, organisation.id, &decided, by, now).await?;
    let version = decided.version.to_string();
    let entry = AuditEntry::by_staff(actor, AuditAction::RetentionChanged)
        .about(AuditTarget::Organisation(organisation.id))
        .detail(&version);
    context.audit.record(transaction, now, &entry).await?;
    // The actor saw that so much goes today.
    let foreseen = store::in_force_as_day_began(context, transaction, organisation, now).await?;
    purge::announce_rules(context, transaction, organisation.id, foreseen.version, goes.today, now).await?;
    Ok(())
}

/// Whether the actor has decided on just this from just what they saw, and nobody on anything since: then they send it again.
async fn is_decided(
    on: &impl ConnectionTrait,
    actor: &StaffActor,
    seen: SeenEffect,
    policy: &RetentionPolicy,
) -> Result<bool, Fault> {
    let Some(latest) = store::latest(on, actor.organisation_id()).await? else {
        return Ok(false);
    };
    let follows_seen = u32::try_from(latest.version).ok() == seen.version.checked_add(1);
    let is_own = latest.decided_by == *actor.staff_id().as_uuid();
    Ok(follows_seen && is_own && store::versioned(&latest)?.policy == *policy)
}

/// The policy when it keeps every rule and differs from the one in force.
fn checked(
    context: &Context,
    in_use: &[String],
    before: &VersionedPolicy,
    policy: RetentionPolicy,
    declared: Option<&str>,
) -> Result<RetentionPolicy, ChangeRetentionError> {
    let policy = policy.check(context.settings.retention_ceiling_days)?;
    if policy == before.policy {
        return Err(ChangeRetentionError::Unchanged);
    }
    let had_rules = before.policy.types.iter().map(|it| it.document_type.as_str());
    let known: Vec<&str> = in_use
        .iter()
        .map(String::as_str)
        .chain(had_rules)
        .chain(declared)
        .collect();
    let is_known = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    match policy.types.iter().find(|it| !is_known(&it.document_type)) {
        Some(unknown) => Err(PolicyProblem::UnknownType {
            document_type: unknown.document_type.clone(),
        }
        .into()),
        None => Ok(policy),
    }
}

pub(super) async fn own_organisation(
    context: &Context,
    actor: &StaffActor,
) -> Result<Organisation, ChangeRetentionError> {
    let found = organisation::find(context.database.reader(), actor.organisation_id()).await?;
    Ok(found.ok_or(Denied::OrganisationGone)?)
}

fn deciders(row: &Model) -> impl Iterator<Item = StaffId> + use<> {
    let all = [Some(row.decided_by), row.approved_by];
    all.into_iter().flatten().map(StaffId::from_uuid)
}
