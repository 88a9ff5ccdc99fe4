//! The SQL of credentials.

use std::time::Duration;

use base::{CredentialId, SystemId, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::{CredentialKind, CredentialState};

/// How much later than its last use a use is written down.
const USE_STEP: Duration = Duration::from_secs(60);
/// The most credentials that are listed of one system: more than hold and ended lately, however often they were changed.
const MAX_LISTED: u64 = 200;

/// Those that neither were withdrawn nor have ended.
pub(super) fn holds(now: Timestamp) -> Condition {
    let not_ended = Condition::any()
        .add(Column::ExpiresAt.is_null())
        .add(Column::ExpiresAt.gt(now.as_millis()));
    Condition::all().add(Column::WithdrawnAt.is_null()).add(not_ended)
}

/// A credential that was just made and holds until it is withdrawn, without what it consists of.
pub(super) fn fresh(id: CredentialId, system: SystemId, kind: CredentialKind, now: Timestamp) -> Model {
    Model {
        id: *id.as_uuid(),
        system_id: *system.as_uuid(),
        kind: kind.as_str().to_owned(),
        secret_hash: None,
        public_key: None,
        key_set_address: None,
        created_at: now.as_millis(),
        expires_at: None,
        warned_at: None,
        last_used_at: None,
        withdrawn_at: None,
    }
}

pub(super) async fn insert(on: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model())
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// The credentials of a kind that hold; never more than may.
pub(super) async fn valid(
    on: &impl ConnectionTrait,
    system: SystemId,
    kind: CredentialKind,
    now: Timestamp,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::SystemId.eq(*system.as_uuid()))
        .filter(Column::Kind.eq(kind.as_str()))
        .filter(holds(now))
        .order_by_asc(Column::CreatedAt)
        .limit(MAX_LISTED)
        .all(on)
        .await
}

/// The secrets that get tokens for a system.
pub(in crate::system) async fn valid_secrets(
    on: &impl ConnectionTrait,
    system: SystemId,
    now: Timestamp,
) -> Result<Vec<Model>, DbErr> {
    valid(on, system, CredentialKind::Secret, now).await
}

/// The public keys by which a system may sign.
pub(in crate::system) async fn valid_keys(
    on: &impl ConnectionTrait,
    system: SystemId,
    now: Timestamp,
) -> Result<Vec<Model>, DbErr> {
    valid(on, system, CredentialKind::PublicKey, now).await
}

/// The key sets by whose keys a system may sign.
pub(in crate::system) async fn valid_key_sets(
    on: &impl ConnectionTrait,
    system: SystemId,
    now: Timestamp,
) -> Result<Vec<Model>, DbErr> {
    valid(on, system, CredentialKind::KeySet, now).await
}

/// The credential with that id, if it holds.
pub(in crate::system) async fn find(
    on: &impl ConnectionTrait,
    id: CredentialId,
    now: Timestamp,
) -> Result<Option<Model>, DbErr> {
    let row = Entity::find_by_id(*id.as_uuid()).one(on).await?;
    Ok(row.filter(|row| CredentialState::of(row, now) == CredentialState::Valid))
}

/// The credential of a system, locked until the transaction ends, whether or not it holds.
pub(super) async fn locked(
    on: &impl ConnectionTrait,
    system: SystemId,
    id: CredentialId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*id.as_uuid())
        .filter(Column::SystemId.eq(*system.as_uuid()))
        .lock_exclusive()
        .one(on)
        .await
}

/// The credentials of these systems, oldest first.
pub(in crate::system) async fn of_systems(on: &impl ConnectionTrait, systems: Vec<Uuid>) -> Result<Vec<Model>, DbErr> {
    let most = MAX_LISTED.saturating_mul(u64::try_from(systems.len()).unwrap_or(u64::MAX));
    Entity::find()
        .filter(Column::SystemId.is_in(systems))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(on)
        .await
}

/// Writes down that a credential gave a token, unless that was written less than a minute ago.
pub(in crate::system) async fn note_use(
    on: &impl ConnectionTrait,
    id: CredentialId,
    now: Timestamp,
) -> Result<(), DbErr> {
    let earlier = (now - USE_STEP).as_millis();
    let not_lately = Condition::any()
        .add(Column::LastUsedAt.is_null())
        .add(Column::LastUsedAt.lte(earlier));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, now.as_millis().into())
        .filter(Column::Id.eq(*id.as_uuid()))
        .filter(not_lately)
        .exec(on)
        .await?;
    Ok(())
}
