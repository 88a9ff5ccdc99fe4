//! Users: the accounts of staff as a directory sees, makes, changes and gives them up.
//!
//! A directory of Entra ID sees the work accounts of its tenant: those that it made, and those that a sign-in made. Another sees
//! those that it made, found by their e-mail address. Accounts that admins invited themselves are no directory's.

use base::{GroupId, StaffId, Timestamp};
use keyring::Field;

use super::attributes::{Email, Opening, UserAttributes};
use super::{Directory, ProvisioningError, caseless, entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation;
use crate::rights::Role;
use crate::staff::WorkAccount;
use crate::staff::directory::{self, Account, NewDirectoryAccount};
use crate::{Context, Fault, Portal, ProvisioningActor};

/// What userNames are indexed as.
pub(super) const USER_NAME: &str = "provisioned user name";
/// What externalIds are indexed as.
pub(super) const EXTERNAL_ID: &str = "provisioned external id";

/// A group that a user is in.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupReference {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub display_name: String,
}

/// A user as a directory sees them.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionedUser {
    /// The account's id.
    pub id: StaffId,
    /// What the directory says of them, and whether the account lets them in.
    pub attributes: UserAttributes,
    /// The groups that they are in.
    pub groups: Vec<GroupReference>,
    /// When the directory made them, or a sign-in did.
    pub created_at: Timestamp,
    /// When the directory last said something new of them.
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for ProvisionedUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvisionedUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// An account and what its directory says of it; nothing yet of one that a sign-in made.
pub(super) struct User {
    pub(super) account: Account,
    pub(super) row: Option<entity::staff::Model>,
}

impl User {
    /// Whether this directory may know of it.
    pub(super) fn is_seen_by(&self, context: &Context, directory: Directory) -> Result<bool, Fault> {
        if let Some(row) = &self.row {
            return Ok(row.deleted_at.is_none() && directory.has(row.organisation_id, row.tenant_id));
        }
        let work_account = self.account.work_account(context)?;
        Ok(directory.tenant.is_some() && work_account.map(|account| account.tenant) == directory.tenant)
    }

    /// What the directory says of it. Of an account that a sign-in made, what the sign-in brought.
    pub(super) fn attributes(&self, context: &Context) -> Result<UserAttributes, Fault> {
        let sealed = self.row.as_ref().and_then(|row| row.sealed_attributes.as_ref());
        let mut attributes = match sealed {
            Some(sealed) => {
                let id = self.account.id();
                let opened = context.vault.staff_key().open_field(place(&id), sealed);
                serde_json::from_slice(&opened.map_err(Fault::new)?)
                    .map_err(|_| Fault::new("what a directory said of a user can't be read"))?
            }
            None => self.of_sign_in(context)?,
        };
        attributes.active = self.account.deactivated_at().is_none();
        Ok(attributes)
    }

    fn of_sign_in(&self, context: &Context) -> Result<UserAttributes, Fault> {
        let email = self.account.email(context)?;
        let object = self.account.work_account(context)?;
        let object = object.map(|account| account.object.to_string());
        let user_name = if email.is_empty() {
            object.clone().unwrap_or_default()
        } else {
            email.clone()
        };
        let emails = Some(email).filter(|email| !email.is_empty()).map(|value| Email {
            value,
            kind: Some("work".to_owned()),
            primary: Some(true),
        });
        Ok(UserAttributes {
            user_name,
            external_id: object,
            display_name: Some(self.account.name(context)?),
            emails: emails.into_iter().collect(),
            ..UserAttributes::default()
        })
    }

    /// The user with the groups that they are in, whose names are given.
    pub(super) fn view(&self, context: &Context, groups: Vec<GroupReference>) -> Result<ProvisionedUser, Fault> {
        let of_row = |instant: fn(&entity::staff::Model) -> i64| {
            let instant = self.row.as_ref().map(instant).map(Timestamp::from_millis);
            instant.unwrap_or(self.account.created_at())
        };
        Ok(ProvisionedUser {
            id: self.account.id(),
            attributes: self.attributes(context)?,
            groups,
            created_at: of_row(|row| row.created_at),
            changed_at: of_row(|row| row.changed_at),
        })
    }

    /// The role that the directory's attribute `roles` names.
    fn said_role(&self) -> Option<Role> {
        let role = self.row.as_ref()?.role.as_deref()?;
        role.parse().ok()
    }
}

fn place(staff: &StaffId) -> Field<'_> {
    Field::new("provisioned_staff", "sealed_attributes", staff.as_bytes())
}

