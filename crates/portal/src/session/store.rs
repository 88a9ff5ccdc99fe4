//! The SQL of sessions.

use base::{RecipientId, SessionId, Timestamp};
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::own::Owner;
use super::whereabouts::Kept;
use super::{Binding, SessionKey, SessionKind, StaffBinding};
use crate::{CLOCK_TOLERANCE, SessionLimits, recipient};

/// Stores a new session; says `false` when the key is taken.
pub(super) async fn insert(on: &impl ConnectionTrait, row: Model) -> Result<bool, DbErr> {
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::KeyHash).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(on)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

pub(super) async fn find(on: &impl ConnectionTrait, key: &SessionKey) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(key.hash().to_vec()).one(on).await
}

/// Replaces the data of a session that has not run out.
pub(super) async fn save(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    sealed_data: Vec<u8>,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::SealedData, sealed_data.into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(run_out(limits, now).not())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Writes down that a session is in use.
pub(super) async fn note_use(on: &impl ConnectionTrait, key: &SessionKey, now: Timestamp) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, now.as_millis().into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(Column::LastSeenAt.lt(now.as_millis()))
        .exec(on)
        .await?;
    Ok(())
}

/// Binds a person to a session that has not run out.
pub(super) async fn bind(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    binding: Binding,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::RecipientId, (*binding.recipient.as_uuid()).into())
        .col_expr(Column::AssuranceLevel, i32::from(binding.level.number()).into())
        .col_expr(Column::SealedName, binding.sealed_name.into())
        .col_expr(Column::PublicId, (*binding.id.as_uuid()).into())
        .col_expr(Column::SealedDevice, binding.kept.sealed_device.into())
        .col_expr(Column::SealedPlace, binding.kept.sealed_place.into())
        .col_expr(Column::NetworkMac, binding.kept.network_mac.into())
        .col_expr(Column::ProviderSessionMac, binding.at_provider.session.into())
        .col_expr(Column::ProviderSubjectMac, binding.at_provider.subject.into())
        .col_expr(Column::SignedInAt, now.as_millis().into())
        .col_expr(Column::LastSeenAt, now.as_millis().into())
        .col_expr(Column::ExpiresAt, (now + limits.absolute).as_millis().into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(run_out(limits, now).not())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Deletes a session; says `false` when there was none.
pub(super) async fn delete(on: &impl ConnectionTrait, key: &SessionKey) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(key.hash().to_vec()).exec(on).await?;
    Ok(deleted.rows_affected > 0)
}

