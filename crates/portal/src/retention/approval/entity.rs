//! The rows of `retention_pending`: for each organisation at most one change that waits for a second admin.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_pending")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) organisation_id: Uuid,
    /// Which change it is, so that nobody approves another than they saw.
    pub(super) id: Uuid,
    /// The policy as JSON; `None` when a second admin is to be asked no longer.
    pub(super) policy: Option<String>,
    /// The version that was in force when it was asked for.
    pub(super) seen_version: i32,
    pub(super) asked_at: i64,
    pub(super) asked_by: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
