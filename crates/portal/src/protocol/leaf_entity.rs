//! The rows of `purge_leaf`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purge_leaf")]
pub(crate) struct Model {
    /// The document's or message's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organisation_id: Uuid,
    /// The message itself, or the document's.
    pub(crate) message_id: Uuid,
    pub(crate) purged_at: i64,
    /// What the leaf says, byte for byte as it is hashed.
    pub(crate) leaf: String,
    /// The number of its protocol; nothing until one is closed over it.
    pub(crate) protocol: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
