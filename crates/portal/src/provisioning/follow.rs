//! How an account follows what its directory says: it is shut or opened, gets its name, address and role, and the audit log says so.

use std::collections::HashMap;

use base::{StaffId, Timestamp};

use super::attributes::{Opening, UserAttributes};
use super::user::{EXTERNAL_ID, USER_NAME, User, account_email, place, row_or_new};
use super::{Directory, ProvisioningError, caseless, entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::rights::Role;
use crate::staff::directory::{self, Account};
use crate::{Context, Fault, ProvisioningActor};

/// Writes down what the directory says now, and lets the account follow. The audit log calls it `action`, with that detail.
pub(super) async fn write(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    user: User,
    said: &UserAttributes,
    (action, detail): (AuditAction, Option<&str>),
) -> Result<User, ProvisioningError> {
    let (directory, id) = (Directory::of(actor), user.account.id());
    let email = account_email(directory, said)?;
    let was_given_up = user.row.as_ref().is_some_and(|row| row.deleted_at.is_some());
    directory::rename_account(context, transaction, &user.account, &said.account_name(), &email).await?;
    let obeyed = obey(context, transaction, &user, said.active).await?;
    note(context, transaction, actor, &user, action, detail).await?;
    if let Some(action) = obeyed.action {
        note(context, transaction, actor, &user, action, None).await?;
    }

    let of_groups = store::roles_from_groups(transaction, directory, &[id]).await?;
    let of_groups = of_groups.get(&id).copied();
    let (before, after) = (user.said_role().or(of_groups), said.role().or(of_groups));
    // An account that is new has its role, and one that the directory says nothing new of keeps it: an admin, or the directory at
    // a sign-in, may have given another meanwhile.
    if before != after || was_given_up {
        change_role(
            context,
            transaction,
            actor,
            &user.account,
            after.unwrap_or(Role::Sender),
        )
        .await?;
    }

    let names = context.vault.provisioning_indexes(
        USER_NAME,
        directory.organisation,
        directory.tenant,
        &caseless(&said.user_name),
    );
    let (version, user_name) = names.first().ok_or_else(|| Fault::new("there is no index key"))?;
    let others = store::users_by_index(
        transaction,
        directory.organisation,
        entity::staff::Column::UserNameIndex,
        &names,
    );
    if others.await?.iter().any(|row| row.staff_id != *id.as_uuid()) {
        return Err(ProvisioningError::Taken("userName"));
    }
    let external_id = said.external_id.as_ref().and_then(|external_id| {
        let indexes =
            context
                .vault
                .provisioning_indexes(EXTERNAL_ID, directory.organisation, directory.tenant, external_id);
        indexes.first().map(|(_, index)| index.as_bytes().to_vec())
    });
    let text = serde_json::to_vec(said).map_err(Fault::new)?;
    let row = entity::staff::Model {
        index_version: Some(i32::try_from(*version).map_err(Fault::new)?),
        user_name_index: Some(user_name.as_bytes().to_vec()),
        external_id_index: external_id,
        sealed_attributes: Some(context.vault.staff_key().seal_field(place(&id), &text)),
        role: said.role().map(|role| role.as_str().to_owned()),
        shut_at: obeyed.shut_at,
        changed_at: context.now().as_millis(),
        deleted_at: None,
        ..row_or_new(context, directory, &user)
    };
    store::put_user(transaction, row.clone(), user.row.is_none()).await?;
    let account = directory::account(transaction, directory.organisation, id).await?;
    let account = account.ok_or(ProvisioningError::NotFound)?;
    Ok(User {
        account,
        row: Some(row),
    })
}

/// What an account was told, which the audit log is to hear of.
pub(super) struct Obeyed {
    /// The time by which the directory's own closing is known, if one holds.
    pub(super) shut_at: Option<i64>,
    /// What the audit log calls it, if anything changed.
    pub(super) action: Option<AuditAction>,
}

/// Shuts or opens the account.
pub(super) async fn obey(
    context: &Context,
    transaction: &WriteTransaction,
    user: &User,
    active: bool,
) -> Result<Obeyed, ProvisioningError> {
    let (shut_at, action) = match user.opening(active) {
        Opening::Stays => {
            let deactivated_at = user.account.deactivated_at();
            let shut_at = user.shut_at().filter(|_| user.shut_at() == deactivated_at);
            (shut_at.map(Timestamp::as_millis), None)
        }
        Opening::Shuts => {
            let now = context.now();
            directory::shut_account(context, transaction, &user.account, now).await?;
            (Some(now.as_millis()), Some(AuditAction::StaffDeactivated))
        }
        Opening::Opens => {
            directory::open_account(transaction, &user.account).await?;
            (None, Some(AuditAction::StaffReactivated))
        }
    };
    Ok(Obeyed { shut_at, action })
}

async fn change_role(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    account: &Account,
    role: Role,
) -> Result<(), Fault> {
    if account.role()? == role {
        return Ok(());
    }
    directory::set_role(transaction, account.id(), role).await?;
    let entry = AuditEntry::by_directory(actor, AuditAction::StaffRoleChanged)
        .about(AuditTarget::Staff(account.id()))
        .detail(role.as_str());
    context.audit.record(transaction, context.now(), &entry).await
}

/// Lets accounts follow the roles that their groups give, where their own `roles` name none. `users` are locked; `before` says what
/// their groups gave until now.
pub(super) async fn follow_groups(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    users: &HashMap<StaffId, User>,
    affected: &[StaffId],
    before: &HashMap<StaffId, Role>,
) -> Result<(), ProvisioningError> {
    let after = store::roles_from_groups(transaction, Directory::of(actor), affected).await?;
    for id in affected.iter().filter(|id| before.get(id) != after.get(id)) {
        let user = users.get(id).ok_or(ProvisioningError::NotFound)?;
        if user.said_role().is_none() {
            let role = after.get(id).copied().unwrap_or(Role::Sender);
            change_role(context, transaction, actor, &user.account, role).await?;
        }
    }
    Ok(())
}

pub(super) async fn note(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    user: &User,
    action: AuditAction,
    detail: Option<&str>,
) -> Result<(), Fault> {
    let entry = AuditEntry::by_directory(actor, action).about(AuditTarget::Staff(user.account.id()));
    let entry = match detail {
        Some(detail) => entry.detail(detail),
        None => entry,
    };
    context.audit.record(transaction, context.now(), &entry).await
}
