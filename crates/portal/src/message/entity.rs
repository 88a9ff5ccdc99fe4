//! The rows of `message`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organisation_id: Uuid,
    pub(crate) system_id: Uuid,
    pub(crate) document_type: Option<String>,
    pub(crate) sealed_title: Option<Vec<u8>>,
    pub(crate) sealed_body: Option<Vec<u8>>,
    /// How the content is protected; `session` is the only level there is.
    pub(crate) protection: String,
    pub(crate) sent_at: i64,
    /// How many days its sender asked for, when the organisation's policy was not to decide.
    pub(crate) retention_days: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
