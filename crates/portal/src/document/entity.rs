//! The rows of `document`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) message_id: Uuid,
    pub(crate) organisation_id: Uuid,
    /// Place in the message, from 0.
    pub(crate) position: i32,
    pub(crate) sealed_file_name: Option<Vec<u8>>,
    pub(crate) media_type: String,
    /// Plaintext size in bytes.
    pub(crate) size: i64,
    pub(crate) purged_at: Option<i64>,
    /// How sure a provider must be of who reads it.
    pub(crate) minimum_level: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
