//! The rows of `purge_protocol`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purge_protocol")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) organisation_id: Uuid,
    /// Counts from 1 without gaps within the organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) number: i64,
    /// What the protocol states, byte for byte as it is signed.
    pub(crate) statement: String,
    pub(crate) key_id: String,
    pub(crate) signature: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
