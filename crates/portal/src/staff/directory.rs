//! What an organisation's directory does to accounts: narrow steps for the module `provisioning`, which opens the transaction,
//! knows what the directory may do, and writes the audit log.

use std::collections::BTreeSet;

use base::{OrganisationId, StaffId, Timestamp};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::member::{self, NewAccount, NotCreated, Sealed, ShutBy, Validity};
use super::{entity, invitation, invitation_entity, password, store};
use crate::database::WriteTransaction;
use crate::rights::Role;
use crate::session::{self, Owner};
use crate::{Context, Fault, Organisation, WorkAccount, new_device, notification};

/// An account as a directory may see it.
#[derive(Clone)]
pub(crate) struct Account(entity::Model);

impl Account {
    pub(crate) const fn id(&self) -> StaffId {
        self.0.staff_id()
    }

    pub(crate) const fn created_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.created_at)
    }

    /// When it was shut, if it is.
    pub(crate) fn deactivated_at(&self) -> Option<Timestamp> {
        self.0.deactivated_at.map(Timestamp::from_millis)
    }

    /// Whether an admin shut it, as far as is known: the version before did not write down who did.
    pub(crate) fn is_shut_by_admin(&self) -> bool {
        self.0.is_shut_by(ShutBy::Admin)
    }

    pub(crate) fn role(&self) -> Result<Role, Fault> {
        self.0.known_role()
    }

    pub(crate) fn name(&self, context: &Context) -> Result<String, Fault> {
        member::name(context, &self.0)
    }

    pub(crate) fn email(&self, context: &Context) -> Result<String, Fault> {
        member::email(context, &self.0)
    }

    /// Who it is in a directory of Entra ID; `None` for somebody who signs in with a password.
    pub(crate) fn work_account(&self, context: &Context) -> Result<Option<WorkAccount>, Fault> {
        member::work_account(context, &self.0)
    }
}

/// An account that a directory makes.
pub(crate) struct NewDirectoryAccount<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) role: Role,
    pub(crate) work_account: Option<WorkAccount>,
}

/// Every account of an organisation, oldest first.
pub(crate) async fn accounts(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Vec<Account>, DbErr> {
    let rows = store::of_organisation(on, organisation).await?;
    Ok(rows.into_iter().map(Account).collect())
}

/// The work accounts of an organisation whose ids are not among those that a query gives, oldest first.
pub(crate) async fn work_accounts_not_in(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    known: SelectStatement,
) -> Result<Vec<Account>, DbErr> {
    let rows = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(entity::Column::SealedWorkAccount.is_not_null())
        .filter(entity::Column::Id.not_in_subquery(known))
        .order_by_asc(entity::Column::CreatedAt)
        .order_by_asc(entity::Column::Id)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(Account).collect())
}

/// The account with that id, if it is the organisation's.
pub(crate) async fn account(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    staff: StaffId,
) -> Result<Option<Account>, DbErr> {
    let row = store::find(on, staff).await?;
    Ok(row.filter(|row| row.organisation() == organisation).map(Account))
}

/// As [`account`], which nobody else changes until the transaction ends.
pub(crate) async fn locked_account(
    on: &WriteTransaction,
    organisation: OrganisationId,
    staff: StaffId,
) -> Result<Option<Account>, DbErr> {
    let row = store::lock_of_organisation(on, organisation, staff).await?;
    Ok(row.map(Account))
}

/// As [`locked_account`], of several, in one order for everybody. Those that there are none of are left out.
pub(crate) async fn locked_accounts(
    on: &WriteTransaction,
    organisation: OrganisationId,
    staff: &BTreeSet<StaffId>,
) -> Result<Vec<Account>, DbErr> {
    let rows = store::lock_some(on, organisation, staff).await?;
    Ok(rows.into_iter().map(Account).collect())
}

/// The account that a sign-in through Entra ID finds.
pub(crate) async fn account_with_work_account(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    work_account: WorkAccount,
) -> Result<Option<Account>, DbErr> {
    let indexes = work_account.indexes(context, organisation);
    Ok(store::find_by_index(on, organisation, &indexes).await?.map(Account))
}

/// The account that a sign-in with this e-mail address and a password finds.
pub(crate) async fn account_with_email(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    email: &str,
) -> Result<Option<Account>, DbErr> {
    let indexes = context.vault.staff_indexes(organisation, &member::email_form(email));
    Ok(store::find_by_index(on, organisation, &indexes).await?.map(Account))
}

