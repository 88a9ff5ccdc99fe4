//! The rows of `audit_writer_cut`: how many of each writer's rows were deleted with the beginnings of chains.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_writer_cut")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) writer_id: Uuid,
    /// How many are gone.
    pub(crate) rows: i64,
    /// The highest number of one that is gone.
    pub(crate) highest: i64,
    /// The code over the rest, under the key of the rows' codes.
    pub(crate) mac: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