/// What a directory of Entra ID means by an externalId; nothing from another directory.
pub(super) fn work_account(
    directory: Directory,
    attributes: &UserAttributes,
) -> Result<Option<WorkAccount>, ProvisioningError> {
    let Some(tenant) = directory.tenant else {
        return Ok(None);
    };
    let object = attributes.object_id()?;
    Ok(Some(WorkAccount { tenant, object }))
}

impl Portal {
    /// Makes a user. A work account that a sign-in made, and one that the directory had given up, is taken over in place of making
    /// a second.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn provision_user(
        &self,
        actor: &ProvisioningActor,
        new: UserAttributes,
    ) -> Result<ProvisionedUser, ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        new.check()?;
        let work_account = work_account(directory, &new)?;
        let email = account_email(directory, &new)?;
        let transaction = context.database.write().await?;
        let owner = organisation::find(&transaction, directory.organisation).await?;
        let owner = owner.ok_or_else(|| Fault::new("a directory's organisation is missing"))?;
        let found = match work_account {
            Some(work_account) => {
                directory::account_with_work_account(context, &transaction, owner.id, work_account).await?
            }
            None => directory::account_with_email(context, &transaction, owner.id, &email).await?,
        };
        let user = match found {
            Some(account) => {
                let user = locked(&transaction, directory, account.id()).await?;
                match &user.row {
                    Some(row) if row.deleted_at.is_none() => return Err(ProvisioningError::Taken("account")),
                    Some(row) if !directory.has(row.organisation_id, row.tenant_id) => {
                        return Err(ProvisioningError::Taken("account"));
                    }
                    // Whom an admin invited is not the directory's.
                    None if work_account.is_none() => return Err(ProvisioningError::Taken("account")),
                    Some(_) | None => {}
                }
                note(
                    context,
                    &transaction,
                    actor,
                    &user,
                    AuditAction::StaffProvisioned,
                    Some("taken-over"),
                )
                .await?;
                user
            }
            None => {
                let account = NewDirectoryAccount {
                    name: &new.account_name(),
                    email: &email,
                    role: new.role().unwrap_or(Role::Sender),
                    work_account,
                };
                let account = directory::create_account(context, &transaction, &owner, &account).await?;
                let user = User { account, row: None };
                note(
                    context,
                    &transaction,
                    actor,
                    &user,
                    AuditAction::StaffProvisioned,
                    Some("created"),
                )
                .await?;
                user
            }
        };
        let user = write(context, &transaction, actor, user, &new).await?;
        transaction.commit().await?;
        Ok(user.view(context, Vec::new())?)
    }

    /// Changes what a directory says of a user. `change` gets it as it is, which nobody else changes meanwhile, and says how it is to
    /// be; what it says twice has no effect.
    ///
    /// # Errors
    ///
    /// What `change` refuses with, and [`ProvisioningError`]; then nothing was changed.
    pub async fn change_provisioned_user<E: From<ProvisioningError>>(
        &self,
        actor: &ProvisioningActor,
        id: StaffId,
        change: impl FnOnce(&ProvisionedUser) -> Result<UserAttributes, E> + Send,
    ) -> Result<ProvisionedUser, E> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let begin = async {
            let transaction = context.database.write().await?;
            let user = seen(context, &transaction, directory, id).await?;
            let groups = groups_of(context, &transaction, directory, id).await?;
            let before = user.view(context, groups)?;
            Ok::<_, ProvisioningError>((transaction, user, before))
        };
        let (transaction, user, before) = begin.await?;
        let after = change(&before)?;
        let finish = async {
            after.check()?;
            if directory.tenant.is_some()
                && work_account(directory, &after)? != work_account(directory, &before.attributes)?
            {
                return Err(ProvisioningError::Immutable("externalId"));
            }
            let user = if after == before.attributes && user.row.is_some() {
                user
            } else {
                note(
                    context,
                    &transaction,
                    actor,
                    &user,
                    AuditAction::StaffProvisioningChanged,
                    None,
                )
                .await?;
                write(context, &transaction, actor, user, &after).await?
            };
            transaction.commit().await?;
            Ok(user.view(context, before.groups)?)
        };
        Ok(finish.await?)
    }

    /// Gives a user up: the account is shut, and the directory sees it no more until it makes the same user again.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn remove_provisioned_user(
        &self,
        actor: &ProvisioningActor,
        id: StaffId,
    ) -> Result<(), ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let transaction = context.database.write().await?;
        let user = seen(context, &transaction, directory, id).await?;
        note(
            context,
            &transaction,
            actor,
            &user,
            AuditAction::StaffProvisioningEnded,
            None,
        )
        .await?;
        let opening = Opening::of(false, user.account.deactivated_at(), None);
        let shut_at = obey(context, &transaction, actor, &user, opening).await?;
        store::leave_groups(&transaction, id).await?;
        let now = context.now().as_millis();
        let row = entity::staff::Model {
            index_version: None,
            user_name_index: None,
            external_id_index: None,
            sealed_attributes: None,
            role: None,
            shut_at,
            changed_at: now,
            deleted_at: Some(now),
            ..row_or_new(context, directory, &user)
        };
        store::put_user(&transaction, row, user.row.is_none()).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The address that the account gets. Who signs in with a password must have one; a work account is found without.
