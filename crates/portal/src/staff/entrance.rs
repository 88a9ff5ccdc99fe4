//! How an organisation's staff get in as things stand, and whether an admin of its is left who does.

use base::{OrganisationId, TenantId, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::entity::{Column, Entity, Model};
use super::member;
use super::sign_in::rules_of;
use crate::organisation::{self, SignInRules};
use crate::rights::Role;
use crate::{Context, Fault};

/// What stands at an organisation's entrance for staff.
pub(super) struct Entrance {
    pub(super) rules: SignInRules,
    tenants: Vec<TenantId>,
}

impl Entrance {
    /// The entrance of an organisation that must be there.
    pub(super) async fn of(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Self, Fault> {
        Ok(Self {
            rules: rules_of(on, organisation).await?,
            tenants: organisation::tenants_of(on, organisation).await?,
        })
    }

    /// Whether one of these is an admin who can sign in. Whether a directory would still give them their role isn't known before
    /// they come.
    pub(super) fn lets_an_admin_in<'a>(
        &self,
        context: &Context,
        rows: impl IntoIterator<Item = &'a Model>,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(self.admins(context, rows, now)? > 0)
    }

    /// How many of these are admins who can sign in.
    fn admins<'a>(
        &self,
        context: &Context,
        rows: impl IntoIterator<Item = &'a Model>,
        now: Timestamp,
    ) -> Result<u64, Fault> {
        let open = rows
            .into_iter()
            .filter(|row| row.role == Role::Admin.as_str() && row.shut(now).is_none());
        let mut admins = 0;
        for row in open {
            let gets_in = match member::work_account(context, row)? {
                Some(account) => self.tenants.contains(&account.tenant),
                None => row.password_hash.is_some() && !self.rules.work_account_required,
            };
            admins += u64::from(gets_in);
        }
        Ok(admins)
    }
}

/// How many admins of an organisation can sign in.
pub(crate) async fn admins(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<u64, Fault> {
    let rows = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::Role.eq(Role::Admin.as_str()))
        .all(on)
        .await?;
    let entrance = Entrance::of(on, organisation).await?;
    entrance.admins(context, &rows, context.clock_time())
}