/// Binds a staff member to a session that has not run out.
pub(super) async fn bind_staff(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    binding: &StaffBinding<'_>,
    kept: Kept,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let confirmed_at = binding.confirmed_at.map(Timestamp::as_millis);
    let confirmed_by = confirmed_at.map(|_| binding.proven.stored());
    let updated = Entity::update_many()
        .col_expr(Column::StaffId, (*binding.staff.as_uuid()).into())
        .col_expr(Column::Proven, binding.proven.stored().into())
        .col_expr(Column::PublicId, (*binding.id.as_uuid()).into())
        .col_expr(Column::SealedDevice, kept.sealed_device.into())
        .col_expr(Column::SealedPlace, kept.sealed_place.into())
        .col_expr(Column::NetworkMac, kept.network_mac.into())
        .col_expr(Column::ProviderSessionMac, binding.at_provider.session.clone().into())
        .col_expr(Column::ProviderSubjectMac, binding.at_provider.subject.clone().into())
        .col_expr(Column::SignedInAt, binding.signed_in_at.as_millis().into())
        .col_expr(Column::ConfirmedAt, confirmed_at.into())
        .col_expr(Column::ConfirmedBy, confirmed_by.into())
        .col_expr(Column::LastSeenAt, now.as_millis().into())
        .col_expr(Column::ExpiresAt, binding.expires_at.as_millis().into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(run_out(limits, now).not())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Writes down the wrong tries within a session of staff.
pub(super) async fn note_tries(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    failures: i32,
    last_failure_at: Option<Timestamp>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Failures, Some(failures).into())
        .col_expr(Column::LastFailureAt, last_failure_at.map(Timestamp::as_millis).into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .exec(on)
        .await?;
    Ok(())
}

/// Writes down what was asked of a passkey within a session of staff, or that it is over. Says `false` when the session has
/// ended.
pub(super) async fn set_ceremony(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    sealed: Option<Vec<u8>>,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::SealedCeremony, sealed.into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Writes down that the session's staff member proved anew who they are.
pub(super) async fn confirm_staff(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    proven: i32,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::Proven, proven.into())
        .col_expr(Column::ConfirmedAt, now.as_millis().into())
        .col_expr(Column::ConfirmedBy, Some(proven).into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(Column::ConfirmedAt.is_not_null())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Writes down the code of the session at the provider.
pub(super) async fn set_provider_session(
    on: &impl ConnectionTrait,
    key: &SessionKey,
    code: Vec<u8>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ProviderSessionMac, Some(code).into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .exec(on)
        .await?;
    Ok(())
}

/// Writes down what the session's staff member has proven by now, which confirms nothing anew. Says `false` when it has ended.
pub(super) async fn note_proven(on: &impl ConnectionTrait, key: &SessionKey, proven: i32) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::Proven, proven.into())
        .filter(Column::KeyHash.eq(key.hash().to_vec()))
        .filter(Column::ConfirmedAt.is_not_null())
        .exec(on)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Up to `limit` sessions that this person is signed in to and that have not run out, the latest used first.
pub(super) async fn of_owner(
    on: &impl ConnectionTrait,
    owner: Owner,
    limits: SessionLimits,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(whose(owner, limits, now))
        .order_by_desc(Column::LastSeenAt)
        .order_by_asc(Column::PublicId)
        .limit(limit)
        .all(on)
        .await
}

/// Deletes the session of that name, if it is this person's; says `false` when there is no such session of theirs.
pub(super) async fn delete_of_owner(
    on: &impl ConnectionTrait,
    owner: Owner,
    id: SessionId,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let deleted = Entity::delete_many()
        .filter(whose(owner, limits, now))
        .filter(Column::PublicId.eq(*id.as_uuid()))
        .exec(on)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Deletes every session of this person, perhaps but one, and says how each was named; those that the version before began
/// have no name.
pub(super) async fn delete_others(
    on: &impl ConnectionTrait,
    owner: Owner,
    but: Option<&SessionKey>,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<Vec<Option<SessionId>>, DbErr> {
    let rows = Entity::find()
        .filter(whose(owner, limits, now))
        .filter(Condition::all().add_option(but.map(|key| Column::KeyHash.ne(key.hash().to_vec()))))
        // In one order for everybody, so that two who end each other's can't wait for each other.
        .order_by_asc(Column::KeyHash)
        .all(on)
        .await?;
    let mut deleted = Vec::new();
    for row in rows {
        let gone = Entity::delete_by_id(row.key_hash).exec(on).await?;
        if gone.rows_affected > 0 {
            deleted.push(row.public_id.map(SessionId::from_uuid));
        }
    }
    Ok(deleted)
}

/// The scope of what a person sees and ends: their own sessions that have not run out.
fn whose(owner: Owner, limits: SessionLimits, now: Timestamp) -> Condition {
    let theirs = match owner {
        Owner::Recipient(recipient) => Column::RecipientId.eq(*recipient.as_uuid()),
        Owner::Staff(staff) => Column::StaffId.eq(*staff.as_uuid()),
    };
    Condition::all().add(theirs).add(run_out(limits, now).not())
}

/// Deletes up to `limit` sessions of a kind that have run out, and says who was signed in to them.
pub(super) async fn delete_run_out(
    on: &impl ConnectionTrait,
    kind: SessionKind,
    limits: SessionLimits,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Option<RecipientId>>, DbErr> {
    let rows = Entity::find()
        .filter(of_kind(kind))
        .filter(run_out(limits, now))
        .limit(limit)
        .all(on)
        .await?;
    let keys = rows.iter().map(|row| row.key_hash.clone());
    Entity::delete_many()
        .filter(Column::KeyHash.is_in(keys))
        .filter(run_out(limits, now))
        .exec(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| row.recipient_id.map(RecipientId::from_uuid))
        .collect())
}

/// Deletes every session, and says who was signed in to each.
pub(super) async fn delete_all(on: &impl ConnectionTrait) -> Result<Vec<Option<RecipientId>>, DbErr> {
    let people: Vec<Option<Uuid>> = Entity::find()
        .select_only()
        .column(Column::RecipientId)
        .into_tuple()
        .all(on)
        .await?;
    Entity::delete_many().exec(on).await?;
    Ok(people
        .into_iter()
        .map(|person| person.map(RecipientId::from_uuid))
        .collect())
}

/// The sessions of a kind.
pub(super) fn of_kind(kind: SessionKind) -> SimpleExpr {
    match kind.stored() {
        Some(kind) => Column::Kind.eq(kind),
        None => Column::Kind.is_null(),
    }
}

/// The rule of [`super::rule::has_run_out`] in SQL.
pub(super) fn run_out(limits: SessionLimits, now: Timestamp) -> Condition {
    Condition::any()
        .add(Column::ExpiresAt.lte(now.as_millis()))
        .add(Column::LastSeenAt.lte((now - limits.idle).as_millis()))
        .add(Column::LastSeenAt.gt((now + CLOCK_TOLERANCE).as_millis()))
}

/// Which of these people are signed in to a session, run out or not.
pub(crate) async fn recipients_with_sessions(
    on: &impl ConnectionTrait,
    recipients: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    recipient::named_by::<Entity>(on, Column::RecipientId, recipients).await
}
