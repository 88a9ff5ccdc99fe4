//! The rows of `system_credential`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "system_credential")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) system_id: Uuid,
    /// `secret`, `public-key` or `key-set`.
    pub(crate) kind: String,
    /// Of a secret that was not withdrawn.
    pub(crate) secret_hash: Option<Vec<u8>>,
    /// Of a public key: a JWK (RFC 7517) in our own form.
    pub(crate) public_key: Option<String>,
    /// Of a key set: where it is published.
    pub(crate) key_set_address: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    /// When the organisation was told that it ends.
    pub(crate) warned_at: Option<i64>,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) withdrawn_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
