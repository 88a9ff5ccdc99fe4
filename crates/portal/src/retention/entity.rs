//! The rows of `retention_policy`: each version that an organisation decided on, kept for good.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_policy")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) organisation_id: Uuid,
    /// From 1 without a gap; the highest is in force.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) version: i32,
    /// The policy as JSON.
    pub(super) policy: String,
    pub(super) decided_at: i64,
    /// The staff member who decided.
    pub(super) decided_by: Uuid,
    /// The one who approved, where a second one was asked.
    pub(super) approved_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
