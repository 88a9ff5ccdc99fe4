//! Users as a directory looks for them: one by a name, or all that some condition keeps.

use base::{StaffId, TenantId};

use super::selection::{Selected, Selection, let_others};
use super::user::{EXTERNAL_ID, ProvisionedUser, USER_NAME, User, groups_of};
use super::{Directory, ProvisioningError, caseless, entity, store};
use crate::staff::directory;
use crate::{Context, Fault, Portal, ProvisioningActor, WorkAccount};

/// What a user can be found by without looking at the others.
#[derive(Clone, Copy)]
pub enum UserKey<'a> {
    /// Every user.
    All,
    /// The account's id.
    Id(StaffId),
    /// What the directory calls the account, whatever its capitals.
    UserName(&'a str),
    /// What the directory knows the user by, to the letter.
    ExternalId(&'a str),
}

impl Portal {
    /// A user by their id.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn provisioned_user(
        &self,
        actor: &ProvisioningActor,
        id: StaffId,
    ) -> Result<ProvisionedUser, ProvisioningError> {
        let all = Selection::default();
        let found = self.find_provisioned_users(actor, UserKey::Id(id), &all).await?;
        found.shown.into_iter().next().ok_or(ProvisioningError::NotFound)
    }

    /// Users, oldest account first. By a name there is none or one, but that two may have one externalId where it is no object id of
    /// Entra ID. Of all users, everybody is looked at when there is a condition, and otherwise those that are shown.
    ///
    /// # Errors
    ///
    /// [`ProvisioningError`].
    pub async fn find_provisioned_users(
        &self,
        actor: &ProvisioningActor,
        key: UserKey<'_>,
        selection: &Selection<'_, ProvisionedUser>,
    ) -> Result<Selected<ProvisionedUser>, ProvisioningError> {
        let (context, directory) = (&*self.0, Directory::of(actor));
        let found = match key {
            UserKey::All => everybody(context, directory).await?,
            UserKey::Id(id) => with_id(context, directory, id).await?.into_iter().collect(),
            UserKey::UserName(name) => with_user_name(context, directory, name).await?,
            UserKey::ExternalId(external_id) => with_external_id(context, directory, external_id).await?,
        };
        if selection.keep.is_some() {
            return Ok(selection.of_many(views(context, directory, &found).await?).await);
        }
        let (total, page) = (found.len(), selection.page(found.len()));
        let shown = found.get(page).unwrap_or_default();
        let shown = views(context, directory, shown).await?;
        Ok(Selected { total, shown })
    }
}

/// Every user that the directory may know of.
async fn everybody(context: &Context, directory: Directory) -> Result<Vec<User>, Fault> {
    let reader = context.database.reader();
    let accounts = directory::accounts(reader, directory.organisation).await?;
    let mut rows = store::users(reader, directory.organisation).await?;
    let mut seen = Vec::new();
    for (number, account) in accounts.into_iter().enumerate() {
        let_others(number).await;
        let row = rows.remove(account.id().as_uuid());
        let user = User { account, row };
        if user.is_seen_by(context, directory)? {
            seen.push(user);
        }
    }
    Ok(seen)
}

async fn views(context: &Context, directory: Directory, users: &[User]) -> Result<Vec<ProvisionedUser>, Fault> {
    let ids: Vec<StaffId> = users.iter().map(|user| user.account.id()).collect();
    let mut groups = groups_of(context, context.database.reader(), directory, &ids).await?;
    let mut seen = Vec::with_capacity(users.len());
    for (number, user) in users.iter().enumerate() {
        let_others(number).await;
        let groups = groups.remove(&user.account.id()).unwrap_or_default();
        seen.push(user.view(context, groups)?);
    }
    Ok(seen)
}

/// The user with that id, if the directory may know of them.
pub(super) async fn with_id(context: &Context, directory: Directory, id: StaffId) -> Result<Option<User>, Fault> {
    let reader = context.database.reader();
    let Some(account) = directory::account(reader, directory.organisation, id).await? else {
        return Ok(None);
    };
    let row = store::user(reader, id).await?;
    let user = User { account, row };
    Ok(if user.is_seen_by(context, directory)? {
        Some(user)
    } else {
        None
    })
}

async fn with_user_name(context: &Context, directory: Directory, name: &str) -> Result<Vec<User>, Fault> {
    let name = caseless(name);
    let column = entity::staff::Column::UserNameIndex;
    let found = by_index(context, directory, column, USER_NAME, &name).await?;
    if !found.is_empty() || directory.tenant.is_none() {
        return Ok(found);
    }
    // Of an account that a sign-in made, the name is not indexed before the directory first says something of it.
    let (reader, known) = (context.database.reader(), store::known(directory.organisation));
    let made_by_sign_in = directory::work_accounts_not_in(reader, directory.organisation, known).await?;
    let mut named = Vec::new();
    for account in made_by_sign_in {
        let user = User { account, row: None };
        if user.is_seen_by(context, directory)? && caseless(&user.attributes(context)?.user_name) == name {
            named.push(user);
        }
    }
    Ok(named)
}

async fn with_external_id(context: &Context, directory: Directory, external_id: &str) -> Result<Vec<User>, Fault> {
    let Some(tenant) = directory.tenant else {
        let column = entity::staff::Column::ExternalIdIndex;
        return by_index(context, directory, column, EXTERNAL_ID, external_id).await;
    };
    Ok(with_object(context, directory, tenant, external_id)
        .await?
        .into_iter()
        .collect())
}

async fn with_object(
    context: &Context,
    directory: Directory,
    tenant: TenantId,
    object: &str,
) -> Result<Option<User>, Fault> {
    let Ok(object) = object.parse() else {
        return Ok(None);
    };
    let (reader, account) = (context.database.reader(), WorkAccount { tenant, object });
    let account = directory::account_with_work_account(context, reader, directory.organisation, account).await?;
    match account {
        Some(account) => with_id(context, directory, account.id()).await,
        None => Ok(None),
    }
}

async fn by_index(
    context: &Context,
    directory: Directory,
    column: entity::staff::Column,
    kind: &'static str,
    name: &str,
) -> Result<Vec<User>, Fault> {
    let reader = context.database.reader();
    let indexes = context
        .vault
        .provisioning_indexes(kind, directory.organisation, directory.tenant, name);
    let mut found = Vec::new();
    for row in store::users_by_index(reader, directory.organisation, column, &indexes).await? {
        found.extend(with_id(context, directory, StaffId::from_uuid(row.staff_id)).await?);
    }
    Ok(found)
}
