//! Groups that a directory keeps here. Their names alone mean something, and only three of them: the members of such a group have
//! its role where their own attribute `roles` names none.

use std::collections::{BTreeSet, HashMap};

use base::{GroupId, StaffId, Timestamp};
use keyring::Field;
use sea_orm::ConnectionTrait;

use super::attributes::GroupAttributes;
use super::follow::follow_groups;
use super::selection::{Selected, Selection};
use super::user::{User, locked_all};
use super::{Directory, ProvisioningError, caseless, entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation;
use crate::rights::Role;
use crate::{Context, Fault, Portal, ProvisioningActor};

/// The most groups of an organisation, from all its directories.
const MAX_GROUPS: u64 = 500;
/// The most members of a group.
const MAX_MEMBERS: usize = 2_000;
/// What displayNames are indexed as.
const DISPLAY_NAME: &str = "provisioned group name";

/// A group as a directory sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionedGroup {
    /// Its id.
    pub id: GroupId,
    /// What the directory says of it.
    pub attributes: GroupAttributes,
    /// Who is in it, without order; empty when nobody asked.
    pub members: BTreeSet<StaffId>,
    /// When the directory made it.
    pub created_at: Timestamp,
    /// When the directory last changed it.
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for ProvisionedGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvisionedGroup")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What groups can be found by without looking at the others.
#[derive(Clone, Copy)]
pub enum GroupKey<'a> {
    /// Every group.
    All,
    /// The group's id.
    Id(GroupId),
    /// Its name, whatever its capitals.
    DisplayName(&'a str),
}

/// For what the members of groups are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupMembers {
    /// For nothing.
    Unasked,
    /// The groups that are shown come with them.
    Shown,
    /// The condition looks at them, so that every group has them read.
    Tested,
}

fn place(group: &GroupId) -> Field<'_> {
    Field::new("provisioned_group", "sealed_attributes", group.as_bytes())
}

fn attributes(context: &Context, row: &entity::group::Model) -> Result<GroupAttributes, Fault> {
    let id = GroupId::from_uuid(row.id);
    let opened = context.vault.staff_key().open_field(place(&id), &row.sealed_attributes);
    serde_json::from_slice(&opened.map_err(Fault::new)?)
        .map_err(|_| Fault::new("what a directory said of a group can't be read"))
}

/// The names of those of the directory's groups that have these ids.
pub(super) async fn names(
    context: &Context,
    on: &impl ConnectionTrait,
    directory: Directory,
    ids: &BTreeSet<GroupId>,
) -> Result<HashMap<GroupId, String>, Fault> {
    let rows = store::groups_with_ids(on, directory, ids).await?;
    let named = |row: &entity::group::Model| Ok((GroupId::from_uuid(row.id), attributes(context, row)?.display_name));
    rows.iter().map(named).collect()
}

fn view(context: &Context, row: &entity::group::Model, members: BTreeSet<StaffId>) -> Result<ProvisionedGroup, Fault> {
    Ok(ProvisionedGroup {
        id: GroupId::from_uuid(row.id),
        attributes: attributes(context, row)?,
        members,
        created_at: Timestamp::from_millis(row.created_at),
        changed_at: Timestamp::from_millis(row.changed_at),
    })
}

/// Says of groups who is in them.
async fn fill(on: &impl ConnectionTrait, groups: &mut [ProvisionedGroup]) -> Result<(), Fault> {
    let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let mut members = store::members_of(on, &ids).await?;
    for group in groups {
        group.members = members.remove(&group.id).unwrap_or_default();
    }
    Ok(())
}

impl Portal {
    /// The most members of a group.
    pub const MAX_GROUP_MEMBERS: usize = MAX_MEMBERS;

