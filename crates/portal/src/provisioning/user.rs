//! Users: the accounts of staff as a directory sees, makes, changes and gives them up.
//!
//! A directory of Entra ID sees the work accounts of its tenant: those that it made, and those that a sign-in made. Another sees
//! those that it made, found by their e-mail address. Accounts that admins invited themselves are no directory's.

use std::collections::{BTreeSet, HashMap};

use base::{GroupId, StaffId, Timestamp};
use keyring::Field;

use super::attributes::{Email, Opening, UserAttributes};
use super::follow::{note, obey, write};
use super::{Directory, ProvisioningError, entity, store};
use crate::audit::AuditAction;
use crate::database::WriteTransaction;
use crate::organisation::{self, Organisation};
use crate::rights::Role;
use crate::staff::directory::{self, Account, NewDirectoryAccount};
use crate::{Context, Fault, Portal, ProvisioningActor, WorkAccount};

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

    /// Whether it is as the directory says, whose word was `before`. Somebody whom an admin shut out stays so, however often the
    /// directory calls them active.
    fn is_as(&self, before: &UserAttributes, said: &UserAttributes) -> bool {
        let says_nothing_else = UserAttributes {
            active: before.active,
            ..said.clone()
        } == *before;
        says_nothing_else && self.opening(said.active) == Opening::Stays
    }

    /// What becomes of the account when the directory says whether it is active.
    pub(super) fn opening(&self, active: bool) -> Opening {
        Opening::of(active, self.account.deactivated_at(), self.shut_at())
    }

    /// When the directory shut the account, unless an admin has done so since.
    pub(super) fn shut_at(&self) -> Option<Timestamp> {
        let shut_at = self.row.as_ref().and_then(|row| row.shut_at);
        let shut_at = shut_at.filter(|_| !self.account.is_shut_by_admin());
        shut_at.map(Timestamp::from_millis)
    }

    /// The role that the directory's attribute `roles` names.
    pub(super) fn said_role(&self) -> Option<Role> {
        let role = self.row.as_ref()?.role.as_deref()?;
        role.parse().ok()
    }
}

pub(super) fn place(staff: &StaffId) -> Field<'_> {
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
    /// Makes a user. A work account that a sign-in made, and an account that the directory had given up, is taken over in place of
    /// making a second. Nothing of what let its owner in before does so then, but for a work account.
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
        let owner = organisation::lock_row(&transaction, directory.organisation).await?;
        let owner = Organisation::from_row(owner)?;
        let found = match work_account {
            Some(work_account) => {
                directory::account_with_work_account(context, &transaction, owner.id, work_account).await?
            }
            None => directory::account_with_email(context, &transaction, owner.id, &email).await?,
        };
        let (user, how) = match found {
            Some(account) => {
                let user = locked(&transaction, directory, account.id()).await?;
                match &user.row {
                    Some(row) if row.deleted_at.is_none() => return Err(ProvisioningError::Taken("account")),
                    Some(row) if !directory.has(row.organisation_id, row.tenant_id) => {
                        return Err(ProvisioningError::Taken("account"));
                    }
                    // Whom an admin invited is not the directory's.
                    None if work_account.is_none() => return Err(ProvisioningError::Taken("account")),
                    // Whoever is made now is perhaps somebody else than who was given up.
                    Some(_) => directory::forget_owner(context, &transaction, &user.account).await?,
                    None => {}
                }
                (user, "taken-over")
            }
            None => {
                let account = NewDirectoryAccount {
                    name: &new.account_name(),
                    email: &email,
                    role: new.role().unwrap_or(Role::Sender),
                    work_account,
                };
                let account = directory::create_account(context, &transaction, &owner, &account).await?;
                (User { account, row: None }, "created")
            }
        };
        let noted = (AuditAction::StaffProvisioned, Some(how));
        let user = write(context, &transaction, actor, user, &new, noted).await?;
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
            let mut groups = groups_of(context, &transaction, directory, &[id]).await?;
            let before = user.view(context, groups.remove(&id).unwrap_or_default())?;
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
            let user = if user.is_as(&before.attributes, &after) {
                user
            } else {
                let noted = (AuditAction::StaffProvisioningChanged, None);
                write(context, &transaction, actor, user, &after, noted).await?
            };
            transaction.commit().await?;
            Ok(user.view(context, before.groups)?)
        };
        Ok(finish.await?)
    }

    /// Gives a user up: the account is shut, its password, second factor and invitation are gone, and the directory sees it no more
    /// until it makes a user with the same work account or e-mail address again.
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
        let obeyed = obey(context, &transaction, &user, false).await?;
        directory::forget_owner(context, &transaction, &user.account).await?;
        for action in [Some(AuditAction::StaffProvisioningEnded), obeyed.action]
            .into_iter()
            .flatten()
        {
            note(context, &transaction, actor, &user, action, None).await?;
        }
        store::leave_groups(&transaction, id).await?;
        let now = context.now().as_millis();
        let row = entity::staff::Model {
            index_version: None,
            user_name_index: None,
            external_id_index: None,
            sealed_attributes: None,
            role: None,
            shut_at: obeyed.shut_at,
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
pub(super) fn account_email(directory: Directory, attributes: &UserAttributes) -> Result<String, ProvisioningError> {
    match attributes.account_email() {
        Some(email) => Ok(email.to_owned()),
        None if directory.tenant.is_some() => Ok(String::new()),
        None => Err(ProvisioningError::Invalid(
            "an e-mail address is missing: people sign in with it",
        )),
    }
}

/// An account of the organisation, which nobody else changes until the transaction ends.
pub(super) async fn locked(
    transaction: &WriteTransaction,
    directory: Directory,
    id: StaffId,
) -> Result<User, ProvisioningError> {
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

/// Several accounts of an organisation, as [`locked`] has one. Those that there are none of are left out.
pub(super) async fn locked_all(
    transaction: &WriteTransaction,
    directory: Directory,
    ids: &BTreeSet<StaffId>,
) -> Result<HashMap<StaffId, User>, Fault> {
    let accounts = directory::locked_accounts(transaction, directory.organisation, ids).await?;
    let mut rows = store::users_with_ids(transaction, ids).await?;
    let user = |account: Account| {
        let (id, row) = (account.id(), rows.remove(account.id().as_uuid()));
        (id, User { account, row })
    };
    Ok(accounts.into_iter().map(user).collect())
}

/// The groups that users are in; nothing of those who are in none.
pub(super) async fn groups_of(
    context: &Context,
    on: &impl sea_orm::ConnectionTrait,
    directory: Directory,
    ids: &[StaffId],
) -> Result<HashMap<StaffId, Vec<GroupReference>>, Fault> {
    let memberships = store::memberships(on, ids).await?;
    let of_anybody: BTreeSet<GroupId> = memberships.values().flatten().copied().collect();
    let names = super::group::names(context, on, directory, &of_anybody).await?;
    let reference = |id: GroupId| {
        let display_name = names.get(&id)?.clone();
        Some(GroupReference { id, display_name })
    };
    let references = |groups: Vec<GroupId>| groups.into_iter().filter_map(reference).collect();
    let of_one = memberships.into_iter();
    Ok(of_one.map(|(id, groups)| (id, references(groups))).collect())
}

/// The row of a user as it is, or a first one.
pub(super) fn row_or_new(context: &Context, directory: Directory, user: &User) -> entity::staff::Model {
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