fn account_email(directory: Directory, attributes: &UserAttributes) -> Result<String, ProvisioningError> {
    match attributes.account_email() {
        Some(email) => Ok(email.to_owned()),
        None if directory.tenant.is_some() => Ok(String::new()),
        None => Err(ProvisioningError::Invalid(
            "an e-mail address is missing: people sign in with it",
        )),
    }
}

/// An account of the organisation, which nobody else changes until the transaction ends.
async fn locked(transaction: &WriteTransaction, directory: Directory, id: StaffId) -> Result<User, ProvisioningError> {
    let account = directory::locked_account(transaction, directory.organisation, id).await?;
    let account = account.ok_or(ProvisioningError::NotFound)?;
    let row = store::user(transaction, id).await?;
    Ok(User { account, row })
}

/// As [`locked`], if the directory may know of it.
async fn seen(
    context: &Context,
    transaction: &WriteTransaction,
    directory: Directory,
    id: StaffId,
) -> Result<User, ProvisioningError> {
    let user = locked(transaction, directory, id).await?;
    if user.is_seen_by(context, directory)? {
        Ok(user)
    } else {
        Err(ProvisioningError::NotFound)
    }
}

/// The groups that a user is in.
pub(super) async fn groups_of(
    context: &Context,
    on: &impl sea_orm::ConnectionTrait,
    directory: Directory,
    id: StaffId,
) -> Result<Vec<GroupReference>, Fault> {
    let mut memberships = store::memberships(on, directory, Some(&[id])).await?;
    let Some(ids) = memberships.remove(&id) else {
        return Ok(Vec::new());
    };
    super::group::references(context, on, directory, &ids).await
}

/// The row of a user as it is, or a first one.
fn row_or_new(context: &Context, directory: Directory, user: &User) -> entity::staff::Model {
    user.row.clone().unwrap_or_else(|| entity::staff::Model {
        staff_id: *user.account.id().as_uuid(),
        organisation_id: *directory.organisation.as_uuid(),
        tenant_id: directory.tenant.map(|tenant| *tenant.as_uuid()),
        index_version: None,
        user_name_index: None,
        external_id_index: None,
        sealed_attributes: None,
        role: None,
        shut_at: None,
        created_at: user.account.created_at().as_millis(),
        changed_at: context.now().as_millis(),
        deleted_at: None,
    })
}

/// Writes down what the directory says now, and lets the account follow.
async fn write(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    user: User,
    said: &UserAttributes,
) -> Result<User, ProvisioningError> {
    let (directory, id) = (Directory::of(actor), user.account.id());
    let email = account_email(directory, said)?;
    let was_given_up = user.row.as_ref().is_some_and(|row| row.deleted_at.is_some());
    let opening = Opening::of(
        said.active,
        user.account.deactivated_at(),
        user.row
            .as_ref()
            .and_then(|row| row.shut_at)
            .map(Timestamp::from_millis),
    );
    let shut_at = obey(context, transaction, actor, &user, opening).await?;
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
async fn obey(
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

/// Lets accounts follow the roles that their groups give, where their own `roles` name none. `before` says what their groups gave
/// until now.
pub(super) async fn follow_groups(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &ProvisioningActor,
    affected: &[StaffId],
    before: &std::collections::HashMap<StaffId, Role>,
) -> Result<(), ProvisioningError> {
    let directory = Directory::of(actor);
    let after = store::roles_from_groups(transaction, directory, affected).await?;
    for id in affected.iter().filter(|id| before.get(id) != after.get(id)) {
        let user = locked(transaction, directory, *id).await?;
        if user.said_role().is_none() {
            let role = after.get(id).copied().unwrap_or(Role::Sender);
            change_role(context, transaction, actor, &user.account, role).await?;
        }
    }
    Ok(())
}

async fn note(
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