    /// Makes a group.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn provision_group(
        &self,
        actor: &ProvisioningActor,
        new: &GroupAttributes,
        members: &BTreeSet<StaffId>,
    ) -> Result<ProvisionedGroup, ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        new.check()?;
        check_number(members)?;
        let transaction = context.database.write().await?;
        organisation::lock_row(&transaction, directory.organisation).await?;
        if store::count_groups(&transaction, directory.organisation).await? >= MAX_GROUPS {
            return Err(ProvisioningError::TooMany("groups"));
        }
        let now = context.now();
        let id: GroupId = context.ids.next();
        let row = row(context, directory, id, now, new)?;
        is_free(&transaction, directory, id, &row).await?;
        let users = locked_all(&transaction, directory, members).await?;
        record(context, &transaction, actor, AuditAction::GroupCreated, id).await?;
        store::put_group(&transaction, row.clone(), true).await?;
        set_members(context, &transaction, actor, &row, &users, &BTreeSet::new(), members).await?;
        transaction.commit().await?;
        Ok(view(context, &row, members.clone())?)
    }

    /// Groups, oldest first. Of those that are not shown, the members are read only when the condition looks at them.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn find_provisioned_groups(
        &self,
        actor: &ProvisioningActor,
        key: GroupKey<'_>,
        members: GroupMembers,
        selection: &Selection<'_, ProvisionedGroup>,
    ) -> Result<Selected<ProvisionedGroup>, ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let reader = context.database.reader();
        let rows = match key {
            GroupKey::All => store::groups(reader, directory).await?,
            GroupKey::Id(id) => store::group(reader, directory, id).await?.into_iter().collect(),
            GroupKey::DisplayName(name) => {
                let indexes = indexes(context, directory, name);
                store::groups_by_index(reader, directory, &indexes).await?
            }
        };
        let views = rows.iter().map(|row| view(context, row, BTreeSet::new()));
        let mut found = views.collect::<Result<Vec<_>, Fault>>()?;
        if members == GroupMembers::Tested {
            fill(reader, &mut found).await?;
        }
        let mut selected = selection.of_many(found).await;
        if members == GroupMembers::Shown {
            fill(reader, &mut selected.shown).await?;
        }
        Ok(selected)
    }

    /// Changes a group. `change` gets it as it is, which nobody else changes meanwhile, and says how it and its members are to be.
    ///
    /// # Errors
    ///
    /// What `change` refuses with, and [`ProvisioningError`]; then nothing was changed.
    pub async fn change_provisioned_group<E: From<ProvisioningError>>(
        &self,
        actor: &ProvisioningActor,
        id: GroupId,
        change: impl FnOnce(&ProvisionedGroup) -> Result<(GroupAttributes, BTreeSet<StaffId>), E> + Send,
    ) -> Result<ProvisionedGroup, E> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let begin = async {
            let transaction = context.database.write().await?;
            let before = store::lock_group(&transaction, directory, id).await?;
            let before = before.ok_or(ProvisioningError::NotFound)?;
            let seen = view(context, &before, store::members(&transaction, id).await?)?;
            Ok::<_, ProvisioningError>((transaction, before, seen))
        };
        let (transaction, before, seen) = begin.await?;
        let (said, members) = change(&seen)?;
        let finish = async {
            said.check()?;
            check_number(&members)?;
            if said == seen.attributes && members == seen.members {
                return Ok(seen);
            }
            let now = context.now();
            let after = entity::group::Model {
                created_at: before.created_at,
                ..row(context, directory, id, now, &said)?
            };
            is_free(&transaction, directory, id, &after).await?;
            let role_changes = before.role != after.role;
            let affected = if role_changes {
                &seen.members | &members
            } else {
                &seen.members ^ &members
            };
            let users = locked_all(&transaction, directory, &affected).await?;
            record(context, &transaction, actor, AuditAction::GroupChanged, id).await?;
            let kept = &seen.members & &members;
            let stay: Vec<StaffId> = kept.iter().copied().collect();
            let of_groups = match role_changes {
                true => store::roles_from_groups(&transaction, directory, &stay).await?,
                false => HashMap::new(),
            };
            // Who leaves, leaves the group as it was; who joins, joins it as it is.
            if kept != seen.members {
                set_members(context, &transaction, actor, &before, &users, &seen.members, &kept).await?;
            }
            store::put_group(&transaction, after.clone(), false).await?;
            if role_changes {
                // To whom it gives a role from now on, or no longer, they are as those who join or leave.
                for (row, action) in [
                    (&before, AuditAction::GroupMemberRemoved),
                    (&after, AuditAction::GroupMemberAdded),
                ] {
                    record_members(context, &transaction, actor, row, action, &stay).await?;
                }
                follow_groups(context, &transaction, actor, &users, &stay, &of_groups).await?;
            }
            set_members(context, &transaction, actor, &after, &users, &kept, &members).await?;
            transaction.commit().await?;
            Ok::<_, ProvisioningError>(view(context, &after, members)?)
        };
        Ok(finish.await?)
    }

    /// Deletes a group. Its members stay, without the role that it gave them.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn remove_provisioned_group(
        &self,
        actor: &ProvisioningActor,
        id: GroupId,
    ) -> Result<(), ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let transaction = context.database.write().await?;
        let row = store::lock_group(&transaction, directory, id).await?;
        let row = row.ok_or(ProvisioningError::NotFound)?;
        let members = store::members(&transaction, id).await?;
        let users = locked_all(&transaction, directory, &members).await?;
        set_members(context, &transaction, actor, &row, &users, &members, &BTreeSet::new()).await?;
        store::delete_group(&transaction, id).await?;
        record(context, &transaction, actor, AuditAction::GroupDeleted, id).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn indexes(context: &Context, directory: Directory, name: &str) -> Vec<(u32, keyring::BlindIndex)> {
    let name = caseless(name);
    context
        .vault
        .provisioning_indexes(DISPLAY_NAME, directory.organisation, directory.tenant, &name)
}

