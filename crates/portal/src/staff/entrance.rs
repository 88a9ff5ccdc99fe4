//! How an organisation's staff get in as things stand, and whether an admin of its is left who does.

use std::collections::BTreeSet;

use base::{OrganisationId, StaffId, TenantId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::entity::{Column, Entity, Model};
use super::member;
use super::sign_in::rules_of;
use crate::database::WriteTransaction;
use crate::organisation::{self, SignInRules};
use crate::rights::Role;
use crate::{Context, Fault};

/// What stands at an organisation's entrance for staff.
pub(super) struct Entrance {
    pub(super) rules: SignInRules,
    tenants: Vec<TenantId>,
}

impl Entrance {
    /// The entrance of an organisation; none of one that was deleted.
    pub(super) async fn of(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Option<Self>, Fault> {
        let Some(rules) = rules_of(on, organisation).await? else {
            return Ok(None);
        };
        let tenants = organisation::tenants_of(on, organisation).await?;
        Ok(Some(Self { rules, tenants }))
    }

    /// Whether one of these is an admin who can sign in. Whether a directory would still give them their role isn't known before
    /// they come.
    pub(super) fn lets_an_admin_in<'a>(
        &self,
        context: &Context,
        rows: impl IntoIterator<Item = &'a Model>,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(!self.admins(context, rows, now)?.is_empty())
    }

    /// Which of these are admins who can sign in.
    fn admins<'a>(
        &self,
        context: &Context,
        rows: impl IntoIterator<Item = &'a Model>,
        now: Timestamp,
    ) -> Result<BTreeSet<StaffId>, Fault> {
        let open = rows
            .into_iter()
            .filter(|row| row.role == Role::Admin.as_str() && row.shut(now).is_none());
        let mut admins = BTreeSet::new();
        for row in open {
            let gets_in = match member::work_account(context, row)? {
                Some(account) => self.tenants.contains(&account.tenant),
                None => row.password_hash.is_some() && !self.rules.work_account_required,
            };
            if gets_in {
                admins.insert(row.staff_id());
            }
        }
        Ok(admins)
    }
}

/// The admins of an organisation who can sign in: nobody of one that was deleted.
pub(crate) async fn admins(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<BTreeSet<StaffId>, Fault> {
    let rows = admins_of(organisation).all(on).await?;
    match Entrance::of(on, organisation).await? {
        Some(entrance) => entrance.admins(context, &rows, context.clock_time()),
        None => Ok(BTreeSet::new()),
    }
}

/// As [`admins`], whose accounts nobody changes until the transaction ends. After the organisation's row in the order of locks.
pub(crate) async fn locked_admins(
    context: &Context,
    on: &WriteTransaction,
    organisation: OrganisationId,
) -> Result<BTreeSet<StaffId>, Fault> {
    // In the order in which everybody locks accounts.
    let rows = admins_of(organisation).order_by_asc(Column::Id).lock_exclusive();
    let rows = rows.all(on).await?;
    match Entrance::of(on, organisation).await? {
        Some(entrance) => entrance.admins(context, &rows, context.clock_time()),
        None => Ok(BTreeSet::new()),
    }
}

fn admins_of(organisation: OrganisationId) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::Role.eq(Role::Admin.as_str()))
}
