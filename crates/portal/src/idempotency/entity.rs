//! The rows of `idempotency`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) system_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key_mac: Vec<u8>,
    pub(crate) state: String,
    pub(crate) fingerprint: Option<Vec<u8>>,
    /// The message of this attempt; tells whether the attempt still owns the row.
    pub(crate) message_id: Uuid,
    pub(crate) lease_until: i64,
    pub(crate) expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
