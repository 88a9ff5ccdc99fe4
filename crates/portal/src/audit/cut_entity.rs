//! The rows of `audit_cut`: up to where each chain's rows were deleted, since they had been kept for as long as the log is.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_cut")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) chain_id: Uuid,
    /// The number of the last row that is gone; 0 while none is.
    pub(crate) sequence: i64,
    /// The hash of the chain up to and with that row: the next one begins there.
    pub(crate) hash: Vec<u8>,
    /// The code over the rest, under the key of the rows' codes.
    pub(crate) mac: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
