//! The SQL of provisioning.

use std::collections::{BTreeSet, HashMap};

use base::{GroupId, OrganisationId, ProvisioningTokenId, StaffId, Timestamp};
use keyring::BlindIndex;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::attributes::first;
use super::entity::{group, member, staff, token};
use super::{Directory, ProvisioningError};
use crate::database::WriteTransaction;
use crate::rights::Role;

/// How many rows one statement names: far below the databases' limits on parameters.
const BATCH: usize = 500;

/// An organisation's tokens, oldest first.
pub(super) async fn tokens(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<Vec<token::Model>, DbErr> {
    token::Entity::find()
        .filter(token::Column::OrganisationId.eq(*organisation.as_uuid()))
        .order_by_asc(token::Column::CreatedAt)
        .order_by_asc(token::Column::Id)
        .all(on)
        .await
}

pub(super) async fn insert_token(on: &WriteTransaction, row: token::Model) -> Result<(), DbErr> {
    token::Entity::insert(row.into_active_model())
        .exec_without_returning(on)
        .await?;
    Ok(())
}

pub(super) async fn lock_token(on: &WriteTransaction, id: ProvisioningTokenId) -> Result<Option<token::Model>, DbErr> {
    token::Entity::find_by_id(*id.as_uuid()).lock_exclusive().one(on).await
}

pub(super) async fn find_token(on: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<token::Model>, DbErr> {
    token::Entity::find()
        .filter(token::Column::TokenHash.eq(hash))
        .one(on)
        .await
}

pub(super) async fn note_use(on: &WriteTransaction, id: ProvisioningTokenId, now: Timestamp) -> Result<(), DbErr> {
    token::Entity::update_many()
        .col_expr(token::Column::LastUsedAt, Some(now.as_millis()).into())
        .filter(token::Column::Id.eq(*id.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// What a directory, whichever it is, says of an account.
pub(super) async fn user(on: &impl ConnectionTrait, id: StaffId) -> Result<Option<staff::Model>, DbErr> {
    staff::Entity::find_by_id(*id.as_uuid()).one(on).await
}

/// What directories say of an organisation's accounts.
pub(super) async fn users(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<HashMap<Uuid, staff::Model>, DbErr> {
    let rows = staff::Entity::find()
        .filter(staff::Column::OrganisationId.eq(*organisation.as_uuid()))
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| (row.staff_id, row)).collect())
}

/// What directories say of these accounts.
pub(super) async fn users_with_ids(
    on: &impl ConnectionTrait,
    ids: &BTreeSet<StaffId>,
) -> Result<HashMap<Uuid, staff::Model>, DbErr> {
    let ids: Vec<Uuid> = ids.iter().map(|id| *id.as_uuid()).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let rows = staff::Entity::find().filter(staff::Column::StaffId.is_in(batch.iter().copied()));
        found.extend(rows.all(on).await?.into_iter().map(|row| (row.staff_id, row)));
    }
    Ok(found)
}

/// Asks for the ids of an organisation's accounts that a directory said something of.
pub(super) fn known(organisation: OrganisationId) -> SelectStatement {
    staff::Entity::find()
        .select_only()
        .column(staff::Column::StaffId)
        .filter(staff::Column::OrganisationId.eq(*organisation.as_uuid()))
        .into_query()
}

/// The users with one of these indexes in the column.
pub(super) async fn users_by_index(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    column: staff::Column,
    indexes: &[(u32, BlindIndex)],
) -> Result<Vec<staff::Model>, DbErr> {
    let indexes = indexes.iter().map(|(_, index)| index.as_bytes().to_vec());
    staff::Entity::find()
        .filter(staff::Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(column.is_in(indexes))
        .order_by_asc(staff::Column::StaffId)
        .all(on)
        .await
}

/// Writes down what a directory says of an account, in the place of what it said before.
pub(super) async fn put_user(on: &WriteTransaction, row: staff::Model, is_new: bool) -> Result<(), ProvisioningError> {
    let change = row.into_active_model().reset_all();
    let done = if is_new {
        staff::Entity::insert(change)
            .exec_without_returning(on)
            .await
            .map(|_| ())
    } else {
        staff::Entity::update(change).exec(on).await.map(|_| ())
    };
    done.map_err(|error| taken(error, "userName"))
}

fn groups_of(directory: Directory) -> Select<group::Entity> {
    let of_organisation =
        group::Entity::find().filter(group::Column::OrganisationId.eq(*directory.organisation.as_uuid()));
    match directory.tenant {
        Some(tenant) => of_organisation.filter(group::Column::TenantId.eq(*tenant.as_uuid())),
        None => of_organisation.filter(group::Column::TenantId.is_null()),
    }
}

/// A directory's groups, oldest first.
pub(super) async fn groups(on: &impl ConnectionTrait, directory: Directory) -> Result<Vec<group::Model>, DbErr> {
    groups_of(directory)
        .order_by_asc(group::Column::CreatedAt)
        .order_by_asc(group::Column::Id)
        .all(on)
        .await
}

/// How many groups an organisation has, from all its directories.
pub(super) async fn count_groups(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<u64, DbErr> {
    group::Entity::find()
        .filter(group::Column::OrganisationId.eq(*organisation.as_uuid()))
        .count(on)
        .await
}

pub(super) async fn group(
    on: &impl ConnectionTrait,
    directory: Directory,
    id: GroupId,
) -> Result<Option<group::Model>, DbErr> {
    groups_of(directory)
        .filter(group::Column::Id.eq(*id.as_uuid()))
        .one(on)
        .await
}

/// As [`group`], which nobody else changes until the transaction ends.
pub(super) async fn lock_group(
    on: &WriteTransaction,
    directory: Directory,
    id: GroupId,
) -> Result<Option<group::Model>, DbErr> {
    groups_of(directory)
        .filter(group::Column::Id.eq(*id.as_uuid()))
        .lock_exclusive()
        .one(on)
        .await
}

pub(super) async fn groups_by_index(
    on: &impl ConnectionTrait,
    directory: Directory,
    indexes: &[(u32, BlindIndex)],
) -> Result<Vec<group::Model>, DbErr> {
    let indexes = indexes.iter().map(|(_, index)| index.as_bytes().to_vec());
    groups_of(directory)
        .filter(group::Column::DisplayNameIndex.is_in(indexes))
        .all(on)
        .await
}

/// The groups with exactly this index.
pub(super) async fn groups_with_name(
    on: &impl ConnectionTrait,
    directory: Directory,
    index: &[u8],
) -> Result<Vec<group::Model>, DbErr> {
    groups_of(directory)
        .filter(group::Column::DisplayNameIndex.eq(index))
        .all(on)
        .await
}

/// Writes down what a directory says of a group, in the place of what it said before.
pub(super) async fn put_group(on: &WriteTransaction, row: group::Model, is_new: bool) -> Result<(), ProvisioningError> {
    let change = row.into_active_model().reset_all();
    let done = if is_new {
        group::Entity::insert(change)
            .exec_without_returning(on)
            .await
            .map(|_| ())
    } else {
        group::Entity::update(change).exec(on).await.map(|_| ())
    };
    done.map_err(|error| taken(error, "displayName"))
}

/// Deletes a group with its memberships.
pub(super) async fn delete_group(on: &WriteTransaction, id: GroupId) -> Result<(), DbErr> {
    member::Entity::delete_many()
        .filter(member::Column::GroupId.eq(*id.as_uuid()))
        .exec(on)
        .await?;
    group::Entity::delete_by_id(*id.as_uuid()).exec(on).await?;
    Ok(())
}

/// The directory's groups with these ids.
pub(super) async fn groups_with_ids(
    on: &impl ConnectionTrait,
    directory: Directory,
    ids: &BTreeSet<GroupId>,
) -> Result<Vec<group::Model>, DbErr> {
    let ids: Vec<Uuid> = ids.iter().map(|id| *id.as_uuid()).collect();
    let mut found = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let rows = groups_of(directory).filter(group::Column::Id.is_in(batch.iter().copied()));
        found.extend(rows.all(on).await?);
    }
    Ok(found)
}

/// Who is in a group.
pub(super) async fn members(on: &impl ConnectionTrait, group: GroupId) -> Result<BTreeSet<StaffId>, DbErr> {
    let mut members = members_of(on, &[group]).await?;
    Ok(members.remove(&group).unwrap_or_default())
}

/// Who is in each of these groups; nothing of those that nobody is in.
pub(super) async fn members_of(
    on: &impl ConnectionTrait,
    groups: &[GroupId],
) -> Result<HashMap<GroupId, BTreeSet<StaffId>>, DbErr> {
    let mut found: HashMap<GroupId, BTreeSet<StaffId>> = HashMap::new();
    for batch in groups.chunks(BATCH) {
        let ids = batch.iter().map(|id| *id.as_uuid());
        let rows = member::Entity::find().filter(member::Column::GroupId.is_in(ids));
        for row in rows.all(on).await? {
            let members = found.entry(GroupId::from_uuid(row.group_id)).or_default();
            members.insert(StaffId::from_uuid(row.staff_id));
        }
    }
    Ok(found)
}

/// Which groups these accounts are in; nothing of those who are in none.
pub(super) async fn memberships(
    on: &impl ConnectionTrait,
    of: &[StaffId],
) -> Result<HashMap<StaffId, Vec<GroupId>>, DbErr> {
    let mut found: HashMap<StaffId, Vec<GroupId>> = HashMap::new();
    for batch in of.chunks(BATCH) {
        let ids = batch.iter().map(|id| *id.as_uuid());
        let rows = member::Entity::find().filter(member::Column::StaffId.is_in(ids));
        for row in rows.order_by_asc(member::Column::GroupId).all(on).await? {
            let groups = found.entry(StaffId::from_uuid(row.staff_id)).or_default();
            groups.push(GroupId::from_uuid(row.group_id));
        }
    }
    Ok(found)
}

/// The role that each of these accounts has from the groups that they are in.
pub(super) async fn roles_from_groups(
    on: &impl ConnectionTrait,
    directory: Directory,
    of: &[StaffId],
) -> Result<HashMap<StaffId, Role>, DbErr> {
    let rows = groups_of(directory).filter(group::Column::Role.is_not_null());
    let roles: HashMap<GroupId, Role> = rows
        .all(on)
        .await?
        .into_iter()
        .filter_map(|row| Some((GroupId::from_uuid(row.id), row.role?.parse().ok()?)))
        .collect();
    if roles.is_empty() {
        return Ok(HashMap::new());
    }
    let memberships = memberships(on, of).await?;
    let of_one = |(staff, groups): (StaffId, Vec<GroupId>)| {
        let role = first(groups.iter().filter_map(|group| roles.get(group).copied()))?;
        Some((staff, role))
    };
    Ok(memberships.into_iter().filter_map(of_one).collect())
}

pub(super) async fn add_members(on: &WriteTransaction, group: GroupId, added: &[StaffId]) -> Result<(), DbErr> {
    for batch in added.chunks(BATCH) {
        let rows = batch.iter().map(|staff| {
            let row = member::Model {
                group_id: *group.as_uuid(),
                staff_id: *staff.as_uuid(),
            };
            row.into_active_model()
        });
        member::Entity::insert_many(rows).exec_without_returning(on).await?;
    }
    Ok(())
}

pub(super) async fn remove_members(on: &WriteTransaction, group: GroupId, removed: &[StaffId]) -> Result<(), DbErr> {
    for batch in removed.chunks(BATCH) {
        member::Entity::delete_many()
            .filter(member::Column::GroupId.eq(*group.as_uuid()))
            .filter(member::Column::StaffId.is_in(batch.iter().map(|staff| *staff.as_uuid())))
            .exec(on)
            .await?;
    }
    Ok(())
}

/// Takes an account out of every group.
pub(super) async fn leave_groups(on: &WriteTransaction, staff: StaffId) -> Result<(), DbErr> {
    member::Entity::delete_many()
        .filter(member::Column::StaffId.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}

/// A name that another has already is no fault.
fn taken(error: DbErr, what: &'static str) -> ProvisioningError {
    match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => ProvisioningError::Taken(what),
        _ => error.into(),
    }
}
