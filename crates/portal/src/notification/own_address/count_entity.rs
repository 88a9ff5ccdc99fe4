//! The rows of `address_code_count`: how many codes were sent to an address or asked for by a person since when.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "address_code_count")]
pub(super) struct Model {
    /// A keyed code of the address or the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(super) subject: Vec<u8>,
    pub(super) since: i64,
    pub(super) sent: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
