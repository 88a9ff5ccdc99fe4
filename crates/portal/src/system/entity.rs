//! The rows of `system`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "system")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organisation_id: Uuid,
    pub(crate) name: String,
    /// For the version before alone, see `NO_SECRET`.
    pub(crate) secret_hash: Vec<u8>,
    /// Scope names with a space between them.
    pub(crate) scopes: String,
    pub(crate) created_at: i64,
    pub(crate) disabled_at: Option<i64>,
    /// As `AllowedNetworks` writes them.
    pub(crate) allowed_networks: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
