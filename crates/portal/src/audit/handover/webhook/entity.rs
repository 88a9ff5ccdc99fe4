//! The rows of `audit_webhook`: for each organisation at most one address to which checkpoints of its log go.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_webhook")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) organisation_id: Uuid,
    /// As its row of `audit_handover` names it.
    pub(super) id: Uuid,
    pub(super) sealed_address: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
