//! The rows of `address_proof`: whose address has yet to be proven. The address is the vault's.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "address_proof")]
pub(in crate::notification) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::notification) recipient_id: Uuid,
    /// Another one each time a code is asked for.
    pub(in crate::notification) id: Uuid,
    /// Names the text that the person agreed to, for when the address is proven.
    pub(in crate::notification) consent_hash: String,
    pub(in crate::notification) asked_at: i64,
    /// How many wrong codes were given.
    pub(in crate::notification) tries: i32,
    /// When the mail server said that the address takes no mail.
    pub(in crate::notification) undeliverable_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(in crate::notification) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