/// Makes an account. One without a work account lets nobody in before an admin invites its owner.
pub(crate) async fn create_account(
    context: &Context,
    transaction: &WriteTransaction,
    owner: &Organisation,
    new: &NewDirectoryAccount<'_>,
) -> Result<Account, NotCreated> {
    let new = NewAccount {
        name: new.name,
        email: new.email,
        role: new.role,
        validity: Validity::default(),
        work_account: new.work_account,
    };
    member::create(context, transaction, owner, &new).await.map(Account)
}

/// Gives an account another name and e-mail address. Somebody with a password signs in with the new address from then on.
pub(crate) async fn rename_account(
    context: &Context,
    transaction: &WriteTransaction,
    account: &Account,
    name: &str,
    email: &str,
) -> Result<(), NotCreated> {
    let (row, staff) = (&account.0, account.id());
    let before = member::email(context, row)?;
    if member::name(context, row)? == name && before == email {
        return Ok(());
    }
    let mut change = entity::ActiveModel {
        id: Set(row.id),
        sealed_name: Set(member::seal(context, staff, Sealed::Name, name.as_bytes())),
        sealed_email: Set(member::seal(context, staff, Sealed::Email, email.as_bytes())),
        ..entity::ActiveModel::default()
    };
    let form = member::email_form(email);
    if !row.has_work_account() && member::email_form(&before) != form {
        let indexes = context.vault.staff_indexes(row.organisation(), &form);
        let other = store::find_by_index(transaction, row.organisation(), &indexes).await?;
        if other.is_some_and(|other| other.id != row.id) {
            return Err(NotCreated::Taken);
        }
        let (version, index) = indexes.first().ok_or_else(|| Fault::new("there is no index key"))?;
        change.index_version = Set(i32::try_from(*version).map_err(Fault::new)?);
        change.account_index = Set(index.as_bytes().to_vec());
    }
    entity::Entity::update(change).exec(transaction).await?;
    Ok(())
}

/// Gives an account a role, from its owner's next request on.
pub(crate) async fn set_role(transaction: &WriteTransaction, staff: StaffId, role: Role) -> Result<(), DbErr> {
    let change = entity::ActiveModel {
        id: Set(*staff.as_uuid()),
        role: Set(role.as_str().to_owned()),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    Ok(())
}

/// Shuts an account that is open: its sessions end, and an invitation is void. Also the last admin's: the directory answers for
/// that.
pub(crate) async fn shut_account(
    context: &Context,
    transaction: &WriteTransaction,
    account: &Account,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut row = account.0.clone();
    row.shut_out(ShutBy::Directory, now);
    write_access(transaction, &row).await?;
    session::end_all_of_staff(context, transaction, account.id(), None).await?;
    void_invitation(transaction, account.id()).await?;
    Ok(())
}

async fn void_invitation(transaction: &WriteTransaction, staff: StaffId) -> Result<(), DbErr> {
    invitation_entity::Entity::delete_many()
        .filter(invitation_entity::Column::StaffId.eq(*staff.as_uuid()))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Takes everything away by which the owner of an account got in, and what they would be told of when they come next: an address
/// is given anew, and whoever has it then is perhaps somebody else. A work account is its owner's own and stays as it is.
pub(crate) async fn forget_owner(
    context: &Context,
    transaction: &WriteTransaction,
    account: &Account,
) -> Result<(), Fault> {
    let (row, staff) = (&account.0, account.id());
    if row.has_work_account() {
        return Ok(());
    }
    invitation::reset(context, transaction, row).await?;
    password::forget(transaction, staff).await?;
    void_invitation(transaction, staff).await?;
    let change = entity::ActiveModel {
        id: Set(row.id),
        untold_failures: Set(0),
        last_signed_in_at: Set(None),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    new_device::forget(transaction, Owner::Staff(row.staff_id())).await?;
    notification::forget(transaction, Owner::Staff(row.staff_id())).await?;
    Ok(())
}

/// Opens an account again.
pub(crate) async fn open_account(transaction: &WriteTransaction, account: &Account) -> Result<(), DbErr> {
    let mut row = account.0.clone();
    row.let_in();
    write_access(transaction, &row).await
}

/// Writes down whether an account is shut.
async fn write_access(transaction: &WriteTransaction, row: &entity::Model) -> Result<(), DbErr> {
    let change = entity::ActiveModel {
        id: Set(row.id),
        deactivated_at: Set(row.deactivated_at),
        deactivated_by: Set(row.deactivated_by.clone()),
        ..entity::ActiveModel::default()
    };
    entity::Entity::update(change).exec(transaction).await?;
    Ok(())
}
