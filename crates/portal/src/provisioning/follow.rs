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

/// Writes down what the directory says now, and lets the account follow.
pub(super) async fn write(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    user: User,
    said: &UserAttributes,
) -> Result<User, ProvisioningError> {
    let (directory, id) = (Directory::of(actor), user.account.id());
    let email = account_email(directory, said)?;
    let was_given_up = user.row.as_ref().is_some_and(|row| row.deleted_at.is_some());
    let shut_at = obey(context, transaction, actor, &user, user.opening(said.active)).await?;
    directory::rename_account(context, transaction, &user.account, &said.account_name(), &email).await?;

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
        shut_at,
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

/// Shuts or opens the account. What comes back is the time by which the directory's own closing is known, if one holds.
pub(super) async fn obey(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    user: &User,
    opening: Opening,
) -> Result<Option<i64>, ProvisioningError> {
    let id = user.account.id();
    match opening {
        Opening::Stays => {
            let deactivated_at = user.account.deactivated_at().map(Timestamp::as_millis);
            let shut_at = user.row.as_ref().and_then(|row| row.shut_at);
            Ok(shut_at.filter(|_| shut_at == deactivated_at))
        }
        Opening::Shuts => {
            let now = context.now();
            directory::shut_account(context, transaction, id, now).await?;
            note(context, transaction, actor, user, AuditAction::StaffDeactivated, None).await?;
            Ok(Some(now.as_millis()))
        }
        Opening::Opens => {
            directory::open_account(transaction, id).await?;
            note(context, transaction, actor, user, AuditAction::StaffReactivated, None).await?;
            Ok(None)
        }
    }
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
