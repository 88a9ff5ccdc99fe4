//! The SQL of accounts.

use std::collections::BTreeSet;

use base::{OrganisationId, StaffId, Timestamp};
use keyring::BlindIndex;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::lock::Tries;
use crate::database::WriteTransaction;
use crate::organisation::{self, OrganisationRow};

/// How many rows one statement names: far below the databases' limits on parameters.
const BATCH: usize = 500;

pub(super) async fn find(on: &impl ConnectionTrait, staff: StaffId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*staff.as_uuid()).one(on).await
}

/// Whose staff member it is.
pub(crate) async fn organisation_of(
    on: &impl ConnectionTrait,
    staff: StaffId,
) -> Result<Option<OrganisationId>, DbErr> {
    Ok(find(on, staff).await?.map(|row| row.organisation()))
}

/// The account and its organisation, in one question: each request of a staff member asks it. None of one that was deleted.
pub(super) async fn find_with_organisation(
    on: &impl ConnectionTrait,
    staff: StaffId,
) -> Result<Option<(Model, OrganisationRow)>, DbErr> {
    let row = Entity::find_by_id(*staff.as_uuid());
    let found = organisation::with_living(row, Column::OrganisationId).one(on).await?;
    Ok(found.and_then(|(row, organisation)| Some((row, organisation?))))
}

/// The account, which nobody else changes until the transaction ends. (SQLite has one writer at a time.)
pub(super) async fn lock(on: &WriteTransaction, staff: StaffId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*staff.as_uuid()).lock_exclusive().one(on).await
}

/// As [`lock`], if it is the organisation's.
pub(super) async fn lock_of_organisation(
    on: &WriteTransaction,
    organisation: OrganisationId,
    staff: StaffId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(*staff.as_uuid())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .lock_exclusive()
        .one(on)
        .await
}

/// The accounts of an organisation with these ids.
pub(super) async fn find_some(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    staff: &BTreeSet<StaffId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::Id.is_in(staff.iter().map(|staff| *staff.as_uuid())))
        .all(on)
        .await
}

/// The accounts with these ids whose organisation lets its recipients know the names of its staff.
pub(super) async fn find_shown(on: &impl ConnectionTrait, staff: &BTreeSet<StaffId>) -> Result<Vec<Model>, DbErr> {
    let ids: Vec<Uuid> = staff.iter().map(|staff| *staff.as_uuid()).collect();
    let mut found = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let rows = Entity::find().filter(Column::Id.is_in(batch.iter().copied()));
        let shown = organisation::with_names_shown(rows, Column::OrganisationId)
            .all(on)
            .await?;
        found.extend(shown.into_iter().map(|(row, _)| row));
    }
    Ok(found)
}

/// Every account of an organisation, which nobody else changes until the transaction ends, in one order for everybody.
pub(super) async fn lock_all(on: &WriteTransaction, organisation: OrganisationId) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(on)
        .await
}

/// As [`lock_all`], but those with these ids alone.
pub(super) async fn lock_some(
    on: &WriteTransaction,
    organisation: OrganisationId,
    staff: &BTreeSet<StaffId>,
) -> Result<Vec<Model>, DbErr> {
    let ids: Vec<Uuid> = staff.iter().map(|staff| *staff.as_uuid()).collect();
    let mut found = Vec::with_capacity(ids.len());
    // In order from batch to batch too.
    for batch in ids.chunks(BATCH) {
        let rows = Entity::find()
            .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
            .filter(Column::Id.is_in(batch.iter().copied()))
            .order_by_asc(Column::Id)
            .lock_exclusive();
        found.extend(rows.all(on).await?);
    }
    Ok(found)
}

/// The organisation's account with one of these indexes, of an e-mail address or of a work account.
pub(super) async fn find_by_index(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    indexes: &[(u32, BlindIndex)],
) -> Result<Option<Model>, DbErr> {
    let indexes = indexes.iter().map(|(_, index)| index.as_bytes().to_vec());
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::AccountIndex.is_in(indexes))
        .one(on)
        .await
}

/// How many accounts an organisation has, those that are shut included.
pub(super) async fn count(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<u64, DbErr> {
    let of_organisation = Entity::find().filter(Column::OrganisationId.eq(*organisation.as_uuid()));
    of_organisation.count(on).await
}

/// Every account of an organisation, oldest first.
pub(super) async fn of_organisation(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(on)
        .await
}

/// Writes down a wrong try.
pub(super) async fn note_failure(on: &impl ConnectionTrait, row: &Model, tries: Tries) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(
            Column::Failures,
            i32::try_from(tries.failures).unwrap_or(i32::MAX).into(),
        )
        .col_expr(
            Column::LastFailureAt,
            tries.last_failure_at.map(Timestamp::as_millis).into(),
        )
        .col_expr(Column::UntoldFailures, row.untold_failures.saturating_add(1).into())
        .filter(Column::Id.eq(row.id))
        .exec(on)
        .await?;
    Ok(())
}

/// Writes down a wrong try that counts for nothing but what the person is told.
pub(super) async fn note_untold(on: &impl ConnectionTrait, row: &Model) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UntoldFailures, row.untold_failures.saturating_add(1).into())
        .filter(Column::Id.eq(row.id))
        .exec(on)
        .await?;
    Ok(())
}

/// Forgets wrong tries.
pub(super) async fn forget_failures(on: &impl ConnectionTrait, staff: StaffId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Failures, 0.into())
        .col_expr(Column::LastFailureAt, Option::<i64>::None.into())
        .filter(Column::Id.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// Writes down a complete sign-in, which forgets wrong tries.
pub(super) async fn note_sign_in(on: &impl ConnectionTrait, staff: StaffId, now: Timestamp) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Failures, 0.into())
        .col_expr(Column::LastFailureAt, Option::<i64>::None.into())
        .col_expr(Column::LastSignedInAt, now.as_millis().into())
        .filter(Column::Id.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// Sets the password. `now` is `None` when only its hash was made anew.
pub(super) async fn set_password(
    on: &impl ConnectionTrait,
    staff: StaffId,
    hash: &str,
    now: Option<Timestamp>,
) -> Result<(), DbErr> {
    let mut update = Entity::update_many()
        .col_expr(Column::PasswordHash, Some(hash.to_owned()).into())
        .filter(Column::Id.eq(*staff.as_uuid()));
    if let Some(now) = now {
        update = update.col_expr(Column::PasswordSetAt, Some(now.as_millis()).into());
    }
    update.exec(on).await?;
    Ok(())
}

/// The person, whose row is locked, has been told of so many wrong tries.
pub(super) async fn forget_untold(on: &impl ConnectionTrait, row: &Model, told: u32) -> Result<(), DbErr> {
    let told = i32::try_from(told).unwrap_or(i32::MAX);
    let untold = row.untold_failures.saturating_sub(told).max(0);
    Entity::update_many()
        .col_expr(Column::UntoldFailures, untold.into())
        .filter(Column::Id.eq(row.id))
        .exec(on)
        .await?;
    Ok(())
}