/// The row of a group that says this.
fn row(
    context: &Context,
    directory: Directory,
    id: GroupId,
    now: Timestamp,
    said: &GroupAttributes,
) -> Result<entity::group::Model, Fault> {
    let indexes = indexes(context, directory, &said.display_name);
    let (version, index) = indexes.first().ok_or_else(|| Fault::new("there is no index key"))?;
    let text = serde_json::to_vec(said).map_err(Fault::new)?;
    Ok(entity::group::Model {
        id: *id.as_uuid(),
        organisation_id: *directory.organisation.as_uuid(),
        tenant_id: directory.tenant.map(|tenant| *tenant.as_uuid()),
        index_version: i32::try_from(*version).map_err(Fault::new)?,
        display_name_index: index.as_bytes().to_vec(),
        sealed_attributes: context.vault.staff_key().seal_field(place(&id), &text),
        role: said.role().map(|role: Role| role.as_str().to_owned()),
        created_at: now.as_millis(),
        changed_at: now.as_millis(),
    })
}

/// Passes when no other group of the directory has the name.
async fn is_free(
    transaction: &WriteTransaction,
    directory: Directory,
    id: GroupId,
    row: &entity::group::Model,
) -> Result<(), ProvisioningError> {
    let others = store::groups_with_name(transaction, directory, &row.display_name_index).await?;
    if others.iter().any(|other| other.id != *id.as_uuid()) {
        return Err(ProvisioningError::Taken("displayName"));
    }
    Ok(())
}

/// Passes when a group may have so many members.
fn check_number(members: &BTreeSet<StaffId>) -> Result<(), ProvisioningError> {
    if members.len() > MAX_MEMBERS {
        return Err(ProvisioningError::TooMany("members"));
    }
    Ok(())
}

/// Makes `after` the group's members, and lets their roles follow. `users` are locked, and hold everybody who joins or leaves.
async fn set_members(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    group: &entity::group::Model,
    users: &HashMap<StaffId, User>,
    before: &BTreeSet<StaffId>,
    after: &BTreeSet<StaffId>,
) -> Result<(), ProvisioningError> {
    let directory = Directory::of(actor);
    let added: Vec<StaffId> = after.difference(before).copied().collect();
    let removed: Vec<StaffId> = before.difference(after).copied().collect();
    for id in &added {
        let is_seen = users.get(id).map(|user| user.is_seen_by(context, directory));
        if !is_seen.transpose()?.unwrap_or(false) {
            return Err(ProvisioningError::Invalid("a member is none of the directory's users"));
        }
    }
    let affected: Vec<StaffId> = added.iter().chain(&removed).copied().collect();
    let roles = store::roles_from_groups(transaction, directory, &affected).await?;
    let id = GroupId::from_uuid(group.id);
    store::add_members(transaction, id, &added).await?;
    store::remove_members(transaction, id, &removed).await?;
    record_members(
        context,
        transaction,
        actor,
        group,
        AuditAction::GroupMemberAdded,
        &added,
    )
    .await?;
    record_members(
        context,
        transaction,
        actor,
        group,
        AuditAction::GroupMemberRemoved,
        &removed,
    )
    .await?;
    follow_groups(context, transaction, actor, users, &affected, &roles).await
}

/// Says of each of these people that they joined or left a group, if it gives a role; others decide nothing here.
async fn record_members(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    group: &entity::group::Model,
    action: AuditAction,
    people: &[StaffId],
) -> Result<(), Fault> {
    if group.role.is_none() {
        return Ok(());
    }
    let id = GroupId::from_uuid(group.id).to_string();
    for staff in people {
        let entry = AuditEntry::by_directory(actor, action)
            .about(AuditTarget::Staff(*staff))
            .detail(&id);
        context.audit.record(transaction, context.now(), &entry).await?;
    }
    Ok(())
}

async fn record(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    action: AuditAction,
    group: GroupId,
) -> Result<(), Fault> {
    let entry = AuditEntry::by_directory(actor, action).about(AuditTarget::Group(group));
    context.audit.record(transaction, context.now(), &entry).await
}
