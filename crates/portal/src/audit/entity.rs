//! The rows of `audit_event`. The database refuses to change or delete one.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// Who wrote the row: one running program of the portal.
    pub(crate) writer_id: Uuid,
    /// The row's number among its writer's, from 1 without a gap.
    pub(crate) counter: i64,
    pub(crate) organisation_id: Option<Uuid>,
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) action: String,
    pub(crate) target_kind: Option<String>,
    pub(crate) target_id: Option<Uuid>,
    /// A few words more, from a fixed list.
    pub(crate) detail: Option<String>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) sealed_address: Option<Vec<u8>>,
    pub(crate) mac: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
